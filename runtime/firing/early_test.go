package firing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/sirupsen/logrus"

	"recue/runtime/schedule"
)

// prepared lets time go on until a lead before the next firing of jobs that are due every
// ten seconds, and waits until a node is prepared for it.
func (h *house) prepared() {
	h.t.Helper()
	h.preparedBy(func() { h.passes(10*time.Second - lead) })
}

// preparedBy waits until a node is ready for a run that something brings about.
func (h *house) preparedBy(does func()) {
	h.t.Helper()
	w, err := h.store().runs.Watch(h.t.Context(), "job.>", jetstream.UpdatesOnly())
	if err != nil {
		h.t.Fatal(err)
	}
	defer w.Stop()
	does()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e := <-w.Updates():
			if e != nil && strings.Contains(string(e.Value()), `"ready":true`) {
				return
			}
		case <-limit:
			h.t.Fatal("no node is ready")
		}
	}
}

// A firing is published before its time; what happens until then counts as if it were not.
func TestWhatChangesRightBeforeAFiringIsLookedAt(t *testing.T) {
	every := schedule.Spec{Every: "10s"}
	cases := map[string]struct {
		change func(h *house, n *Node)
		state  State
		reason string
	}{
		"nothing": {func(*house, *Node) {}, Done, ""},
		"paused": {func(h *house, n *Node) {
			h.changes(n, func() error { return n.store.Pause(h.t.Context(), "job", nil) })
		}, Skipped, "the job was paused right before"},
		"paused until later": {func(h *house, n *Node) {
			until := noon.Add(time.Minute)
			h.changes(n, func() error { return n.store.Pause(h.t.Context(), "job", &until) })
		}, Skipped, "the job was paused right before"},
		"paused and resumed": {func(h *house, n *Node) {
			h.changes(n, func() error { return n.store.Pause(h.t.Context(), "job", nil) })
			h.changes(n, func() error { return n.store.Resume(h.t.Context(), "job", h.clock.Now()) })
		}, Done, ""},
		"paused until then": {func(h *house, n *Node) {
			until := noon.Add(10 * time.Second)
			h.changes(n, func() error { return n.store.Pause(h.t.Context(), "job", &until) })
		}, Done, ""},
		"removed": {func(h *house, n *Node) {
			h.changes(n, func() error { return n.store.Remove(h.t.Context(), "job") })
		}, Skipped, "its script does not declare the job any more"},
		"renamed":                         {func(h *house, n *Node) { h.renames(n) }, Skipped, "its script does not declare the job any more"},
		"cancelled":                       {func(h *house, n *Node) { h.cancels(n, runKey("job", noon.Add(10*time.Second), Due)) }, Cancelled, "cancelled by recue jobs cancel"},
		"another schedule":                {func(h *house, n *Node) { h.declares(n, schedule.Spec{Every: "1h"}) }, Skipped, "its schedule was changed right before"},
		"another schedule with that time": {func(h *house, n *Node) { h.declares(n, schedule.Spec{Every: "5s"}) }, Done, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, Options{})
			n, _ := h.node("a", map[string]schedule.Spec{"job": every}, nil)
			h.prepared()
			c.change(h, n)
			h.passes(lead)
			if r := h.next(); r.State != c.state || r.Reason != c.reason || !r.Due.Equal(noon.Add(10*time.Second)) {
				t.Errorf("%+v", r)
			}
		})
	}
}

// changes makes a change of the job's record and waits until the node knows it.
func (h *house) changes(n *Node, change func() error) {
	h.t.Helper()
	w, err := n.store.jobs.WatchAll(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	defer w.Stop()
	if err := change(); err != nil {
		h.t.Fatal(err)
	}
	var j Job
	if _, err := get(h.t.Context(), n.store.jobs, token("job"), &j); err != nil {
		h.t.Fatal(err)
	}
	for {
		n.mu.Lock()
		known := n.handlers["job"].record
		n.mu.Unlock()
		if known.Paused == j.Paused && known.Retired == j.Retired && known.EffectiveFrom.Equal(j.EffectiveFrom) {
			return
		}
	}
}

// renames has the node serve another job in the place of the one that it has.
func (h *house) renames(n *Node) { h.serves(n, "new name", schedule.Spec{Every: "1h"}) }

// cancels cancels a run and waits until it is over.
func (h *house) cancels(n *Node, run string) {
	h.t.Helper()
	if err := n.store.Cancel(h.t.Context(), run); err != nil {
		h.t.Fatal(err)
	}
	for {
		var r Run
		if _, err := get(h.t.Context(), n.store.runs, run, &r); err != nil {
			h.t.Fatal(err)
		} else if r.State.Over() {
			return
		}
	}
}

// declares has the node serve the job with another schedule.
func (h *house) declares(n *Node, spec schedule.Spec) { h.serves(n, "job", spec) }

// serves has the node serve nothing but what the job does, by a name and a schedule.
func (h *house) serves(n *Node, name string, spec schedule.Spec) {
	h.t.Helper()
	s, err := schedule.New(spec, time.UTC)
	if err != nil {
		h.t.Fatal(err)
	}
	n.mu.Lock()
	own := *n.handlers["job"]
	n.mu.Unlock()
	own.Schedule = s
	if err := n.Declare(h.t.Context(), "s.lua", map[string]*Handler{name: &own}); err != nil {
		h.t.Fatal(err)
	}
}

// A node that is to end before the time of what it has prepared leaves it to others.
func TestAPreparedFiringIsLeftToAnotherNode(t *testing.T) {
	h := newHouse(t, Options{})
	specs := map[string]schedule.Spec{"job": {Every: "10s"}}
	_, leave := h.node("a", specs, nil)
	h.prepared()
	leave()
	h.node("b", specs, nil)
	h.passes(lead)
	if r := h.next(); r.State != Done || r.Node != "b" || !r.Due.Equal(noon.Add(10*time.Second)) {
		t.Errorf("%+v", r)
	}
}

// A firing that was published right before everything ended is treated as what came due meanwhile.
func TestAPreparedFiringThatNobodyCouldRunIsMissedAsItsJobSays(t *testing.T) {
	for missed, want := range map[string]State{"skip": WasMissed, "once": WasMissed, "all": Done} {
		t.Run(missed, func(t *testing.T) {
			h := newHouse(t, Options{})
			specs := map[string]schedule.Spec{"job": {Every: "10s", Missed: missed, Overlap: "allow"}}
			_, leave := h.node("a", specs, nil)
			h.prepared()
			leave()
			h.passes(14 * time.Second)
			h.node("b", specs, nil)
			for {
				if r := h.next(); r.Due.Equal(noon.Add(10 * time.Second)) {
					if r.State != want {
						t.Errorf("%+v", r)
					}
					return
				}
			}
		})
	}
}

// A clock that is an hour behind that of the node which published does not hold a firing back.
func TestAFiringIsWaitedForNoLongerThanItsLead(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock})
	a := n.newActive(t.Context(), "job.1", nil, Firing{Job: "job"})
	waited := make(chan error)
	go func() { waited <- n.await(a, &early{firing: Firing{Due: noon.Add(time.Hour)}}) }()
	for {
		if at, ok := h.clock.Next(); ok {
			if !at.Equal(noon.Add(lead)) {
				t.Errorf("it waits until %v", at)
			}
			h.clock.Step()
			break
		}
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

// What is fired by hand right before a firing is due goes before it: the one that is
// prepared does not run yet. When it is due, its policy decides.
func TestAFireByHandRightBeforeAFiringGoesBeforeIt(t *testing.T) {
	scheduled := noon.Add(10 * time.Second)
	for policy, want := range map[string]struct{ byHand, scheduled State }{
		"skip": {Done, Skipped}, "queue": {Done, Done}, "allow": {Done, Done}, "replace": {Failed, Done},
	} {
		for _, nodes := range []int{1, 2} {
			for _, long := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, %d nodes, long %v", policy, nodes, long), func(t *testing.T) {
					h := newHouse(t, Options{})
					began, released := make(chan Run, 10), make(chan struct{})
					specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: policy, Till: "2026-11-23 12:00:10"}}
					run := func(ctx context.Context, r Run) error {
						began <- r
						select {
						case <-released:
							return nil
						case <-ctx.Done():
							return context.Cause(ctx)
						}
					}
					n, _ := h.node("a", specs, run)
					if nodes == 2 {
						h.node("b", specs, run)
					}
					release := sync.OnceFunc(func() { close(released) })
					t.Cleanup(release)
					h.prepared()
					h.passes(lead / 2)
					if _, err := n.store.Fire(t.Context(), "job", h.clock.Now()); err != nil {
						t.Fatal(err)
					}
					select {
					case r := <-began:
						if r.Kind != Manual {
							t.Errorf("%+v began first", r)
						}
					case r := <-h.ended:
						t.Fatalf("it did not begin: %+v", r)
					case <-time.After(20 * time.Second):
						t.Fatal("it did not begin")
					}
					ended := map[Kind]Run{}
					take := func() { r := h.next(); ended[r.Kind] = r }
					if !long {
						release()
						take()
					}
					h.passes(lead / 2)
					switch {
					case policy == "queue" && long:
						h.waits("job")
					case long && (policy == "replace" || policy == "skip"):
						take()
					case policy == "allow":
						<-began
					}
					release()
					for len(ended) < 2 {
						take()
					}
					want := want
					if !long {
						want.byHand, want.scheduled = Done, Done
					}
					if ended[Manual].State != want.byHand || ended[Due].State != want.scheduled || !ended[Due].Due.Equal(scheduled) {
						t.Errorf("by hand %+v\nscheduled %+v", ended[Manual], ended[Due])
					}
				})
			}
		}
	}
}

// A fire by hand that comes while a node is about to be ready for the scheduled firing
// waits until it is, and goes before it then.
func TestAFireByHandWaitsForANodeThatIsAboutToBeReady(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	job := &Handler{Schedule: newSchedule(t, schedule.Spec{Every: "10s"})}
	entering := n.newActive(t.Context(), runKey("job", noon.Add(lead/2), Due), nil, Firing{Job: "job", Kind: Due, Due: noon.Add(lead / 2)})
	if entered, err := n.enterEarly(entering, job); !entered || err != nil {
		t.Fatal(entered, err)
	}
	byHand := n.newActive(t.Context(), runKey("job", noon, Manual), nil, Firing{Job: "job", Kind: Manual, Due: noon})
	if v, _, err := n.tryEnter(byHand, schedule.OverlapSkip); v != wait || err != nil {
		t.Errorf("before the node is ready: %v, %v", v, err)
	}
	begin, err := n.ready(entering)
	if err != nil {
		t.Fatal(err)
	}
	if v, _, err := n.tryEnter(byHand, schedule.OverlapSkip); v != enters || err != nil {
		t.Errorf("after it: %v, %v", v, err)
	}
	if begin() {
		t.Error("the one that was prepared begins without asking")
	}
}

func newSchedule(t *testing.T, spec schedule.Spec) *schedule.Schedule {
	t.Helper()
	s, err := schedule.New(spec, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A firing for which a node was ready that ended, or was killed, holds up no other firing
// of its job: it does not run.
func TestWhatWasPreparedByANodeThatIsGoneHoldsUpNothing(t *testing.T) {
	for _, killed := range []bool{true, false} {
		t.Run(fmt.Sprintf("killed %v", killed), func(t *testing.T) {
			h := newHouse(t, Options{}) // for 30 s nobody else is given what a dead node has
			specs := map[string]schedule.Spec{"job": {Every: "10s"}}
			gone, leave := h.node("gone", specs, nil)
			h.prepared()
			if killed {
				gone.store.js.Conn().Close()
			} else {
				leave()
			}
			h.passes(5 * time.Second)
			n, _ := h.node("alive", specs, nil)
			if !killed { // what was prepared has come to it, and begins
				if r := h.next(); r.State != Done || !r.Due.Equal(noon.Add(10*time.Second)) {
					t.Errorf("%+v", r)
				}
			}
			h.passes(6 * time.Second)
			if r := h.next(); r.State != Done || !r.Due.Equal(noon.Add(20*time.Second)) {
				t.Errorf("%+v", r)
			}
			var now current
			if _, err := get(t.Context(), n.store.runs, nowKey("job"), &now); err != nil || slices.Contains(now.Running, runKey("job", noon.Add(10*time.Second), Due)) {
				t.Errorf("it has a place: %+v, %v", now, err)
			}
		})
	}
}
