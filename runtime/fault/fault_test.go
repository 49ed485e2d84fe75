package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestExitCodes(t *testing.T) {
	failed := &Error{Code: NoRecorder, Message: "nobody listens", Cmd: "start", TaskID: "cam1", Hint: "look"}
	for _, c := range []struct {
		err  error
		code int
		hint string
	}{
		{nil, ExitOK, ""},
		{errors.New("boom"), ExitScript, ""},
		{failed, ExitCommand, "look"},
		{fmt.Errorf("run: %w", failed), ExitCommand, "look"},
		{Usage(errors.New("bad"), "do this"), ExitUsage, "do this"},
		{fmt.Errorf("x: %w", Connect(errors.New("away"), "")), ExitConnect, ""},
		{Usage(failed, ""), ExitUsage, "look"},
	} {
		if got := ExitCode(c.err); got != c.code {
			t.Errorf("ExitCode(%v) = %d, want %d", c.err, got, c.code)
		}
		if got := HintOf(c.err); got != c.hint {
			t.Errorf("HintOf(%v) = %q, want %q", c.err, got, c.hint)
		}
	}
}

func TestErrorIsOneReadableLine(t *testing.T) {
	for want, f := range map[string]*Error{
		"start cam1: nobody listens (no_recorder)": {Code: NoRecorder, Message: "nobody listens", Cmd: "start", TaskID: "cam1"},
		"sleep: cancelled (cancelled)":             {Code: Cancelled, Message: "cancelled", Cmd: "sleep"},
		"boom (error)":                             {Code: Script, Message: "boom"},
	} {
		if f.Error() != want {
			t.Errorf("got %q, want %q", f.Error(), want)
		}
	}
}

func TestOutcomeUnknown(t *testing.T) {
	unknown := map[Code]bool{Timeout: true, InvalidReply: true, UnexpectedState: true, Cancelled: true}
	for _, c := range Codes {
		if c.OutcomeUnknown() != unknown[c] {
			t.Errorf("%s: outcome unknown is %v", c, c.OutcomeUnknown())
		}
	}
}
