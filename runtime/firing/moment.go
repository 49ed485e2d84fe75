package firing

import (
	"context"
	"sync"
	"time"

	"recue/runtime/clock"
)

// moments are the instants for which runs of this node wait. The zero value is ready to use.
type moments struct {
	mu     sync.Mutex
	coming map[int64]*moment // by the instant, in nanoseconds since 1970
}

// moment is an instant at which runs are due. One timer serves all of them, and one goroutine
// gives the node's word and starts what is prepared, while all others sleep: a thousand
// that wake at once hold up the word for which they all wait, and the first of them that
// end hold up the last that begin.
type moment struct {
	due      time.Time
	over     chan struct{} // closed by a timer
	many     chan struct{} // closed by a timer where many runs wait
	deserted chan struct{} // closed when no run waits any more
	come     chan struct{} // closed when the runs may go on

	// Guarded by moments.mu:
	runs    []*early // in the order of their coming
	waiting int      // of them
	timers  []clock.Timer
}

// early is a run that was published before it is due, and waits for that.
type early struct {
	firing   Firing
	handler  *Handler
	entered  bool        // there is room for it
	begin    func() bool // of ready, where it has entered
	wanted   bool        // by what the handler said when it began to wait
	prepared Prepared    // without its functions: nothing

	// Guarded by moments.mu until the run waits no more:
	left bool         // it waits no more
	same bool         // the handler was the same when the moment had come
	at   time.Time    // when it was started
	wait func() error // for the end of what was started; nil: nothing was
}

// prepare has the handler prepare the run.
func (e *early) prepare(a *active) {
	if e.handler.Prepare == nil {
		return
	}
	r := a.run
	r.begin(r.Due)
	e.prepared = e.handler.Prepare(a.ctx, r)
}

// drop lets go what was prepared and not started.
func (e *early) drop() {
	if e.prepared.Drop != nil && e.wait == nil {
		e.prepared.Drop()
	}
}

// join has a run wait for its moment. nil means that it has come.
func (n *Node) join(ctx context.Context, e *early) *moment {
	defer hold(n.opts.Clock)()
	// No longer than the lead: this node's clock may be behind that of the node which
	// published it, or may have been set back.
	wait := min(e.firing.Due.Sub(n.opts.Clock.Now()), lead)
	if wait <= 0 {
		return nil
	}
	n.moments.mu.Lock()
	defer n.moments.mu.Unlock()
	key := e.firing.Due.UnixNano()
	m := n.moments.coming[key]
	if m == nil {
		m = &moment{due: e.firing.Due, over: make(chan struct{}), many: make(chan struct{}), deserted: make(chan struct{}), come: make(chan struct{})}
		if n.moments.coming == nil {
			n.moments.coming = map[int64]*moment{}
		}
		n.moments.coming[key] = m
		m.timers = append(m.timers, n.opts.Clock.AfterFunc(wait, func() { close(m.over) }))
		n.takes.Go(func() { n.bring(context.WithoutCancel(ctx), m) })
	}
	m.waiting++
	if m.runs = append(m.runs, e); len(m.runs) == crowd && n.opts.Crowd != nil {
		m.timers = append(m.timers, n.opts.Clock.AfterFunc(wait/2, func() { close(m.many) }))
	}
	return m
}

// crowd is how many runs that wait for the same moment are many.
const crowd = 100

// await waits until a run is due. An error means that the firing is for another node.
func (n *Node) await(a *active, e *early) (err error) {
	m := n.join(a.ctx, e)
	if m == nil {
		return nil
	}
	select {
	case <-m.come:
	case <-n.ending:
		err = ErrStopped
	case <-a.ctx.Done():
		err = context.Cause(a.ctx)
	}
	if started := n.leave(m, e); started {
		return nil
	}
	return err
}

// leave ends a run's wait, and says whether it was started.
func (n *Node) leave(m *moment, e *early) (started bool) {
	n.moments.mu.Lock()
	defer n.moments.mu.Unlock()
	e.left = true
	m.waiting--
	if key := m.due.UnixNano(); m.waiting == 0 && n.moments.coming[key] == m {
		delete(n.moments.coming, key)
		close(m.deserted)
	}
	return e.wait != nil
}

// bring waits for a moment. When it has come what can be started is, and all others go on.
func (n *Node) bring(ctx context.Context, m *moment) {
	if !n.comes(m) {
		return
	}
	defer close(m.come)
	runs := n.toBegin(m)
	if len(runs) == 0 {
		return
	}
	n.begin(ctx, m.due, n.beginnings.refused())
	for _, e := range runs {
		if e.prepared.Start != nil && e.begin() {
			n.start(e)
		}
	}
}

// comes waits for a moment; false means that no run waits for it any more.
func (n *Node) comes(m *moment) bool {
	select {
	case <-m.many:
		n.takes.Go(n.opts.Crowd)
	case <-m.over:
		return true
	case <-m.deserted:
	}
	select {
	case <-m.over:
		return true
	case <-m.deserted:
	}
	n.moments.mu.Lock()
	defer n.moments.mu.Unlock()
	for _, timer := range m.timers {
		timer.Stop()
	}
	return false
}

// toBegin compares the handlers with what they were when the runs began to wait, and gives
// the runs that are to begin by the node's word.
func (n *Node) toBegin(m *moment) (runs []*early) {
	n.moments.mu.Lock()
	defer n.moments.mu.Unlock()
	delete(n.moments.coming, m.due.UnixNano())
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range m.runs {
		e.same = !n.stopping && n.handlers[e.firing.Job] == e.handler
		if !e.left && e.same && e.wanted && e.entered && n.inTime(e.firing, e.handler) {
			runs = append(runs, e)
		}
	}
	return runs
}

// start starts a prepared run, unless it waits no more.
func (n *Node) start(e *early) {
	n.moments.mu.Lock()
	defer n.moments.mu.Unlock()
	if e.left {
		return
	}
	e.at = n.opts.Clock.Now()
	e.wait = e.prepared.Start()
}
