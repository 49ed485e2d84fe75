package bus

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
)

// handlers sets what the library calls when something happens to the
// connection. It calls one after the other, from a goroutine of its own. They
// use the connection they are given, because Conn.nc is not set while
// nats.Connect still runs.
func (c *Conn) handlers(o *nats.Options) {
	o.DisconnectedErrCB = c.onDisconnect
	o.ReconnectedCB = c.onReconnect
	o.ReconnectErrCB = func(_ *nats.Conn, err error) {
		c.log.WithError(err).Debug("reconnecting to NATS failed; trying again")
	}
	o.CustomReconnectDelayCB = c.onRound
	o.LameDuckModeHandler = func(*nats.Conn) {
		c.log.WithField("server", c.where()).Warn("the NATS server is about to shut down; reconnecting when it does")
	}
	o.AsyncErrorCB = c.onError
	o.ClosedCB = c.onClosed
}

func (c *Conn) onDisconnect(_ *nats.Conn, err error) {
	c.away.Store(true)
	if c.closing.Load() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.leave != nil {
			c.leave()
		}
		return
	}
	log := c.log.WithField("server", c.where())
	if err != nil {
		log = log.WithError(err)
	}
	log.Warn("lost the connection to NATS; reconnecting")
}

func (c *Conn) onReconnect(nc *nats.Conn) {
	c.calls.resume() // the new server may let us have replies
	c.connectedTo(nc)
	c.away.Store(false)
	c.log.WithField("server", c.where()).Info("reconnected to NATS")
}

// onRound gives the pause before a round over all servers, after so many in
// vain. The library tells nobody of a server that was reached and then refused,
// by it or by us: the reason is the connection's error until the next round.
func (c *Conn) onRound(rounds int) time.Duration {
	if nc := c.library.Load(); nc != nil {
		if err := nc.LastError(); err != nil {
			why, _ := explain(c.options, err)
			c.log.WithField("server", c.where()).Warnf("reconnecting to NATS failed, trying again: %s", why)
		}
	}
	return reconnectDelay(rounds)
}

// connectedTo keeps the server's address. ConnectedUrlRedacted is not enough:
// it leaves a token in place, which an address has where others have the user.
func (c *Conn) connectedTo(nc *nats.Conn) {
	if url := nc.ConnectedUrl(); url != "" && c.link.inProcess == nil {
		url = redact(url)
		c.server.Store(&url)
	}
}

// onClosed comes last, once the library is done with the connection.
func (c *Conn) onClosed(nc *nats.Conn) {
	if !c.closing.Load() {
		err := nc.LastError()
		if err == nil {
			err = nats.ErrConnectionClosed
		}
		c.lost(err)
		c.log.WithError(err).Warn("NATS ended the connection for good")
	}
	close(c.ended)
}

// onError gets what the server and the library report out of turn. A refused
// subject is among it: no other answer comes to such a request.
func (c *Conn) onError(_ *nats.Conn, sub *nats.Subscription, err error) {
	switch {
	case errors.Is(err, nats.ErrPermissionViolation):
		c.onViolation(err)
	case errors.Is(err, nats.ErrSlowConsumer) && sub != nil:
		c.warnSlow(sub)
	default:
		c.log.WithError(err).Warn("NATS reported an error")
	}
}

// warnSlow says how far behind a subscription is.
func (c *Conn) warnSlow(sub *nats.Subscription) {
	messages, bytes, _ := sub.Pending()
	maxMessages, maxBytes, _ := sub.PendingLimits()
	dropped, _ := sub.Dropped()
	c.log.WithFields(logrus.Fields{
		"subject": sub.Subject, "dropped": dropped,
		"pending": messages, "pending_limit": maxMessages,
		"pending_bytes": bytes, "pending_bytes_limit": maxBytes,
	}).Warn("messages from NATS came faster than they were handled; some were dropped")
}

// violation reads the server's text: nats-server, server/client.go,
// pubPermissionViolation and its neighbours.
var violation = regexp.MustCompile(`(?i)permissions violation for (publish|publish with reply|subscription) (?:to|of) (".*)`)

// onViolation tells the request that NATS refused. The server reports once for
// each message that it refuses, in their order, but does not say which one. So
// one report ends one request to that subject, the newest: where permissions
// change during a run, the older ones were let through.
func (c *Conn) onViolation(err error) {
	what, subject := readViolation(err.Error())
	var call *Call
	switch what {
	case "publish":
		call = c.calls.takeNewest(subject)
	case "publish with reply":
		if token, found := strings.CutPrefix(subject, c.inbox); found {
			n, _ := strconv.ParseUint(token, 36, 64)
			call = c.calls.take(n)
		}
	case "subscription":
		if subject == c.inbox+"*" {
			c.inboxRefused(err)
			return
		}
	}
	if call == nil {
		c.log.WithError(err).Warn("NATS refused a subject")
		return
	}
	call.done(nil, publishRefused(call.subject, err))
}

// readViolation gives what was refused, in lower case, and its subject.
func readViolation(text string) (what, subject string) {
	m := violation.FindStringSubmatch(text)
	if m == nil {
		return "", ""
	}
	quoted, err := strconv.QuotedPrefix(m[2])
	if err != nil {
		return "", ""
	}
	subject, _ = strconv.Unquote(quoted)
	return strings.ToLower(m[1]), subject
}

// inboxRefused ends all requests, since no answer can come, and refuses those
// that follow, until a reconnect. Those that wait had been sent: whether the
// recorder acted is not known, so they are not told that it was refused.
func (c *Conn) inboxRefused(err error) {
	refuse := func(subject string) *fault.Error { return repliesRefused(subject, c.inbox, err) }
	for _, call := range c.calls.stop(refuse, false) {
		call.done(nil, cancelled(call.subject, "NATS does not let this user receive replies", err))
	}
	c.log.WithError(err).Warn("NATS does not let this user receive replies; no command can be sent")
}
