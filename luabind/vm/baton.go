package vm

import "sync"

// baton is the right to touch Lua. It goes from holder to holder in the order
// of asking: with a bare channel the Go scheduler decides who wakes first, and a
// rehearsal could not repeat itself. Its waiters block on channels, not on a
// mutex, so that testing/synctest sees them as idle.
type baton struct {
	mu    sync.Mutex
	held  bool
	queue []*waiter
	head  int // queue[:head] has been served
	// busy is told when the baton is taken up and when it is laid down: between
	// the two somebody computes. May be nil.
	busy func(bool)
}

// waiter is one place in the queue; it can be used again once it got the baton.
type waiter struct {
	turn chan struct{} // one slot
}

func newWaiter() *waiter { return &waiter{turn: make(chan struct{}, 1)} }

// ask queues w for the baton. It does not block: w.turn receives when it is w's turn.
func (b *baton) ask(w *waiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.held {
		b.held = true
		if b.busy != nil {
			b.busy(true)
		}
		w.turn <- struct{}{}
		return
	}
	b.queue = append(b.queue, w)
}

// give hands the baton to the next in the queue.
func (b *baton) give() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head == len(b.queue) {
		b.held = false
		if b.busy != nil {
			b.busy(false)
		}
		return
	}
	w := b.queue[b.head]
	b.queue[b.head] = nil
	b.head++
	if b.head == len(b.queue) {
		b.queue, b.head = b.queue[:0], 0
	} else if b.head >= 1024 && b.head*2 >= len(b.queue) {
		b.queue = append(b.queue[:0], b.queue[b.head:]...)
		b.head = 0
	}
	w.turn <- struct{}{}
}
