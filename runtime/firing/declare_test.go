package firing

import (
	"testing"
	"time"

	"recue/runtime/schedule"
)

// A script that is saved right before the time of a job is read after it: the job fires
// all the same, and is missed where that took too long.
func TestAJobThatWasSavedBeforeItsTimeFiresAfterIt(t *testing.T) {
	for _, c := range []struct {
		missed string
		after  time.Duration
		want   State
	}{
		{"once", 400 * time.Millisecond, Done}, {"skip", 400 * time.Millisecond, Done},
		{"once", time.Minute, Done}, {"skip", time.Minute, WasMissed},
	} {
		h := newHouse(t, Options{})
		n, _ := h.node("a", map[string]schedule.Spec{"job": {Every: "1h"}}, nil)
		n.mu.Lock()
		own := *n.handlers["job"]
		n.mu.Unlock()
		own.Schedule, own.Since = newSchedule(t, schedule.Spec{At: "2026-11-23 12:01:00", Missed: c.missed}), noon.Add(time.Minute-200*time.Millisecond)
		h.passes(time.Minute + c.after)
		if err := n.Declare(t.Context(), "s.lua", map[string]*Handler{"late": &own}); err != nil {
			t.Fatal(err)
		}
		if r := h.next(); r.Job != "late" || r.State != c.want || !r.Due.Equal(noon.Add(time.Minute)) {
			t.Errorf("%s, %v after its time: %+v", c.missed, c.after, r)
		}
	}
}

func TestAJobThatWasSavedAfterItsTimeDoesNotFire(t *testing.T) {
	h := newHouse(t, Options{})
	n, _ := h.node("a", map[string]schedule.Spec{"job": {Every: "1h"}}, nil)
	n.mu.Lock()
	own := *n.handlers["job"]
	n.mu.Unlock()
	early, late := own, own
	early.Schedule, early.Since = newSchedule(t, schedule.Spec{At: "2026-11-23 12:01:00"}), noon.Add(time.Minute+time.Millisecond)
	late.Schedule, late.Since = newSchedule(t, schedule.Spec{At: "2026-11-23 12:01:01"}), early.Since
	h.passes(time.Minute + 500*time.Millisecond)
	if err := n.Declare(t.Context(), "s.lua", map[string]*Handler{"early": &early, "late": &late}); err != nil {
		t.Fatal(err)
	}
	h.passes(time.Second)
	if r := h.next(); r.Job != "late" {
		t.Errorf("%+v", r)
	}
}
