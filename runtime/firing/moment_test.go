package firing

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/schedule"
)

// preparing is a handler's Prepare for a Run.
func (h *house) preparing(run func(context.Context, Run) error) func(context.Context, Run) Prepared {
	return func(ctx context.Context, r Run) Prepared {
		h.made.Add(1)
		return Prepared{
			Start: func() func() error {
				h.started.Add(1)
				over := make(chan error, 1)
				go func() { over <- run(ctx, r) }()
				return func() error { return <-over }
			},
			Drop: func() { h.dropped.Add(1) },
		}
	}
}

// waiting waits until so many runs of a node wait for their time.
func (n *Node) waitingFor(t testing.TB, due time.Time, runs int) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		n.moments.mu.Lock()
		m := n.moments.coming[due.UnixNano()]
		waits := m != nil && m.waiting == runs
		n.moments.mu.Unlock()
		if waits {
			return
		}
		if time.Now().After(limit) {
			t.Fatal("the runs do not wait for their time")
		}
	}
}

func TestWhatIsPreparedIsStartedOrDropped(t *testing.T) {
	due := noon.Add(10 * time.Second)
	for name, c := range map[string]struct {
		change           func(h *house, n *Node, leave func())
		started, dropped int64
		state            State // of the run; "" for none
	}{
		"nothing changes": {func(*house, *Node, func()) {}, 1, 0, Done},
		"paused": {func(h *house, n *Node, _ func()) {
			h.changes(n, func() error { return n.store.Pause(t.Context(), "job", nil) })
		}, 0, 1, Skipped},
		"another version with that time": {func(h *house, n *Node, _ func()) { h.declares(n, schedule.Spec{Every: "5s"}) }, 0, 1, Done},
		"cancelled":                      {func(h *house, n *Node, _ func()) { h.cancels(n, runKey("job", due, Due)) }, 0, 1, Cancelled},
		"the node ends":                  {func(_ *house, _ *Node, leave func()) { leave() }, 0, 1, ""},
		"another has taken a run over": {func(h *house, n *Node, _ func()) {
			other := NewNode(h.store(), NodeOptions{Name: "b", Clock: h.clock})
			if begun, err := other.begunBy(t.Context(), Run{Node: "a", Due: due}); begun || err != nil {
				t.Fatal(begun, err)
			}
		}, 0, 1, Done},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, Options{})
			n, leave := h.node("a", map[string]schedule.Spec{"job": {Every: "10s"}}, nil)
			h.prepared()
			n.waitingFor(t, due, 1)
			c.change(h, n, leave)
			h.passes(lead)
			if c.state != "" {
				if r := h.next(); r.State != c.state || !r.Due.Equal(due) || c.state == Done && r.Attempt != 1 {
					t.Errorf("%+v", r)
				}
			}
			leave()
			if h.made.Load() != 1 || h.started.Load() != c.started || h.dropped.Load() != c.dropped {
				t.Errorf("%d prepared, %d started, %d dropped", h.made.Load(), h.started.Load(), h.dropped.Load())
			}
		})
	}
}

// What is due together begins in the order in which it was prepared, and all of it before
// anything else is done for one of them.
func TestWhatIsDueTogetherIsStartedInItsOrder(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	due := noon.Add(lead)
	const runs = 100
	var order []int
	var awaiting sync.WaitGroup
	early := make([]*early, runs)
	for i := range runs {
		a, e := waiter(t, n, fmt.Sprint("job", i), due)
		e.prepared = Prepared{Start: func() func() error {
			order = append(order, i) // the detector sees whether all are started by one goroutine
			return func() error { return nil }
		}}
		early[i] = e
		awaiting.Go(func() {
			if err := n.await(a, e); err != nil || len(order) != runs {
				t.Errorf("%v, and %d have been started", err, len(order))
			}
		})
		n.waitingFor(t, due, i+1)
	}
	h.passes(lead)
	awaiting.Wait()
	if !slices.IsSorted(order) || len(order) != runs {
		t.Errorf("%v", order)
	}
}

// waiter is a run that a node is ready for.
func waiter(t *testing.T, n *Node, job string, due time.Time) (*active, *early) {
	t.Helper()
	a, begin := readyRun(t, n, job, due)
	h := &Handler{Schedule: newSchedule(t, schedule.Spec{Every: "1s"})}
	n.mu.Lock()
	n.handlers[job] = h
	n.mu.Unlock()
	return a, &early{firing: Firing{Job: job, Due: due}, handler: h, entered: true, wanted: true, begin: begin}
}

// A run that was cancelled when its moment came is not started, and one that was started
// has begun, whatever comes at the same time.
func TestARunEitherLeavesItsMomentOrIsStarted(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	rain := errors.New("it rains")
	for i := range 50 {
		due := h.clock.Now().Add(lead)
		a, e := waiter(t, n, fmt.Sprint("job", i), due)
		started := false
		e.prepared = Prepared{Start: func() func() error { started = true; return func() error { return nil } }, Drop: func() {}}
		awaited := make(chan error, 1)
		go func() { awaited <- n.await(a, e) }()
		n.waitingFor(t, due, 1)
		go a.cancel(rain)
		h.passes(lead)
		if err := <-awaited; started != (err == nil) || !started && !errors.Is(err, rain) || started != (e.wait != nil) {
			t.Fatalf("started %v, and awaiting it gave %v", started, err)
		}
		n.takes.Wait()
	}
}

// Many runs that are due together are told of halfway to their time, once; few are not.
func TestACrowdIsToldOfBeforeItsMoment(t *testing.T) {
	for _, c := range []struct{ runs, want int }{{crowd - 1, 0}, {crowd, 1}, {2 * crowd, 1}} {
		h := newHouse(t, Options{})
		told := make(chan time.Time, 10)
		n := NewNode(h.store(), NodeOptions{
			Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New()), Crowd: func() { told <- h.clock.Now() },
		})
		due := noon.Add(lead)
		for i := range c.runs {
			f := Firing{Job: fmt.Sprint("job", i), Due: due}
			n.takes.Go(func() {
				if err := n.await(n.newActive(t.Context(), f.Job, nil, f), &early{firing: f}); err != nil {
					t.Error(err)
				}
			})
		}
		n.waitingFor(t, due, c.runs)
		h.passes(lead / 2)
		if c.want > 0 {
			if at := <-told; !at.Equal(noon.Add(lead / 2)) {
				t.Errorf("%d runs: told at %v", c.runs, at)
			}
		}
		h.passes(lead / 2)
		n.takes.Wait()
		if len(told) > 0 {
			t.Errorf("%d runs: told too often", c.runs)
		}
	}
}
