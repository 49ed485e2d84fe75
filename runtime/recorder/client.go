// Package recorder sends start, stop and status to recorders as typed calls,
// judges their replies, and knows what this run has started and not stopped.
//
// A Client is one run's view of its recorders. Commands go through a Scope: the
// Client's own, or a narrower one that also remembers what was started through
// it (a parallel call that may have to roll back, a test that cleans up).
//
//	client := recorder.New(conn, recorder.Options{Subject: "rec.control", Timeout: 2 * time.Second})
//	reply, err := client.Scope().Do(ctx, protocol.NewCommand(protocol.Start, "cam1"), recorder.Route{})
//
// Every failure is a *fault.Error. A recorder that answers is not thereby
// believed: an error status, a state other than the one asked for and a reply
// that breaks the protocol are failures, each with its code.
//
// What records is what the recorder said of the time after the start. A start or stop
// without an answer leaves a maybe, which the next word settles: the answer to what was
// asked afterwards, or its own when it comes late. What was asked before the start had its
// answer may be about the time before it, and settles nothing.
package recorder

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/bus"
	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// Options are the defaults of a Client.
type Options struct {
	Subject string
	Timeout time.Duration
	Log     *logrus.Entry // nil: silent
	Journal Journal       // nil: none

	// AskStatus gives the command line that asks for a task's status, for hints;
	// note is what must be added to it by hand. nil: there is none.
	AskStatus func(Task) (command, note string)
}

// Journal writes down what is asked of recorders. It is asked before every
// command, from any goroutine, and must be quick.
type Journal interface {
	// Intend is called before a command is sent; at is Route.At. outcome is called
	// once, with what Send's done will get. err says that a start or stop could
	// not be written down: a start is then not sent, a stop is.
	Intend(cmd protocol.Command, subject, at string) (outcome func(protocol.Reply, error), err error)
}

// Route says where a command goes and how long it may take; a zero field means
// the Client's default.
type Route struct {
	Subject string
	Timeout time.Duration
	At      string // the place in the script, "nightly.lua:12", for the journal; see Client.Journaled
}

// Conn is what commands travel on. Request is as that of bus.Conn.
type Conn interface {
	Request(subject string, data []byte, timeout time.Duration, done func(reply []byte, err error)) Call
}

// Call is a command that was sent. Cancel ends the wait for its reply: done gets
// cause (nil: a cancellation without a reason), if it has had nothing yet.
type Call interface {
	Cancel(cause error)
}

// OnBus is the NATS connection as a Conn.
func OnBus(conn *bus.Conn) Conn { return onBus{conn} }

type onBus struct{ conn *bus.Conn }

func (b onBus) Request(subject string, data []byte, timeout time.Duration, done func([]byte, error)) Call {
	return b.conn.Request(subject, data, timeout, done)
}

// Client sends commands over one connection. It is safe for concurrent use.
type Client struct {
	conn Conn
	opts Options
	root *Scope

	mu     sync.Mutex
	tasks  map[Task]*entry // what records, or may
	flying *flight         // starts without an outcome yet, linked by next
	sent   atomic.Uint64   // commands
}

// New makes a Client on conn, which stays the caller's to close.
func New(conn *bus.Conn, opts Options) *Client { return NewOn(onBus{conn}, opts) }

// NewOn makes a Client on something else than NATS: a rehearsal.
func NewOn(conn Conn, opts Options) *Client {
	if opts.Log == nil {
		silent := logrus.New()
		silent.SetLevel(logrus.PanicLevel)
		opts.Log = logrus.NewEntry(silent)
	}
	c := &Client{conn: conn, opts: opts, tasks: map[Task]*entry{}}
	c.root = &Scope{client: c}
	return c
}

// Timeout is how long a command may take that says nothing else.
func (c *Client) Timeout() time.Duration { return c.opts.Timeout }

// Subject is where a command goes that says nothing else.
func (c *Client) Subject() string { return c.opts.Subject }

// Journaled says whether there is a journal, which wants to know Route.At.
func (c *Client) Journaled() bool { return c.opts.Journal != nil }

// Scope is the Client's own scope: it knows everything that the run started.
func (c *Client) Scope() *Scope { return c.root }

// buffers holds encoded commands; the connection copies them before Request returns.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

// Send sends a command. done is called exactly once, from any goroutine and
// possibly before Send returns; it must not block. The command must be valid:
// an invalid one is a bug of the caller, who has not checked it (Validate).
func (s *Scope) Send(cmd protocol.Command, route Route, done func(protocol.Reply, error)) Call {
	c := s.client
	if route.Subject == "" {
		route.Subject = c.opts.Subject
	}
	if route.Timeout == 0 {
		route.Timeout = c.opts.Timeout
	}
	if s.observed() {
		inner, sent := done, time.Now()
		done = func(r protocol.Reply, err error) {
			s.tell(Exchange{Command: cmd, Subject: route.Subject, Sent: sent, Took: time.Since(sent), Reply: r, Err: err})
			inner(r, err)
		}
	}
	if c.opts.Journal != nil {
		var failed *fault.Error
		if done, failed = c.journal(cmd, route, done); failed != nil {
			done(protocol.Reply{}, failed)
			return unsent{}
		}
	}
	f := &flight{scope: s, order: c.sent.Add(1), task: Task{route.Subject, cmd.TaskID}, cmd: cmd.Cmd, done: done}
	if cmd.Cmd == protocol.Start {
		c.takeOff(f)
	}
	buffer := buffers.Get().(*[]byte)
	data := cmd.AppendJSON((*buffer)[:0])
	call := c.conn.Request(route.Subject, data, route.Timeout, f.ended)
	*buffer = data
	buffers.Put(buffer)
	if slow, ok := call.(interface{ OnLate(func(reply []byte)) }); ok && cmd.Cmd != protocol.Status {
		slow.OnLate(f.late)
	}
	return call
}

// Do sends a command and waits for its outcome; it ends early, as cancelled, when ctx does.
func (s *Scope) Do(ctx context.Context, cmd protocol.Command, route Route) (protocol.Reply, error) {
	type outcome struct {
		reply protocol.Reply
		err   error
	}
	result := make(chan outcome, 1)
	call := s.Send(cmd, route, func(r protocol.Reply, err error) { result <- outcome{r, err} })
	stop := context.AfterFunc(ctx, func() { call.Cancel(nil) })
	defer stop()
	o := <-result
	return o.reply, o.err
}

// judge turns what came back into a reply that can be believed, or a fault that
// says what was asked.
func (c *Client) judge(cmd protocol.Command, subject string, data []byte, err error) (protocol.Reply, error) {
	if err != nil {
		f := asFault(err)
		c.adviseHow(f, cmd, subject)
		f.Cmd, f.TaskID, f.Subject = string(cmd.Cmd), cmd.TaskID, subject
		return protocol.Reply{}, f
	}
	reply, err := protocol.ParseReply(data, cmd.TaskID)
	if err != nil {
		f := invalidReply(data, err)
		f.Cmd, f.TaskID, f.Subject = string(cmd.Cmd), cmd.TaskID, subject
		c.opts.Log.WithFields(logrus.Fields{
			"cmd": f.Cmd, "task_id": f.TaskID, "subject": subject, "reply": string(f.Raw),
		}).Warn("the reply breaks the protocol")
		return protocol.Reply{}, f
	}
	if f := verdict(cmd.Cmd, reply); f != nil {
		f.Cmd, f.TaskID, f.Subject = string(cmd.Cmd), cmd.TaskID, subject
		f.MsgStatus, f.AppStatus, f.Payload = string(reply.MsgStatus), string(reply.AppStatus), reply.Payload
		return reply, f
	}
	return reply, nil
}

// asFault gives a fault of one's own to fill in; one cause may fail many calls.
func asFault(err error) *fault.Error {
	if f, ok := err.(*fault.Error); ok {
		own := *f
		return &own
	}
	return &fault.Error{Code: fault.Cancelled, Message: "cancelled while it waited", Err: err}
}

// adviseHow fits a connection's hint to the command that failed.
func (c *Client) adviseHow(f *fault.Error, cmd protocol.Command, subject string) {
	switch {
	case f.Code == fault.NoRecorder && cmd.Cmd != protocol.Status && c.opts.AskStatus != nil:
		command, note := c.opts.AskStatus(Task{subject, cmd.TaskID})
		f.Hint += fmt.Sprintf(" `%s` asks it%s", command, note)
	case f.Code == fault.Timeout && cmd.Cmd == protocol.Status:
		f.Hint = "a status changes nothing: it may be asked again at any time"
	}
}
