package vm

import (
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// maxIdle is how many drivers wait for work; one is enough for as long as no
// branch waits in a way that keeps its goroutine.
const maxIdle = 4

// drivers are the goroutines that run the branches of Start. One runs at a time,
// as only one branch holds the baton; there are more where branches wait that
// keep theirs.
type drivers struct {
	mu      sync.Mutex
	idle    []chan *Branch // each of an idle driver, with one slot
	closed  bool
	running sync.WaitGroup
}

// run has a driver run b, which holds the baton.
func (d *drivers) run(b *Branch) {
	d.mu.Lock()
	if n := len(d.idle); n > 0 {
		next := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		next <- b
		return
	}
	d.mu.Unlock()
	d.running.Go(func() { d.loop(b) })
}

func (d *drivers) loop(b *Branch) {
	next := make(chan *Branch, 1)
	via := b.vm.newVia()
	for more := true; more; {
		b.vm.drive(b, via)
		d.mu.Lock()
		if d.closed || len(d.idle) == maxIdle {
			d.mu.Unlock()
			return
		}
		d.idle = append(d.idle, next)
		d.mu.Unlock()
		b, more = <-next
	}
}

// stop ends the drivers; the caller knows that no branch runs any more.
func (d *drivers) stop() {
	d.mu.Lock()
	d.closed = true
	for _, next := range d.idle {
		close(next)
	}
	d.idle = nil
	d.mu.Unlock()
	d.running.Wait()
	d.closed = false
}

// via is what a driver lends to the branch that it runs.
type via struct {
	thread   *lua.LState // from which it resumes that of the branch; it runs no Lua
	segments segments
}

func (m *VM) newVia() *via {
	m.state.Options.CallStackSize = 1
	thread, _ := m.state.NewThread()
	return &via{thread: thread}
}

// drive runs b, which holds the baton, and whoever has the next turn, until that
// is a branch with a goroutine of its own, or nobody.
func (m *VM) drive(b *Branch, via *via) {
	for {
		m.watchdog.enter(b)
		b.step(via)
		m.watchdog.leave()
		w := m.baton.next()
		if w == nil {
			return
		}
		if w.branch == nil {
			w.turn <- struct{}{}
			return
		}
		b = w.branch
	}
}
