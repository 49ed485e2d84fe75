package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 20 * time.Second

// echoing is a server that sends back what it gets.
func echoing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { defer conn.Close(); _, _ = io.Copy(conn, conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return l.Addr().String()
}

func newProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	p, err := New(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		t.Fatalf("heard %q, %v, want %q", got, err, want)
	}
}

// wantNoLink fails if a new link is let through.
func wantNoLink(t *testing.T, p *Proxy) {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		return
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("a link was let through: %v", err)
	}
}

func dead(t *testing.T) <-chan struct{} {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx.Done()
}

func TestHandsOnWholeAndInSlices(t *testing.T) {
	p := newProxy(t, echoing(t))
	conn := dial(t, p)
	say(t, conn, "hello")
	hear(t, conn, "hello")
	p.Slice(1)
	long := strings.Repeat("0123456789", 1000)
	say(t, conn, long)
	hear(t, conn, long)
}

func TestStallHoldsAndLosesNothing(t *testing.T) {
	p := newProxy(t, echoing(t))
	conn := dial(t, p)
	for _, way := range []Way{ToServer, ToClient, Both} {
		p.Stall(way)
		say(t, conn, "held")
		if !p.WaitHeld(way, 4, dead(t)) {
			t.Fatalf("way %d: nothing is held", way)
		}
		p.Resume()
		hear(t, conn, "held")
	}
}

func TestCutEndsBothSidesAndLosesWhatIsHeld(t *testing.T) {
	p := newProxy(t, echoing(t))
	conn := dial(t, p)
	p.Stall(ToServer)
	say(t, conn, "lost")
	if !p.WaitHeld(ToServer, 4, dead(t)) {
		t.Fatal("nothing is held")
	}
	p.Cut()
	p.Resume()
	if n, err := conn.Read(make([]byte, 10)); err == nil {
		t.Errorf("%d bytes came over a link that was cut", n)
	}
	again := dial(t, p)
	say(t, again, "next")
	hear(t, again, "next")
}

func TestRefuseAndTarget(t *testing.T) {
	p := newProxy(t, echoing(t))
	open := dial(t, p)
	say(t, open, "open") // through, before others are refused
	hear(t, open, "open")
	p.Refuse()
	wantNoLink(t, p)
	say(t, open, "stays")
	hear(t, open, "stays")
	p.Accept()
	p.Target("127.0.0.1:1") // nobody's
	wantNoLink(t, p)
	p.Target(echoing(t))
	other := dial(t, p)
	say(t, other, "moved")
	hear(t, other, "moved")
}

func TestWaitGivesUp(t *testing.T) {
	p := newProxy(t, echoing(t))
	over := make(chan struct{})
	close(over)
	if p.WaitHeld(Both, 1, over) {
		t.Error("something is held")
	}
}

// The tap sees each message as a whole, however it arrives, and what it gives is
// handed on.
func TestTapSeesMessages(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := newProxy(t, l.Addr().String())
	var mu sync.Mutex
	var seen []string
	p.Tap(func(m Message) []byte {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%d %s %s %q", m.Way, m.Subject, m.Reply, m.Payload))
		switch m.Subject {
		case "lose":
			return nil
		case "double":
			return append(bytes.Clone(m.Raw), m.Raw...)
		}
		return m.Raw
	})
	client := dial(t, p)
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, piece := range []string{"CONNECT {}\r\nPUB lo", "se 3\r\nabc\r\nPUB ", "double in.1 5\r\na\r\nb!\r\n",
		"HPUB h in.2 4 6\r\nNATSxy\r\nPING\r\n"} {
		say(t, client, piece)
	}
	lines := bufio.NewReader(server)
	want := "CONNECT {}\r\n" + strings.Repeat("PUB double in.1 5\r\na\r\nb!\r\n", 2) + "HPUB h in.2 4 6\r\nNATSxy\r\nPING\r\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(lines, got); err != nil || string(got) != want {
		t.Errorf("the server got %q, %v", got, err)
	}
	say(t, server, "MSG in.1 7 2\r\nok\r\nHMSG in.2 7 re 3 5\r\nHDRyo\r\n+OK\r\n")
	hear(t, client, "MSG in.1 7 2\r\nok\r\nHMSG in.2 7 re 3 5\r\nHDRyo\r\n+OK\r\n")
	mu.Lock()
	defer mu.Unlock()
	if got, want := strings.Join(seen, "; "), `1 lose  "abc"; 1 double in.1 "a\r\nb!"; 1 h in.2 "xy"; 2 in.1  "ok"; 2 in.2 re "yo"`; got != want {
		t.Errorf("seen %s\nwant %s", got, want)
	}
}
