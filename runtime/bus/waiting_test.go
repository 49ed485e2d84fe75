package bus

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A map is the measure: what is put, found and taken out must be the same, with
// calls that wait for a moment and some that wait for ever.
func TestWaitingHoldsCallsAsAMapWould(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var w waiting
	want := map[uint64]*Call{}
	var tokens []uint64 // of want, in order
	for token := uint64(1); token <= 5*minRing*minRing; token++ {
		call := &Call{token: token}
		w.put(call)
		want[token] = call
		tokens = append(tokens, token)
		for len(tokens) > 10 && r.IntN(3) > 0 { // mostly one of the latest, seldom an old one
			i := len(tokens) - 1 - r.IntN(10)
			if r.IntN(500) == 0 {
				i = r.IntN(len(tokens))
			}
			gone := tokens[i]
			if got := w.get(gone); got != want[gone] {
				t.Fatalf("get(%d) = %v", gone, got)
			}
			w.remove(want[gone])
			delete(want, gone)
			tokens = slices.Delete(tokens, i, i+1)
			if got := w.get(gone); got != nil {
				t.Fatalf("get(%d) gave it after remove", gone)
			}
		}
		if w.count() != len(want) {
			t.Fatalf("count = %d, want %d", w.count(), len(want))
		}
	}
	if len(w.old) == 0 {
		t.Error("no call has waited until the ring came round")
	}
	all := w.all()
	if len(all) != len(tokens) {
		t.Fatalf("all gives %d, want %d", len(all), len(tokens))
	}
	for i, call := range all {
		if call != want[tokens[i]] {
			t.Fatalf("all()[%d] is %d, want %d", i, call.token, tokens[i])
		}
	}
}

func TestTheRingOfThoseThatWaitGrowsWithThemOnly(t *testing.T) {
	var w waiting
	for token := uint64(1); token <= 100*minRing; token++ {
		call := &Call{token: token}
		w.put(call)
		w.remove(call)
	}
	if len(w.ring) != minRing {
		t.Errorf("one call at a time has a ring of %d", len(w.ring))
	}
	for token := uint64(1); token <= minRing; token++ {
		w.put(&Call{token: token})
	}
	if len(w.ring) != 2*minRing || len(w.old) != 0 {
		t.Errorf("%d calls have a ring of %d and a map of %d", minRing, len(w.ring), len(w.old))
	}
}
