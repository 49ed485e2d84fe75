package bus

import (
	"testing"
	"testing/synctest"
	"time"

	"recue/runtime/clock"
	"recue/runtime/fault"
)

// Requests time out at their own times, whatever the others' timeouts are, and
// one timer for each timeout is enough.
func TestEachRequestTimesOutAtItsTime(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	virtual := clock.NewVirtual(start)
	table := newTable(virtual)
	ended := map[string]time.Duration{}
	add := func(name string, timeout time.Duration) *Call {
		call := &Call{subject: name, timeout: timeout, done: func(_ []byte, err error) {
			if fault.CodeOf(err) != fault.Timeout {
				t.Errorf("%s: %v", name, err)
			}
			ended[name] = virtual.Now().Sub(start)
		}}
		if err := table.add(call); err != nil {
			t.Fatal(err)
		}
		return call
	}
	add("a", 2*time.Second)
	add("b", 2*time.Second)
	answered := add("c", 2*time.Second)
	add("long", time.Minute)
	virtual.AfterFunc(time.Second, func() {
		add("d", 2*time.Second)
		add("short", 500*time.Millisecond)
		table.take(answered.token)
	})
	for virtual.Step() {
	}
	want := map[string]time.Duration{"a": 2 * time.Second, "b": 2 * time.Second, "d": 3 * time.Second, "short": 1500 * time.Millisecond, "long": time.Minute}
	if len(ended) != len(want) {
		t.Errorf("ended: %v", ended)
	}
	for name, at := range want {
		if ended[name] != at {
			t.Errorf("%s timed out after %v, want %v", name, ended[name], at)
		}
	}
	if table.count() != 0 || len(table.late.queues) != 0 {
		t.Errorf("left: %v, %v", table.waiting.all(), table.late.queues)
	}
}

// When the last request of a timeout has its answer, its timer is stopped: in
// virtual time it would be a moment at which nothing happens.
func TestNoTimerWithoutARequest(t *testing.T) {
	virtual := clock.NewVirtual(time.Time{})
	table := newTable(virtual)
	calls := []*Call{{timeout: time.Second}, {timeout: time.Second}, {timeout: time.Second}}
	for _, call := range calls {
		if err := table.add(call); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{1, 0, 2} { // middle, first, last
		table.take(calls[i].token)
	}
	if virtual.Step() {
		t.Error("a timer was left")
	}
}

// On the machine's clock a timer stays for the next request, until it fires or the
// connection ends.
func TestTimerIsKeptForTheNextRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newTable(clock.Real{})
		add := func(timeout time.Duration) *Call {
			call := &Call{timeout: timeout, done: func([]byte, error) { t.Error("timed out") }}
			if err := table.add(call); err != nil {
				t.Fatal(err)
			}
			return call
		}
		queue := func() (timer clock.Timer, queues int) {
			table.mu.Lock()
			defer table.mu.Unlock()
			if q := table.late.queues[time.Second]; q != nil {
				timer = q.timer
			}
			return timer, len(table.late.queues)
		}
		table.take(add(time.Second).token)
		first, _ := queue()
		time.Sleep(900 * time.Millisecond)
		next := add(time.Second) // while the timer of the one before still runs
		if timer, _ := queue(); timer != first {
			t.Error("the second request made a timer of its own")
		}
		time.Sleep(900 * time.Millisecond)
		synctest.Wait()
		table.take(next.token)
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if _, n := queue(); n != 0 {
			t.Errorf("%d queues are left after the timer fired", n)
		}
		table.take(add(time.Minute).token)
		table.stop(closedHere, true)
		if _, n := queue(); n != 0 {
			t.Errorf("%d queues are left at the end", n)
		}
	})
}
