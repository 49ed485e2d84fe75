package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/firing"
	"recue/runtime/metrics"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
)

// service is one recue serve.
type service struct {
	app  *app
	cfg  *config.Config
	log  *logrus.Entry
	opts serveOptions

	scripts   []*served
	releasing sync.WaitGroup // versions that were exchanged

	book   *logbook
	conn   *bus.Conn // commands travel on it
	node   *firing.Node
	name   string // of the node
	notify *notifier
	left   *recordings

	metrics  *metrics.Metrics
	serving  atomic.Pointer[place] // nil until the jobs are registered
	stopping atomic.Bool
	late     context.Context // ends when whoever ends the process has waited long enough
}

// perform connects, serves until ctx ends, and closes everything again.
func (s *service) perform(ctx context.Context) error {
	closeMetrics, err := s.serveMetrics()
	if err != nil {
		return err
	}
	defer closeMetrics()
	place, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer place.close()
	s.conn = place.commands
	s.name = nodeName()
	store, err := s.openStore(ctx, place.state)
	if err != nil {
		return err
	}
	s.node = firing.NewNode(store, firing.NodeOptions{
		Name: s.name, Clock: clock.Real{}, Log: s.log, Grace: s.opts.grace,
		Stop: s.stopTask, Fired: s.fired, Ended: s.runEnded, Crowd: collectEarly, Notes: s.notes, Copies: s.copies,
	})
	if err := s.refuseClash(ctx, store); err != nil {
		return err
	}
	for _, w := range s.scripts {
		if err := s.again(ctx, "the jobs cannot be registered", firing.Temporary, func() error { return s.declare(ctx, w, w.current) }); err != nil {
			return err
		}
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var background sync.WaitGroup
	defer background.Wait()
	defer end(nil)
	for _, conn := range []*bus.Conn{place.commands, place.state} {
		background.Go(func() {
			select {
			case <-conn.Ended():
				end(conn.Err())
			case <-ctx.Done():
			}
		})
	}
	for _, w := range s.scripts {
		background.Go(func() { s.watchFiles(ctx, w) })
	}
	over := make(chan struct{})
	defer close(over)
	var hurry context.CancelFunc
	s.late, hurry = context.WithCancel(context.WithoutCancel(ctx))
	background.Go(func() { afterGrace(ctx, s.opts.grace, over, hurry) })
	answered, err := s.node.Answer()
	if err != nil {
		return err
	}
	defer answered()
	s.announce(ctx, place, store)
	background.Go(func() { s.tellUnserved(ctx, store) })
	background.Go(func() { petWatchdog(ctx, s.log, s.node.Alive, over) })
	if err := s.node.Serve(ctx); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// afterGrace has those hurry who tell of failures, once ctx has ended, the runs have had
// their grace and the finally functions theirs. It ends when over is closed.
func afterGrace(ctx context.Context, runs time.Duration, over <-chan struct{}, hurry func()) {
	defer hurry()
	select {
	case <-ctx.Done():
	case <-over:
		return
	}
	patience := time.NewTimer(runs + 2*grace)
	defer patience.Stop()
	select {
	case <-patience.C:
	case <-over:
	}
}

// place is where the state is and where commands go; both may be one connection.
type place struct {
	server          *natsd.Server // nil: somebody else's
	simulated       *simulated    // nil: the recorders are real
	state, commands *bus.Conn
}

func (p *place) close() {
	for _, conn := range []*bus.Conn{p.commands, p.state} {
		if conn != nil {
			_ = conn.Close(context.Background()) // what was sent last has had its answer
		}
	}
	if p.simulated != nil {
		p.simulated.close()
	}
	if p.server != nil {
		p.server.Close()
	}
}

// open connects. A server that is away is tried again until ctx ends.
func (s *service) open(ctx context.Context) (_ *place, err error) {
	p := &place{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	outside := busOptions(s.cfg, s.log)
	outside.Name = serveName
	if s.opts.store == "" {
		if p.state, err = s.connect(ctx, outside); err != nil {
			return nil, err
		}
		p.commands = p.state
		return p, nil
	}
	if p.server, err = natsd.Start(natsd.Options{Store: s.opts.store, Listen: s.opts.listen, Log: s.log}); err != nil {
		return nil, err
	}
	inside := bus.Options{InProcess: p.server, Token: p.server.Token(), Name: serveName, Log: s.log}
	if p.state, err = bus.Connect(ctx, inside); err != nil {
		return nil, err
	}
	switch {
	case s.opts.sim:
		own := inside
		own.Name = simName
		if p.simulated, err = simulateOn(ctx, own, s.cfg.Subject, simulator.Options{Log: s.log}); err != nil {
			return nil, err
		}
		p.commands = p.state
	case s.opts.listen != "":
		p.commands = p.state
	default:
		if p.commands, err = s.connect(ctx, outside); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// serveName is the name of the connection, as the server lists it.
const serveName = "recue serve"

func (s *service) connect(ctx context.Context, o bus.Options) (conn *bus.Conn, err error) {
	err = s.again(ctx, "there is no connection yet", bus.Temporary, func() error {
		conn, err = bus.Connect(ctx, o)
		return err
	})
	return conn, err
}

func (s *service) openStore(ctx context.Context, conn *bus.Conn) (store *firing.Store, err error) {
	opts := firing.Options{Replicas: s.opts.replicas}
	if s.opts.store != "" {
		opts.AckWait = loneAckWait
	}
	err = s.again(ctx, "the schedules' state cannot be opened yet", firing.Temporary, func() error {
		ctx, cancel := context.WithTimeout(ctx, storePatience)
		defer cancel()
		store, err = firing.Open(ctx, conn.NATS(), opts)
		return err
	})
	return store, err
}

// loneAckWait is how long the firings of a dead process stay with it where the state
// is in the process: the next one on the store has nobody to wait for.
const loneAckWait = 5 * time.Second

const storePatience = 10 * time.Second

// again does something until it succeeds, fails for good, or ctx ends. What is wrong
// is said at the first time and whenever it changes.
func (s *service) again(ctx context.Context, what string, temporary func(error) bool, do func() error) error {
	said := ""
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || !temporary(err) {
			return err
		}
		if err.Error() != said {
			said = err.Error()
			s.log.WithField("hint", fault.HintOf(err)).Warnf("%s, it is tried again: %v", what, err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// nodeName names this process in the records.
func nodeName() string {
	return fmt.Sprintf("%s-%d-%s", hostName(), os.Getpid(), strings.ToLower(rand.Text()[:6]))
}

// declare registers the jobs of a version of a script.
func (s *service) declare(ctx context.Context, w *served, v *version) error {
	handlers := map[string]*firing.Handler{}
	for _, j := range v.list {
		h := &firing.Handler{
			Schedule: j.Schedule, Script: w.name, SHA256: v.sha, Since: v.since, Resume: j.Resume,
			Prepare: func(ctx context.Context, r firing.Run) firing.Prepared { return s.prepareEarly(ctx, w, r) },
			Run:     func(ctx context.Context, r firing.Run) error { return s.run(ctx, w, r) },
		}
		if j.OnFailure != nil || s.notify.tells() {
			h.Failed = func(ctx context.Context, r firing.Run, err error) bool { return s.failed(ctx, w, r, err) }
		}
		handlers[j.Name] = h
	}
	return s.node.Declare(ctx, w.name, handlers)
}

// shownAtStart is how many of the coming firings are said at the start.
const shownAtStart = 5

// announce says what is served, where, what is paused, and when the next firings are.
func (s *service) announce(ctx context.Context, p *place, store *firing.Store) {
	var jobs []jobAt
	for _, w := range s.scripts {
		jobs = append(jobs, w.current.list...)
	}
	where := p.commands.ConnectedURL()
	switch {
	case s.opts.sim:
		where = "a simulated recorder"
	case s.opts.listen != "":
		where = "recorders at " + p.server.ClientURL()
	}
	kept := "there"
	if s.opts.store != "" {
		kept = "in " + s.opts.store
	}
	s.app.display.say("serving %s of %s; commands go to %s, the state is kept %s", counted(len(jobs), "job"), counted(len(s.scripts), "script"), where, kept)
	plans := plansOf(ctx, store)
	fire := slices.DeleteFunc(slices.Clone(jobs), func(j jobAt) bool {
		st, known := plans[j.Name]
		paused := known && stateOf(st) == "paused"
		if paused {
			s.app.display.say("paused: %s, %s", visible(j.Name), pausedUntil(st.Job.PausedUntil))
		}
		return paused
	})
	s.tellOver(ctx, fire, plans)
	for f := range (span{after: time.Now(), most: shownAtStart}).firings(fire) {
		s.app.display.say("next: %s  %s", dueText(f.Due), visible(f.job.Name))
	}
	s.serving.Store(p)
	sdNotify(s.log, sdReady)
}

// plansOf gives what is known of the jobs, by their names. It is no more than something to
// show: a server that does not answer right now is no matter.
func plansOf(ctx context.Context, store *firing.Store) map[string]firing.Status {
	plans, err := store.Plans(ctx, time.Now())
	if err != nil {
		return nil
	}
	known := map[string]firing.Status{}
	for _, st := range plans {
		known[st.Job.Name] = st
	}
	return known
}

// stopTask carries out a planned stop: the recorder is asked first. It is tried until
// it is done, or ctx ends.
func (s *service) stopTask(ctx context.Context, stop firing.Stop) error {
	task := recorder.Task{Subject: stop.Subject, TaskID: stop.TaskID}
	log := s.log.WithFields(logrus.Fields{"task_id": task.TaskID, "subject": task.Subject, "planned_by": stop.Run})
	client := s.client(log)
	defer s.left.follow(client)()
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		told, err := stopRecording(ctx, client, task)
		if err == nil {
			log.Info("planned stop: " + told)
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		log.WithError(err).Warn("a planned stop has failed and is tried again")
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// stopRecording stops a task that records, and says what it came to.
func stopRecording(ctx context.Context, client *recorder.Client, task recorder.Task) (told string, err error) {
	route := recorder.Route{Subject: task.Subject}
	reply, err := client.Scope().Do(ctx, protocol.NewCommand(protocol.Status, task.TaskID), route)
	if reply.AppStatus == protocol.Stopped {
		return "it had been stopped already", nil
	}
	if err != nil && fault.CodeOf(err) != fault.Rejected {
		return "", err
	}
	reply, err = client.Scope().Do(ctx, protocol.NewCommand(protocol.Stop, task.TaskID), route)
	if err != nil && reply.AppStatus != protocol.Stopped {
		return "", err
	}
	return "the recording was stopped", nil
}

// client is the recorders as one run sees them.
func (s *service) client(log *logrus.Entry) *recorder.Client {
	asks := func(task recorder.Task) (command, note string) { return followUp(s.cfg, protocol.Status, task) }
	if s.opts.sim {
		asks = nil // no other command can reach it
	}
	return recorder.New(s.conn, recorder.Options{
		Subject: s.cfg.Subject, Timeout: s.cfg.Timeout, Log: log, Journal: s.book.recorderJournal(), AskStatus: asks,
	})
}
