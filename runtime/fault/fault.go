// Package fault names the ways in which a command, or a run, can fail.
//
// A fault is made once, where a foreign error enters (bus, protocol, recorder),
// and stays a fault all the way to the script's error table, the report on
// stderr and the exit code. Its text is made for people:
//
//	start cam1: nobody listens on "rec.control" (no_recorder)
package fault

import (
	"errors"
	"strings"
)

// Code says what went wrong. The set is closed: scripts compare against it.
type Code string

// The codes that a script can meet in err.code.
const (
	NoRecorder       Code = "no_recorder"       // nobody listens on the subject
	Timeout          Code = "timeout"           // no answer in time; the outcome is unknown
	NotSent          Code = "not_sent"          // no connection, or no journal: not sent, and will not be later
	Rejected         Code = "rejected"          // the recorder answered msg_status "error"
	UnexpectedState  Code = "unexpected_state"  // success, but not the state that was asked for
	InvalidReply     Code = "invalid_reply"     // what came back breaks the protocol
	PermissionDenied Code = "permission_denied" // NATS refused the subject to this user
	TooLarge         Code = "too_large"         // larger than the server takes
	Cancelled        Code = "cancelled"         // cancelled while it waited
	Script           Code = "error"             // a branch ended with a plain Lua error
	ParallelFailed   Code = "parallel_failed"   // what parallel raises
)

// Codes lists every code in the order of the manual.
var Codes = []Code{
	NoRecorder, Timeout, NotSent, Rejected, UnexpectedState, InvalidReply,
	PermissionDenied, TooLarge, Cancelled, Script, ParallelFailed,
}

// Error is a failed command. The zero value of a field means that it does not
// apply or is not known.
type Error struct {
	Code    Code
	Message string // what happened, without the command's name and the code
	Hint    string // what to try; may be empty

	Cmd     string // "start", "stop", "status", "parallel", "wait_for", …
	TaskID  string
	Subject string

	MsgStatus string // as the recorder said, where its reply was valid
	AppStatus string
	Payload   []byte // the reply's payload, JSON, where its reply was valid

	Raw []byte // at most 512 bytes of an invalid reply, for the log

	Err error // the foreign error, if there was one
}

// Error is the one readable line: operation, object, cause, code.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Cmd != "" {
		b.WriteString(e.Cmd)
		if e.TaskID != "" {
			b.WriteByte(' ')
			b.WriteString(e.TaskID)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	b.WriteString(" (")
	b.WriteString(string(e.Code))
	b.WriteByte(')')
	return b.String()
}

// Unwrap gives the foreign error, so that errors.Is sees through a fault.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeUnknown says whether the recorder may have acted although the command
// failed. A start that ended so counts as "maybe recording".
func (c Code) OutcomeUnknown() bool {
	switch c {
	case Timeout, InvalidReply, UnexpectedState, Cancelled:
		return true
	}
	return false
}

// CodeOf gives the code of the fault in err's chain, or "" if there is none.
func CodeOf(err error) Code {
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}
