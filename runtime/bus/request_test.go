package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/clock"
	"recue/runtime/fault"
)

const subject = "rec.control"

func TestDoGivesTheAnswer(t *testing.T) {
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, echo)
	for name, o := range map[string]Options{
		"over TCP":        {URL: srv.ClientURL()},
		"in this process": {InProcess: srv},
	} {
		c := connect(t, o)
		reply, err := c.Do(t.Context(), subject, []byte("hello"), patience)
		if err != nil || string(reply) != "hello" {
			t.Errorf("%s: reply = %q, %v", name, reply, err)
		}
		if got := c.Stats(); got != (Stats{Sent: 1, Replies: 1}) {
			t.Errorf("%s: stats = %+v", name, got)
		}
	}
}

func TestRequestTakesACopyOfTheData(t *testing.T) {
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, echo)
	c := connect(t, Options{URL: srv.ClientURL()})
	data := []byte("first")
	came := make(chan answer, 1)
	c.Request(subject, data, patience, func(reply []byte, err error) { came <- answer{reply, err} })
	copy(data, "XXXXX")
	if a := wait(t, came, "answer"); string(a.reply) != "first" {
		t.Errorf("reply = %q, %v", a.reply, a.err)
	}
}

func TestNobodyListens(t *testing.T) {
	srv := startServer(t, nil)
	c := connect(t, Options{URL: srv.ClientURL()})
	_, err := c.Do(t.Context(), subject, nil, patience)
	f := wantFault(t, err, fault.NoRecorder, `nobody listens on "rec.control"`)
	if !strings.Contains(f.Hint, srv.ClientURL()) {
		t.Errorf("hint %q does not name the server", f.Hint)
	}
	if !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("%v hides the library's error", err)
	}
}

// Only the server's own word means no_recorder. What a recorder answers is an
// answer, however odd (protocol decides what it is worth).
func TestOddReplyIsNotNoRecorder(t *testing.T) {
	srv := startServer(t, nil)
	replies := []*nats.Msg{
		{},
		{Header: nats.Header{"Version": {"2"}}},
		{Header: nats.Header{"Status": {"503"}}, Data: []byte("x")},
	}
	next := make(chan *nats.Msg, len(replies))
	listen(t, client(t, srv.ClientURL()), subject, func(m *nats.Msg) { _ = m.RespondMsg(<-next) })
	c := connect(t, Options{URL: srv.ClientURL()})
	for _, m := range replies {
		next <- m
		if reply, err := c.Do(t.Context(), subject, nil, patience); err != nil || string(reply) != string(m.Data) {
			t.Errorf("reply = %q, %v, want %q", reply, err, m.Data)
		}
	}
}

func TestNoTimerIsLeftBehind(t *testing.T) {
	srv := startServer(t, func(o *server.Options) { o.MaxPayload = 1000 })
	rec := client(t, srv.ClientURL())
	listen(t, rec, subject, echo)
	listen(t, rec, "rec.silent", func(*nats.Msg) {})
	hand := &handClock{}
	c := connect(t, Options{URL: srv.ClientURL(), Clock: hand})
	_, answered := ask(c, subject, "x", time.Second)
	_, nobody := ask(c, "rec.nobody", "x", time.Second)
	_, tooLarge := ask(c, subject, strings.Repeat("x", 1001), time.Second)
	call, cancelled := ask(c, "rec.silent", "x", time.Second)
	call.Cancel(nil)
	_, closed := ask(c, "rec.silent", "x", time.Second)
	for _, came := range []chan answer{answered, nobody, tooLarge, cancelled} {
		wait(t, came, "answer")
	}
	if n := hand.pending(); n != 1 {
		t.Errorf("%d timers for one request that waits", n)
	}
	closeConn(t, c)
	wait(t, closed, "answer")
	if n := hand.pending(); n != 0 {
		t.Errorf("%d timers after Close", n)
	}
}

func TestTimeoutThenLateReply(t *testing.T) {
	srv := startServer(t, nil)
	rec := client(t, srv.ClientURL())
	got := make(chan *nats.Msg, 2)
	listen(t, rec, subject, func(m *nats.Msg) { got <- m })
	hand := &handClock{}
	c := connect(t, Options{URL: srv.ClientURL(), Clock: hand})

	_, came := ask(c, subject, "slow", 1500*time.Millisecond)
	slow := wait(t, got, "first command")
	hand.fire()
	a := wait(t, came, "timeout")
	f := wantFault(t, a.err, fault.Timeout, "within 1.5s", "may or may not have acted")
	if f.Hint == "" {
		t.Error("no hint")
	}

	_, came = ask(c, subject, "quick", time.Second)
	quick := wait(t, got, "second command")
	_ = slow.Respond([]byte("too late"))
	_ = quick.Respond([]byte("in time"))
	if a := wait(t, came, "answer"); string(a.reply) != "in time" {
		t.Errorf("the answer to one request went to another: %q, %v", a.reply, a.err)
	}
	if got := c.Stats(); got != (Stats{Sent: 2, Replies: 1, Late: 1}) {
		t.Errorf("stats = %+v", got)
	}
}

// Who wants to know of an answer that comes late is told of the first.
func TestOnLateIsToldOnce(t *testing.T) {
	srv := startServer(t, nil)
	rec := client(t, srv.ClientURL())
	got := make(chan *nats.Msg, 3)
	listen(t, rec, subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: srv.ClientURL()})
	late := make(chan string, 4)
	var msgs []*nats.Msg
	for _, text := range []string{"one", "two", "three"} {
		call, came := ask(c, subject, text, patience)
		if text != "three" {
			call.OnLate(func(reply []byte) { late <- text + " " + string(reply) })
		}
		msgs = append(msgs, wait(t, got, "command"))
		if text == "one" {
			_ = msgs[0].Respond([]byte("in time"))
		} else {
			call.Cancel(nil)
		}
		wait(t, came, "outcome")
	}
	for _, m := range msgs {
		_ = m.Respond([]byte("a"))
		_ = m.Respond([]byte("b"))
	}
	if _, came := ask(c, subject, "end", patience); true { // behind all of them
		_ = wait(t, got, "command").Respond(nil)
		wait(t, came, "answer")
	}
	close(late)
	var told []string
	for text := range late {
		told = append(told, text)
	}
	if len(told) != 1 || told[0] != "two a" {
		t.Errorf("told of %q", told)
	}
}

// Of very many requests that end without an answer the latest are remembered.
func TestLateAnswersAreWaitedForWithinBounds(t *testing.T) {
	table := newTable(clock.Real{})
	told := 0
	for range 3 * maxLates {
		call := &Call{conn: &Conn{calls: table}, subject: subject, timeout: patience}
		table.add(call)
		call.OnLate(func([]byte) { told++ })
		table.take(call.token)
	}
	for token := uint64(1); token <= 3*maxLates; token++ {
		if late := table.takeLate(token); late != nil {
			late(nil)
		} else if token > 2*maxLates {
			t.Fatalf("request %d is forgotten", token)
		}
	}
	if told != maxLates {
		t.Errorf("%d are remembered", told)
	}
	table.stop(func(string) *fault.Error { return nil }, true)
}

func TestTimeoutOnTheRealClock(t *testing.T) {
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, func(*nats.Msg) {})
	c := connect(t, Options{URL: srv.ClientURL()})
	began := time.Now()
	_, err := c.Do(t.Context(), subject, nil, 30*time.Millisecond)
	wantFault(t, err, fault.Timeout, "30ms")
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("timed out after %v", took)
	}
}

func TestSecondReplyIsDroppedAndCounted(t *testing.T) {
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, func(m *nats.Msg) { echo(m); echo(m) })
	log, entry := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), Log: entry})
	for range 3 {
		if _, err := c.Do(t.Context(), subject, []byte("x"), patience); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		log.until(t, "a second reply")
	}
	if got := c.Stats(); got != (Stats{Sent: 3, Replies: 3, Duplicate: 3}) {
		t.Errorf("stats = %+v", got)
	}
}

func TestStrangeMessageOnTheInboxIsDropped(t *testing.T) {
	srv := startServer(t, nil)
	other := client(t, srv.ClientURL())
	listen(t, other, subject, echo)
	c := connect(t, Options{URL: srv.ClientURL()})
	for _, token := range []string{"no-number", "zzzzzz", "0"} {
		if err := other.Publish(c.inbox+token, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, other)
	if reply, err := c.Do(t.Context(), subject, []byte("x"), patience); err != nil || string(reply) != "x" {
		t.Errorf("reply = %q, %v", reply, err)
	}
	if got := c.Stats(); got != (Stats{Sent: 1, Replies: 1}) {
		t.Errorf("stats = %+v", got)
	}
}

func TestTooLargeNamesBothSizes(t *testing.T) {
	srv := startServer(t, func(o *server.Options) { o.MaxPayload = 1000 })
	listen(t, client(t, srv.ClientURL()), subject, echo)
	c := connect(t, Options{URL: srv.ClientURL()})
	if c.MaxPayload() != 1000 {
		t.Errorf("max payload = %d", c.MaxPayload())
	}
	_, err := c.Do(t.Context(), subject, make([]byte, 1001), patience)
	wantFault(t, err, fault.TooLarge, "1001 bytes", "at most 1000", "not sent")
	if reply, err := c.Do(t.Context(), subject, make([]byte, 1000), patience); err != nil || len(reply) != 1000 {
		t.Errorf("a command of the very size fails: %v", err)
	}
}

func TestWrongSubjectIsNotSent(t *testing.T) {
	srv := startServer(t, nil)
	seen := make(chan string, 10)
	rec := client(t, srv.ClientURL())
	listen(t, rec, ">", func(m *nats.Msg) { seen <- m.Subject })
	c := connect(t, Options{URL: srv.ClientURL()})
	for _, bad := range []string{"", "rec.*", "rec.>", "rec control", "rec.\r\nPUB x 0", "rec..control", "rec."} {
		_, err := c.Do(t.Context(), bad, nil, patience)
		wantFault(t, err, fault.NotSent)
		if err != nil && !strings.Contains(err.Error(), "subject is wrong") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	ask(c, "rec.last", "", patience)
	if got := wait(t, seen, "command"); got != "rec.last" {
		t.Errorf("a command went to %q", got)
	}
}

func TestCancelEndsTheCallAtOnce(t *testing.T) {
	srv := startServer(t, nil)
	got := make(chan *nats.Msg, 3)
	listen(t, client(t, srv.ClientURL()), subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: srv.ClientURL()})

	call, came := ask(c, subject, "1", patience)
	first := wait(t, got, "command")
	call.Cancel(nil)
	select { // done was called before Cancel returned
	case a := <-came:
		wantFault(t, a.err, fault.Cancelled, "may or may not have acted")
	default:
		t.Fatal("Cancel returned before done was called")
	}
	call.Cancel(nil) // does nothing; a second answer would block

	reason := &fault.Error{Code: fault.Timeout, Message: "the whole call took too long"}
	call, came = ask(c, subject, "2", patience)
	wait(t, got, "command")
	call.Cancel(reason)
	if a := wait(t, came, "cancel"); a.err != error(reason) {
		t.Errorf("err = %v, want the given cause", a.err)
	}

	call, came = ask(c, subject, "3", patience)
	third := wait(t, got, "command")
	_ = first.Respond(nil)
	_ = third.Respond([]byte("ok"))
	if a := wait(t, came, "answer"); string(a.reply) != "ok" {
		t.Errorf("answer = %q, %v", a.reply, a.err)
	}
	call.Cancel(nil) // too late
	if got := c.Stats(); got.Late != 1 || got.Replies != 1 {
		t.Errorf("stats = %+v", got)
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	srv := startServer(t, nil)
	got := make(chan *nats.Msg, 2)
	listen(t, client(t, srv.ClientURL()), subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: srv.ClientURL()})
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("the operator stopped it")
	came := make(chan error, 1)
	go func() {
		_, err := c.Do(ctx, subject, nil, patience)
		came <- err
	}()
	wait(t, got, "command")
	cancel(reason)
	err := wait(t, came, "end")
	wantFault(t, err, fault.Cancelled, "may or may not have acted")
	if !errors.Is(err, reason) {
		t.Errorf("%v hides the cause", err)
	}
	_, err = c.Do(ctx, subject, nil, patience)
	wantFault(t, err, fault.Cancelled, "before the command was sent")
	if len(got) != 0 {
		t.Error("a command was sent for a context that had ended")
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	const n = 1000
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, echo)
	c := connect(t, Options{URL: srv.ClientURL()})
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			want := []byte(strconv.Itoa(i))
			reply, err := c.Do(context.Background(), subject, want, patience)
			if err == nil && !bytes.Equal(reply, want) {
				err = fmt.Errorf("request %s got the answer %s", want, reply)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := c.Stats(); got != (Stats{Sent: n, Replies: n}) {
		t.Errorf("stats = %+v", got)
	}
}

// The Lua side resumes its branches in the order in which the answers came.
func TestAnswersComeInTheirOrder(t *testing.T) {
	const n = 500
	srv := startServer(t, nil)
	listen(t, client(t, srv.ClientURL()), subject, echo)
	c := connect(t, Options{URL: srv.ClientURL()})
	order := make(chan int, n)
	for i := range n {
		c.Request(subject, nil, patience, func([]byte, error) { order <- i })
	}
	for i := range n {
		if got := wait(t, order, "answer"); got != i {
			t.Fatalf("answer %d came in place of %d", got, i)
		}
	}
}

func TestDoneMayMakeRequestsAndCancelOthers(t *testing.T) {
	srv := startServer(t, nil)
	rec := client(t, srv.ClientURL())
	listen(t, rec, subject, echo)
	listen(t, rec, "rec.silent", func(*nats.Msg) {})
	c := connect(t, Options{URL: srv.ClientURL()})
	other, cancelled := ask(c, "rec.silent", "", patience)
	came := make(chan answer, 1)
	c.Request(subject, nil, patience, func([]byte, error) {
		other.Cancel(nil)
		c.Request("rec.nobody", nil, patience, func(reply []byte, err error) { came <- answer{reply, err} })
	})
	wantFault(t, wait(t, cancelled, "cancel").err, fault.Cancelled)
	wantFault(t, wait(t, came, "inner answer").err, fault.NoRecorder)
}
