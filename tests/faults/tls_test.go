package faults

import (
	"bufio"
	"encoding/json"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"recue/runtime/bus"
	"recue/runtime/fault"
	"recue/tests/certs"
	"recue/tests/stage"
)

// TestCertificates holds what is said of each certificate that must not be
// trusted, on either side. That the right ones are is held by TestMatrix, by
// TestAccess with the real command, and here by the first two cases.
func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	ours, stranger := certs.NewAuthority(t, dir, "studio"), certs.NewAuthority(t, dir, "stranger")
	past, future := time.Now().Add(-time.Minute), time.Now().Add(time.Hour/2)
	right := ours.Issue(t, "right", certs.Options{})
	member := ours.Issue(t, "member", certs.Options{})
	late := ours.Issue(t, "late", certs.Options{Ends: past})
	visitor := stranger.Issue(t, "visitor", certs.Options{})
	type ways = func(*bus.Options)
	trust := func(o *bus.Options) { o.TLSCA = ours.File }
	show := func(c certs.Issued) ways {
		return func(o *bus.Options) { o.TLSCA, o.TLSCert, o.TLSKey = ours.File, c.CertFile, c.KeyFile }
	}
	for _, c := range []struct {
		name       string
		server     certs.Issued
		mutual     bool // whether the server wants a certificate of us
		client     ways
		text, hint string // "": it connects
	}{
		{"right", right, false, trust, "", ""},
		{"right on both sides", right, true, show(member), "", ""},
		{"the server's has expired", late, false, trust, "expired", "clock"},
		{"the server's is not valid yet", ours.Issue(t, "early", certs.Options{Begins: future}), false, trust, "not yet valid", "clock"},
		{"the server's is for another host", ours.Issue(t, "elsewhere", certs.Options{Names: []string{"studio.example"}}), false, trust, "127.0.0.1", "host name"},
		{"the server's is from an authority that we do not trust", visitor, false, trust, "unknown authority", "--tlsca"},
		{"no authority is named, and this machine trusts none of the server's", right, false, func(*bus.Options) {}, "unknown authority", "--tlsca"},
		{"the server wants ours, and we show none", right, true, trust, "no secure connection", "--tlscert"},
		{"ours has expired", right, true, show(late), "no secure connection", "our certificate"},
		{"ours is from an authority that the server does not trust", right, true, show(visitor), "no secure connection", "our certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := stage.StartServer(t, func(o *server.Options) {
				o.TLSConfig = c.server.Server(nil)
				if c.mutual {
					o.TLSConfig, o.TLSVerify = c.server.Server(ours), true
				}
			})
			o := bus.Options{URL: "tls://" + srv.Addr(), ConnectTimeout: stage.Patience}
			c.client(&o)
			conn, err := bus.Connect(t.Context(), o)
			if err == nil {
				defer conn.Close(t.Context())
			}
			switch {
			case c.text == "" && err != nil:
				t.Error(err)
			case c.text == "":
			case err == nil:
				t.Error("connected")
			case fault.ExitCode(err) != fault.ExitConnect || !strings.Contains(err.Error(), c.text) || !strings.Contains(fault.HintOf(err), c.hint):
				t.Errorf("exit code %d: %v\nhint: %s\nwant %q, and %q in the hint", fault.ExitCode(err), err, fault.HintOf(err), c.text, c.hint)
			}
		})
	}
}

// stripper is a man in the middle: he tells the client that the server has no
// TLS, and keeps what the client then sends.
type stripper struct {
	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	heard    []byte
	greeted  int
}

func newStripper(t *testing.T, server string) *stripper {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stripper{listener: l}
	s.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.running.Go(func() { s.meet(t, conn, server) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); s.running.Wait() })
	return s
}

// meet hands on the server's greeting without its TLS, and listens until the
// client goes.
func (s *stripper) meet(t *testing.T, client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer server.Close()
	greeting, err := bufio.NewReader(server).ReadString('\n')
	if err != nil {
		t.Error(err)
		return
	}
	var info map[string]any
	if err := json.Unmarshal([]byte(strings.TrimPrefix(greeting, "INFO ")), &info); err != nil {
		t.Error(err)
		return
	}
	if info["tls_required"] != true {
		t.Error("the server itself requires no TLS")
	}
	for _, field := range []string{"tls_required", "tls_available", "tls_verify"} {
		delete(info, field)
	}
	plain, err := json.Marshal(info)
	if err != nil {
		t.Error(err)
		return
	}
	s.mu.Lock()
	s.greeted++
	s.mu.Unlock()
	_, _ = client.Write([]byte("INFO " + string(plain) + "\r\n"))
	buffer := make([]byte, 4096)
	for {
		n, err := client.Read(buffer)
		s.mu.Lock()
		s.heard = append(s.heard, buffer[:n]...)
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// left waits until everybody whom he met has closed the connection.
func (s *stripper) left(t *testing.T) {
	t.Helper()
	alone := make(chan struct{})
	go func() {
		defer close(alone)
		_ = s.listener.Close()
		s.running.Wait()
	}()
	stage.Wait(t, alone, "the end of all connections to the man in the middle")
}

// wantNothing fails unless he has met a client and heard nothing of it.
func (s *stripper) wantNothing(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.greeted == 0 || len(s.heard) > 0 {
		t.Errorf("the man in the middle met %d clients and heard %q", s.greeted, s.heard)
	}
}

// Whoever asks for TLS, in whatever way, never speaks to a server that claims to
// have none: not a word, and so no password.
func TestTLSIsNotStrippedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	ours := certs.NewAuthority(t, dir, "studio")
	cert, member := ours.Issue(t, "server", certs.Options{}), ours.Issue(t, "member", certs.Options{})
	gone := stage.StartServer(t, nil)
	gone.Stop()
	for name, o := range map[string]bus.Options{
		"tls://":                             {URL: "tls://", TLSCA: ours.File},
		"tls:// and nothing else":            {URL: "tls://"},
		"an authority":                       {URL: "nats://", TLSCA: ours.File},
		"a certificate":                      {URL: "nats://", TLSCert: member.CertFile, TLSKey: member.KeyFile},
		"tls:// in another of two addresses": {URL: "tls://" + gone.Addr() + ",nats://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := stage.StartServer(t, func(s *server.Options) {
				s.TLSConfig, s.Username, s.Password = cert.Server(nil), "anna", "s3cret"
			})
			man := newStripper(t, srv.Addr())
			o.URL += man.listener.Addr().String()
			o.User, o.Password = "anna", "s3cret"
			conn, err := bus.Connect(t.Context(), o)
			if err == nil {
				conn.Close(t.Context())
				t.Fatal("connected")
			}
			// Of two servers the library may tell of the one that is not there.
			said := strings.Contains(err.Error(), "TLS is required here, but the server offers none") || strings.Contains(o.URL, ",")
			if fault.ExitCode(err) != fault.ExitConnect || !said {
				t.Errorf("exit code %d: %v", fault.ExitCode(err), err)
			}
			man.wantNothing(t)
		})
	}
}

// The man in the middle comes when the connection is made again.
func TestTLSIsNotStrippedAtAReconnect(t *testing.T) {
	t.Parallel()
	o := stage.Options{T: t, TLS: true}
	ours := certs.NewAuthority(t, t.TempDir(), "studio")
	cert, member := ours.Issue(t, "server", certs.Options{}), ours.Issue(t, "member", certs.Options{})
	o.Server = func(s *server.Options) {
		s.TLSConfig, s.TLSVerify = cert.Server(ours), true
		s.Username, s.Password = "anna", "s3cret"
	}
	o.Recorder = recorderLogin(ours, member, "anna", "s3cret")
	o.Bus = func(b *bus.Options) {
		b.TLSCA, b.TLSCert, b.TLSKey = ours.File, member.CertFile, member.KeyFile
		b.User, b.Password = "anna", "s3cret"
	}
	s := stage.New(t, o)
	if got := statusOn(t, s); got != "ok" {
		t.Fatalf("before: %s", got)
	}
	man := newStripper(t, s.Server.Addr())
	s.Proxy.Target(man.listener.Addr().String())
	s.Proxy.Cut()
	s.Log.Until(t, "lost the connection")
	s.Log.Until(t, "reconnecting to NATS failed, trying again: TLS is required here, but the server offers none")
	if got := statusOn(t, s); got != "not_sent" {
		t.Errorf("behind the man in the middle: %s", got)
	}
	man.wantNothing(t)
	s.Proxy.Target(s.Server.Addr())
	s.Log.Until(t, "reconnected to NATS")
	if got := statusOn(t, s); got != "ok" {
		t.Errorf("afterwards: %s", got)
	}
	man.left(t)
}
