package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/protocol"
)

const (
	// serverPatience is how long the server may take to confirm.
	serverPatience = 5 * time.Second
	// Commands that arrived and were not looked at yet. Beyond this NATS drops
	// them; its own default of 64 MB is soon reached with large messages.
	maxPendingMessages = 1_000_000
	maxPendingBytes    = 256 << 20
)

// Service is a Recorder that answers on a NATS subject. Any number of clients
// may ask at once; commands are carried out in the order in which they arrive.
// A message without a reply subject is carried out and not answered.
type Service struct {
	recorder *Recorder
	nc       *nats.Conn
	sub      *nats.Subscription
	outbox   *outbox
	drained  chan struct{} // closed when no command will be handled any more
	closing  sync.Once
}

// Serve puts a simulated recorder on the subject. When it returns, the server
// knows the subscription: a command sent from then on finds the recorder.
//
// ctx bounds the set-up only; the service runs until Close, so that it is still
// there for what a cancelled run has to clean up. nc stays the caller's, and
// must not be closed before the service is.
func Serve(ctx context.Context, nc *nats.Conn, subject string, opts Options) (*Service, error) {
	if err := protocol.CheckSubject(subject); err != nil {
		return nil, fmt.Errorf("simulated recorder: subject %w", err)
	}
	recorder, err := New(opts)
	if err != nil {
		return nil, err
	}
	s := &Service{recorder: recorder, nc: nc, drained: make(chan struct{})}
	s.outbox = &outbox{clock: recorder.opts.Clock, send: s.send}
	if err := s.subscribe(ctx, subject); err != nil {
		return nil, fmt.Errorf("simulated recorder: listen on %q: %w", subject, err)
	}
	return s, nil
}

func (s *Service) subscribe(ctx context.Context, subject string) error {
	sub, err := s.nc.Subscribe(subject, s.handle)
	if err != nil {
		return err
	}
	s.sub = sub
	sub.SetClosedHandler(func(string) { close(s.drained) })
	if !sub.IsValid() { // closed before the handler was set: nothing would ever call it
		return nats.ErrConnectionClosed
	}
	err = sub.SetPendingLimits(maxPendingMessages, maxPendingBytes)
	if err == nil {
		err = s.confirm(ctx, subject)
	}
	if err != nil {
		_ = sub.Unsubscribe() // fails only where the connection is gone, and the subscription with it
		<-s.drained
	}
	return err
}

// confirm waits until the server has taken the subscription. NATS reports a
// subscription that is not permitted as the connection's last error, ahead of
// its answer to the ping.
func (s *Service) confirm(ctx context.Context, subject string) error {
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	if err := s.nc.FlushWithContext(ctx); err != nil {
		return err
	}
	if err := s.nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) &&
		strings.Contains(err.Error(), fmt.Sprintf("Subscription to %q", subject)) {
		return err
	}
	return nil
}

// Recorder is the state machine that answers.
func (s *Service) Recorder() *Recorder { return s.recorder }

// Close takes no further commands, answers those that have arrived, and waits
// until the answers are with the server. Replies that still wait for their
// delay are sent at once: on a clock that stands still they would never leave.
// It may be called more than once.
func (s *Service) Close() {
	s.closing.Do(func() {
		// Both calls fail only where the connection is closed or closing, and
		// that ends the subscription as well. Draining needs the server; without
		// it nothing that has arrived could be answered anyway.
		if s.nc.IsConnected() {
			_ = s.sub.Drain()
		} else {
			_ = s.sub.Unsubscribe()
		}
		<-s.drained
		s.outbox.flush()
		if s.nc.IsConnected() {
			if err := s.nc.FlushTimeout(serverPatience); err != nil {
				s.warn("simulated recorder: its last replies may be lost", err)
			}
		}
	})
}

// handle is called for one message after the other.
func (s *Service) handle(m *nats.Msg) {
	e := s.recorder.Answer(m.Data)
	if m.Reply == "" || e.Dropped {
		return
	}
	l := letter{subject: m.Reply, body: e.Reply, nobody: e.As == NoRecorder}
	s.outbox.add(l, e.Delay)
	if e.As == Twice {
		s.outbox.add(l, e.Delay)
	}
}

func (s *Service) send(l letter) {
	publish := func() error { return s.nc.Publish(l.subject, l.body) }
	if l.nobody { // as a NATS server says that there are no responders
		publish = func() error {
			return s.nc.PublishMsg(&nats.Msg{Subject: l.subject, Header: nats.Header{"Status": {"503"}}})
		}
	}
	if err := publish(); err != nil {
		s.warn("simulated recorder: a reply could not be sent", err)
	}
}

func (s *Service) warn(message string, err error) {
	if log := s.recorder.opts.Log; log != nil {
		log.WithError(err).Warn(message)
	}
}
