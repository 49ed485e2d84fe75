package bus

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/fault"
)

// The answer to a command that was sent before the server went away may still
// come once both sides are connected again.
func TestRequestOutlivesARestartOfTheServer(t *testing.T) {
	srv := startServer(t, nil)
	address := srv.Addr().String()
	got, again := make(chan *nats.Msg, 1), make(chan bool, 1)
	rec := client(t, srv.ClientURL(), nats.ReconnectHandler(func(*nats.Conn) { again <- true }))
	listen(t, rec, subject, func(m *nats.Msg) { got <- m })
	log, entry := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), Log: entry})

	_, came := ask(c, subject, "start", patience)
	command := wait(t, got, "command")
	srv.Close()
	log.until(t, "lost the connection")
	startServerAt(t, address, nil)
	log.until(t, "reconnected")
	wait(t, again, "reconnect of the recorder")
	flush(t, c.nc) // the server knows our reply subscription again
	if err := rec.PublishMsg(&nats.Msg{Subject: command.Reply, Data: []byte("started")}); err != nil {
		t.Fatal(err)
	}
	if a := wait(t, came, "answer"); string(a.reply) != "started" {
		t.Errorf("answer = %q, %v", a.reply, a.err)
	}
}

// A command that was reported as not sent must not be delivered later.
func TestNotSentWhileAwayAndNoGhostAfterwards(t *testing.T) {
	first := startServer(t, nil)
	way := &door{}
	way.open(first.Addr().String())
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry})
	first.Close()
	way.shut()
	log.until(t, "lost the connection")
	for range 10 {
		called := false
		c.Request(subject, []byte("ghost"), patience, func(_ []byte, err error) {
			called = true
			f := wantFault(t, err, fault.NotSent, "was not sent and will not be sent later")
			if f.Hint == "" {
				t.Error("no hint")
			}
		})
		if !called {
			t.Fatal("the request waits although there is no connection")
		}
	}

	second := startServer(t, nil)
	seen := make(chan string, 100)
	listen(t, client(t, second.ClientURL()), ">", func(m *nats.Msg) { seen <- string(m.Data); echo(m) })
	way.open(second.Addr().String())
	log.until(t, "reconnected")
	if _, err := c.Do(t.Context(), subject, []byte("real"), patience); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, seen, "command"); got != "real" {
		t.Errorf("the recorder was given %q", got)
	}
}

// Between the loss of the connection and the library's word about it, the
// library itself must refuse: its buffer for reconnects is off.
func TestNotSentBeforeTheLossIsNoticed(t *testing.T) {
	srv := startServer(t, nil)
	way := &door{}
	way.open(srv.Addr().String())
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry})
	way.shut()
	log.until(t, "lost the connection")
	c.away.Store(false)
	_, err := c.Do(t.Context(), subject, []byte("ghost"), patience)
	wantFault(t, err, fault.NotSent)
	if !errors.Is(err, nats.ErrReconnectBufExceeded) {
		t.Errorf("err = %v", err)
	}
}

// The library holds its lock while it connects: neither a request nor Close may
// wait for a server that does not greet.
func TestNothingWaitsForAServerThatDoesNotGreet(t *testing.T) {
	srv := startServer(t, nil)
	address, accepted := silent(t)
	way := &door{}
	way.open(srv.Addr().String())
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry, ConnectTimeout: time.Hour})
	way.shut()
	way.open(address)
	log.until(t, "lost the connection")
	wait(t, accepted, "connection")
	_, came := ask(c, subject, "x", patience)
	wantFault(t, wait(t, came, "answer").err, fault.NotSent)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > closeTimeout/2 {
		t.Errorf("Close took %v", took)
	}
}

// deadLine is a connection whose writes fail once it is broken, although it
// still looks open.
type deadLine struct {
	net.Conn
	broken *atomic.Bool
}

func (d deadLine) Write(p []byte) (int, error) {
	if d.broken.Load() {
		return 0, errors.New("the line is dead")
	}
	return d.Conn.Write(p)
}

// What the library took but could not write is lost with the connection: the
// request waits to its deadline, and nothing is delivered after a reconnect.
func TestUnflushedCommandIsNotDeliveredAfterReconnect(t *testing.T) {
	srv := startServer(t, nil)
	seen := make(chan string, 10)
	listen(t, client(t, srv.ClientURL()), ">", func(m *nats.Msg) { seen <- string(m.Data); echo(m) })
	var broken atomic.Bool
	way := &door{wrap: func(conn net.Conn) net.Conn { return deadLine{conn, &broken} }}
	way.open(srv.Addr().String())
	hand := &handClock{}
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry, Clock: hand})
	broken.Store(true)
	_, came := ask(c, subject, "lost", time.Second)
	log.until(t, "lost the connection")
	broken.Store(false)
	log.until(t, "reconnected")
	if reply, err := c.Do(t.Context(), subject, []byte("real"), patience); err != nil {
		t.Fatal(reply, err)
	}
	if got := wait(t, seen, "command"); got != "real" {
		t.Errorf("the recorder was given %q", got)
	}
	hand.fire()
	wantFault(t, wait(t, came, "timeout").err, fault.Timeout, "may or may not have acted")
}

// A write error in the publish itself says nothing about what was written.
func TestFailedWriteLeavesTheOutcomeUnknown(t *testing.T) {
	srv := startServer(t, nil)
	var broken atomic.Bool
	way := &door{wrap: func(conn net.Conn) net.Conn { return deadLine{conn, &broken} }}
	way.open(srv.Addr().String())
	hand := &handClock{}
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry, Clock: hand})
	broken.Store(true)
	big := strings.Repeat("x", 100_000) // over the library's buffer: written at once
	_, came := ask(c, subject, big, time.Second)
	log.until(t, "whether a command was sent is not known")
	broken.Store(false) // the line is back before anybody noticed
	hand.fire()
	wantFault(t, wait(t, came, "timeout").err, fault.Timeout)
}

// jam is a connection that takes nothing more, and does not say so.
type jam struct {
	net.Conn
	on     *atomic.Bool
	jammed chan bool
	once   *sync.Once
	closed chan bool
}

func (j jam) Write(p []byte) (int, error) {
	if j.on.Load() {
		j.jammed <- true
		<-j.closed
		return 0, net.ErrClosed
	}
	return j.Conn.Write(p)
}

func (j jam) Close() error {
	j.once.Do(func() { close(j.closed) })
	return j.Conn.Close()
}

func TestCloseIsBoundedWhereTheServerTakesNothing(t *testing.T) {
	srv := startServer(t, nil)
	var on atomic.Bool
	jammed := make(chan bool, 100)
	way := &door{wrap: func(conn net.Conn) net.Conn {
		return jam{conn, &on, jammed, new(sync.Once), make(chan bool)}
	}}
	way.open(srv.Addr().String())
	c, err := Connect(t.Context(), Options{InProcess: way})
	if err != nil {
		t.Fatal(err)
	}
	on.Store(true)
	_, came := ask(c, subject, "x", patience)
	wait(t, jammed, "write")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := c.Close(ctx); err == nil || !strings.Contains(err.Error(), "may be lost") {
		t.Errorf("Close = %v, want to be told that the command may be lost", err)
	}
	if took := time.Since(began); took > closeTimeout/2 {
		t.Errorf("Close took %v", took)
	}
	wantFault(t, wait(t, came, "cancel").err, fault.Cancelled)
}

func TestCloseCancelsWhatWaits(t *testing.T) {
	srv := startServer(t, nil)
	got := make(chan *nats.Msg, 3)
	listen(t, client(t, srv.ClientURL()), subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: srv.ClientURL()})
	var waiting []chan answer
	for range 3 {
		_, came := ask(c, subject, "x", patience)
		waiting = append(waiting, came)
	}
	// Two at once: both return when it is done.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { closeConn(t, c) })
	}
	wg.Wait()
	for _, came := range waiting {
		wantFault(t, wait(t, came, "cancel").err, fault.Cancelled, "may or may not have acted")
	}
	for range waiting {
		wait(t, got, "command") // Close handed over what was published
	}
	wait(t, c.Ended(), "end")
	if err := c.Err(); err != nil {
		t.Errorf("Err = %v after Close", err)
	}
	_, err := c.Do(t.Context(), subject, nil, patience)
	wantFault(t, err, fault.Cancelled, "has been closed", "not sent")
}

func TestCloseWhileAwayDoesNotWaitForTheServer(t *testing.T) {
	srv := startServer(t, nil)
	log, entry := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), Log: entry})
	srv.Close()
	log.until(t, "lost the connection")
	began := time.Now()
	closeConn(t, c)
	if took := time.Since(began); took > closeTimeout/2 {
		t.Errorf("Close took %v", took)
	}
}

// The server drops the login while we are away: the library tries twice and
// gives up.
func TestLoginRefusedOnReconnectEndsTheConnection(t *testing.T) {
	open := startServer(t, nil)
	got := make(chan *nats.Msg, 1)
	listen(t, client(t, open.ClientURL()), subject, func(m *nats.Msg) { got <- m })
	locked := startServer(t, func(o *server.Options) { o.Username, o.Password = "anna", "s3cret" })
	way := &door{}
	way.open(open.Addr().String())
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, Log: entry, User: "anna", Password: "wr0ng"})
	_, came := ask(c, subject, "x", patience)
	wait(t, got, "command")
	way.shut()
	way.open(locked.Addr().String())
	wait(t, c.Ended(), "end")
	f := wantFault(t, wait(t, came, "answer").err, fault.Cancelled, "Authorization Violation", "may or may not have acted")
	if !errors.Is(f, nats.ErrAuthorization) {
		t.Errorf("%v hides the library's error", f)
	}
	_, err := c.Do(t.Context(), subject, nil, patience)
	wantFault(t, err, fault.PermissionDenied, "no longer lets us in", "not sent")
	if err := c.Err(); fault.ExitCode(err) != fault.ExitConnect || !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("Err = %v, exit code %d", err, fault.ExitCode(err))
	}
	log.until(t, "ended the connection for good")
}

func TestLameDuckIsLogged(t *testing.T) {
	log, entry := newEvents()
	lib, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		LameDuckDuration: time.Nanosecond, LameDuckGracePeriod: -time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	lib.Start()
	t.Cleanup(lib.WaitForShutdown)
	t.Cleanup(lib.Shutdown)
	connect(t, Options{URL: lib.ClientURL(), Log: entry})
	lib.LameDuckShutdown()
	log.until(t, "about to shut down")
	log.until(t, "lost the connection")
}

func TestSlowConsumerIsWarnedAboutWithNumbers(t *testing.T) {
	srv := startServer(t, nil)
	log, entry := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), Log: entry})
	held := make(chan bool)
	t.Cleanup(func() { close(held) })
	sub, err := c.NATS().Subscribe("feed", func(*nats.Msg) { <-held })
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.SetPendingLimits(2, 1000); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := c.NATS().Publish("feed", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	line := log.until(t, "faster than they were handled")
	if line.Data["subject"] != "feed" || line.Data["pending_limit"] != 2 || line.Data["dropped"].(int) < 1 {
		t.Errorf("fields = %v", line.Data)
	}
}

func TestReconnectDelayGrowsWithinItsBounds(t *testing.T) {
	for rounds, ceiling := range map[int]time.Duration{
		0: 500 * time.Millisecond, 1: 500 * time.Millisecond, 2: time.Second, 4: 4 * time.Second,
		5: 5 * time.Second, 6: 5 * time.Second, 1 << 40: 5 * time.Second,
	} {
		var longest time.Duration
		for range 1000 {
			d := reconnectDelay(rounds)
			if d < minReconnectDelay || d > ceiling {
				t.Fatalf("delay %d = %v, want 250ms to %v", rounds, d, ceiling)
			}
			longest = max(longest, d)
		}
		if longest < ceiling*3/4 {
			t.Errorf("delay %d is at most %v, want up to %v", rounds, longest, ceiling)
		}
	}
}
