package tests

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// wire is a plain NATS client beside Recue: it listens, answers and asks.
type wire struct {
	conn *nats.Conn

	mu    sync.Mutex
	heard map[string]*nats.Subscription
}

func dial(url string, options ...nats.Option) (*wire, error) {
	conn, err := nats.Connect(url, append(options, nats.Timeout(patience), nats.ReconnectWait(20*time.Millisecond))...)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, heard: map[string]*nats.Subscription{}}, nil
}

// listen begins to collect what is sent to a subject.
func (w *wire) listen(subject string) error {
	sub, err := w.conn.SubscribeSync(subject)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.heard[subject] = sub
	w.mu.Unlock()
	return w.conn.Flush() // the server knows of it from here on
}

// collected gives the messages of a subject until now. What the server took in
// before is there: it answers the flush after it has passed them on.
func (w *wire) collected(subject string) ([][]byte, error) {
	w.mu.Lock()
	sub := w.heard[subject]
	w.mu.Unlock()
	if sub == nil {
		return nil, fmt.Errorf("nobody listens on %q", subject)
	}
	if err := w.conn.Flush(); err != nil {
		return nil, err
	}
	count, _, err := sub.Pending()
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for range count {
		msg, err := sub.NextMsg(patience)
		if err != nil {
			return nil, err
		}
		all = append(all, msg.Data)
	}
	return all, nil
}

// respond answers what is sent to a subject as a recorder should not.
//
//	once       each command with the bytes
//	twice      each command with the bytes, two times
//	late       each command only when the next one has come, which is answered first
//	never      no command at all
//	huge       with the bytes, in which @ stands for 900,000 letters
func (w *wire) respond(subject, manner string, reply []byte) error {
	var answer nats.MsgHandler
	switch manner {
	case "once":
		answer = func(m *nats.Msg) { w.answer(m, reply) }
	case "twice":
		answer = func(m *nats.Msg) { w.answer(m, reply); w.answer(m, reply) }
	case "late":
		var waiting *nats.Msg
		answer = func(m *nats.Msg) {
			if waiting != nil {
				w.answer(waiting, []byte(`{"late":"reply"}`))
				w.answer(m, reply)
			}
			waiting = m
		}
	case "never":
		answer = func(*nats.Msg) {}
	case "huge":
		reply = bytes.ReplaceAll(reply, []byte("@"), bytes.Repeat([]byte("x"), 900_000))
		answer = func(m *nats.Msg) { w.answer(m, reply) }
	default:
		return fmt.Errorf("no such manner: %q", manner)
	}
	if _, err := w.conn.Subscribe(subject, answer); err != nil {
		return err
	}
	return w.conn.Flush()
}

// answer replies; a failure shows as a missing reply at the other end.
func (w *wire) answer(m *nats.Msg, reply []byte) { _ = m.Respond(reply) }
