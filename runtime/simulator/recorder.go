package simulator

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"recue/runtime/protocol"
)

// Recorder is a simulated recorder without a network. It is safe for
// concurrent use; commands take effect in the order in which they are given.
// It remembers the last recording of every task that was ever started.
type Recorder struct {
	opts Options

	mu     sync.Mutex
	chance *rand.Rand
	tasks  map[string]*task
	kept   ring
	rules  []*rule // in the order in which they were added
}

// New makes a recorder that has recorded nothing yet.
func New(opts Options) (*Recorder, error) {
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("simulated recorder: %w", err)
	}
	opts = opts.withDefaults()
	return &Recorder{
		opts:   opts,
		chance: rand.New(rand.NewPCG(opts.Seed, 0)),
		tasks:  map[string]*task{},
		kept:   ring{limit: opts.Keep},
	}, nil
}

// Handle carries out one command and gives the reply, without any fault. It
// answers everything, rules aside: what is no valid command gets msg_status "error" and
// app_status "error". The reply must not be changed.
func (r *Recorder) Handle(command []byte) []byte {
	return r.take(command, func() fate { return fate{} }).Reply
}

// Answer is Handle with the faults of Options. Whoever delivers the reply
// keeps to the exchange's Delay, and delivers none where it is Dropped.
func (r *Recorder) Answer(command []byte) Exchange {
	return r.take(command, r.drawFate)
}

// Commands lists the latest exchanges, oldest first; Options.Keep bounds how
// many. What they point to must not be changed.
func (r *Recorder) Commands() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.list()
}

// Count is the number of all commands so far, those that Commands has
// forgotten included.
func (r *Recorder) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.added
}

// fate is what chance has in store for one command.
type fate struct {
	rejected bool
	dropped  bool
	delay    time.Duration
	as       Manner
}

// drawFate draws the same amount of chance for every command, whatever the
// options: turning on jitter does not change which commands fail. Called with
// the lock held, so that draws are in order of arrival.
func (r *Recorder) drawFate() fate {
	fail, drop, jitter := r.chance.Float64(), r.chance.Float64(), r.chance.Float64()
	return fate{
		rejected: fail < r.opts.Fail,
		dropped:  drop < r.opts.Drop,
		delay:    r.opts.Delay + time.Duration(jitter*float64(r.opts.Jitter)),
	}
}

func (r *Recorder) take(raw []byte, draw func() fate) Exchange {
	command, err := protocol.ParseCommand(raw)

	r.mu.Lock()
	f := draw()
	if err == nil {
		r.applyRules(command, &f)
	}
	e := Exchange{At: r.opts.Clock.Now(), Command: command, Err: err, Delay: f.delay, Dropped: f.dropped, As: f.as}
	var reply protocol.Reply
	if err != nil {
		reply = protocol.Reply{TaskID: clip(command.TaskID), MsgStatus: protocol.Failure, AppStatus: protocol.AppError}
	} else {
		e.Rejected = f.rejected
		reply = r.carryOut(command, e.At, f.rejected)
	}
	e.Reply = f.as.spoil(command.Cmd, reply)
	if f.as != NoRecorder { // what was not there has received nothing
		r.kept.add(e, raw)
	}
	r.mu.Unlock()

	r.report(e, reply)
	return e
}

// carryOut is the table of the protocol: command and state before give the
// reply and the state after.
func (r *Recorder) carryOut(c protocol.Command, now time.Time, rejected bool) protocol.Reply {
	t := r.tasks[c.TaskID]
	done := !rejected
	switch {
	case rejected:
	case c.Cmd == protocol.Start:
		if done = t.state() != protocol.Started; done {
			if t == nil {
				t = &task{}
				r.tasks[c.TaskID] = t
			}
			t.start(c, now)
		}
	case c.Cmd == protocol.Stop:
		if done = t.state() == protocol.Started; done {
			t.stop(now)
		}
	}
	reply := protocol.Reply{TaskID: c.TaskID, MsgStatus: protocol.Failure, AppStatus: t.state(), Payload: t.payload()}
	if done {
		reply.MsgStatus = protocol.Success
	}
	return reply
}

func (r *Recorder) report(e Exchange, reply protocol.Reply) {
	if r.opts.Log == nil || !r.opts.Log.Logger.IsLevelEnabled(logrus.DebugLevel) {
		return
	}
	log := r.opts.Log.WithFields(logrus.Fields{
		"task_id": reply.TaskID, "msg_status": reply.MsgStatus, "app_status": reply.AppStatus,
	})
	if e.Err != nil {
		log = log.WithError(e.Err)
	} else {
		log = log.WithField("cmd", e.Command.Cmd)
	}
	if e.Rejected {
		log = log.WithField("rejected", true)
	}
	if e.Dropped {
		log = log.WithField("dropped", true)
	}
	if path, _ := reply.Text("file_path"); path != "" && e.Err == nil && e.Command.Cmd == protocol.Start {
		log = log.WithField("file", path)
	}
	if e.Delay > 0 {
		log = log.WithField("delay", e.Delay)
	}
	log.Debug("simulated recorder took a command")
}

// clip keeps the id in an answer to a malformed command within the protocol's
// limit: echoed whole, a huge one would not fit into a NATS message any more.
func clip(id string) string {
	if len(id) <= protocol.MaxTaskID {
		return id
	}
	end := protocol.MaxTaskID
	for !utf8.RuneStart(id[end]) {
		end--
	}
	return id[:end]
}
