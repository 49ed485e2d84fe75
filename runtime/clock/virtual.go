package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Holder is a Clock that must not go on while somebody computes. Whoever takes
// part in virtual time holds the clock from the moment when it has something to
// do until it waits for a timer of the clock, or for somebody who holds it.
type Holder interface {
	Hold()
	Release()
}

// Virtual is a clock that stands still while anybody holds it, and jumps to the
// next timer when nobody does. Timers fire one after the other, in the order of
// their times, and of their making where the times are equal: the same program
// sees the same order every time.
//
// Its timers fire in Step, on the caller's goroutine, and not on goroutines of
// their own: what a timer starts is in the account before the next one fires.
type Virtual struct {
	mu     sync.Mutex
	free   *sync.Cond // holds fell to 0
	now    time.Time
	holds  int
	made   uint64
	timers timerHeap
}

// NewVirtual makes a clock that stands at start.
func NewVirtual(start time.Time) *Virtual {
	v := &Virtual{now: start}
	v.free = sync.NewCond(&v.mu)
	return v
}

var (
	_ Clock  = (*Virtual)(nil)
	_ Holder = (*Virtual)(nil)
)

// Now is the virtual instant.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Hold keeps the clock from going on until Release.
func (v *Virtual) Hold() {
	v.mu.Lock()
	v.holds++
	v.mu.Unlock()
}

// Release undoes one Hold.
func (v *Virtual) Release() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.holds--; v.holds < 0 {
		panic("clock: Release without Hold")
	}
	if v.holds == 0 {
		v.free.Broadcast()
	}
}

// AfterFunc has f called by Step when d has passed; f must not block.
func (v *Virtual) AfterFunc(d time.Duration, f func()) Timer {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.made++
	t := &virtualTimer{clock: v, at: v.now.Add(max(d, 0)), order: v.made, f: f}
	heap.Push(&v.timers, t)
	return t
}

// Next waits until nobody holds the clock and tells when its next timer is due;
// false when there is none.
func (v *Virtual) Next() (time.Time, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.settle()
	if len(v.timers) == 0 {
		return time.Time{}, false
	}
	return v.timers[0].at, true
}

// Step waits until nobody holds the clock, goes on to the next timer and fires
// it. It reports whether there was one.
func (v *Virtual) Step() bool {
	v.mu.Lock()
	v.settle()
	if len(v.timers) == 0 {
		v.mu.Unlock()
		return false
	}
	t := heap.Pop(&v.timers).(*virtualTimer)
	v.now = t.at
	v.mu.Unlock()
	t.f()
	return true
}

func (v *Virtual) settle() {
	for v.holds > 0 {
		v.free.Wait()
	}
}

type virtualTimer struct {
	clock *Virtual
	at    time.Time
	order uint64
	index int // in the heap; -1: no longer there
	f     func()
}

func (t *virtualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	return true
}

// timerHeap has the next timer first.
type timerHeap []*virtualTimer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].order < h[j].order
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*virtualTimer)
	t.index = len(*h)
	*h = append(*h, t)
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}
