package recorder

import (
	"cmp"
	"slices"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// Task is one recording's name: a task id means something on its subject only.
type Task struct {
	Subject string
	TaskID  string
}

// Recording is a task that this run started and has not seen stopped.
type Recording struct {
	Task
	// Maybe is true where the outcome of the start, or of a stop, is unknown: it timed
	// out, was cancelled, or its reply could not be believed.
	Maybe    bool
	FilePath string // as the recorder said; "" where it did not
}

// entry is one start that has not been undone.
type entry struct {
	Recording
	order uint64
	scope *Scope // that it was sent through
	// known is how many commands had been sent when the outcome of the start came. What
	// was asked before may have been answered before the recording began.
	known uint64
	// found says that the task was seen stopped after a start that got no answer. It is
	// no recording then, unless the recorder carries the start out after all.
	found bool
}

// Scope sends commands and remembers which tasks were started through it.
type Scope struct {
	client *Client
	parent *Scope

	observer func(Exchange) // may be nil
}

// Client is the client that the scope belongs to.
func (s *Scope) Client() *Client { return s.client }

// Child makes a scope within s: what is started through it counts for both.
func (s *Scope) Child() *Scope { return &Scope{client: s.client, parent: s} }

// within says whether s is outer, or a scope within it.
func (s *Scope) within(outer *Scope) bool {
	for at := s; at != nil; at = at.parent {
		if at == outer {
			return true
		}
	}
	return false
}

// Recording lists what was started through this scope and still records, or
// may, in the order in which the starts were sent. The Client's own scope counts
// a start that is still on its way as a maybe: who ends the process now must
// know of it. It looks at everything that records, in whatever scope: a list for
// each scope would have to be kept up with every start and stop.
func (s *Scope) Recording() []Recording {
	c := s.client
	c.mu.Lock()
	defer c.mu.Unlock()
	var entries []*entry
	for _, e := range c.tasks {
		if !e.found && e.scope.within(s) {
			entries = append(entries, e)
		}
	}
	if s.parent == nil {
		for f := c.flying; f != nil; f = f.next {
			if e := c.tasks[f.task]; e == nil || e.found {
				entries = append(entries, &entry{Recording: Recording{Task: f.task, Maybe: true}, order: f.order})
			}
		}
	}
	slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(a.order, b.order) })
	list := make([]Recording, len(entries))
	for i, e := range entries {
		list[i] = e.Recording
	}
	return list
}

// Records says whether this run started the task and it still records, or may.
func (c *Client) Records(task Task) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.tasks[task]
	return e != nil && !e.found
}

// flight is a command on its way. What it holds is held for every command in
// flight: no more of the command than an answer needs.
type flight struct {
	scope *Scope
	order uint64 // its place among all that were sent
	task  Task
	cmd   protocol.Cmd
	done  func(protocol.Reply, error)

	last, next *flight // of the starts on their way
}

// takeOff counts a start in.
func (c *Client) takeOff(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.next = c.flying; f.next != nil {
		f.next.last = f
	}
	c.flying = f
}

// land counts a start out; c is locked.
func (c *Client) land(f *flight) {
	if f.next != nil {
		f.next.last = f.last
	}
	if f.last != nil {
		f.last.next = f.next
	} else {
		c.flying = f.next
	}
	f.last, f.next = nil, nil
}

// ended judges what came back, and passes it on.
func (f *flight) ended(data []byte, err error) {
	reply, err := f.scope.client.judge(protocol.Command{TaskID: f.task.TaskID, Cmd: f.cmd}, f.task.Subject, data, err)
	f.note(reply, err)
	done := f.done
	f.done = nil // late may be kept for long, and must not keep the run that is told here
	done(reply, err)
}

// note keeps account of what an outcome says about the task's recording.
func (f *flight) note(reply protocol.Reply, err error) {
	c := f.scope.client
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.tasks[f.task]
	unknown := err != nil && fault.CodeOf(err).OutcomeUnknown()
	switch f.cmd {
	case protocol.Start:
		c.land(f)
		if err == nil {
			c.tasks[f.task] = f.entry(false, reply) // in the place of an earlier one: the recorder keeps one recording a task
			return
		}
		if unknown {
			if e == nil || e.found {
				c.tasks[f.task] = f.entry(true, reply)
			}
			return
		}
	case protocol.Stop:
		if e != nil && unknown {
			e.Maybe = true
		}
	}
	if e != nil && reply.TaskID != "" { // a valid reply
		f.observe(e, reply, err == nil)
	}
}

// late takes the answer into account that came after the outcome was said to be not
// known. Whoever sent the command has gone on; what records is known again.
func (f *flight) late(data []byte) {
	c := f.scope.client
	reply, err := protocol.ParseReply(data, f.task.TaskID)
	if err != nil {
		return
	}
	if f.settle(reply) {
		c.opts.Log.WithField("task_id", f.task.TaskID).Warnf("start %s was carried out: the recorder's answer came late", f.task.TaskID)
	}
}

// settle is late for a valid reply. It says whether a start was carried out after all.
func (f *flight) settle(reply protocol.Reply) (started bool) {
	c, done := f.scope.client, verdict(f.cmd, reply) == nil
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.tasks[f.task]
	switch {
	case e == nil:
	case f.cmd == protocol.Start && e.order == f.order && done:
		e.Maybe, e.found, e.FilePath = false, false, filePath(reply)
		return true
	case f.cmd == protocol.Start && e.order == f.order && reply.AppStatus == protocol.Stopped:
		delete(c.tasks, f.task) // it was refused
	case f.cmd == protocol.Stop && done:
		f.observe(e, reply, true)
	}
	return false
}

// observe notes what the recorder says of a task that was started.
func (f *flight) observe(e *entry, reply protocol.Reply, done bool) {
	stop, early := f.cmd == protocol.Stop && done, f.order <= e.known
	switch {
	case reply.AppStatus == protocol.Started:
		e.found = false
		if e.Maybe {
			e.Maybe, e.FilePath = false, filePath(reply)
		}
	case reply.AppStatus != protocol.Stopped:
	case early && stop:
		e.Maybe = true // it stopped this recording, or one before it
	case early:
	case e.Maybe && !stop:
		e.found = true
	default:
		delete(f.scope.client.tasks, f.task)
	}
}

// entry is what is noted of a start.
func (f *flight) entry(maybe bool, reply protocol.Reply) *entry {
	return &entry{
		Recording: Recording{Task: f.task, Maybe: maybe, FilePath: filePath(reply)}, order: f.order, scope: f.scope,
		known: f.scope.client.sent.Load(),
	}
}

func filePath(r protocol.Reply) string {
	path, _ := r.Text("file_path")
	return path
}
