package bus

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
)

// Conn is a connection to NATS that reconnects by itself. It is safe for
// concurrent use.
type Conn struct {
	nc      *nats.Conn
	library atomic.Pointer[nats.Conn] // nc, for handlers that may come while it is being set
	link    *link
	log     *logrus.Entry
	options Options
	inbox   string // prefix of the reply subjects; a request's token follows
	calls   *table

	away    atomic.Bool            // between a disconnect and the reconnect
	server  atomic.Pointer[string] // the address connected to, without secrets
	closing atomic.Bool

	sent, replies, late, duplicate atomic.Uint64

	ended   chan struct{} // closed when the library is done with the connection
	mu      sync.Mutex
	lostFor error  // why it ended, if Close did not end it
	leave   func() // ends the last flush, see handOver; nil before Close
}

// newConn is a Conn that is not connected yet; where names the server.
func newConn(o Options, where string) *Conn {
	c := &Conn{
		link:    newLink(o),
		log:     o.Log,
		options: o,
		inbox:   newInbox(),
		calls:   newTable(o.Clock),
		ended:   make(chan struct{}),
	}
	c.server.Store(&where)
	if o.NKey != "" {
		c.link.renew = c.renewKey
	}
	return c
}

// Stats counts since Connect, and what is under way.
type Stats struct {
	Sent      uint64 // commands handed to the connection
	Replies   uint64 // answers that ended a request
	Late      uint64 // answers to requests that had ended without one; dropped
	Duplicate uint64 // further answers to answered requests; dropped
	Waiting   int    // requests that wait for their answer now
}

// Stats gives the counts so far. They are not read at one instant.
func (c *Conn) Stats() Stats {
	return Stats{c.sent.Load(), c.replies.Load(), c.late.Load(), c.duplicate.Load(), c.calls.count()}
}

// MaxPayload is the largest command that the server takes, in bytes.
func (c *Conn) MaxPayload() int64 { return c.nc.MaxPayload() }

// ConnectedURL is the address of the server that we are, or were last,
// connected to, without user info.
func (c *Conn) ConnectedURL() string { return *c.server.Load() }

// where is ConnectedURL for use in messages.
func (c *Conn) where() string { return c.ConnectedURL() }

// NATS is the connection for what is no request: subscriptions, JetStream. It
// must not be closed or drained, and its handlers stay those of bus.
func (c *Conn) NATS() *nats.Conn { return c.nc }

// Ended is closed when the connection has ended for good: by Close, or because
// NATS does not want it any more.
func (c *Conn) Ended() <-chan struct{} { return c.ended }

// Err says why NATS ended the connection, as an error of fault.Connect (exit
// code 3). It is nil before Ended is closed, and after Close.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lostFor
}

// Close ends the connection. Requests that wait are cancelled; what was
// published is handed to the server before, for which ctx, and 5 s, are the
// limit. No goroutine of the connection goes on after it. It may be called more
// than once, but not from the done function of a request. An error means that
// the last commands may not have reached the server.
func (c *Conn) Close(ctx context.Context) error {
	c.closing.Store(true)
	for _, call := range c.calls.stop(closedHere, true) {
		call.done(nil, cancelled(call.subject, "the connection was closed", nats.ErrConnectionClosed))
	}
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	if c.away.Load() {
		c.link.cut() // nothing is held back for a reconnect, so there is nothing to hand over
	}
	release := context.AfterFunc(ctx, c.link.cut)
	c.handOver(ctx)
	c.nc.Close()
	<-c.ended
	inTime := release()
	c.link.cut()
	if !inTime {
		return fmt.Errorf("close the connection to %s: what was sent last may be lost: %w", c.where(), context.Cause(ctx))
	}
	return nil
}

// handOver waits until the server has what was published. The library's Drain
// would do so too, but it looks only every 10 ms whether it is done, which was half
// of the time that a script of one command took; it is needed where others than
// us have messages to handle.
func (c *Conn) handOver(ctx context.Context) {
	if c.nc.NumSubscriptions() > 1 {
		if c.nc.Drain() == nil { // else there is no connection
			select {
			case <-c.ended:
			case <-ctx.Done():
			}
		}
		return
	}
	// The library's flush would wait for a server that is away.
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	c.mu.Lock()
	c.leave = leave
	c.mu.Unlock()
	if !c.away.Load() && c.nc.IsConnected() {
		_ = c.nc.FlushWithContext(ctx) // an error: nobody to hand over to; or the end of ctx, which Close sees
	}
}

// lost ends the connection that NATS has ended with err.
func (c *Conn) lost(err error) {
	refuse := func(subject string) *fault.Error { return connectionEnded(subject, err) }
	why := fmt.Sprintf("NATS closed the connection: %v", withoutPrefix(err))
	if loginRefused(err) {
		refuse = func(subject string) *fault.Error { return loginEnded(subject, err) }
	}
	c.mu.Lock()
	c.lostFor = connectError(c.where(), c.options, err)
	c.mu.Unlock()
	for _, call := range c.calls.stop(refuse, true) {
		call.done(nil, cancelled(call.subject, why, err))
	}
}
