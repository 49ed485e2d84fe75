package vm

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// Names of the limits, as the flags are called.
const (
	LimitCompute = "max-compute"
	LimitHeap    = "max-heap"
	LimitThreads = "max-threads"
)

// LimitError is the cause of a cancellation by a limit. It ends the whole piece
// that the branch belongs to (its Root), since a script that goes on after it
// would run into it again.
type LimitError struct {
	Limit string     // the limit's name: LimitCompute …
	Text  string     // what happened, with the figure and the flag
	Trace []Position // where the script was
}

func (e *LimitError) Error() string { return e.Text }

// Exceed ends the piece that b belongs to: text says what happened.
func (b *Branch) Exceed(limit, text string) error {
	err := &LimitError{limit, fmt.Sprintf("%s (limit --%s)", text, limit), b.Trace()}
	b.Root().Cancel(err)
	return err
}

// attend does what the branch was told to do; it runs on the branch's own
// goroutine, between two instructions or in a library function that polls.
func (b *Branch) attend(signals uint32) {
	b.signals.And(^uint32(signalSlow | signalCompute | signalHeap))
	m := b.vm
	if signals&signalSlow != 0 && m.opts.Slow != nil && m.watchdog.current() {
		m.opts.Slow(b.Position())
	}
	if signals&signalCompute != 0 && m.watchdog.current() && !b.Cancelled() {
		_ = b.Exceed(LimitCompute, fmt.Sprintf("computed for %v without a wait", m.opts.MaxCompute))
	}
	if signals&signalHeap != 0 {
		m.collect(b)
	}
}

// Poll is for library functions that take long: it does what the interpreter
// does between two instructions, and gives the cause of a cancellation.
func (b *Branch) Poll() error {
	b.Done()
	return b.Err()
}

// collect frees what nobody uses. Where that is not enough it cancels everything
// that runs: nobody can say whose memory it is.
func (m *VM) collect(b *Branch) {
	used, enough := m.heap.relieve()
	if enough {
		return
	}
	err := &LimitError{LimitHeap, fmt.Sprintf("the script holds %s of memory, and %s are allowed (limit --%s)",
		mebibytes(used), mebibytes(m.opts.MaxHeap), LimitHeap), b.Trace()}
	m.mu.Lock()
	roots := make([]*Branch, 0, len(m.roots))
	for root := range m.roots {
		roots = append(roots, root)
	}
	m.mu.Unlock()
	for _, root := range roots {
		root.Cancel(err)
	}
}

func mebibytes(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }

// heap watches the memory that the process uses for objects and stacks.
type heap struct {
	limit int64 // bytes; 0: none

	mu        sync.Mutex
	allowed   int64     // limit, or more after it was exceeded once
	collected time.Time // the last collection that was forced
}

// collectEvery is how soon after a forced collection the next may come, unless a
// quarter of the limit has come on top: a script whose live memory is just below the
// limit shall not collect all the time.
const collectEvery = time.Second

// isFull says whether it is time to look closer.
func (h *heap) isFull() bool {
	if h.limit <= 0 {
		return false
	}
	used := heapInUse()
	h.mu.Lock()
	defer h.mu.Unlock()
	return used > h.allowed && !h.fresh(used)
}

func (h *heap) fresh(used int64) bool {
	return time.Since(h.collected) < collectEvery && used < h.allowed+h.limit/4
}

// relieve collects garbage and says how much is in use then, and whether that
// is within the limit. Once it was not, a quarter more is allowed until it is
// again, so that finally functions can run.
func (h *heap) relieve() (used int64, enough bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if used = heapInUse(); used <= h.allowed || h.fresh(used) {
		return used, true
	}
	runtime.GC()
	h.collected = time.Now()
	used = heapInUse()
	if used <= h.limit {
		h.allowed = h.limit
		return used, true
	}
	if used <= h.allowed {
		return used, true
	}
	if h.allowed == h.limit {
		h.allowed = used + h.limit/4
	}
	return used, false
}

// heapInUse does not stop the world, unlike runtime.ReadMemStats. Objects that
// are dead but not yet collected count; the floor does not.
func heapInUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	var sum uint64
	for _, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			sum += s.Value.Uint64()
		}
	}
	return int64(sum) - floor.size.Load()
}

// coroutines counts those that can still be resumed. It belongs to the holder of
// the baton.
type coroutines struct {
	made  []weak.Pointer[lua.LState] // every one that has not been seen to end, and some more
	alive int                        // those that have not ended; also those that nobody can reach, until recount
	swept time.Time                  // the last recount
	found int                        // how many it found
}

func (c *coroutines) add(co *lua.LState) {
	if len(c.made) > 2*c.alive+1024 {
		c.sweep()
	}
	c.made = append(c.made, weak.Make(co))
	c.alive++
}

// ended notes that a coroutine has come to its end.
func (c *coroutines) ended() { c.alive-- }

// recount collects garbage and counts anew. A collection takes long where there
// are many, so it is refused where the last one was a moment ago and found most
// of those that may live.
func (c *coroutines) recount(most int) {
	if c.found > most/2 && time.Since(c.swept) < collectEvery {
		return
	}
	runtime.GC()
	c.sweep()
	c.alive, c.found, c.swept = len(c.made), len(c.made), time.Now()
}

// sweep forgets those that have ended or were collected.
func (c *coroutines) sweep() {
	kept := c.made[:0]
	for _, p := range c.made {
		if co := p.Value(); co != nil && !co.Dead {
			kept = append(kept, p)
		}
	}
	clear(c.made[len(kept):])
	c.made = kept
}

// Live is the number of branches and coroutines that are alive. The caller holds
// the baton.
func (m *VM) Live() int { return int(m.live.Load()) + m.coroutines.alive }

// Admit says whether n more branches or coroutines may live. To ask for more than
// there may ever be is an error like others. To come to the limit step by step
// ends the piece: that is a script which makes ever more of them, and whose other
// branches would go on doing so. The caller holds the baton for b.
func (b *Branch) Admit(n int) error {
	m := b.vm
	if n >= floorFrom {
		layFloor()
	}
	if n > m.opts.MaxThreads {
		return fmt.Errorf("these are more than the %d branches and coroutines that may live at once (limit --%s)", m.opts.MaxThreads, LimitThreads)
	}
	if m.Live()+n > m.opts.MaxThreads {
		m.coroutines.recount(m.opts.MaxThreads) // those that nobody can reach any more have not been seen to end
	}
	if m.Live()+n <= m.opts.MaxThreads {
		return nil
	}
	return b.Exceed(LimitThreads, fmt.Sprintf("more than %d branches and coroutines at once", m.opts.MaxThreads))
}
