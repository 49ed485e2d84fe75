package bus

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/fault"
)

// Every fault that bus gives is made here. Each call makes a new one: whoever
// gets it adds the command and the task. The caller knows the subject.

const (
	outcomeUnknown = "the recorder may or may not have acted"
	askHint        = "ask for the status before you send the command again"
)

// BadSubject says that no command can go to the subject.
func BadSubject(subject string, err error) *fault.Error {
	return &fault.Error{Code: fault.NotSent, Subject: subject, Err: err,
		Message: fmt.Sprintf("the subject is wrong, the command was not sent: it %v", err),
		Hint:    "set the recorder's subject with --subject, NATS_SUBJECT or the option subject"}
}

// NoRecorder says that nobody listens on the subject.
func NoRecorder(subject, server string) *fault.Error {
	return &fault.Error{Code: fault.NoRecorder, Subject: subject, Err: nats.ErrNoResponders,
		Message: fmt.Sprintf("nobody listens on %q", subject),
		Hint:    fmt.Sprintf("is the recorder running and connected to %s?", server)}
}

// TimedOut says that no answer came in time.
func TimedOut(subject string, after time.Duration) *fault.Error {
	return &fault.Error{Code: fault.Timeout, Subject: subject, Err: nats.ErrTimeout,
		Message: fmt.Sprintf("no answer on %q within %v; %s", subject, after, outcomeUnknown),
		Hint:    askHint}
}

func notSent(subject, server string, err error) *fault.Error {
	return &fault.Error{Code: fault.NotSent, Subject: subject, Err: err,
		Message: "there is no connection to NATS: the command was not sent and will not be sent later",
		Hint:    fmt.Sprintf("Recue reconnects by itself; try again when %s is back", server)}
}

func tooLarge(subject string, size int, limit int64) *fault.Error {
	return &fault.Error{Code: fault.TooLarge, Subject: subject, Err: nats.ErrMaxPayload,
		Message: fmt.Sprintf("the command has %d bytes and the NATS server takes at most %d; it was not sent", size, limit),
		Hint:    "make the command smaller, or raise max_payload on the server"}
}

func publishRefused(subject string, err error) *fault.Error {
	return &fault.Error{Code: fault.PermissionDenied, Subject: subject, Err: err,
		Message: fmt.Sprintf("NATS does not let this user publish to %q; the command was not delivered", subject),
		Hint:    "give the NATS user the permission to publish there, or use another subject or user"}
}

// repliesRefused is for a request that is not sent because its answer could not come.
func repliesRefused(subject, inbox string, err error) *fault.Error {
	return &fault.Error{Code: fault.PermissionDenied, Subject: subject, Err: err,
		Message: fmt.Sprintf("NATS does not let this user receive replies (subscribe to %q); the command was not sent", inbox+"*"),
		Hint:    "give the NATS user the permission to subscribe to _INBOX.>"}
}

// loginEnded is for a request after NATS refused the login for good.
func loginEnded(subject string, err error) *fault.Error {
	return &fault.Error{Code: fault.PermissionDenied, Subject: subject, Err: err,
		Message: fmt.Sprintf("NATS no longer lets us in (%v); the command was not sent", withoutPrefix(err)),
		Hint:    "check the login, and start again"}
}

// connectionEnded is for a request after NATS closed the connection for good.
func connectionEnded(subject string, err error) *fault.Error {
	return &fault.Error{Code: fault.NotSent, Subject: subject, Err: err,
		Message: fmt.Sprintf("NATS closed the connection (%v): the command was not sent and will not be sent later", withoutPrefix(err)),
		Hint:    "start again"}
}

// closedHere is for a request after Close.
func closedHere(subject string) *fault.Error {
	return &fault.Error{Code: fault.Cancelled, Subject: subject, Err: nats.ErrConnectionClosed,
		Message: "the connection to NATS has been closed; the command was not sent"}
}

// cancelled is for a request that had been sent; why may be empty.
func cancelled(subject, why string, err error) *fault.Error {
	if why != "" {
		why = " (" + why + ")"
	}
	return &fault.Error{Code: fault.Cancelled, Subject: subject, Err: err,
		Message: fmt.Sprintf("cancelled while it waited for the answer%s; %s", why, outcomeUnknown),
		Hint:    askHint}
}

// unsent is the fault for an error of a publish that guarantees that nothing
// of the request was or will be written, else nil: with an error from the
// socket, part of the command, or all of it, may be on its way.
func (c *Conn) unsent(subject string, size int, err error) *fault.Error {
	switch {
	case errors.Is(err, nats.ErrReconnectBufExceeded): // with a buffer of -1: not connected
		return notSent(subject, c.where(), err)
	case errors.Is(err, nats.ErrMaxPayload):
		return tooLarge(subject, size, c.nc.MaxPayload())
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionDraining):
		return closedHere(subject)
	case errors.Is(err, nats.ErrBadSubject):
		return BadSubject(subject, err)
	}
	return nil
}
