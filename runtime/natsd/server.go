// Package natsd runs a NATS server inside this process: for `recue sim`, for
// --sim, and for tests.
//
//	srv, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0"})
//	defer srv.Close()
//	nats.Connect(srv.ClientURL())
//
// Without Listen no port is opened, and only this process can connect:
//
//	nats.Connect("", nats.InProcessServer(srv))
//
// With a Store it has JetStream, durable in that folder. The server has no
// clustering and no monitoring port, and leaves the signals of the process alone.
package natsd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
)

// The name that clients see in the server's greeting, and its limits. The
// limits are stated so that no other default of the library rules.
const (
	name         = "recue"
	maxConns     = 10_000
	maxPayload   = 1 << 20  // bytes of one message
	maxPending   = 64 << 20 // bytes that a client may lag behind before it is dropped
	maxLine      = 4096     // bytes of a protocol line, so of subject and reply subject
	writeTimeout = 10 * time.Second
	readyTimeout = 5 * time.Second
)

// Options say how to run the server. The zero value opens no port.
type Options struct {
	// Listen is "host:port". Without a host it is the loopback address; port 0
	// takes any free port. Empty: no port, connections from this process only.
	Listen string
	// Store is the folder of the server's JetStream, which is made if need be and
	// locked: a second server on it is refused. Empty: no JetStream. With a Store,
	// other processes of this user can find the server, see StoreAddress; without
	// Listen it is then on a free loopback port, and asks for a token.
	Store string
	// Log receives what the server says: warnings and errors as warnings, the
	// rest at debug. Nil: nothing is logged.
	Log *logrus.Entry
	// Configure may change the library's options before the start, for what
	// only some callers need: users and permissions, TLS, smaller limits.
	Configure func(*server.Options)
}

// Server is a running NATS server. It is safe for concurrent use.
type Server struct {
	nats *server.Server
	addr net.Addr // nil without a port
	url  string

	token string // that clients need; "" for none
	store *store // nil without JetStream

	mending sync.WaitGroup
	end     context.CancelFunc    // ends the mending
	ailing  atomic.Pointer[error] // of the store; nil while it is well
}

// Start runs a server and returns when it accepts connections. A wrong or
// occupied address is wrong usage (exit code 2).
func Start(o Options) (_ *Server, err error) {
	s := &Server{}
	if o.Store != "" {
		if s.store, err = openStore(o.Store); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				s.store.close()
			}
		}()
		if o.Listen == "" {
			o.Listen, s.token = "127.0.0.1:0", newToken()
		}
	}
	opts := &server.Options{
		ServerName:     name,
		NoSigs:         true, // else the library ends the process on a signal
		NoLog:          true,
		MaxConn:        maxConns,
		MaxPayload:     maxPayload,
		MaxPending:     maxPending,
		MaxControlLine: maxLine,
		WriteDeadline:  writeTimeout,
	}
	if err := listen(opts, o.Listen); err != nil {
		return nil, err
	}
	opts.Authorization = s.token
	if s.store != nil {
		s.store.configure(opts)
	}
	if o.Configure != nil {
		o.Configure(opts)
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fault.Usage(fmt.Errorf("configure the NATS server: %w", err), "")
	}
	log := &serverLog{entry: o.Log, failed: make(chan error, 1)}
	srv.SetLogger(log, false, false)
	srv.Start()
	if err := started(srv, log, o); err != nil {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, err
	}
	s.nats, s.addr = srv, srv.Addr()
	if s.addr != nil {
		s.url = srv.ClientURL()
	}
	if s.store != nil {
		if err := s.store.announce(Address{s.url, s.token}); err != nil {
			srv.Shutdown()
			srv.WaitForShutdown()
			return nil, err
		}
		s.watchStore(log)
	}
	return s, nil
}

// started says why a server does not run, or nil. The library reports a port
// that it cannot have to its logger only.
func started(srv *server.Server, log *serverLog, o Options) error {
	if err := log.fatal(); err != nil {
		var network *net.OpError
		if o.Store != "" && !errors.As(err, &network) {
			return storeError(o.Store, err)
		}
		return listenError(o.Listen, err)
	}
	if !srv.ReadyForConnections(readyTimeout) {
		return errors.New("start the NATS server: it does not accept connections")
	}
	return nil
}

// Addr is the address that the server listens on, or nil without a port.
func (s *Server) Addr() net.Addr { return s.addr }

// ClientURL is what a client on this machine connects to, such as
// "nats://127.0.0.1:4222" (tls:// if the server wants TLS), or "" without a port.
func (s *Server) ClientURL() string { return s.url }

// Token is what clients of a server with a Store and without Listen have to give,
// those of this process included; "" where none is asked for. It is a secret.
func (s *Server) Token() string { return s.token }

// InProcessConn opens a connection without a port. With this method a Server
// is what nats.InProcessServer takes.
func (s *Server) InProcessConn() (net.Conn, error) { return s.nats.InProcessConn() }

// Close stops the server, drops its clients and waits until all is gone. It
// may be called more than once.
func (s *Server) Close() {
	if s.end != nil {
		s.end()
		s.mending.Wait()
	}
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
	if s.store != nil {
		s.store.close()
	}
}
