package recorder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/bus"
	"recue/runtime/fault"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/simulator"
)

// studio gives a client of a simulated recorder on "rec.control", and NATS
// itself for answers that the simulator would not give.
func studio(t *testing.T) (*Client, *nats.Conn) {
	t.Helper()
	server, err := natsd.Start(natsd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	nc, err := nats.Connect("", nats.InProcessServer(server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	service, err := simulator.Serve(t.Context(), nc, "rec.control", simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	conn, err := bus.Connect(t.Context(), bus.Options{InProcess: server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return New(conn, Options{Subject: "rec.control", Timeout: 2 * time.Second}), nc
}

func answer(t *testing.T, nc *nats.Conn, subject, reply string) {
	t.Helper()
	if _, err := nc.Subscribe(subject, func(m *nats.Msg) {
		if reply != "" {
			m.Respond([]byte(reply))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, s *Scope, cmd protocol.Cmd, task string, route Route) (protocol.Reply, error) {
	t.Helper()
	return s.Do(t.Context(), protocol.NewCommand(cmd, task), route)
}

func names(list []Recording) string {
	var out []string
	for _, r := range list {
		name := r.TaskID
		if r.Maybe {
			name += "?"
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestFaultsSayWhatWasAsked(t *testing.T) {
	c, nc := studio(t)
	reply := func(msg, app string) string {
		return fmt.Sprintf(`{"task_id":"t","msg_status":%q,"app_status":%q,"payload":{"file_path":"/x"}}`, msg, app)
	}
	for _, test := range []struct {
		subject, answer string
		cmd             protocol.Cmd
		code            fault.Code
		text            string
	}{
		{"a.nobody", "-", protocol.Start, fault.NoRecorder, `start t: nobody listens on "a.nobody" (no_recorder)`},
		{"a.silent", "", protocol.Stop, fault.Timeout, "may or may not have acted"},
		{"a.silent", "", protocol.Status, fault.Timeout, "status t: no answer"},
		{"a.garbage", "}{", protocol.Start, fault.InvalidReply, "the reply breaks the protocol: not JSON"},
		{"a.other", strings.Replace(reply("success", "started"), `"t"`, `"u"`, 1), protocol.Start, fault.InvalidReply, `it is for task "u", not "t"`},
		{"a.again", reply("error", "started"), protocol.Start, fault.Rejected, "already recording"},
		{"a.idle", reply("error", "stopped"), protocol.Stop, fault.Rejected, "not recording"},
		{"a.broken", reply("error", "error"), protocol.Status, fault.Rejected, "reported an error"},
		{"a.lies", reply("success", "stopped"), protocol.Start, fault.UnexpectedState, `"stopped", not "started"`},
		{"a.runs", reply("success", "started"), protocol.Stop, fault.UnexpectedState, `"started", not "stopped"`},
	} {
		if test.answer != "-" {
			answer(t, nc, test.subject, test.answer)
		}
		_, err := do(t, c.Scope(), test.cmd, "t", Route{Subject: test.subject, Timeout: 100 * time.Millisecond})
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Errorf("%s on %s: %v", test.cmd, test.subject, err)
			continue
		}
		if f.Code != test.code || !strings.Contains(f.Error(), test.text) || f.Cmd != string(test.cmd) || f.TaskID != "t" || f.Subject != test.subject || f.Hint == "" {
			t.Errorf("%s on %s: %+v, want %s %q", test.cmd, test.subject, f, test.code, test.text)
		}
		if known := f.Code == fault.Rejected || f.Code == fault.UnexpectedState; known != (string(f.Payload) == `{"file_path":"/x"}`) {
			t.Errorf("%s on %s: payload %s", test.cmd, test.subject, f.Payload)
		}
	}
}

func TestInvalidReplyIsKeptForTheLog(t *testing.T) {
	c, nc := studio(t)
	answer(t, nc, "a.long", strings.Repeat("x", 10_000))
	_, err := do(t, c.Scope(), protocol.Status, "t", Route{Subject: "a.long"})
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Raw) != 512 {
		t.Errorf("kept %d bytes of %v", len(f.Raw), err)
	}
}

// What the outcomes of commands say about what records.
func TestWhatRecords(t *testing.T) {
	c, nc := studio(t)
	s := c.Scope()
	answer(t, nc, "a.silent", "")
	silent := Route{Subject: "a.silent", Timeout: 50 * time.Millisecond}
	step := func(cmd protocol.Cmd, task string, route Route, want string) {
		t.Helper()
		do(t, s, cmd, task, route)
		if got := names(s.Recording()); got != want {
			t.Errorf("after %s %s: %q records, want %q", cmd, task, got, want)
		}
	}
	step(protocol.Start, "a", Route{}, "a")
	step(protocol.Start, "b", Route{}, "a b")
	step(protocol.Start, "a", Route{}, "a b") // refused: it records already
	step(protocol.Start, "none", Route{Subject: "a.nobody"}, "a b")
	step(protocol.Start, "none", Route{Subject: "a.nobody"}, "a b")
	step(protocol.Start, "m", silent, "a b m?")
	step(protocol.Stop, "m", silent, "a b m?")
	step(protocol.Stop, "a", Route{}, "b m?")
	step(protocol.Start, "a", Route{}, "b m? a")
	step(protocol.Stop, "m", Route{}, "b m? a") // a task of another subject
	if path := s.Recording()[0].FilePath; path != "/mnt/rec_b_001.wav" {
		t.Errorf("file path %q", path)
	}
}

// A start whose outcome is unknown is settled by what the recorder says later.
func TestMaybeIsSettledByTheRecorder(t *testing.T) {
	c, nc := studio(t)
	for status, want := range map[string]string{"started": "t", "stopped": ""} {
		subject := "b." + status
		n := 0
		if _, err := nc.Subscribe(subject, func(m *nats.Msg) {
			if n++; n > 1 { // the first, the start, gets no answer
				m.Respond([]byte(`{"task_id":"t","msg_status":"success","app_status":"` + status + `"}`))
			}
		}); err != nil {
			t.Fatal(err)
		}
		nc.Flush()
		s := c.Scope().Child()
		do(t, s, protocol.Start, "t", Route{Subject: subject, Timeout: 50 * time.Millisecond})
		if got := names(s.Recording()); got != "t?" {
			t.Fatalf("after the timeout %q records", got)
		}
		do(t, s, protocol.Status, "t", Route{Subject: subject})
		if got := names(s.Recording()); got != want {
			t.Errorf("after a status of %s %q records, want %q", status, got, want)
		}
	}
}

func TestScopesKnowWhatWasStartedThroughThem(t *testing.T) {
	c, _ := studio(t)
	outer := c.Scope().Child()
	inner, other := outer.Child(), c.Scope().Child()
	do(t, inner, protocol.Start, "a", Route{})
	do(t, outer, protocol.Start, "b", Route{})
	do(t, other, protocol.Start, "c", Route{})
	for _, test := range []struct {
		scope *Scope
		want  string
	}{{inner, "a"}, {outer, "a b"}, {other, "c"}, {c.Scope(), "a b c"}} {
		if got := names(test.scope.Recording()); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	// Stopped through another scope, it is stopped for all; started again there, it is not theirs.
	do(t, other, protocol.Stop, "a", Route{})
	do(t, other, protocol.Start, "a", Route{})
	if names(inner.Recording()) != "" || names(outer.Recording()) != "b" || names(other.Recording()) != "c a" {
		t.Errorf("%q, %q, %q", names(inner.Recording()), names(outer.Recording()), names(other.Recording()))
	}
	if !c.Records(Task{"rec.control", "a"}) || c.Records(Task{"rec.other", "a"}) {
		t.Error("Records does not tell subjects apart")
	}
}

func TestCancelledStartMayRecord(t *testing.T) {
	c, nc := studio(t)
	heard := make(chan struct{})
	if _, err := nc.Subscribe("a.waits", func(*nats.Msg) { close(heard) }); err != nil {
		t.Fatal(err)
	}
	nc.Flush()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-heard
		if got := names(c.Scope().Recording()); got != "t?" { // what a second Ctrl-C would name
			t.Errorf("with a start on its way %q records", got)
		}
		cancel()
	}()
	_, err := c.Scope().Do(ctx, protocol.NewCommand(protocol.Start, "t"), Route{Subject: "a.waits", Timeout: time.Minute})
	if fault.CodeOf(err) != fault.Cancelled || names(c.Scope().Recording()) != "t?" {
		t.Errorf("%v, %q records", err, names(c.Scope().Recording()))
	}
}
