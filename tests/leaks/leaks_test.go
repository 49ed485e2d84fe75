// Package leaks tests that nothing stays behind: no goroutine, subscription or
// waiting request after a run that was cancelled, and no memory after many
// commands. The soak build tag makes it long.
package leaks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/luabind"
	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// patience is how long a test waits for what must happen; only one that fails
// waits so long.
const patience = 20 * time.Second

// studio is a NATS server with a recorder that agrees with everything on
// rec.control and one that says nothing on rec.silent.
type studio struct {
	server *server.Server
	ignore atomic.Int64  // commands that the silent one shall still hear
	heard  chan struct{} // one slot; filled when it has heard them
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	nc, err := nats.Connect(srv.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	s := &studio{server: srv, heard: make(chan struct{}, 1)}
	for subject, answer := range map[string]nats.MsgHandler{
		"rec.control": func(m *nats.Msg) { _ = m.Respond(reply(m.Data)) },
		"rec.silent": func(*nats.Msg) {
			if s.ignore.Add(-1) == 0 {
				s.heard <- struct{}{}
			}
		},
	} {
		if _, err := nc.Subscribe(subject, answer); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return s
}

// reply agrees with a command.
func reply(command []byte) []byte {
	_, rest, _ := bytes.Cut(command, []byte(`"task_id":"`))
	task, _, _ := bytes.Cut(rest, []byte(`"`))
	state := "started"
	if bytes.Contains(command, []byte(`"cmd":"stop"`)) {
		state = "stopped"
	}
	return []byte(`{"task_id":"` + string(task) + `","msg_status":"success","app_status":"` + state + `","payload":{"file_path":"/mnt/` + string(task) + `.wav"}}`)
}

func (s *studio) connect(t *testing.T) *bus.Conn {
	t.Helper()
	conn, err := bus.Connect(t.Context(), bus.Options{URL: s.server.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// run runs a script over conn.
func run(ctx context.Context, t *testing.T, conn *bus.Conn, out io.Writer, source string) error {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	program, err := luabind.New().Load("t.lua", []byte(source), script.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return program.Run(ctx, script.Host{
		Env:      script.Env{TaskID: "task01", Location: time.UTC, Stdout: out, Log: logrus.NewEntry(log), Grace: time.Second},
		Recorder: recorder.New(conn, recorder.Options{Subject: "rec.control", Timeout: patience}),
		Clock:    clock.Real{},
	})
}

// eventually waits until there is no problem any more: the NATS libraries do not
// wait for the last steps of their goroutines, and tell nobody of their end.
func eventually(t *testing.T, problem func() string) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for limit := time.Now().Add(patience); ; <-look.C {
		text := problem()
		if text == "" {
			return
		}
		if time.Now().After(limit) {
			t.Fatal(text)
		}
	}
}

// strangers lists the goroutines that are not in before, without those of the
// server, which keeps some.
func strangers(before map[string]bool) []string {
	stacks := make([]byte, 8<<20)
	var left []string
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		if !before[number] && !strings.Contains(stack, "nats-server/v2") {
			left = append(left, stack)
		}
	}
	return left
}

func numbers(stacks []string) map[string]bool {
	known := map[string]bool{}
	for _, stack := range stacks {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		known[number] = true
	}
	return known
}

// hanging are scripts that wait with the number of commands that get no answer.
var hanging = []struct {
	source   string
	commands int64
}{
	{`start("a", {subject = "rec.silent"})`, 1},
	{`start "a" pcall(status, "a", {subject = "rec.silent"}) sleep "1h"`, 1},
	{`parallel({"a", "b", "c"}, function(task) start(task) stop(task, {subject = "rec.silent"}) end)`, 3},
	{`parallel({"a", "b", "c"}, function(task) pcall(stop, task, {subject = "rec.silent"}) end)`, 3},
	{`parallel({{cmd = "start", task_id = "a", subject = "rec.silent"}, {cmd = "stop", task_id = "b", subject = "rec.silent"}}, {on_error = "collect"})`, 2},
	{`parallel({function() sleep "1h" end, function() parallel({"a", "b"}, function(t) status(t, {subject = "rec.silent"}) end) end})`, 2},
	{`parallel({{cmd = "start", task_id = "a"}, {cmd = "status", task_id = "b", subject = "rec.silent"}}, {on_error = "rollback"})`, 1},
	{`local wait = coroutine.wrap(function() status("a", {subject = "rec.silent"}) end) wait()`, 1},
	{`finally(function() stop "a" end) start "a" parallel({function() status("a", {subject = "rec.silent"}) end}, {limit = 1, timeout = "1h"})`, 1},
}

func cancelRuns(t *testing.T, runs int) {
	s := newStudio(t)
	before := numbers(strangers(nil))
	subscriptions := s.server.NumSubscriptions()
	enough := errors.New("enough")
	for i := range runs {
		script := hanging[i%len(hanging)]
		ctx, cancel := context.WithCancelCause(t.Context())
		conn := s.connect(t)
		s.ignore.Store(script.commands)
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, t, conn, io.Discard, script.source) }()
		select {
		case <-s.heard:
		case err := <-ended:
			t.Fatalf("%s: ended with %v before it was cancelled", script.source, err)
		}
		cancel(enough)
		if err := <-ended; !errors.Is(err, enough) {
			t.Fatalf("%s: ended with %v", script.source, err)
		}
		if n := conn.Stats().Waiting; n != 0 {
			t.Fatalf("%s: %d requests still wait", script.source, n)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() string { return strings.Join(strangers(before), "\n\n") })
	eventually(t, func() string {
		if n := s.server.NumSubscriptions(); n != subscriptions {
			return "subscriptions are left"
		}
		return ""
	})
}

// TestCancelledRunsLeaveNothing ends runs in the middle of every way to wait.
func TestCancelledRunsLeaveNothing(t *testing.T) { cancelRuns(t, 5*len(hanging)) }
