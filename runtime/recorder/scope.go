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
	// Maybe is true where the outcome of the start is unknown: it timed out, was
	// cancelled, or its reply could not be believed.
	Maybe    bool
	FilePath string // as the recorder said; "" where it did not
}

// entry is one start that has not been undone; every scope that it was sent through holds it.
type entry struct {
	Recording
	order  uint64
	scopes []*Scope
}

// Scope sends commands and remembers which tasks were started through it.
type Scope struct {
	client  *Client
	parent  *Scope
	started map[Task]*entry // guarded by client.mu

	observer func(Exchange) // may be nil
}

// Client is the client that the scope belongs to.
func (s *Scope) Client() *Client { return s.client }

// Child makes a scope within s: what is started through it counts for both.
func (s *Scope) Child() *Scope {
	return &Scope{client: s.client, parent: s, started: map[Task]*entry{}}
}

// Recording lists what was started through this scope and still records, or
// may, in the order in which the starts were sent. The Client's own scope counts
// a start that is still on its way as a maybe: who ends the process now must
// know of it.
func (s *Scope) Recording() []Recording {
	s.client.mu.Lock()
	defer s.client.mu.Unlock()
	entries := make([]*entry, 0, len(s.started))
	for _, e := range s.started {
		entries = append(entries, e)
	}
	if s.parent == nil {
		for order, task := range s.client.flying {
			if s.client.tasks[task] == nil {
				entries = append(entries, &entry{Recording: Recording{Task: task, Maybe: true}, order: order})
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
	return c.tasks[task] != nil
}

// note keeps account of what an outcome says about the task's recording; order
// is the command's place among all that were sent.
func (s *Scope) note(order uint64, task Task, cmd protocol.Cmd, reply protocol.Reply, err error) {
	c := s.client
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flying, order)
	known := c.tasks[task]
	switch {
	case cmd == protocol.Start && err == nil:
		s.add(order, task, false, reply)
	case cmd == protocol.Start && fault.CodeOf(err).OutcomeUnknown():
		if known == nil {
			s.add(order, task, true, reply)
		}
	case reply.TaskID == "" || known == nil:
		// No valid reply, or nothing known that it could change.
	case reply.AppStatus == protocol.Stopped:
		c.remove(known)
	case reply.AppStatus == protocol.Started && known.Maybe:
		known.Maybe = false
		known.FilePath = filePath(reply)
	}
}

// add records a start in this scope and those around it. An earlier start of the
// same task is replaced: the recorder keeps one recording a task.
func (s *Scope) add(order uint64, task Task, maybe bool, reply protocol.Reply) {
	c := s.client
	if old := c.tasks[task]; old != nil {
		c.remove(old)
	}
	e := &entry{Recording: Recording{Task: task, Maybe: maybe, FilePath: filePath(reply)}, order: order}
	c.tasks[task] = e
	for at := s; at != nil; at = at.parent {
		at.started[task] = e
		e.scopes = append(e.scopes, at)
	}
}

func (c *Client) remove(e *entry) {
	delete(c.tasks, e.Task)
	for _, s := range e.scopes {
		if s.started[e.Task] == e {
			delete(s.started, e.Task)
		}
	}
}

func filePath(r protocol.Reply) string {
	path, _ := r.Text("file_path")
	return path
}
