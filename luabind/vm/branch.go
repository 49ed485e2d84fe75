package vm

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Branch is one line of execution of a script. It is the context.Context of
// every thread it runs, and the interpreter asks it before every instruction.
//
// Its methods are for the goroutine that holds the baton for it, except Cancel,
// which may be called from anywhere.
type Branch struct {
	vm     *VM
	parent *Branch
	depth  int
	host   any
	turn   *waiter // of the goroutine; nil where there was no need yet
	task   *task   // of a branch that may wait without one; nil: it may not
	// threads are the Lua threads that run within each other, innermost last.
	threads []*lua.LState
	handled int        // how many of them a pcall of the script runs
	frames  int        // call frames of all threads but the innermost
	last    raised     // the last error that was raised
	keep    []Position // the trace of an error that is raised again

	signals  atomic.Uint32
	mu       sync.Mutex
	cause    error
	shielded bool
	pending  func(cause error) // cancels what the branch waits for
	child    *Branch           // one of those within it, see adopt
	// Its neighbours among its parent's children; the parent's mutex guards them.
	older, younger *Branch
}

// What may be signalled to a branch; it sees it at its next instruction.
const (
	signalCancelled = 1 << iota // for ever
	signalSlow                  // once: has computed for long
	signalCompute               // once: has computed for too long
	signalHeap                  // once: memory runs out
)

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Done is closed from the moment of cancellation and nil before: the
// interpreter's look at it costs an atomic load. Once closed it stays closed,
// so that no pcall can outlive a cancellation.
func (b *Branch) Done() <-chan struct{} {
	signals := b.signals.Load()
	if signals == 0 {
		return nil
	}
	if signals&^signalCancelled != 0 {
		b.attend(signals)
	}
	if b.Cancelled() {
		return closed
	}
	return nil
}

// Flags is 0 for as long as Done is nil and has nothing to do, so that whoever asks
// before every instruction need not call it.
func (b *Branch) Flags() *atomic.Uint32 { return &b.signals }

func (b *Branch) signal(s uint32) { b.signals.Or(s) }

// Cancelled says whether the branch has been cancelled.
func (b *Branch) Cancelled() bool { return b.signals.Load()&signalCancelled != 0 }

// Err is the cause of the cancellation, nil before.
func (b *Branch) Err() error {
	if !b.Cancelled() {
		return nil
	}
	return b.Cause()
}

// Deadline is part of context.Context; a branch has none of its own.
func (b *Branch) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value is part of context.Context; a branch carries none.
func (b *Branch) Value(any) any { return nil }

var _ context.Context = (*Branch)(nil)

// Of gives the branch that runs L.
func Of(L *lua.LState) *Branch {
	b, _ := L.Context().(*Branch)
	return b
}

// Host is what the host attached to the branch with Go.
func (b *Branch) Host() any { return b.host }

// SetHost attaches other data to the branch. Branches that it starts are not affected.
func (b *Branch) SetHost(host any) { b.host = host }

// ErrCancelled is the cause of a Cancel without one.
var ErrCancelled = errors.New("cancelled")

// Go starts run as a new branch, a child of parent (nil: of nobody) that is
// cancelled with it. The branch stands in the queue for the baton when Go
// returns; run is called with the baton held. host is the host's own data.
// ended, which may be nil, is called after run with the baton still held.
func (m *VM) Go(parent *Branch, host any, run func(b *Branch), ended func()) *Branch {
	b := &Branch{vm: m, parent: parent, host: host, turn: newWaiter()}
	b.enter()
	m.baton.ask(b.turn)
	go func() {
		<-b.turn.turn
		m.watchdog.enter(b)
		defer func() {
			b.leave(ended)
			m.watchdog.leave()
			m.baton.give()
			m.branches.Done()
		}()
		run(b)
	}()
	return b
}

// enter counts the branch in.
func (b *Branch) enter() {
	if b.parent != nil {
		b.depth = b.parent.depth + 1
		b.parent.adopt(b)
	} else {
		b.vm.enlist(b)
	}
	b.vm.live.Add(1)
	b.vm.branches.Add(1)
}

// leave counts it out, except in branches, and tells ended, which may be nil.
func (b *Branch) leave(ended func()) {
	if b.parent != nil {
		b.parent.forget(b)
	} else {
		b.vm.dismiss(b)
	}
	b.vm.live.Add(-1)
	if ended != nil {
		ended()
	}
}

func (m *VM) enlist(root *Branch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.roots == nil {
		m.roots = map[*Branch]struct{}{}
	}
	m.roots[root] = struct{}{}
}

func (m *VM) dismiss(root *Branch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.roots, root)
}

// adopt takes child in as the youngest.
func (b *Branch) adopt(child *Branch) {
	b.mu.Lock()
	if child.older = b.child; child.older != nil {
		child.older.younger = child
	}
	b.child = child
	cancelled, cause := b.Cancelled() && !b.shielded, b.cause
	b.mu.Unlock()
	if cancelled {
		child.Cancel(cause)
	}
}

func (b *Branch) forget(child *Branch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if child.older != nil {
		child.older.younger = child.younger
	}
	if child.younger != nil {
		child.younger.older = child.older
	} else {
		b.child = child.older
	}
	child.older, child.younger = nil, nil
}

// Cancel ends the branch and its children: what they wait for fails with cause
// at once, and every further Lua instruction raises. Only the first call counts.
// It returns before they have ended.
func (b *Branch) Cancel(cause error) {
	if cause == nil {
		cause = ErrCancelled
	}
	b.mu.Lock()
	if b.Cancelled() {
		b.mu.Unlock()
		return
	}
	b.cause = cause
	b.signal(signalCancelled)
	pending := b.pending
	if b.shielded {
		pending = nil
	}
	var children []*Branch
	for child := b.child; child != nil; child = child.older {
		children = append(children, child)
	}
	slices.Reverse(children) // in the order in which they were started
	b.mu.Unlock()
	for _, child := range children {
		child.Cancel(cause)
	}
	if pending != nil {
		pending(cause)
	}
}

// Interrupted is the cause of a cancellation that the running host code has to
// heed: nil in a Shield.
func (b *Branch) Interrupted() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shielded {
		return nil
	}
	return b.cause
}

// Depth is how many branches it is within.
func (b *Branch) Depth() int { return b.depth }

// Root is the branch that b descends from: the script, or a finally function.
func (b *Branch) Root() *Branch {
	for b.parent != nil {
		b = b.parent
	}
	return b
}

// Cause is what the branch was cancelled with, or nil.
func (b *Branch) Cause() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cause
}

// Await gives the baton away until wake is called, and takes it back. start
// begins what is waited for and returns how to cancel it; wake may be called
// from any goroutine, also before start returns, and counts once. A cancelled
// branch has its wait cancelled at once: what was started must then call wake.
func (b *Branch) Await(start func(wake func()) (cancel func(cause error))) {
	m := b.vm
	if b.turn == nil {
		b.turn = newWaiter()
	}
	b.begin(start, b.turn)
	m.watchdog.leave()
	m.baton.give()
	<-b.turn.turn
	m.watchdog.enter(b)
	b.settled()
	m.state.G.CurrentThread = b.thread()
}

// begin begins a wait; the branch then queues for the baton as w.
func (b *Branch) begin(start func(wake func()) (cancel func(cause error)), w *waiter) {
	var once atomic.Bool
	cancel := start(func() {
		if once.CompareAndSwap(false, true) {
			b.vm.baton.ask(w)
		}
	})
	b.mu.Lock()
	b.pending = cancel
	cancelled, cause := b.Cancelled() && !b.shielded, b.cause
	b.mu.Unlock()
	if cancelled {
		cancel(cause)
	}
}

// settled ends a wait: there is nothing to cancel any more.
func (b *Branch) settled() {
	b.mu.Lock()
	b.pending = nil
	b.mu.Unlock()
}

// Blocking runs f, which may block on the outside: a pager that nobody scrolls, a
// disk. The baton is kept, so that output stays in order and all others wait, but
// the script is not taken to compute meanwhile. It is no wait either: a script that
// prints without end computes without end.
func (b *Branch) Blocking(f func()) {
	b.vm.watchdog.block()
	defer b.vm.watchdog.unblock()
	f()
}

// Shield runs f so that a cancellation does not reach what it waits for: the
// stop of a recording must be sent whatever ended the wait before it. It
// protects host code only; Lua instructions of a cancelled branch still raise.
func (b *Branch) Shield(f func()) {
	b.mu.Lock()
	before := b.shielded
	b.shielded = true
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		b.shielded = before
		b.mu.Unlock()
	}()
	f()
}

// thread is the innermost running thread.
func (b *Branch) thread() *lua.LState {
	if n := len(b.threads); n > 0 {
		return b.threads[n-1]
	}
	return b.vm.state
}
