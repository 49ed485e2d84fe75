package branch

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errBoom = errors.New("boom")

// sleepers starts n tasks that sleep one second each in virtual time and fail
// where fails says so; it returns the outcomes and the most that ran at once.
func sleepers(t *testing.T, n int, opts Options, fails func(i int) error, cancelAfter time.Duration) (errs []error, most int, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running := 0
		done := make(chan struct{})
		begun := time.Now()
		g := Start(n, opts, func(g *Group, i int) func(error) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			quit := make(chan error, 1)
			go func() {
				var err error
				select {
				case <-time.After(time.Second):
					err = fails(i)
				case err = <-quit:
				}
				mu.Lock()
				running--
				mu.Unlock()
				g.Done(i, err)
			}()
			return func(cause error) { quit <- cause }
		}, func() { close(done) })
		if cancelAfter > 0 {
			time.Sleep(cancelAfter)
			g.Cancel(errors.New("enough"))
			g.Cancel(errors.New("a second cancel does not count"))
		}
		<-done
		errs, took = g.Errors(), time.Since(begun)
	})
	return errs, most, took
}

func none(int) error { return nil }

func TestAllAtOnceByDefault(t *testing.T) {
	errs, most, took := sleepers(t, 100, Options{}, none, 0)
	if most != 100 || took != time.Second {
		t.Errorf("%d at once, took %v", most, took)
	}
	for i, err := range errs {
		if err != nil {
			t.Errorf("task %d: %v", i, err)
		}
	}
}

func TestLimit(t *testing.T) {
	if _, most, took := sleepers(t, 100, Options{Limit: 7}, none, 0); most != 7 || took != 15*time.Second {
		t.Errorf("%d at once, took %v", most, took)
	}
}

func TestOutcomesKeepTheirOrder(t *testing.T) {
	errs, _, _ := sleepers(t, 10, Options{Limit: 3}, func(i int) error { return fmt.Errorf("task %d", i) }, 0)
	for i, err := range errs {
		if err == nil || err.Error() != fmt.Sprintf("task %d", i) {
			t.Errorf("outcome %d is %v", i, err)
		}
	}
}

func TestFailureCancelsTheRest(t *testing.T) {
	cause := func(failed int, err error) error { return fmt.Errorf("task %d failed: %w", failed, err) }
	errs, _, took := sleepers(t, 10, Options{Limit: 2, Policy: Cancel, Cause: cause}, func(i int) error {
		if i == 3 {
			return errBoom
		}
		return nil
	}, 0)
	if took != 2*time.Second {
		t.Errorf("took %v", took)
	}
	if !errors.Is(errs[3], errBoom) || errs[0] != nil {
		t.Errorf("outcomes %v", errs)
	}
	for i, err := range errs[4:] {
		if err == nil || err.Error() != "task 3 failed: boom" {
			t.Errorf("task %d ended with %v", i+4, err)
		}
	}
}

func TestFailureLetsTheRestFinish(t *testing.T) {
	for _, policy := range []Policy{Wait, Collect, Rollback} {
		errs, _, _ := sleepers(t, 4, Options{Limit: 1, Policy: policy}, func(i int) error {
			if i == 0 {
				return errBoom
			}
			return nil
		}, 0)
		if errs[0] != errBoom || errs[1] != nil || errs[3] != nil {
			t.Errorf("%s: %v", policy, errs)
		}
	}
}

func TestCancelEndsRunningAndKeepsTheOthersFromStarting(t *testing.T) {
	errs, most, took := sleepers(t, 10, Options{Limit: 2}, none, 1500*time.Millisecond)
	if took != 1500*time.Millisecond || most != 2 {
		t.Errorf("took %v, %d at once", took, most)
	}
	for i, err := range errs {
		if cancelled := err != nil && err.Error() == "enough"; cancelled != (i >= 2) {
			t.Errorf("task %d ended with %v", i, err)
		}
	}
}

func TestNoTasks(t *testing.T) {
	finished := 0
	g := Start(0, Options{}, nil, func() { finished++ })
	if finished != 1 || len(g.Errors()) != 0 {
		t.Fatalf("finished %d times", finished)
	}
}

func TestTasksThatEndWithinTheirStart(t *testing.T) {
	const n = 200_000
	started, finished := 0, 0
	Start(n, Options{Limit: 1}, func(g *Group, i int) func(error) {
		started++
		g.Done(i, nil)
		return nil
	}, func() { finished++ })
	if started != n || finished != 1 {
		t.Errorf("started %d, finished %d times", started, finished)
	}
}

func TestParsePolicy(t *testing.T) {
	for _, p := range Policies {
		if got, err := ParsePolicy(string(p)); got != p || err != nil {
			t.Errorf("ParsePolicy(%q) = %v, %v", p, got, err)
		}
	}
	if _, err := ParsePolicy("wiat"); err == nil || err.Error() != `must be one of "wait", "cancel", "collect", "rollback", got "wiat"` {
		t.Error(err)
	}
}
