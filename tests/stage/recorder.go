package stage

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/protocol"
	"recue/runtime/simulator"
)

// Command is one command that reached the recorder.
type Command struct {
	protocol.Command
	At       time.Time
	Inbox    string // where the reply goes
	RightOne []byte // the reply of a recorder that does as it should
}

// Manner is how the recorder answers: the replies that it sends. Nil is the
// right reply, once.
type Manner func(*Command) [][]byte

// Recorder is a simulated recorder with bad manners on demand. Its connection
// does not go through the proxy, and follows the server wherever it starts.
type Recorder struct {
	t    testing.TB
	Sim  *simulator.Recorder
	Conn *nats.Conn
	back chan bool // its connection is there again

	mu     sync.Mutex
	sub    *nats.Subscription
	manner Manner
	holds  bool
	held   chan *Command
	seen   []Command
	late   int           // replies that wait for their delay
	sent   chan struct{} // closed when there is one less
}

func newRecorder(t testing.TB, server *Server, o Options) *Recorder {
	t.Helper()
	sim, err := simulator.New(o.Sim)
	if err != nil {
		t.Fatal(err)
	}
	r := &Recorder{t: t, Sim: sim, held: make(chan *Command, 100), back: make(chan bool, 1000), sent: make(chan struct{})}
	options := append([]nats.Option{
		nats.SetCustomDialer(freeDial{server}), nats.MaxReconnects(-1), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0),
		nats.ReconnectBufSize(-1), nats.ReconnectHandler(func(*nats.Conn) { r.back <- true }), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	}, o.Recorder...)
	if r.Conn, err = nats.Connect("nats://127.0.0.1:1", options...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Conn.Close)
	r.Listen()
	return r
}

// Listen puts the recorder on its subject; the server knows it on return.
func (r *Recorder) Listen() {
	r.t.Helper()
	sub, err := r.Conn.Subscribe(Subject, r.handle)
	if err != nil {
		r.t.Fatal(err)
	}
	r.sub = sub
	r.Flush()
}

// Leave takes the recorder off its subject.
func (r *Recorder) Leave() {
	r.t.Helper()
	if err := r.sub.Unsubscribe(); err != nil {
		r.t.Fatal(err)
	}
	r.Flush()
}

// Flush returns when the server has dealt with all that the recorder sent.
func (r *Recorder) Flush() {
	r.t.Helper()
	if err := r.Conn.FlushTimeout(Patience); err != nil {
		r.t.Fatal(err)
	}
}

// Back waits until the recorder is connected again, and the server knows its
// subscription.
func (r *Recorder) Back() {
	r.t.Helper()
	Wait(r.t, r.back, "the recorder's reconnect")
	r.Flush()
}

// Behave sets how it answers from now on.
func (r *Recorder) Behave(manner Manner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.manner = manner
}

// Hold keeps the commands that follow unanswered, for Next.
func (r *Recorder) Hold(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holds = on
}

// Next waits for the next command that is held.
func (r *Recorder) Next() *Command {
	r.t.Helper()
	return Wait(r.t, r.held, "a command for the recorder")
}

// Answer replies to a command that was held, as the recorder behaves now. A
// reply that cannot be sent is lost.
func (r *Recorder) Answer(c *Command) {
	r.mu.Lock()
	manner := r.manner
	r.mu.Unlock()
	replies := [][]byte{c.RightOne}
	if manner != nil {
		replies = manner(c)
	}
	for _, reply := range replies {
		_ = r.Conn.Publish(c.Inbox, reply)
	}
}

// Seen is every command that reached the recorder, in order.
func (r *Recorder) Seen() []Command {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Command(nil), r.seen...)
}

func (r *Recorder) handle(m *nats.Msg) {
	e := r.Sim.Answer(m.Data)
	r.mu.Lock()
	c := &Command{Command: e.Command, At: e.At, Inbox: m.Reply, RightOne: e.Reply}
	r.seen = append(r.seen, *c)
	holds := r.holds
	r.mu.Unlock()
	if !holds && e.Delay > 0 {
		r.delayed(1)
	}
	switch {
	case holds:
		r.held <- c
	case e.Delay > 0:
		time.AfterFunc(e.Delay, func() {
			r.Answer(c)
			r.delayed(-1)
		})
	default:
		r.Answer(c)
	}
}

// Settle returns when every reply that waits for its delay has been sent.
func (r *Recorder) Settle() {
	r.t.Helper()
	for {
		r.mu.Lock()
		late, sent := r.late, r.sent
		r.mu.Unlock()
		if late == 0 {
			r.Flush()
			return
		}
		Wait(r.t, sent, "the last replies")
	}
}

// delayed counts the replies that wait for their delay.
func (r *Recorder) delayed(change int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late += change
	if change < 0 {
		close(r.sent)
		r.sent = make(chan struct{})
	}
}

// Manners.

// Silent answers nothing.
func Silent(*Command) [][]byte { return nil }

// Twice answers twice.
func Twice(c *Command) [][]byte { return [][]byte{c.RightOne, c.RightOne} }

// Garbage answers with what is no JSON.
func Garbage(*Command) [][]byte { return [][]byte{[]byte("\x00\xffnot a reply")} }

// ForAnother answers for another task.
func ForAnother(c *Command) [][]byte {
	return [][]byte{bytes.Replace(c.RightOne, []byte(`"`+c.TaskID+`"`), []byte(`"another"`), 1)}
}

// Huge answers rightly, with 900,000 letters besides.
func Huge(c *Command) [][]byte {
	reply, err := protocol.ParseReply(c.RightOne, c.TaskID)
	if err != nil {
		return nil
	}
	reply.Payload = append([]byte(`{"note":"`), append(bytes.Repeat([]byte("x"), 900_000), `"}`...)...)
	return [][]byte{reply.AppendJSON(nil)}
}

// WrongState says success, and a state that is neither asked for nor an answer.
func WrongState(c *Command) [][]byte { return [][]byte{answer(c, protocol.Success, protocol.AppError)} }

// Refuses says error.
func Refuses(c *Command) [][]byte { return [][]byte{answer(c, protocol.Failure, protocol.AppError)} }

func answer(c *Command, msg protocol.MsgStatus, app protocol.AppStatus) []byte {
	return protocol.Reply{TaskID: c.TaskID, MsgStatus: msg, AppStatus: app}.AppendJSON(nil)
}
