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
	run  func(b *Branch) // has a driver run b
}

// waiter is one place in the queue; it can be used again once it got the baton.
type waiter struct {
	turn   chan struct{} // one slot; of a branch that has a goroutine
	branch *Branch       // else: to be run by a driver
}

func newWaiter() *waiter { return &waiter{turn: make(chan struct{}, 1)} }

// ask queues w for the baton. It does not block: w.turn receives when it is w's
// turn, or its branch is run.
func (b *baton) ask(w *waiter) {
	b.mu.Lock()
	if b.held {
		b.queue = append(b.queue, w)
		b.mu.Unlock()
		return
	}
	b.held = true
	if b.busy != nil {
		b.busy(true)
	}
	b.mu.Unlock()
	b.hand(w)
}

// give hands the baton to the next in the queue.
func (b *baton) give() {
	if w := b.next(); w != nil {
		b.hand(w)
	}
}

// hand lets w have the baton.
func (b *baton) hand(w *waiter) {
	if w.branch != nil {
		b.run(w.branch)
		return
	}
	w.turn <- struct{}{}
}

// next takes the next out of the queue, for whom the caller then holds the baton;
// where there is none, the baton is laid down.
func (b *baton) next() *waiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head == len(b.queue) {
		b.held = false
		if b.busy != nil {
			b.busy(false)
		}
		return nil
	}
	w := b.queue[b.head]
	b.queue[b.head] = nil
	b.head++
	if b.head == len(b.queue) {
		b.queue, b.head = b.queue[:0], 0
	} else if b.head >= 1024 && b.head*2 >= len(b.queue) {
		n := copy(b.queue, b.queue[b.head:])
		clear(b.queue[n:]) // else those that have ended are kept, with all that they had
		b.queue, b.head = b.queue[:n], 0
	}
	return w
}
