package stage

import (
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a NATS server that can go away and come back, at another address.
type Server struct {
	t         testing.TB
	configure func(*server.Options)
	moved     func(address string) // told after each start; may be nil

	mu   sync.Mutex
	lib  *server.Server
	addr string
}

// StartServer runs a server on a free port until the test ends.
func StartServer(t testing.TB, configure func(*server.Options)) *Server {
	t.Helper()
	s := &Server{t: t, configure: configure}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) options() *server.Options {
	o := &server.Options{
		ServerName: "stage", Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		LameDuckDuration: time.Hour, LameDuckGracePeriod: time.Hour / 2, // until the test says so
	}
	if s.configure != nil {
		s.configure(o)
	}
	return o
}

// Start runs the server; it takes clients when Start returns.
func (s *Server) Start() {
	s.t.Helper()
	lib, err := server.NewServer(s.options())
	if err != nil {
		s.t.Fatal(err)
	}
	lib.Start()
	if !lib.ReadyForConnections(Patience) {
		s.t.Fatal("the NATS server is not ready")
	}
	s.mu.Lock()
	s.lib, s.addr = lib, lib.Addr().String()
	s.mu.Unlock()
	if s.moved != nil {
		s.moved(s.Addr())
	}
}

// nowhere is an address on which nothing listens. A stopped server's own is soon
// given to another one, of another test.
const nowhere = "127.0.0.1:1"

// Stop ends the server and all its links, and waits until it is gone.
func (s *Server) Stop() {
	lib := s.Lib()
	s.mu.Lock()
	s.addr = nowhere
	s.mu.Unlock()
	if s.moved != nil {
		s.moved(nowhere)
	}
	lib.Shutdown()
	lib.WaitForShutdown()
}

// Configure changes what the server is told from the next Start or Reload on.
func (s *Server) Configure(configure func(*server.Options)) { s.configure = configure }

// Reload has the running server take a changed configuration, as its operator
// does with a signal.
func (s *Server) Reload(configure func(*server.Options)) {
	s.t.Helper()
	s.configure = configure
	if err := s.Lib().ReloadOptions(s.options()); err != nil {
		s.t.Fatal(err)
	}
}

// LameDuck has the server say that it is about to go. It stays until Stop.
func (s *Server) LameDuck() { go s.Lib().LameDuckShutdown() }

// Lib is the server as the library has it.
func (s *Server) Lib() *server.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lib
}

// Addr is where it listens, "host:port"; where nobody does after Stop.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}
