package firing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recue/runtime/schedule"
)

// gate has each run of a job tell that it began and go on until it is told to end. most
// is how many went on at the same time.
type gate struct {
	began  chan Run
	leave  chan struct{}
	mu     sync.Mutex
	inside int
	most   int
}

func newGate() *gate { return &gate{began: make(chan Run, 100), leave: make(chan struct{})} }

func (g *gate) run(ctx context.Context, r Run) error {
	g.mu.Lock()
	g.inside++
	g.most = max(g.most, g.inside)
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.inside--
		g.mu.Unlock()
	}()
	g.began <- r
	select {
	case <-g.leave:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// begins is the next run that began, as the second of its time.
func (g *gate) begins(t *testing.T) string {
	t.Helper()
	select {
	case r := <-g.began:
		return r.Due.Format("05")
	case <-time.After(20 * time.Second):
		t.Fatal("no run began")
	}
	return ""
}

// With missed "all" each firing is wanted: those of a time away do not skip one another.
func TestWhatIsMadeUpForRunsOneAfterTheOther(t *testing.T) {
	for _, policy := range []string{"skip", "queue", "replace", "allow"} {
		for _, nodes := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, %d nodes", policy, nodes), func(t *testing.T) {
				h := newHouse(t, Options{})
				specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: policy, Missed: "all", Till: "2026-11-23 12:00:40"}}
				_, leave := h.node("first", specs, nil)
				h.passes(5 * time.Second)
				leave()
				h.passes(50 * time.Second)
				g := newGate()
				for i := range nodes {
					h.node(fmt.Sprint(i), specs, g.run)
				}
				t.Cleanup(func() { close(g.leave) })
				want := []string{"10", "20", "30", "40"}
				var got []string
				for range want {
					got = append(got, g.begins(t))
					if policy != "allow" {
						g.leave <- struct{}{}
						if r := h.next(); r.State != Done {
							t.Errorf("%+v", r)
						}
					}
				}
				if policy == "allow" {
					slices.Sort(got)
				} else if g.most != 1 {
					t.Errorf("%d ran at the same time", g.most)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v ran, want %v", got, want)
				}
			})
		}
	}
}

// What is in time while others are made up for is treated as its overlap policy says, and
// they go on behind it.
func TestAFiringInTimeMeetsThoseThatAreMadeUpForAsItsPolicySays(t *testing.T) {
	for policy, want := range map[string]string{
		"skip":    "skipped 40, done 10, done 20, done 30",
		"replace": "failed 10, done 40, done 20, done 30",
	} {
		t.Run(policy, func(t *testing.T) {
			h := newHouse(t, Options{})
			specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: policy, Missed: "all", Till: "2026-11-23 12:00:40"}}
			_, leave := h.node("first", specs, nil)
			h.passes(5 * time.Second)
			leave()
			h.passes(30 * time.Second)
			g := newGate()
			h.node("second", specs, g.run)
			t.Cleanup(func() { close(g.leave) })
			began := []string{g.begins(t)}
			h.passes(5 * time.Second)
			var got []string
			take := func() { r := h.next(); got = append(got, fmt.Sprintf("%s %s", r.State, r.Due.Format("05"))) }
			take()
			for len(got) < 4 {
				if policy == "replace" || len(got) > 1 {
					began = append(began, g.begins(t))
				}
				g.leave <- struct{}{}
				take()
			}
			if text := strings.Join(got, ", "); text != want {
				t.Errorf("%s, want %s; they began as %v", text, want, began)
			}
		})
	}
}

// A process that is frozen, or whose machine sleeps, does not run anything: what comes due
// meanwhile is missed as its job says, however long that is.
func TestWhatComesDueInAFreezeIsMissedAsItsJobSays(t *testing.T) {
	for _, c := range []struct {
		freeze time.Duration
		want   map[string]State
	}{
		{5 * time.Second, map[string]State{"skip": Done, "once": Done, "all": Done}},
		{11 * time.Second, map[string]State{"skip": WasMissed, "once": Done, "all": Done}},
		{32 * time.Second, map[string]State{"skip": WasMissed, "once": Done, "all": Done}},
		{45 * time.Second, map[string]State{"skip": WasMissed, "once": WasMissed, "all": WasMissed}},
	} {
		for missed, want := range c.want {
			for _, published := range []bool{true, false} {
				t.Run(fmt.Sprintf("%v, %s, published before %v", c.freeze, missed, published), func(t *testing.T) {
					h := newHouse(t, Options{})
					specs := map[string]schedule.Spec{"job": {Every: "1m", Missed: missed, Grace: "40s"}}
					h.node("a", specs, nil)
					if published {
						h.preparedBy(func() { h.passes(time.Minute - lead) })
						h.slept.Store(int64(c.freeze))
						h.passes(lead)
					} else {
						h.passes(40 * time.Second)
						h.slept.Store(int64(20*time.Second + c.freeze - maxNap))
						h.passes(maxNap)
					}
					if r := h.next(); r.State != want || !r.Due.Equal(noon.Add(time.Minute)) || want == WasMissed && r.Reason == "" {
						t.Errorf("%+v, want it %s", r, want)
					}
				})
			}
		}
	}
}

// A pause ends a line: what waits does not begin, as what is due later does not.
func TestWhatWaitsDoesNotBeginInAPause(t *testing.T) {
	for _, c := range []struct {
		overlap, missed string
		want            string
	}{
		{"skip", "all", "done 10, skipped 20, skipped 30"},
		{"queue", "once", "missed 20, done 30, skipped 40"},
	} {
		t.Run(c.overlap, func(t *testing.T) {
			h := newHouse(t, Options{})
			specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: c.overlap, Missed: c.missed, Till: "2026-11-23 12:00:40"}}
			_, leave := h.node("first", specs, nil)
			h.passes(5 * time.Second)
			leave()
			h.passes(29 * time.Second)
			g := newGate()
			n, _ := h.node("second", specs, g.run)
			t.Cleanup(func() { close(g.leave) })
			var got []string
			take := func() { r := h.next(); got = append(got, fmt.Sprintf("%s %s", r.State, r.Due.Format("05"))) }
			if c.missed == "once" {
				take()
			}
			g.begins(t)
			if c.overlap == "queue" {
				h.passes(6 * time.Second)
				h.waits("job")
			} else {
				h.claims("job", 3)
			}
			h.changes(n, func() error { return n.store.Pause(t.Context(), "job", nil) })
			g.leave <- struct{}{}
			for len(got) < 3 {
				take()
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
}

// claims returns when a job has so many runs with a record.
func (h *house) claims(job string, runs int) {
	h.t.Helper()
	s := h.store()
	for {
		all, err := s.allRuns(h.t.Context(), job)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(all) >= runs {
			return
		}
	}
}
