package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/protocol"
)

// Command is one command of a run.
type Command struct {
	ID      uint64
	Task    *Task
	Cmd     protocol.Cmd
	Sent    time.Time
	Took    time.Duration // 0 where there is no outcome
	Outcome string        // journal.Done, a failure's code, or "" for none
	State   protocol.AppStatus
	Message string
	At      string // the place in the script

	number int // in the order of sending, from 1
}

// Failed says that the command has an outcome, and that it is a failure.
func (c *Command) Failed() bool { return c.Outcome != "" && c.Outcome != journal.Done }

// ended is when the outcome was known.
func (c *Command) ended() time.Time { return c.Sent.Add(c.Took) }

// answered says whether the duration is how long the recorder took.
func (c *Command) answered() bool {
	switch fault.Code(c.Outcome) {
	case journal.Done, fault.Rejected, fault.UnexpectedState, fault.InvalidReply:
		return true
	}
	return false
}

// Run is all that a journal says about one run.
type Run struct {
	Summary
	Of       int        // how many runs the journal has
	Commands []*Command // in the order in which they were sent
	Tasks    []*Task    // in the order of their first command
	Damage   Damage     // of the journal

	from, till time.Time // the part that is shown: all of it, unless it was cut

	tasks   map[taskKey]*Task
	flying  map[uint64]*Command // by ID
	strings map[string]string   // equal texts are kept once
}

type taskKey struct{ subject, id string }

// UnknownRunError says that a journal has no such run.
type UnknownRunError struct {
	Choice Choice
	Runs   int // how many it has
}

func (e *UnknownRunError) Error() string {
	if e.Choice.Number > 0 {
		return fmt.Sprintf("there is no run %v: it has %d", e.Choice, e.Runs)
	}
	return fmt.Sprintf("there is no run %q in it", e.Choice)
}

// Collect reads a journal and gives the chosen run. The error is the reader's,
// ErrEmpty, ErrNoJournal or an *UnknownRunError.
func Collect(events iter.Seq2[journal.Event, error], choice Choice) (*Run, error) {
	var all runs
	var chosen *Summary
	var run *Run
	err := all.each(events, func(s *Summary, e *journal.Event) {
		if s != chosen && s.lines == 1 && choice.takes(s) {
			chosen, run = s, newRun()
		}
		switch {
		case run == nil:
		case s == chosen:
			run.add(e)
		case e.Kind == journal.KindOutcome && sameRecorder(s, chosen):
			if t := run.tasks[taskKey{e.Subject, e.TaskID}]; t != nil {
				t.elsewhere(s.ID, e)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, &UnknownRunError{choice, len(all.list)}
	}
	slices.SortStableFunc(run.Commands, bySending)
	for i, c := range run.Commands {
		c.number = i + 1
	}
	for _, t := range run.Tasks {
		slices.SortStableFunc(t.Commands, bySending)
	}
	run.Summary, run.Of, run.Damage = *chosen, len(all.list), all.damage
	run.from, run.till = run.First, run.Last
	return run, nil
}

// sameRecorder says whether a task of one run is that of the other. A simulated
// recorder is gone with its run.
func sameRecorder(a, b *Summary) bool { return !a.Simulated && !b.Simulated && a.Server == b.Server }

func newRun() *Run {
	return &Run{tasks: map[taskKey]*Task{}, flying: map[uint64]*Command{}, strings: map[string]string{}}
}

func (r *Run) add(e *journal.Event) {
	switch e.Kind {
	case journal.KindIntent:
		c := r.command(e, e.Time)
		r.flying[c.ID] = c
		c.Task.intent(c)
	case journal.KindOutcome:
		took := max(time.Duration(e.Duration*float64(time.Second)), 0)
		c := r.flying[e.ID]
		if c == nil {
			c = r.command(e, e.Time.Add(-took))
		}
		delete(r.flying, e.ID)
		c.Took, c.Outcome, c.State, c.Message = took, r.once(e.Outcome), protocol.AppStatus(r.once(e.AppStatus)), r.once(e.Message)
		if c.Failed() {
			c.Task.Failures++
		}
		c.Task.outcome(c, e.Payload)
	}
}

func (r *Run) command(e *journal.Event, sent time.Time) *Command {
	key := taskKey{e.Subject, e.TaskID}
	t := r.tasks[key]
	if t == nil {
		t = &Task{Subject: r.once(e.Subject), ID: e.TaskID}
		r.tasks[taskKey{t.Subject, t.ID}] = t
		r.Tasks = append(r.Tasks, t)
	}
	c := &Command{ID: e.ID, Task: t, Cmd: protocol.Cmd(r.once(e.Cmd)), Sent: sent, At: r.once(e.At)}
	t.Commands = append(t.Commands, c)
	r.Commands = append(r.Commands, c)
	return c
}

// once gives an equal text that is kept already. Every line brings its own, and most say the same.
func (r *Run) once(s string) string {
	if known, ok := r.strings[s]; ok {
		return known
	}
	r.strings[s] = s
	return s
}

// bySending orders commands; a status is in the journal only when it has ended.
func bySending(a, b *Command) int { return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID)) }
