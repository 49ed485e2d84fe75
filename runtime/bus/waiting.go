package bus

import (
	"cmp"
	"slices"
)

// waiting holds calls by their tokens. Tokens count up, and most calls end soon
// after they were made; so a call has its place in a ring, by the last bits of its
// token, and a place costs neither a hash nor a search. A call that still waits when
// the ring has come round to its place goes into a map.
type waiting struct {
	ring []*Call // a power of two, at least twice as many as wait in it
	old  map[uint64]*Call
	n    int // calls in ring
}

// minRing is the size to begin with.
const minRing = 64

func (w *waiting) place(token uint64) **Call { return &w.ring[token&uint64(len(w.ring)-1)] }

// put takes in a call, whose token is higher than those before.
func (w *waiting) put(call *Call) {
	if 2*w.n >= len(w.ring) {
		w.grow()
	}
	place := w.place(call.token)
	if older := *place; older != nil {
		if w.old == nil {
			w.old = map[uint64]*Call{}
		}
		w.old[older.token] = older
		w.n--
	}
	*place = call
	w.n++
}

// grow makes the ring larger. Two calls that had places of their own have them in
// a larger ring too.
func (w *waiting) grow() {
	before := w.ring
	w.ring = make([]*Call, max(2*len(before), minRing))
	for _, call := range before {
		if call != nil {
			*w.place(call.token) = call
		}
	}
}

// get gives the call with that token, or nil.
func (w *waiting) get(token uint64) *Call {
	if len(w.ring) == 0 {
		return nil
	}
	if call := *w.place(token); call != nil && call.token == token {
		return call
	}
	return w.old[token]
}

// remove takes out a call that is in it.
func (w *waiting) remove(call *Call) {
	if place := w.place(call.token); *place == call {
		*place = nil
		w.n--
		return
	}
	delete(w.old, call.token)
}

func (w *waiting) count() int { return w.n + len(w.old) }

// all lists the calls, oldest first.
func (w *waiting) all() []*Call {
	calls := make([]*Call, 0, w.count())
	for _, call := range w.ring {
		if call != nil {
			calls = append(calls, call)
		}
	}
	for _, call := range w.old {
		calls = append(calls, call)
	}
	slices.SortFunc(calls, func(a, b *Call) int { return cmp.Compare(a.token, b.token) })
	return calls
}
