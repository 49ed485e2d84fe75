package simulator

import (
	"container/heap"
	"sync"
	"time"

	"recue/runtime/clock"
)

// outbox holds delayed replies until they are due. One timer, for the earliest,
// serves them all: a hundred thousand that wait cost no goroutine, and replies
// that are due at the same instant leave in the order in which they came.
type outbox struct {
	clock clock.Clock
	send  func(letter)

	mu      sync.Mutex
	waiting letters
	added   uint64
	timer   clock.Timer // for waiting[0]; nil when nothing waits
}

type letter struct {
	subject string
	body    []byte
	nobody  bool // says that nobody listens, in place of the body
	due     time.Time
	number  uint64 // in order of add
}

// add sends the reply after delay; at once, before add returns, where there is none.
func (o *outbox) add(l letter, delay time.Duration) {
	if delay <= 0 {
		o.send(l)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.added++
	l.number = o.added
	l.due = o.clock.Now().Add(delay)
	heap.Push(&o.waiting, l)
	if o.waiting[0].number == l.number {
		o.arm()
	}
}

// arm sets the timer for the earliest letter. Called with the lock held.
func (o *outbox) arm() {
	if o.timer != nil {
		o.timer.Stop() // one that comes too late to be stopped finds nothing due
		o.timer = nil
	}
	if len(o.waiting) > 0 {
		o.timer = o.clock.AfterFunc(o.waiting[0].due.Sub(o.clock.Now()), o.wake)
	}
}

// wake sends what is due. It keeps the lock while it sends, so that no later
// wake overtakes it.
func (o *outbox) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock.Now()
	for len(o.waiting) > 0 && !o.waiting[0].due.After(now) {
		o.send(heap.Pop(&o.waiting).(letter))
	}
	o.arm()
}

// flush sends everything now, in the order in which it would have left.
func (o *outbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) > 0 {
		o.send(heap.Pop(&o.waiting).(letter))
	}
	o.arm()
}

// letters is a heap: the earliest due first, then the earliest added.
type letters []letter

func (h letters) Len() int { return len(h) }
func (h letters) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].number < h[j].number
}
func (h letters) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *letters) Push(x any)   { *h = append(*h, x.(letter)) }
func (h *letters) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = letter{} // lets go of the body
	*h = (*h)[:last]
	return l
}
