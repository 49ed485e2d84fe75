package vm

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// slowAfter is how long a branch may compute before it is reported.
const slowAfter = time.Second

// watchTick is how often the watchdog looks.
const watchTick = 100 * time.Millisecond

// LimitError is the cause of a branch's cancellation by a limit.
type LimitError struct {
	Limit string // the limit's name, as the flag is called: "max-compute"
	Text  string // what happened, with the figure
}

func (e *LimitError) Error() string { return e.Text }

// watchdog sees when a branch keeps the baton for long. The turn number is odd
// while somebody holds the baton and changes at every hand-over.
type watchdog struct {
	turn   atomic.Uint64
	holder atomic.Pointer[Branch]

	start      sync.Once
	quit, done chan struct{}
}

func (w *watchdog) enter(b *Branch) {
	w.start.Do(func() {
		w.quit, w.done = make(chan struct{}), make(chan struct{})
		go w.watch(b.vm.opts)
	})
	w.holder.Store(b)
	w.turn.Add(1)
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
func (w *watchdog) watch(opts Options) {
	defer close(w.done)
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	var seen uint64
	var same int
	for {
		select {
		case <-w.quit:
			return
		case <-tick.C:
		}
		turn := w.turn.Load()
		if turn%2 == 0 || turn != seen {
			seen, same = turn, 0
			continue
		}
		same++
		b := w.holder.Load()
		if b == nil {
			continue
		}
		if same == int(slowAfter/watchTick) {
			b.signal(signalSlow)
		}
		if opts.MaxCompute > 0 && same == int(opts.MaxCompute/watchTick) {
			b.Cancel(&LimitError{"max-compute", fmt.Sprintf(
				"computed for %v without a wait (limit max-compute)", opts.MaxCompute)})
		}
	}
}
