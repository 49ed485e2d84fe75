package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/natsd"
	"recue/runtime/protocol"
)

// recorder is a NATS server with a recorder that answers every status, and notes what
// the task's name says: which job, when it was due, and how late its function was called.
type recorder struct {
	server *natsd.Server
	conn   *nats.Conn

	mu   sync.Mutex
	seen map[string]bool
	list []call
	news chan struct{}
}

// call is a function's call, and the arrival of its command.
type call struct {
	due              time.Time
	called, received time.Duration // after due
}

// newRecorder starts it. The server has JetStream as an ordinary one has it: it is
// synced to the disk every two minutes.
func newRecorder(dir string) (*recorder, error) {
	r := &recorder{}
	r.clear()
	var err error
	r.server, err = natsd.Start(natsd.Options{Listen: "127.0.0.1:0", Store: dir, Configure: func(o *server.Options) { o.SyncAlways = false }})
	if err != nil {
		return nil, err
	}
	if r.conn, err = nats.Connect(r.server.ClientURL()); err != nil {
		r.server.Close()
		return nil, err
	}
	if _, err = r.conn.Subscribe("rec.control", r.hear); err != nil {
		r.close()
		return nil, err
	}
	return r, r.conn.Flush()
}

func (r *recorder) close() {
	r.conn.Close()
	r.server.Close()
}

func (r *recorder) hear(m *nats.Msg) {
	now := time.Now()
	c, err := protocol.ParseCommand(m.Data)
	if err != nil {
		return // a side that sends something else has nothing counted
	}
	reply := protocol.Reply{TaskID: c.TaskID, MsgStatus: protocol.Success, AppStatus: protocol.Stopped}
	_ = m.Respond(reply.AppendJSON(nil))
	r.note(c.TaskID, now)
}

// note takes a report: job, due and lateness in microseconds, joined by _.
func (r *recorder) note(text string, now time.Time) {
	var job, due, late int64
	if _, err := fmt.Sscanf(text, "%d_%d_%d", &job, &due, &late); err != nil {
		return
	}
	at := time.Unix(due, 0)
	key := fmt.Sprint(job, "_", due)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	r.list = append(r.list, call{due: at, called: time.Duration(late) * time.Microsecond, received: now.Sub(at)})
	close(r.news)
	r.news = make(chan struct{})
}

func (r *recorder) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen, r.list, r.news = map[string]bool{}, nil, make(chan struct{})
}

// settlePatience is how long nothing may come before what is missing is given up.
const settlePatience = 5 * time.Second

// settle waits until all is there that was due between the two instants, or nothing of
// it comes any more.
func (r *recorder) settle(from, till time.Time, want int) {
	limit := time.NewTimer(settlePatience)
	for before := 0; ; {
		r.mu.Lock()
		got, news := len(r.between(from, till)), r.news
		r.mu.Unlock()
		if got >= want {
			return
		}
		if got > before {
			limit.Reset(settlePatience)
			before = got
		}
		select {
		case <-news:
		case <-limit.C:
			return
		}
	}
}

// between gives what was due from an instant on, and before another. r.mu is held.
func (r *recorder) between(from, till time.Time) (list []call) {
	for _, c := range r.list {
		if !c.due.Before(from) && c.due.Before(till) {
			list = append(list, c)
		}
	}
	return list
}

func (r *recorder) sample(from, till time.Time) *sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &sample{}
	for _, c := range r.between(from, till) {
		s.called = append(s.called, c.called)
		s.received = append(s.received, c.received)
	}
	return s
}
