package bus

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// Call is a request that was made. It is safe for concurrent use.
type Call struct {
	conn    *Conn
	subject string
	timeout time.Duration
	done    func(reply []byte, err error)
	late    func(reply []byte) // see OnLate

	// Set when the table takes the call, and kept by it.
	token         uint64
	deadline      time.Time
	queue         *deadlineQueue
	sooner, later *Call // waiting requests with the same timeout
	older, newer  *Call // waiting requests to the same subject
}

// Request sends data to the subject and returns without waiting for the answer.
//
// done is called exactly once, with the answer or with an error: from any
// goroutine, and before Request returns where the request fails at once. It is
// called without any lock of this package, so it may make further requests and
// cancel others; it must be quick, because other answers wait behind it. The
// reply belongs to done and may be kept. err is a *fault.Error of its own, with
// Code, Message, Hint, Subject and Err, whose other fields the caller may fill
// in; or what was given to Cancel.
//
// timeout counts from the call of Request on the connection's clock. data may
// be used again once Request has returned. Where the server takes nothing more
// from the socket, Request itself may block for 5 s; the timeout still holds.
func (c *Conn) Request(subject string, data []byte, timeout time.Duration, done func(reply []byte, err error)) *Call {
	call := &Call{conn: c, subject: subject, timeout: timeout, done: done}
	if failed := c.send(call, data); failed != nil {
		done(nil, failed)
	}
	return call
}

// send registers the call and publishes its command. A fault means that the
// call has not been sent and that nobody else ends it.
func (c *Conn) send(call *Call, data []byte) *fault.Error {
	if err := protocol.CheckSubject(call.subject); err != nil {
		return BadSubject(call.subject, err)
	}
	if refused := c.calls.add(call); refused != nil {
		return refused
	}
	if c.away.Load() {
		// The library would say the same, but it may hold its lock while it dials.
		return c.withdraw(call, notSent(call.subject, c.where(), nats.ErrDisconnected))
	}
	if err := c.nc.PublishRequest(call.subject, c.replySubject(call.token), data); err != nil {
		failed := c.unsent(call.subject, len(data), err)
		if failed == nil {
			c.log.WithError(err).Warn("writing to NATS failed; whether a command was sent is not known")
			return nil
		}
		return c.withdraw(call, failed)
	}
	c.sent.Add(1)
	return nil
}

// replySubject is where the answer to a request goes.
func (c *Conn) replySubject(token uint64) string {
	var b [64]byte // on the stack, so that there is one allocation
	return string(strconv.AppendUint(append(b[:0], c.inbox...), token, 36))
}

// withdraw takes a call that was not sent out of the table and gives failed,
// or nil if another has ended the call before.
func (c *Conn) withdraw(call *Call, failed *fault.Error) *fault.Error {
	if c.calls.take(call.token) == nil {
		return nil
	}
	return failed
}

// Cancel ends the call if it still waits: done is called with cause, or with a
// fault of code cancelled if cause is nil, before Cancel returns. A reply that
// comes later is dropped and counted.
func (call *Call) Cancel(cause error) {
	if call.conn.calls.take(call.token) == nil {
		return
	}
	if cause == nil {
		cause = cancelled(call.subject, "", nil)
	}
	call.done(nil, cause)
}

// onReply ends the call that a message on the reply subject belongs to.
func (c *Conn) onReply(m *nats.Msg) {
	// A token that is no number reads as 0, which no request has.
	token, _ := strconv.ParseUint(strings.TrimPrefix(m.Subject, c.inbox), 36, 64)
	call, past := c.calls.takeAnswered(token)
	switch {
	case call == nil:
		c.drop(m, past)
		if past == unanswered && !isNoResponders(m) {
			if late := c.calls.takeLate(token); late != nil {
				late(m.Data)
			}
		}
	case isNoResponders(m):
		call.done(nil, NoRecorder(call.subject, c.where()))
	default:
		c.replies.Add(1)
		call.done(m.Data, nil)
	}
}

// drop counts a message that no request waits for.
func (c *Conn) drop(m *nats.Msg, past past) {
	log := c.log.WithField("bytes", len(m.Data))
	switch past {
	case answered:
		c.duplicate.Add(1)
		log.Debug("a second reply came to a command; dropped")
	case unanswered:
		c.late.Add(1)
		log.Debug("a reply came after its command had ended; dropped")
	default:
		log.Debug("a message came that is no reply to any command; dropped")
	}
}

// isNoResponders says whether the server itself answered, for want of anyone
// else. A recorder's reply has no such header.
func isNoResponders(m *nats.Msg) bool {
	return len(m.Data) == 0 && m.Header != nil && m.Header.Get("Status") == "503"
}

// Do is Request for callers that wait. The end of ctx cancels the request; the
// error is a *fault.Error.
func (c *Conn) Do(ctx context.Context, subject string, data []byte, timeout time.Duration) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, &fault.Error{Code: fault.Cancelled, Subject: subject, Err: context.Cause(ctx),
			Message: "cancelled before the command was sent"}
	}
	type answer struct {
		reply []byte
		err   error
	}
	came := make(chan answer, 1)
	call := c.Request(subject, data, timeout, func(reply []byte, err error) { came <- answer{reply, err} })
	select {
	case a := <-came:
		return a.reply, a.err
	case <-ctx.Done():
		call.Cancel(cancelled(subject, "", context.Cause(ctx)))
		a := <-came
		return a.reply, a.err
	}
}
