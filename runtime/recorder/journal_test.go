package recorder

import (
	"errors"
	"fmt"
	"testing"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// fakeJournal notes what it is told, and can be full.
type fakeJournal struct {
	full  error
	lines []string
}

func (j *fakeJournal) Intend(cmd protocol.Command, subject, at string) (func(protocol.Reply, error), error) {
	j.lines = append(j.lines, fmt.Sprintf("%s %s %s %s", cmd.Cmd, cmd.TaskID, subject, at))
	outcome := func(r protocol.Reply, err error) {
		j.lines = append(j.lines, fmt.Sprintf("%s %s", r.AppStatus, fault.CodeOf(err)))
	}
	if cmd.Cmd == protocol.Status {
		return outcome, nil
	}
	return outcome, j.full
}

func TestJournalKnowsEveryCommandBeforeAndAfter(t *testing.T) {
	c, _ := studio(t)
	j := &fakeJournal{}
	c.opts.Journal = j
	if !c.Journaled() {
		t.Error("a client with a journal is not journaled")
	}
	do(t, c.Scope(), protocol.Start, "a", Route{At: "x.lua:1"})
	do(t, c.Scope(), protocol.Start, "a", Route{})
	do(t, c.Scope().Child(), protocol.Status, "b", Route{Subject: "rec.nobody"})
	want := []string{"start a rec.control x.lua:1", "started ", "start a rec.control ", "started rejected", "status b rec.nobody ", " no_recorder"}
	if got := fmt.Sprintf("%q", j.lines); got != fmt.Sprintf("%q", want) {
		t.Errorf("%s, want %q", got, want)
	}
}

// A start that nobody could find out about is not sent; a stop is sent in any case.
func TestFullJournalRefusesStartsAndLetsStopsThrough(t *testing.T) {
	c, _ := studio(t)
	do(t, c.Scope(), protocol.Start, "a", Route{})
	full := errors.New("no space left on device")
	c.opts.Journal = &fakeJournal{full: full}

	_, err := do(t, c.Scope(), protocol.Start, "b", Route{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.NotSent || f.Cmd != "start" || f.TaskID != "b" || f.Subject != "rec.control" || f.Hint == "" || !errors.Is(err, full) {
		t.Errorf("%+v", f)
	}
	if want := "start b: it was not sent, because it could not be written down first: no space left on device (not_sent)"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if got := names(c.Scope().Recording()); got != "a" {
		t.Errorf("%q records", got)
	}
	if r, err := do(t, c.Scope(), protocol.Status, "b", Route{}); err != nil || r.AppStatus != protocol.Stopped {
		t.Errorf("b is %v, %v", r.AppStatus, err)
	}
	if _, err := do(t, c.Scope(), protocol.Stop, "a", Route{}); err != nil || names(c.Scope().Recording()) != "" {
		t.Errorf("the stop: %v, %q records", err, names(c.Scope().Recording()))
	}
	call := c.Scope().Send(protocol.NewCommand(protocol.Start, "b"), Route{}, func(protocol.Reply, error) {})
	call.Cancel(nil) // there is nothing to cancel, and no harm
}
