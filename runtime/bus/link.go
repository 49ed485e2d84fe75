package bus

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// link makes the network connections for the NATS library, and can cut them
// off: the library holds its lock while it dials and while it writes, so that
// neither nats.Connect nor its Close could otherwise be interrupted.
type link struct {
	ctx       context.Context // ends with cut
	end       context.CancelFunc
	timeout   time.Duration
	inProcess nats.InProcessConnProvider
	renew     func() // called before each Dial, with the library's lock held

	mu   sync.Mutex
	conn net.Conn // the latest
}

func newLink(o Options) *link {
	ctx, end := context.WithCancel(context.Background())
	return &link{ctx: ctx, end: end, timeout: o.ConnectTimeout, inProcess: o.InProcess, renew: func() {}}
}

// Dial is what the library calls as its CustomDialer.
func (l *link) Dial(network, address string) (net.Conn, error) {
	l.renew()
	dialer := net.Dialer{Timeout: l.timeout}
	return l.keep(dialer.DialContext(l.ctx, network, address))
}

// InProcessConn is what the library calls instead of Dial for a server in this process.
func (l *link) InProcessConn() (net.Conn, error) {
	return l.keep(l.inProcess.InProcessConn())
}

func (l *link) keep(conn net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ctx.Err(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if l.conn != nil {
		// The library has one connection at a time, and forgets one that it turns
		// down itself, for want of TLS: every further try would leave one open.
		_ = l.conn.Close()
	}
	l.conn = conn
	return conn, nil
}

// cut closes the connection at once and lets no other be made.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	if l.conn != nil {
		_ = l.conn.Close()
	}
}
