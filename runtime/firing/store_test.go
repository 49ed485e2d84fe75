package firing

import (
	"testing"
	"time"

	"recue/runtime/schedule"
)

// Who opens the state with other options changes nothing but what these say. A changed
// number of replicas had the firings of dead nodes stay with them for 30 s again.
func TestWhatAnOptionDoesNotSayStaysAsItIs(t *testing.T) {
	h := newHouse(t, Options{AckWait: 5 * time.Second})
	h.store()
	for _, opts := range []Options{{}, {Replicas: 1}, {Existing: true}, {Replicas: 1, AckWait: 5 * time.Second}} {
		h.opts = opts
		if got := h.store().workers.CachedInfo().Config; got.AckWait != 5*time.Second || got.MaxAckPending != maxUnacked || got.MaxDeliver != -1 {
			t.Errorf("with %+v the consumer has %+v", opts, got)
		}
	}
	h.opts = Options{AckWait: time.Second}
	if got := h.store().workers.CachedInfo().Config.AckWait; got != time.Second {
		t.Errorf("it was asked for a second and has %v", got)
	}
}

// A firing whose job is not found is not put aside without a word: a server that has just
// been made a replica may not know the job yet.
func TestAFiringWhoseJobIsNotFoundIsKept(t *testing.T) {
	h := newHouse(t, Options{})
	h.node("another", map[string]schedule.Spec{"another job": {Every: "1h"}}, nil)
	s := h.store()
	for _, f := range []Firing{{Job: "job"}, {Job: "stop", Planned: true}} {
		f.Kind, f.Due, f.Cursor = Due, noon, noon
		if _, won, err := s.publish(t.Context(), f, 0); !won || err != nil {
			t.Fatal(won, err)
		}
	}
	for { // one is put aside, the other is passed on until somebody serves its job
		info, err := s.workers.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.NumPending == 0 && info.NumAckPending == 1 && info.NumRedelivered == 1 {
			break
		}
	}
	h.node("late", map[string]schedule.Spec{"job": {Every: "1h"}}, nil)
	if r := h.next(); r.Job != "job" || r.State != Done || r.Node != "late" {
		t.Errorf("%+v", r)
	}
}

// A firing came back for a minute to the one of three nodes that did not serve it: the
// server took turns, and the pause was in step with jobs that are due every second.
func TestAFiringIsPassedOnOutOfStep(t *testing.T) {
	for delivered, longest := range map[uint64]time.Duration{1: 50 * time.Millisecond, 20: 50 * time.Millisecond, 21: 1250 * time.Millisecond, 1000: 1250 * time.Millisecond} {
		seen := map[time.Duration]bool{}
		for range 100 {
			d := passOn(delivered)
			if d < 0 || d > longest || delivered > 20 && d < 250*time.Millisecond {
				t.Errorf("after %d deliveries it comes again in %v", delivered, d)
			}
			seen[d.Round(time.Millisecond)] = true
		}
		if len(seen) < 10 {
			t.Errorf("after %d deliveries it comes again after one of %d pauses", delivered, len(seen))
		}
	}
}
