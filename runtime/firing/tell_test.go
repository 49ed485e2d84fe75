package firing

import (
	"context"
	"testing"
	"time"

	"recue/runtime/fault"
	"recue/runtime/schedule"
)

// report is what a node was told of a failed run.
type report struct {
	node string
	run  Run
	err  error
}

// A node that goes away after it has written that a run failed, and before it has told
// that, or while it does, leaves it to the next.
func TestAFailureIsToldAtLeastOnce(t *testing.T) {
	failure := &fault.Error{Cmd: "stop", TaskID: "cam1", Message: "no tape", Code: fault.Rejected, Hint: "insert one"}
	for name, goes := range map[string]struct {
		away func(n *Node, leave func())
		told bool
	}{
		"it tells, and all is well": {told: true},
		"it is killed":              {away: func(n *Node, _ func()) { n.store.js.Conn().Close() }, told: true},
		"it is told to end":         {away: func(_ *Node, leave func()) { go leave() }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, Options{AckWait: 500 * time.Millisecond})
			reports, go1 := make(chan report, 10), make(chan struct{})
			h.failed = func(node string, r Run, err error) bool {
				reports <- report{node, r, err}
				if node == "first" {
					<-go1
					return goes.told
				}
				return true
			}
			specs := map[string]schedule.Spec{"job": {At: "2026-11-23 12:01"}}
			fails := func(context.Context, Run) error { return failure }
			first, leave := h.node("first", specs, fails)
			h.passes(time.Minute)
			check := func(node string) {
				t.Helper()
				select {
				case r := <-reports:
					if r.node != node || r.run.State != Failed || r.run.Node != "first" || r.run.Untold || r.err.Error() != failure.Error() || fault.CodeOf(r.err) != fault.Rejected || fault.HintOf(r.err) != "insert one" {
						t.Errorf("%+v, want it told by %s", r, node)
					}
				case <-time.After(20 * time.Second):
					t.Fatalf("%s was not told", node)
				}
			}
			check("first")
			store := h.store()
			untold := func() bool {
				var r Run
				if _, err := get(t.Context(), store.runs, runKey("job", noon.Add(time.Minute), Due), &r); err != nil {
					t.Fatal(err)
				}
				return r.Untold
			}
			if !untold() {
				t.Error("it is not written that it is to be told")
			}
			if goes.away != nil {
				goes.away(first, leave)
			}
			close(go1)
			leave()
			h.node("second", specs, fails)
			if goes.away != nil {
				check("second")
			}
			for limit := time.Now().Add(20 * time.Second); untold(); {
				if time.Now().After(limit) {
					t.Fatal("it is not written that it was told")
				}
			}
			if len(reports) > 0 {
				t.Errorf("told again: %+v", <-reports)
			}
		})
	}
}
