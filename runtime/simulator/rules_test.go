package simulator

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/bus"
	"recue/runtime/fault"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// manners is a simulated recorder behind a server, and a client of it.
func manners(t *testing.T) (*bus.Conn, *recorder.Client, *Service) {
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
	service, err := Serve(t.Context(), nc, "rec.control", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	conn, err := bus.Connect(t.Context(), bus.Options{InProcess: server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn, recorder.New(conn, recorder.Options{Subject: "rec.control", Timeout: 10 * time.Second}), service
}

// Every manner, as a client of the real connection meets it.
func TestRulesAsAClientMeetsThem(t *testing.T) {
	conn, client, service := manners(t)
	for _, c := range []struct {
		as      Manner
		code    fault.Code // "": the start succeeds
		started bool       // the recorder has carried it out
		short   bool       // the failure is the end of a short time limit
	}{
		{as: Timeout, code: fault.Timeout, started: true, short: true},
		{as: Rejected, code: fault.Rejected},
		{as: UnexpectedState, code: fault.UnexpectedState},
		{as: NoRecorder, code: fault.NoRecorder},
		{as: InvalidReply, code: fault.InvalidReply, started: true},
		{as: Late, code: fault.Timeout, started: true, short: true},
		{as: Twice, started: true},
		{as: Garbage, code: fault.InvalidReply, started: true},
		{as: WrongTask, code: fault.InvalidReply, started: true},
		{as: Huge, started: true},
	} {
		t.Run(string(c.as), func(t *testing.T) {
			task := "cam_" + string(c.as)
			rec := service.Recorder()
			rec.Reset()
			if err := rec.AddRule(Rule{Cmd: protocol.Start, TaskID: task, Times: 1, As: c.as, Delay: time.Hour}); err != nil {
				t.Fatal(err)
			}
			route := recorder.Route{}
			if c.short {
				route.Timeout = time.Millisecond
			}
			reply, err := client.Scope().Do(t.Context(), protocol.NewCommand(protocol.Start, task), route)
			if fault.CodeOf(err) != c.code {
				t.Errorf("the start ended with %v, want code %q", err, c.code)
			}
			if c.as == Huge && len(reply.Payload) < hugeReply {
				t.Errorf("the payload has %d bytes", len(reply.Payload))
			}
			// The rule was for one command: the status is answered, and tells the truth.
			now, err := client.Scope().Do(t.Context(), protocol.NewCommand(protocol.Status, task), recorder.Route{})
			if err != nil || (now.AppStatus == protocol.Started) != c.started {
				t.Errorf("afterwards it is %q (%v), started should be %v", now.AppStatus, err, c.started)
			}
			want := []protocol.Cmd{protocol.Start, protocol.Status}
			if c.as == NoRecorder {
				want = want[1:]
			}
			var got []protocol.Cmd
			for _, e := range rec.Commands() {
				got = append(got, e.Command.Cmd)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the recorder took %v, want %v", got, want)
			}
		})
	}
	counters := conn.Stats()
	if counters.Duplicate != 1 {
		t.Errorf("%d double replies were dropped, want 1", counters.Duplicate)
	}
}

func TestRulesFitByCommandAndTask(t *testing.T) {
	r := newRecorder(t, Options{})
	for _, rule := range []Rule{
		{Cmd: protocol.Start, TaskID: "a", Times: 2, As: Rejected},
		{As: Timeout},
		{TaskID: "b", Delay: time.Second},
	} {
		if err := r.AddRule(rule); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []struct {
		task     string
		rejected bool
		dropped  bool
		delay    time.Duration
	}{
		{"a", true, false, 0}, {"b", false, true, time.Second}, {"a", true, false, 0}, {"a", false, true, 0},
	} {
		e := r.Answer(start(c.task))
		if e.Rejected != c.rejected || e.Dropped != c.dropped || e.Delay != c.delay {
			t.Errorf("command %d: rejected %v, dropped %v, delay %v", i, e.Rejected, e.Dropped, e.Delay)
		}
	}
	r.Reset()
	if e := r.Answer(start("b")); e.As != "" || e.Delay != 0 || len(r.Commands()) != 1 || r.Count() != 1 {
		t.Errorf("after Reset a rule is still there: %+v, %d commands", e, r.Count())
	}
}

func TestRefuseIsForTheSender(t *testing.T) {
	r := newRecorder(t, Options{})
	if r.Refuse(start("a")) != nil {
		t.Error("refused without a rule")
	}
	for _, as := range []Manner{NotSent, PermissionDenied, TooLarge} {
		if err := r.AddRule(Rule{TaskID: "a", Times: 1, As: as}); err != nil {
			t.Fatal(err)
		}
	}
	if e := r.Answer(start("a")); e.As != "" {
		t.Errorf("the recorder took part in %q", e.As)
	}
	if f := r.Refuse(start("b")); f != nil {
		t.Errorf("another task is refused: %v", f)
	}
	for _, want := range []fault.Code{fault.NotSent, fault.PermissionDenied, fault.TooLarge} {
		if f := r.Refuse(start("a")); f == nil || f.Code != want {
			t.Errorf("got %v, want %s", f, want)
		}
	}
	if f := r.Refuse(start("a")); f != nil {
		t.Errorf("the rules were for one command each: %v", f)
	}
}

func TestRulesThatMakeNoSense(t *testing.T) {
	r := newRecorder(t, Options{})
	for want, rule := range map[string]Rule{
		"no unexpected state": {Cmd: protocol.Status, As: UnexpectedState},
		"negative":            {Delay: -1},
		`"explode"`:           {As: "explode"},
	} {
		if err := r.AddRule(rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", rule, err, want)
		}
	}
	if err := r.AddRule(Rule{As: UnexpectedState}); err != nil {
		t.Error(err)
	}
	if e := r.Answer(status("a")); e.As != "" {
		t.Error("a status was answered with an unexpected state")
	}
}
