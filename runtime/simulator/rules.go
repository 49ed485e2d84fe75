package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// Manner is in which way the answer to a command goes wrong.
type Manner string

// The manners. The first ones have the name of the failure that a script then
// sees; the others are the shape of the answer.
const (
	Timeout          Manner = "timeout"           // carried out, but the reply is lost
	Rejected         Manner = "rejected"          // not carried out; answered with an error
	UnexpectedState  Manner = "unexpected_state"  // not carried out; answered with success
	NoRecorder       Manner = "no_recorder"       // not carried out; as if nobody listened
	InvalidReply     Manner = "invalid_reply"     // carried out; the reply lacks a field
	NotSent          Manner = "not_sent"          // as if there were no connection; see Refuse
	PermissionDenied Manner = "permission_denied" // as if NATS refused the subject; see Refuse
	TooLarge         Manner = "too_large"         // as if it were larger than the server takes; see Refuse

	Late      Manner = "late"       // carried out; the reply waits for Rule.Delay
	Twice     Manner = "twice"      // carried out; the reply is sent two times
	Garbage   Manner = "garbage"    // carried out; the reply is no JSON
	WrongTask Manner = "wrong_task" // carried out; the reply names another task
	Huge      Manner = "huge"       // carried out; a valid reply of 900,000 bytes
)

// Manners lists them all.
var Manners = []Manner{
	Timeout, Rejected, UnexpectedState, NoRecorder, InvalidReply, NotSent, PermissionDenied, TooLarge,
	Late, Twice, Garbage, WrongTask, Huge,
}

// Rule makes certain commands go wrong, or slow. Rules are asked in the order in
// which they were added: the first that fits gives the manner, and the first one
// without a manner that fits gives the delay.
type Rule struct {
	Cmd    protocol.Cmd  // "": any
	TaskID string        // "": any
	Times  int           // how many commands it is for; 0: every one
	As     Manner        // "": only Delay
	Delay  time.Duration // from the command to its reply, on top of Options
}

// rule is a Rule that is in force.
type rule struct {
	Rule
	left int // of Times
}

// hugeReply is how many bytes a huge reply is padded with: the limit of an
// ordinary NATS server is 1 MiB.
const hugeReply = 900_000

// AddRule puts a rule into force until Reset.
func (r *Recorder) AddRule(added Rule) error {
	switch {
	case added.As == UnexpectedState && added.Cmd == protocol.Status:
		return fmt.Errorf("a status has no unexpected state: any state may be its answer")
	case added.Delay < 0:
		return fmt.Errorf("the delay must not be negative, got %v", added.Delay)
	case added.As != "" && !slices.Contains(Manners, added.As):
		return fmt.Errorf("there is no such fault: %q", added.As)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = append(r.rules, &rule{Rule: added, left: added.Times})
	return nil
}

// Reset ends all rules and forgets the commands so far. Recordings go on.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = nil
	r.kept = ring{limit: r.opts.Keep}
}

// EndRules ends all rules.
func (r *Recorder) EndRules() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rules = nil
}

// Refuse is for the sender's side: it says whether a rule keeps the command from
// being sent at all. The fault is then the outcome.
func (r *Recorder) Refuse(command []byte) *fault.Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rules) == 0 {
		return nil
	}
	c, err := protocol.ParseCommand(command)
	if err != nil {
		return nil
	}
	used := r.useRule(c, Manner.unsent)
	if used == nil {
		return nil
	}
	f := &fault.Error{Code: fault.Code(used.As), Hint: "the test asked for this failure (sim.fail)"}
	switch used.As {
	case NotSent:
		f.Message = "there is no connection to NATS: the command was not sent and will not be sent later"
	case PermissionDenied:
		f.Message = "NATS does not let this user publish to this subject; the command was not delivered"
	case TooLarge:
		f.Message = "the command is larger than the NATS server takes; it was not sent"
	}
	return f
}

// unsent says whether a command never reaches the recorder.
func (m Manner) unsent() bool { return m == NotSent || m == PermissionDenied || m == TooLarge }

// useRule finds the first rule for a command whose manner is one of those, and
// counts its use. Called with the lock held.
func (r *Recorder) useRule(c protocol.Command, ofKind func(Manner) bool) *rule {
	for i, at := range r.rules {
		switch {
		case !ofKind(at.As), at.Cmd != "" && at.Cmd != c.Cmd, at.TaskID != "" && at.TaskID != c.TaskID,
			at.As == UnexpectedState && c.Cmd == protocol.Status:
			continue
		}
		if at.Times > 0 {
			if at.left--; at.left == 0 {
				r.rules = slices.Delete(slices.Clone(r.rules), i, i+1)
			}
		}
		return at
	}
	return nil
}

// applyRules changes what chance had in store for a command. Called with the lock held.
func (r *Recorder) applyRules(c protocol.Command, f *fate) {
	if len(r.rules) == 0 {
		return
	}
	if slow := r.useRule(c, func(m Manner) bool { return m == "" }); slow != nil {
		f.delay += slow.Delay
	}
	wrong := r.useRule(c, func(m Manner) bool { return m != "" && !m.unsent() })
	if wrong == nil {
		return
	}
	f.as = wrong.As
	switch wrong.As {
	case Timeout:
		f.dropped = true
	case Rejected, UnexpectedState, NoRecorder:
		f.rejected = true
	case Late:
		f.delay += wrong.Delay
	}
}

// spoil gives the bytes of a reply that goes wrong in this manner.
func (m Manner) spoil(cmd protocol.Cmd, reply protocol.Reply) []byte {
	switch m {
	case UnexpectedState:
		reply.MsgStatus, reply.AppStatus = protocol.Success, protocol.Stopped
		if cmd == protocol.Stop {
			reply.AppStatus = protocol.Started
		}
	case InvalidReply:
		return fmt.Appendf(nil, `{"task_id":%s,"msg_status":"success"}`, quoted(reply.TaskID))
	case Garbage:
		return []byte("\x00\xff this is no JSON {{{")
	case WrongTask:
		reply.TaskID += "_other"
	case Huge:
		padding := `{"padding":"` + strings.Repeat("x", hugeReply) + `"`
		if rest := strings.TrimPrefix(string(reply.Payload), "{"); rest != "" && rest != "}" {
			padding += "," + strings.TrimSuffix(rest, "}")
		}
		reply.Payload = jsontext.Value(padding + "}")
	}
	return reply.AppendJSON(nil)
}

func quoted(text string) jsontext.Value {
	value, _ := jsontext.AppendQuote(nil, text) // fails for text that is no UTF-8 only, and is whole then too
	return value
}
