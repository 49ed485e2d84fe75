// Package stage sets up what the tests of faults play on, in this process: a
// NATS server, a simulated recorder beside it, and the whole of Recue, from the
// Lua script to its one connection, which goes through a proxy.
//
//	script → luabind → recorder → bus → proxy → NATS server ← recorder
//
// Nothing here waits for time to pass: tests wait for events, and time limits
// are made to pass on a clock of the test. For tests only.
package stage

import (
	"cmp"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
	"recue/tests/proxy"
)

// Patience bounds what must happen soon; no test waits so long when it passes.
const Patience = 30 * time.Second

// Timeout is what a command on the stage has, on the stage's clock.
const Timeout = 2 * time.Second

// Subject is the recorder's.
const Subject = "rec.control"

// Options say how the stage differs from the plainest one.
type Options struct {
	T        testing.TB
	Server   func(*server.Options) // may be nil
	Bus      func(*bus.Options)    // login, TLS; may be nil
	Recorder []nats.Option         // login of the recorder
	Sim      simulator.Options
	Clock    clock.Clock      // of Recue's connection; nil: the machine's
	Tap      proxy.Tap        // may be nil
	TLS      bool             // whether Recue is given a tls:// address
	Timeout  time.Duration    // of Recue's commands; 0 means Timeout
	Journal  recorder.Journal // may be nil
}

// Stage is one set-up. Its parts may be used from the test's goroutine.
type Stage struct {
	t        testing.TB
	Server   *Server
	Proxy    *proxy.Proxy
	Recorder *Recorder
	Log      *Log // what Recue's connection says
	Conn     *bus.Conn
	Client   *recorder.Client
	Stdout   io.Writer // if set, gets a copy of what scripts print
}

// New sets the stage up; it is taken down when the test ends.
func New(t testing.TB, o Options) *Stage {
	t.Helper()
	s := &Stage{t: t, Log: NewLog()}
	s.Server = StartServer(t, o.Server)
	p, err := proxy.New(s.Server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	p.Tap(o.Tap)
	t.Cleanup(p.Close)
	s.Proxy = p
	s.Server.moved = p.Target
	s.Recorder = newRecorder(t, s.Server, o)
	scheme := "nats://"
	if o.TLS {
		scheme = "tls://"
	}
	options := bus.Options{URL: scheme + p.Addr(), Clock: o.Clock, Log: s.Log.entry, ConnectTimeout: Patience}
	if o.Bus != nil {
		o.Bus(&options)
	}
	if s.Conn, err = bus.Connect(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // an error only says that the last commands may be lost: that is what faults do
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Conn.Close(ctx)
	})
	s.Client = recorder.New(s.Conn, recorder.Options{Subject: Subject, Timeout: cmp.Or(o.Timeout, Timeout), Log: s.Log.entry, Journal: o.Journal})
	return s
}

// Dead is closed when the patience of the test has an end.
func Dead(t testing.TB) <-chan struct{} {
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return ctx.Done()
}

// Wait gives the next value from ch, or fails the test.
func Wait[T any](t testing.TB, ch <-chan T, what string) T {
	t.Helper()
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case v := <-ch:
		return v
	case <-timer.C:
		t.Fatalf("%s: nothing came", what)
		panic("not reached")
	}
}

// Log is a logger whose lines a test can wait for.
type Log struct {
	entry *logrus.Entry
	mu    sync.Mutex
	lines []string
	more  *sync.Cond
	read  int
	// Seen, if set, is called with each line, from the goroutine that logs it.
	Seen func(line string)
}

// NewLog makes a log without lines.
func NewLog() *Log {
	l := &Log{}
	l.more = sync.NewCond(&l.mu)
	logger := logrus.New()
	logger.SetOutput(discard{})
	logger.SetLevel(logrus.DebugLevel)
	logger.AddHook(l)
	l.entry = logrus.NewEntry(logger)
	return l
}

// Entry is what a connection is given to log to.
func (l *Log) Entry() *logrus.Entry { return l.entry }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Levels is part of logrus.Hook.
func (l *Log) Levels() []logrus.Level { return logrus.AllLevels }

// Fire is part of logrus.Hook.
func (l *Log) Fire(entry *logrus.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, entry.Message)
	if l.Seen != nil {
		l.Seen(entry.Message)
	}
	l.more.Broadcast()
	return nil
}

// Until reads on to the next line with that text.
func (l *Log) Until(t testing.TB, text string) {
	t.Helper()
	given := false
	timer := time.AfterFunc(Patience, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		given = true
		l.more.Broadcast()
	})
	defer timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	for from := l.read; ; l.more.Wait() {
		for ; l.read < len(l.lines); l.read++ {
			if strings.Contains(l.lines[l.read], text) {
				l.read++
				return
			}
		}
		if given {
			t.Fatalf("%q was not logged, but:\n%s", text, strings.Join(l.lines[from:], "\n"))
		}
	}
}

// Lines is all that was logged so far.
func (l *Log) Lines() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// freeDial connects to wherever the server is at that moment.
type freeDial struct{ server *Server }

func (d freeDial) Dial(network, _ string) (net.Conn, error) {
	return net.DialTimeout(network, d.server.Addr(), Patience)
}
