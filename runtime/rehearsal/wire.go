package rehearsal

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
)

// latency is what a command takes to its reply in virtual time. Without any, a
// script that asks again and again would never let the time go on.
const latency = time.Millisecond

// studio is the recorders of a rehearsal, one on each subject that is used: they
// are simulated, and stand in virtual time.
type studio struct {
	clock  *clock.Virtual
	faults *Faults
	now    func(run *Run) time.Time // in the zone of its job

	mu        sync.Mutex
	recorders map[string]*simulator.Recorder
	told      func(Command) // gets every command when its fate is known
}

// Command is one command of a rehearsal.
type Command struct {
	At      time.Time
	Run     *Run // nil: the script itself
	Script  string
	Subject string
	protocol.Command
	Reply protocol.Reply // what the recorder answered, also where the answer was lost
	// Fault is the fault that was asked for and befell the command, "" for none.
	Fault string
}

// line is one run's way to the recorders; it is a recorder.Conn.
type line struct {
	studio *studio
	run    *Run
	script string // its name
}

// Request carries the command out at once and brings the reply when it is due.
func (l line) Request(subject string, data []byte, timeout time.Duration, done func([]byte, error)) recorder.Call {
	s := l.studio
	c := &call{done: done}
	if err := protocol.CheckSubject(subject); err != nil {
		c.end(nil, bus.BadSubject(subject, err))
		return c
	}
	command, err := protocol.ParseCommand(data)
	if err != nil { // the recorder package sends none such
		c.end(nil, fmt.Errorf("rehearsal: %w", err))
		return c
	}
	now := s.now(l.run)
	fate := s.faults.draw(now, command)
	reply := s.carryOut(Command{At: now, Run: l.run, Script: l.script, Subject: subject, Command: command, Fault: fate.name}, fate)
	switch {
	case fate.away:
		c.later(s.clock, latency, nil, bus.NoRecorder(subject, "the simulated recorder, which is away"))
	case !fate.lost && latency+fate.delay <= timeout:
		c.later(s.clock, latency+fate.delay, reply, nil)
	default:
		c.later(s.clock, timeout, nil, bus.TimedOut(subject, timeout))
	}
	return c
}

// carryOut has the recorder act, as far as its fate lets it, and gives its reply.
func (s *studio) carryOut(c Command, f fate) []byte {
	if f.away {
		s.told(c)
		return nil
	}
	r := s.recorder(c.Subject)
	command := c.Command
	if f.rejected { // the present state, and nothing done
		command = protocol.NewCommand(protocol.Status, c.TaskID)
	}
	reply, err := protocol.ParseReply(r.Handle(command.AppendJSON(nil)), c.TaskID)
	if err != nil {
		panic(fmt.Sprintf("rehearsal: the simulated recorder answered wrongly: %v", err))
	}
	if f.rejected {
		reply.MsgStatus = protocol.Failure
	}
	c.Reply = reply
	s.told(c)
	return reply.AppendJSON(nil)
}

func (s *studio) recorder(subject string) *simulator.Recorder {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.recorders[subject]
	if r == nil {
		var err error
		if r, err = simulator.New(simulator.Options{Clock: s.clock, Keep: -1}); err != nil {
			panic(err) // the options are ours
		}
		s.recorders[subject] = r
	}
	return r
}

// call is a command on its way.
type call struct {
	mu    sync.Mutex
	done  func([]byte, error) // nil once called
	timer clock.Timer
}

func (c *call) later(clk clock.Clock, d time.Duration, reply []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = clk.AfterFunc(d, func() { c.end(reply, err) })
}

func (c *call) end(reply []byte, err error) {
	c.mu.Lock()
	done := c.done
	c.done = nil
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	if done != nil {
		done(reply, err)
	}
}

var errCancelled = errors.New("cancelled")

// Cancel ends the wait for the reply.
func (c *call) Cancel(cause error) {
	if cause == nil {
		cause = errCancelled
	}
	c.end(nil, cause)
}
