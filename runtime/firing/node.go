package firing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/schedule"
)

// NodeOptions are what a node needs from its host. All are needed unless they say
// otherwise.
type NodeOptions struct {
	Name  string // names the node in records; unique among those that are alive
	Clock clock.Clock
	Log   *logrus.Entry
	// Stop carries out a planned stop: it asks whether the task still records, and
	// stops it.
	Stop func(ctx context.Context, s Stop) error
	// Grace is how long runs may go on once the node is to end, before they are
	// cancelled.
	Grace time.Duration
	// Fired and Ended are told of each firing that this node published, and how late,
	// and of each run that it saw to its end. May be nil.
	Fired func(f Firing, late time.Duration)
	Ended func(r Run)
	// Crowd is called, a part of a second before, when many runs are due at the same time
	// and have been prepared. May be nil.
	Crowd func()
	// Notes are what is to be known about scripts, by their names, besides that they are
	// served. May be nil.
	Notes func() map[string]string
	// Copies are the scripts that this node serves. May be nil.
	Copies func() []Copy
}

// Handler is a job as this node can run it.
type Handler struct {
	Schedule *schedule.Schedule
	Script   string // the name and the hash of the file that declares it
	SHA256   string
	// Since is when the script said so first, by being saved or by a process that begins with
	// it: what has come due since then, while it was read, is made up for. Zero is now.
	Since time.Time
	// Run runs the job once. The end of ctx cancels it; the cause says why.
	Run func(ctx context.Context, r Run) error
	// Prepare does before a run is due what Run would do before it calls the job's
	// function. May be nil. r is the run as it will begin; ctx is that of Run.
	Prepare func(ctx context.Context, r Run) Prepared
	// Failed is told of a run that failed or was interrupted, not of one that a person has
	// cancelled; false means that it could not be seen to, since the process ends, and that
	// somebody else is to be told. May be nil. See tell.
	Failed func(ctx context.Context, r Run, err error) (told bool)
	// Resume says that a run whose node went away is run again from its beginning,
	// where it otherwise counts as interrupted; unless the job has been due again since.
	Resume bool

	record Job // as this node has read it last
}

// Prepared is a run that waits for its time. One of the two is called, once.
type Prepared struct {
	// Start begins the run and does not block. wait gives what Handler.Run would give.
	// nil: it cannot be started, and is run as if it had not been prepared.
	Start func() (wait func() error)
	Drop  func() // it is not to run, or not as it was prepared; may be nil
}

// Node serves jobs: it publishes their firings and runs them. Any number of nodes
// may serve the same jobs.
type Node struct {
	store  *Store
	opts   NodeOptions
	ticker *ticker

	mu       sync.Mutex
	handlers map[string]*Handler
	active   map[string]*active // by the key of the run's record
	stopping bool
	until    time.Time       // once it is stopping: when the runs' grace ends
	ending   <-chan struct{} // closed when the node is to end
	changed  chan struct{}   // closed and made anew when a record of the runs changed

	bells      bells // for those who stand in line
	takes      sync.WaitGroup
	entering   turnstiles // a job's runs of this node enter one after the other
	beginnings beginnings
	moments    moments
}

// NewNode makes a node that serves nothing yet.
func NewNode(store *Store, opts NodeOptions) *Node {
	if opts.Fired == nil {
		opts.Fired = func(Firing, time.Duration) {}
	}
	if opts.Ended == nil {
		opts.Ended = func(Run) {}
	}
	return &Node{
		store: store, opts: opts,
		handlers: map[string]*Handler{}, active: map[string]*active{}, changed: make(chan struct{}),
		ticker: &ticker{
			store: store, clock: opts.Clock, node: opts.Name, log: opts.Log, told: opts.Fired,
			woken: make(chan struct{}, 1), jobs: map[string]*tick{},
		},
	}
}

// Serve works until ctx ends: no firing is published or taken any more then, the
// runs that go on have the grace, and what has not begun is left to other nodes. An
// error means that it could not begin.
func (n *Node) Serve(ctx context.Context) error {
	// What belongs to runs outlives ctx: they have a grace.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	jobs, err := watch(work, n.store.jobs, n.jobChanged)
	if err != nil {
		return storeError("watch the jobs", err)
	}
	runs, err := watch(work, n.store.runs, n.runChanged, jetstream.UpdatesOnly())
	if err != nil {
		return storeError("watch the runs", err)
	}
	n.ending = ctx.Done()
	consuming, err := n.store.workers.Consume(func(msg jetstream.Msg) {
		n.takes.Add(1)
		go func() {
			defer n.takes.Done()
			n.take(work, msg)
		}()
	}, jetstream.PullMaxMessages(maxUnacked), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return storeError("take firings", err)
	}
	background.Go(func() { n.ticker.run(ctx) })
	background.Go(func() { jobs.run(work, n.store.js.Conn()) })
	background.Go(func() { runs.run(work, n.store.js.Conn()) })
	background.Go(func() { n.keepAlive(work) })
	background.Go(func() { n.tidy(work) })

	<-ctx.Done()
	n.mu.Lock()
	n.stopping = true
	n.until = n.opts.Clock.Now().Add(n.opts.Grace)
	n.mu.Unlock()
	n.wake()
	consuming.Drain() // take gives what still comes back to the others
	<-consuming.Closed()
	n.endRuns()
	return nil
}

// A node asks for as many firings at once as there can be. It asks anew when half of them
// have come, but the library forgets to where the other half comes while it is still
// sending that: with 256 at once, a thousand firings that are published together had the
// rest of them wait for two heartbeats, which was three seconds after their time.

// heartbeat is how often the server says that it still knows of a node's wish for
// firings. After two that did not come the node asks anew: the server that led the
// consumer may be gone, or its storage have been away.
const heartbeat = 2 * time.Second

// Publishing says why the firings of this node do not go out at present, or nil.
func (n *Node) Publishing() error {
	if err := n.ticker.fails.Load(); err != nil {
		return fmt.Errorf("firings cannot be published: %w", *err)
	}
	return nil
}

// maxWork is how long the ticker may be at one piece of work: a server that does not
// answer is waited for again and again, but not for long.
const maxWork = 3 * publishPatience

// Alive says whether the node's ticker does its work: nil where it has just begun some,
// or once it has answered.
func (n *Node) Alive(ctx context.Context) error {
	if since := n.ticker.busy.Load(); since != nil && time.Since(*since) < maxWork {
		return nil
	}
	answered := make(chan struct{})
	n.ticker.post(func() { close(answered) })
	select {
	case <-answered:
		return nil
	case <-ctx.Done():
		return errors.New("the ticker does not answer")
	}
}

// endRuns waits for the runs, and cancels those that outlast the grace.
func (n *Node) endRuns() {
	ended := make(chan struct{})
	go func() { n.takes.Wait(); close(ended) }()
	late := make(chan struct{})
	timer := n.opts.Clock.AfterFunc(n.opts.Grace, func() { close(late) })
	defer timer.Stop()
	select {
	case <-ended:
		return
	case <-late:
	}
	n.mu.Lock()
	runs := make([]*active, 0, len(n.active))
	for _, a := range n.active {
		runs = append(runs, a)
	}
	n.mu.Unlock()
	for _, a := range runs {
		a.cancel(ErrStopped)
	}
	<-ended
}

// ErrStopped is the cause of the cancellation of a run that outlasted the grace of its node.
var ErrStopped = errors.New("the node that ran it was stopped")

// jobChanged hands the change of a job's record to the ticker.
func (n *Node) jobChanged(e jetstream.KeyValueEntry) {
	if e.Operation() != jetstream.KeyValuePut {
		if name, err := jobOf(e.Key()); err == nil { // a planned stop that is no longer needed
			n.mu.Lock()
			delete(n.handlers, name)
			n.mu.Unlock()
			n.ticker.post(func() { n.ticker.drop(name) })
		}
		return
	}
	var record Job
	if err := json.Unmarshal(e.Value(), &record); err != nil {
		n.opts.Log.WithError(err).WithField("key", e.Key()).Error("a job's record is damaged")
		return
	}
	if record.Stop != nil {
		n.planned(record)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.handlers[record.Name]
	if h == nil {
		return
	}
	// When a job fires is what its record says: another node may serve a newer version
	// of the script, and both must agree.
	own := *h
	if record.Retired && !own.record.Retired {
		n.opts.Log.WithField("job", record.Name).Warn("the job fires no more: it was taken out of its script, or removed by recue jobs remove")
	}
	own.record = record
	if !record.Retired && !record.says(own.Schedule) { // else ten thousand jobs have two of each
		if s, err := record.schedule(); err == nil {
			own.Schedule = s
		}
	}
	n.handlers[record.Name] = &own
	s := own.Schedule
	n.ticker.post(func() { n.ticker.put(record.Name, s, record) })
}

// runChanged hands the change of a run's record to those that it concerns.
func (n *Node) runChanged(e jetstream.KeyValueEntry) {
	n.wake()
	n.bells.ring(e.Key())
	n.mu.Lock()
	a := n.active[e.Key()]
	n.mu.Unlock()
	var r Run
	if a == nil || e.Operation() != jetstream.KeyValuePut || json.Unmarshal(e.Value(), &r) != nil {
		return
	}
	switch {
	case r.Node != n.opts.Name:
		a.cancel(fmt.Errorf("%w: %s", errLost, r.Node))
	case r.Cancel != "" && !r.State.Over():
		a.cancel(asked{r.Cancel, r.Wished})
	}
}

// errLost is the end of a run that another node has taken over.
var errLost = errors.New("another node has taken the run over")

// wake has those look again who wait for a change of the runs.
func (n *Node) wake() {
	n.mu.Lock()
	close(n.changed)
	n.changed = make(chan struct{})
	n.mu.Unlock()
}

// tidy removes, day by day, what is left of the records of planned stops that were
// taken back.
func (n *Node) tidy(ctx context.Context) {
	for {
		if err := n.store.jobs.PurgeDeletes(ctx); err != nil && ctx.Err() == nil {
			n.opts.Log.WithError(err).Debug("deleted records could not be purged; tomorrow they will be")
		}
		morrow := make(chan struct{})
		timer := n.opts.Clock.AfterFunc(24*time.Hour, func() { close(morrow) })
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-morrow:
		}
	}
}

// keepAlive tells the consumer that the firings of this node's runs are in hand.
func (n *Node) keepAlive(ctx context.Context) {
	for {
		beat := make(chan struct{})
		timer := n.opts.Clock.AfterFunc(n.store.workers.CachedInfo().Config.AckWait/3, func() { close(beat) })
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-beat:
		}
		n.mu.Lock()
		for _, a := range n.active {
			_ = a.message().InProgress() // the next beat tries again
		}
		n.mu.Unlock()
	}
}
