package bus

import (
	"testing"
	"time"

	"recue/runtime/clock"
	"recue/runtime/fault"
)

// fill adds calls to these subjects; their tokens are 1, 2, 3, …
func fill(t *testing.T, table *table, subjects ...string) []*Call {
	t.Helper()
	var calls []*Call
	for _, s := range subjects {
		call := &Call{subject: s, timeout: patience}
		if err := table.add(call); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	return calls
}

func TestTakeGivesACallOnce(t *testing.T) {
	table := newTable(clock.NewVirtual(time.Time{}))
	calls := fill(t, table, "a", "a", "a")
	for _, call := range []*Call{calls[1], calls[0], calls[2]} { // middle, oldest, newest
		if got := table.take(call.token); got != call {
			t.Fatalf("take(%d) = %v", call.token, got)
		}
		if got := table.take(call.token); got != nil {
			t.Errorf("take(%d) gave it again", call.token)
		}
	}
	if table.count() != 0 || len(table.newest) != 0 {
		t.Errorf("left: %v, %v", table.waiting.all(), table.newest)
	}
}

func TestTakeNewestGoesByItsSubject(t *testing.T) {
	table := newTable(clock.NewVirtual(time.Time{}))
	calls := fill(t, table, "a", "b", "a", "b", "a")
	table.take(calls[2].token)
	for _, want := range []*Call{calls[4], calls[0], nil} {
		if got := table.takeNewest("a"); got != want {
			t.Fatalf("newest of a = %+v, want %+v", got, want)
		}
	}
	if got := table.takeNewest("b"); got != calls[3] {
		t.Errorf("newest of b = %+v", got)
	}
}

func TestStopTakesAllOutInTheirOrderAndRefusesMore(t *testing.T) {
	table := newTable(clock.NewVirtual(time.Time{}))
	calls := fill(t, table, "a", "b", "a")
	got := table.stop(closedHere, false)
	if len(got) != 3 || got[0] != calls[0] || got[1] != calls[1] || got[2] != calls[2] {
		t.Fatalf("stop = %v", got)
	}
	if err := table.add(&Call{subject: "a"}); err == nil || err.Subject != "a" || err.Code != fault.Cancelled {
		t.Errorf("add after stop: %v", err)
	}
	table.resume()
	fill(t, table, "a")
	if got := table.stop(closedHere, true); len(got) != 1 {
		t.Errorf("stop = %v", got)
	}
	table.resume()
	if err := table.add(&Call{subject: "a"}); err == nil {
		t.Error("a final stop was undone")
	}
}

func TestHistoryTellsSecondRepliesFromLateOnes(t *testing.T) {
	table := newTable(clock.NewVirtual(time.Time{}))
	calls := fill(t, table, "a", "a", "a")
	table.takeAnswered(calls[0].token)
	table.take(calls[1].token)
	for token, want := range map[uint64]past{0: unknown, 1: answered, 2: unanswered, 4: unknown} {
		if call, got := table.takeAnswered(token); call != nil || got != want {
			t.Errorf("takeAnswered(%d) = %v, %v, want %v", token, call, got, want)
		}
	}
	// A million requests later the same bit stands for another request.
	table.last = historySize
	next := fill(t, table, "a")[0]
	table.take(next.token)
	if _, got := table.takeAnswered(next.token); got != unanswered {
		t.Errorf("request %d = %v, want unanswered", next.token, got)
	}
	last := fill(t, table, "a", "a")[1]
	if last.token%historySize != calls[2].token {
		t.Fatalf("token %d does not share a bit with %d", last.token, calls[2].token)
	}
	table.takeAnswered(calls[2].token) // has waited all the while
	table.take(last.token)
	if _, got := table.takeAnswered(last.token); got != unanswered {
		t.Errorf("request %d = %v, want unanswered", last.token, got)
	}
	// Of requests before that nothing is known; their replies count as late.
	table.takeAnswered(fill(t, table, "a")[0].token)
	if _, got := table.takeAnswered(table.last - historySize); got != unanswered {
		t.Errorf("a reply to a request a million back = %v, want unanswered", got)
	}
}
