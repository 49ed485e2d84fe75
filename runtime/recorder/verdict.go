package recorder

import (
	"fmt"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// maxRaw is how much of an invalid reply is kept (protocol.md, "Replies").
const maxRaw = 512

// verdict says in which way a valid reply is a failure of cmd, or nil. The
// protocol has no field for an error's text, so the state must tell the story.
func verdict(cmd protocol.Cmd, r protocol.Reply) *fault.Error {
	if r.MsgStatus == protocol.Failure {
		return rejected(cmd, r.AppStatus)
	}
	var want protocol.AppStatus // of a status: any
	switch cmd {
	case protocol.Start:
		want = protocol.Started
	case protocol.Stop:
		want = protocol.Stopped
	}
	if want == "" || r.AppStatus == want {
		return nil
	}
	return &fault.Error{
		Code:    fault.UnexpectedState,
		Message: fmt.Sprintf("the recorder said success, but the recording is %q, not %q", r.AppStatus, want),
		Hint:    "ask the task's status, and look at the recorder's own log",
	}
}

func rejected(cmd protocol.Cmd, state protocol.AppStatus) *fault.Error {
	f := &fault.Error{Code: fault.Rejected, Hint: "look at the recorder's own log for the reason"}
	switch {
	case cmd == protocol.Start && state == protocol.Started:
		f.Message = "the recorder refused: this task is already recording"
		f.Hint = "stop it first, or use another task id"
	case cmd == protocol.Stop && state == protocol.Stopped:
		f.Message = "the recorder refused: this task is not recording"
		f.Hint = "was it started, and under this task id?"
	case state == protocol.AppError:
		f.Message = "the recorder reported an error"
	default:
		f.Message = fmt.Sprintf("the recorder refused; the recording is %q", state)
	}
	return f
}

func invalidReply(data []byte, err error) *fault.Error {
	raw := data
	if len(raw) > maxRaw {
		raw = raw[:maxRaw]
	}
	return &fault.Error{
		Code:    fault.InvalidReply,
		Message: fmt.Sprintf("the reply breaks the protocol: %v", err),
		Hint:    "is it the recorder that answers on this subject? What it sent is in the log",
		Raw:     append([]byte(nil), raw...),
		Err:     err,
	}
}
