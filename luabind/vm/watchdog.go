package vm

import (
	"sync"
	"sync/atomic"
	"time"
)

// slowAfter is how long a branch may compute before it is reported.
const slowAfter = time.Second

// watchTick is how often the watchdog looks while something computes. Within
// one, a script allocates some tens of MiB.
const watchTick = 20 * time.Millisecond

// idleTicks is after how many ticks without a change the watchdog goes to sleep:
// a run that waits until the evening must not keep the machine awake.
const idleTicks = 5

// watchdog sees when a branch keeps the baton for long, and how much memory is in
// use. It only tells the branch that computes, which then looks for itself: it
// alone may say where in the script it is, and while it collects garbage it
// makes no more. The turn number is odd while somebody holds the baton and
// changes at every hand-over.
type watchdog struct {
	turn    atomic.Uint64
	blocks  atomic.Uint64 // odd while the holder is blocked on the outside
	holder  atomic.Pointer[Branch]
	flagged atomic.Uint64 // the turn in which somebody computed for too long

	parked atomic.Bool
	wake   chan struct{} // one slot; filled by whoever sets parked to false

	start      sync.Once
	quit, done chan struct{}
}

func (w *watchdog) enter(b *Branch) {
	w.start.Do(func() {
		w.quit, w.done, w.wake = make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
		go w.watch(b.vm)
	})
	w.holder.Store(b)
	w.turn.Add(1)
	w.unpark()
}

func (w *watchdog) unpark() {
	if w.parked.Load() && w.parked.CompareAndSwap(true, false) {
		w.wake <- struct{}{}
	}
}

// block stops the count of what the holder computes until unblock.
func (w *watchdog) block() { w.blocks.Add(1) }

func (w *watchdog) unblock() {
	w.blocks.Add(1)
	w.unpark()
}

func (w *watchdog) leave() {
	w.holder.Store(nil)
	w.turn.Add(1)
}

// stop ends the watching; the caller knows that no branch runs any more.
func (w *watchdog) stop() {
	if w.quit != nil {
		close(w.quit)
		<-w.done
		w.quit = nil
	}
}

// watch counts ticks, not time, so that a machine that was asleep does not
// count against the script.
func (w *watchdog) watch(m *VM) {
	defer close(w.done)
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	var seen, blocked uint64
	same, idle := 0, 0
	for {
		select {
		case <-w.quit:
			return
		case <-tick.C:
		}
		turn, blocks := w.turn.Load(), w.blocks.Load()
		nobody := turn%2 == 0 || blocks%2 == 1
		switch {
		case !nobody || turn != seen || blocks != blocked:
			idle = 0
		default:
			idle++
		}
		switch {
		case turn != seen:
			same = 0
		case !nobody:
			same++
		}
		seen, blocked = turn, blocks
		if idle >= idleTicks {
			tick.Stop()
			if !w.park(turn, blocks) {
				return
			}
			tick.Reset(watchTick)
			idle = 0
			continue
		}
		if b := w.holder.Load(); b != nil && !nobody {
			w.look(m, b, turn, same)
		}
	}
}

// look tells b, which computes since same ticks, what it should look at.
func (w *watchdog) look(m *VM, b *Branch, turn uint64, same int) {
	if m.heap.isFull() {
		b.signal(signalHeap)
	}
	if same == int(slowAfter/watchTick) {
		w.flagged.Store(turn)
		b.signal(signalSlow)
	}
	if limit := m.opts.MaxCompute; limit > 0 && same >= max(int(limit/watchTick), 1) {
		w.flagged.Store(turn)
		b.signal(signalCompute)
	}
}

// park sleeps until somebody takes the baton, or is blocked no more; false is the end.
func (w *watchdog) park(turn, blocks uint64) bool {
	w.parked.Store(true)
	if (w.turn.Load() != turn || w.blocks.Load() != blocks) && w.parked.CompareAndSwap(true, false) {
		return true
	}
	select {
	case <-w.quit:
		return false
	case <-w.wake:
		return true
	}
}

// current says whether a branch still computes as it did when it was told.
func (w *watchdog) current() bool { return w.turn.Load() == w.flagged.Load() }
