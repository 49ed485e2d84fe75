package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/protocol"
)

const patience = 10 * time.Second

func natsServer(t *testing.T, change func(*server.Options)) string {
	t.Helper()
	opts := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}
	if change != nil {
		change(opts)
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(patience) {
		t.Fatal("the NATS server did not come up")
	}
	return srv.ClientURL()
}

func connect(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func serve(t *testing.T, nc *nats.Conn, subject string, opts Options) *Service {
	t.Helper()
	s, err := Serve(t.Context(), nc, subject, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, nc *nats.Conn, subject string, command []byte) string {
	t.Helper()
	m, err := nc.Request(subject, command, patience)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return string(m.Data)
}

// What the README of the Python original shows, both as pydantic writes it and
// as it is printed there.
func TestAnswersThePythonOriginal(t *testing.T) {
	url := natsServer(t, nil)
	clk := newManual()
	serve(t, connect(t, url), "rec.control", Options{Clock: clk})
	client := connect(t, url)
	pretty := []byte("{\n  \"task_id\": \"cam1\",\n  \"cmd\": \"start\",\n  \"payload\": {\n    \"segment_time\": 300.0,\n" +
		"    \"snd_source\": \"pulsesrc01\",\n    \"snd_byterate\": 96,\n    \"vid_stream\": \"main\",\n    \"vid_byterate\": 2000\n  }\n}")
	for i, c := range []struct {
		command []byte
		want    string
	}{
		{status("cam1"), reply("success", "stopped", "{}")},
		{start("cam1"), reply("success", "started", running)},
		{pretty, reply("error", "started", running)},
		{stop("cam1"), reply("success", "stopped", strings.Replace(over, "09:00", "08:55", 1))},
		{[]byte("hello"), `{"task_id":"","msg_status":"error","app_status":"error","payload":{}}`},
	} {
		if got := ask(t, client, "rec.control", c.command); got != c.want {
			t.Errorf("command %d: %s\n got %s\nwant %s", i, c.command, got, c.want)
		}
	}
}

func TestAThousandRequestsAtOnce(t *testing.T) {
	url := natsServer(t, nil)
	s := serve(t, connect(t, url), "rec.control", Options{Delay: 5 * time.Millisecond, Jitter: 5 * time.Millisecond})
	clients := []*nats.Conn{connect(t, url), connect(t, url)}
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			task := fmt.Sprintf("cam%d", i)
			m, err := clients[i%2].Request("rec.control", start(task), patience)
			if err != nil {
				t.Errorf("%s: %v", task, err)
				return
			}
			r, err := protocol.ParseReply(m.Data, task)
			if err != nil || r.MsgStatus != protocol.Success || r.AppStatus != protocol.Started {
				t.Errorf("%s: %s, %v", task, m.Data, err)
			}
		})
	}
	wg.Wait()
	if n := s.Recorder().Count(); n != 1000 {
		t.Errorf("the recorder took %d commands, want 1000", n)
	}
}

func TestTwoSimulatorsOnTwoSubjects(t *testing.T) {
	url := natsServer(t, nil)
	nc := connect(t, url)
	serve(t, nc, "rec.a", Options{Clock: newManual()})
	b := serve(t, nc, "rec.b", Options{Clock: newManual()})
	client := connect(t, url)
	ask(t, client, "rec.a", start("cam1"))
	if got, want := ask(t, client, "rec.b", status("cam1")), reply("success", "stopped", "{}"); got != want {
		t.Errorf("the second knows of the first's task: %s", got)
	}
	b.Close()
	if got, want := ask(t, client, "rec.a", status("cam1")), reply("success", "started", running); got != want {
		t.Errorf("after the second was closed, the first says %s", got)
	}
}

func TestAMessageWithoutReplySubjectIsCarriedOut(t *testing.T) {
	url := natsServer(t, nil)
	serve(t, connect(t, url), "rec.control", Options{Clock: newManual()})
	client := connect(t, url)
	if err := client.Publish("rec.control", start("cam1")); err != nil {
		t.Fatal(err)
	}
	if got, want := ask(t, client, "rec.control", status("cam1")), reply("success", "started", running); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// send publishes the command with an inbox for its replies.
func send(t *testing.T, nc *nats.Conn, commands ...[]byte) *nats.Subscription {
	t.Helper()
	inbox, err := nc.SubscribeSync(nc.NewRespInbox())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		if err := nc.PublishRequest("rec.control", inbox.Subject, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
	return inbox
}

// arrived counts the replies that the server has for the inbox. It is exact
// once whoever sends them has flushed.
func arrived(t *testing.T, nc *nats.Conn, inbox *nats.Subscription) int {
	t.Helper()
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
	n, _, err := inbox.Pending()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADelayedCommandActsAtOnceAndIsAnsweredLater(t *testing.T) {
	url := natsServer(t, nil)
	clk := newManual()
	nc, client := connect(t, url), connect(t, url)
	s := serve(t, nc, "rec.control", Options{Clock: clk, Delay: time.Minute})
	inbox := send(t, client, start("cam1"))
	<-clk.armed // the reply waits now
	if got, want := string(s.Recorder().Handle(status("cam1"))), reply("success", "started", running); got != want {
		t.Errorf("while the reply waits, the state is %s", got)
	}
	clk.set(noon.Add(time.Minute - 1))
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
	if n := arrived(t, client, inbox); n != 0 {
		t.Fatalf("%d replies before the delay was over", n)
	}
	clk.set(noon.Add(time.Minute))
	m, err := inbox.NextMsg(patience)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(m.Data), reply("success", "started", running); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestADroppedReplyIsNotSent(t *testing.T) {
	url := natsServer(t, nil)
	client := connect(t, url)
	s := serve(t, connect(t, url), "rec.control", Options{Drop: 0.5, Seed: 1})
	const n = 1000
	inbox := send(t, client, bytes.SplitN(bytes.Repeat(append(status("cam1"), '\n'), n), []byte("\n"), n)...)
	s.Close()
	want := 0
	for _, e := range s.Recorder().Commands() {
		if !e.Dropped {
			want++
		}
	}
	if got := arrived(t, client, inbox); got != want || want == 0 || want == n {
		t.Errorf("%d of %d commands were answered, want %d", got, n, want)
	}
}

func TestCloseAnswersWhatArrivedAndNothingAfter(t *testing.T) {
	url := natsServer(t, nil)
	client := connect(t, url)
	s := serve(t, connect(t, url), "rec.control", Options{Clock: newManual(), Delay: time.Hour})
	var commands [][]byte
	for i := range 5000 {
		commands = append(commands, start(fmt.Sprint(i)))
	}
	inbox := send(t, client, commands...)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(s.Close)
	}
	wg.Wait()
	if got := arrived(t, client, inbox); got != len(commands) {
		t.Errorf("%d of %d commands were answered", got, len(commands))
	}
	if _, err := client.Request("rec.control", status("cam1"), patience); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("after Close a request ends with %v, want no responders", err)
	}
}

// A burst of 80 MB is more than NATS by itself lets wait (64 MB).
func TestABurstIsNotDropped(t *testing.T) {
	url := natsServer(t, nil)
	client := connect(t, url)
	s := serve(t, connect(t, url), "rec.control", Options{})
	big := bytes.Repeat([]byte("x"), 1_000_000)
	s.recorder.mu.Lock() // the recorder is busy
	var commands [][]byte
	for range 80 {
		commands = append(commands, big)
	}
	inbox := send(t, client, commands...)
	if err := s.nc.FlushTimeout(patience); err != nil {
		t.Error(err)
	}
	s.recorder.mu.Unlock()
	s.Close()
	if got := arrived(t, client, inbox); got != len(commands) {
		t.Errorf("%d of %d commands were answered", got, len(commands))
	}
}

func TestTheLongestReplyFitsIntoAMessage(t *testing.T) {
	url := natsServer(t, nil)
	serve(t, connect(t, url), "rec.control", Options{})
	client := connect(t, url)
	command := status(strings.Repeat("x", int(client.MaxPayload())-len(status(""))))
	if got := ask(t, client, "rec.control", command); !strings.Contains(got, `"app_status":"error"`) {
		t.Errorf("got %s", got)
	}
}

func TestServeNamesWhatStandsInItsWay(t *testing.T) {
	url := natsServer(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
			Subscribe: &server.SubjectPermission{Allow: []string{"rec.control", "_INBOX.>"}},
		}}}
	})
	quiet := nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})
	nc := connect(t, url, nats.UserInfo("u", "p"), quiet)
	closed := connect(t, url, nats.UserInfo("u", "p"))
	closed.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		nc      *nats.Conn
		subject string
		opts    Options
		want    string
	}{
		{"wildcard", t.Context(), nc, "rec.*", Options{}, `simulated recorder: subject must name one subject`},
		{"option", t.Context(), nc, "rec.control", Options{Fail: 2}, `simulated recorder: fail must be between 0 and 1`},
		{"permission", t.Context(), nc, "rec.secret", Options{}, `simulated recorder: listen on "rec.secret": nats: permissions violation`},
		{"closed", t.Context(), closed, "rec.control", Options{}, `simulated recorder: listen on "rec.control": nats: connection closed`},
		{"cancelled", ended, nc, "rec.control", Options{}, `simulated recorder: listen on "rec.control": context canceled`},
	} {
		s, err := Serve(c.ctx, c.nc, c.subject, c.opts)
		if s != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	serve(t, nc, "rec.control", Options{}) // an earlier refusal of another subject does not count
	ask(t, nc, "rec.control", status("cam1"))
}

func TestCloseAfterTheConnectionIsClosedReturns(t *testing.T) {
	nc := connect(t, natsServer(t, nil))
	s := serve(t, nc, "rec.control", Options{})
	nc.Close()
	s.Close()
}

func TestNoGoroutineStays(t *testing.T) {
	url := natsServer(t, nil)
	nc, client := connect(t, url), connect(t, url)
	before := nc.NumSubscriptions()
	s := serve(t, nc, "rec.control", Options{Delay: time.Hour})
	inbox := send(t, client, start("cam1"), stop("cam1"))
	s.Close()
	if n := arrived(t, client, inbox); n != 2 {
		t.Errorf("%d of 2 commands were answered", n)
	}
	if n := nc.NumSubscriptions(); n != before {
		t.Errorf("%d subscriptions stay", n-before)
	}
	client.Close()
	// The subscription's goroutine tells that it is done as its last act, and
	// may not be gone yet when Close returns.
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte("waitForMsgs")) && !bytes.Contains(stacks, []byte("checkDrained")) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("goroutines stay:\n%s", stacks)
		}
	}
}
