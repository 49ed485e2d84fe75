package report

import (
	"encoding/json"
	"time"

	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/protocol"
)

// Task is one task of a run: a task id means something on its subject only.
type Task struct {
	Subject, ID string
	Commands    []*Command
	Failures    int
	Recordings  []*Recording // one after the other
}

// Recording is what a run started, see the package's description.
type Recording struct {
	From   time.Time // when the start was sent
	Till   time.Time // when it was known to be stopped; zero: nothing stopped it
	Ending Ending
	By     string // the other run that stopped it or took it over, else ""
	File   string // as the recorder said, else ""

	start uint64    // the command that began it
	known time.Time // when its outcome came; zero: it did not
	after uint64    // the first command that is written down as sent after that, 0 for none
	turns []turn    // the first at From
}

// turn is where a recording becomes sure or maybe.
type turn struct {
	at    time.Time
	maybe bool
	by    uint64 // the stop whose outcome is not known, else 0
}

// Ending is how a recording came to its end.
type Ending string

// The endings. "" is of a recording that nothing stopped.
const (
	Stopped  Ending = "stopped"
	Found    Ending = "was found stopped"       // by a status, or by a stop that was refused
	Replaced Ending = "ended by the next start" // the recorder keeps one recording a task
	Foreign  Ending = "stopped by another run"
	Taken    Ending = "taken over by another run" // which started the task again
)

// Maybe says whether the last word on the recording is not known.
func (r *Recording) Maybe() bool { return r.turns[len(r.turns)-1].maybe }

// open is the task's recording that nothing has stopped so far, or nil.
func (t *Task) open() *Recording {
	if n := len(t.Recordings); n > 0 && t.Recordings[n-1].Till.IsZero() {
		return t.Recordings[n-1]
	}
	return nil
}

func (t *Task) begin(c *Command, maybe bool) *Recording {
	r := &Recording{From: c.Sent, start: c.ID, turns: []turn{{at: c.Sent, maybe: maybe}}}
	t.Recordings = append(t.Recordings, r)
	return r
}

// end ends what is open, if anything is.
func (t *Task) end(at time.Time, how Ending, by string) {
	if r := t.open(); r != nil {
		r.Till, r.Ending, r.By = r.notBefore(at), how, by
	}
}

func (r *Recording) turn(at time.Time, maybe bool, by uint64) {
	r.turns = append(r.turns, turn{r.notBefore(at), maybe, by})
}

// notBefore keeps times in order: commands on one task may cross, and clocks are set back.
func (r *Recording) notBefore(at time.Time) time.Time {
	if last := r.turns[len(r.turns)-1].at; at.Before(last) {
		return last
	}
	return at
}

// intent of a start or stop: from here on nobody knows, until the outcome is there.
func (t *Task) intent(c *Command) {
	r := t.open()
	if r != nil && !r.known.IsZero() && r.after == 0 {
		r.after = c.ID
	}
	switch {
	case c.Cmd == protocol.Start && r == nil:
		t.begin(c, true)
	case c.Cmd == protocol.Stop && r != nil && !r.Maybe():
		r.turn(c.Sent, true, c.ID)
	}
}

// outcome of a command of this run.
func (t *Task) outcome(c *Command, payload json.RawMessage) {
	if c.Cmd == protocol.Start {
		if t.started(c, payload) {
			return
		}
	} else if r := t.open(); r != nil {
		if r.File == "" && (c.State == protocol.Started || c.Cmd == protocol.Stop && c.Outcome == journal.Done) {
			r.File = filePath(payload) // the start's own answer did not come
		}
		if r.precedes(c) && c.State == protocol.Stopped {
			if c.Cmd == protocol.Stop && c.Outcome == journal.Done {
				r.turn(c.ended(), true, 0) // it stopped this recording, or one before it
			}
			return
		}
	}
	if c.Cmd == protocol.Stop {
		t.stopped(c)
	}
	t.seen(c.State, c.ended(), "")
}

// precedes says whether a command was sent before it was known that the recording had
// begun: what it found may be about the time before.
func (r *Recording) precedes(c *Command) bool {
	if r.after != 0 && c.ID >= r.after { // commands are counted as they are sent, and clocks may be set back
		return false
	}
	const rounding = 10 * time.Microsecond // more than what times and durations in lines lose
	return r.known.IsZero() || c.Sent.Add(rounding).Before(r.known)
}

// started takes the outcome of a start into account. It says whether that was all
// there is to know: the state in the reply then is the start's own.
func (t *Task) started(c *Command, payload json.RawMessage) bool {
	var own *Recording // what its intent began
	if n := len(t.Recordings); n > 0 && t.Recordings[n-1].start == c.ID {
		own = t.Recordings[n-1]
	}
	switch {
	case c.Outcome == journal.Done:
		if own == nil {
			t.end(c.Sent, Replaced, "")
			own = t.begin(c, false)
		}
		// Whatever a status said meanwhile, the start's own reply is the later word.
		*own = Recording{From: own.From, File: filePath(payload), start: c.ID, known: c.ended(), turns: []turn{{at: own.From}}}
		return true
	case fault.Code(c.Outcome).OutcomeUnknown():
		if t.open() == nil && own == nil {
			own = t.begin(c, true)
		}
		if own != nil {
			own.known = c.ended()
		}
		return true
	case own != nil && own.Maybe(): // it was not carried out
		t.Recordings = t.Recordings[:len(t.Recordings)-1]
	}
	return false
}

// stopped takes the outcome of a stop into account.
func (t *Task) stopped(c *Command) {
	r := t.open()
	if r == nil {
		return
	}
	if fault.Code(c.Outcome).OutcomeUnknown() {
		if !r.Maybe() {
			r.turn(c.Sent, true, c.ID)
		}
		return
	}
	if n := len(r.turns); r.turns[n-1].by == c.ID && n > 1 {
		r.turns = r.turns[:n-1] // it is known now
	}
	if c.Outcome == journal.Done {
		t.end(c.ended(), Stopped, "")
	}
}

// seen takes a recorder's word on the task's state into account.
func (t *Task) seen(state protocol.AppStatus, at time.Time, by string) {
	r := t.open()
	switch {
	case r == nil && state == protocol.Started:
		t.resume(at)
	case r == nil:
	case state == protocol.Stopped && by != "":
		t.end(at, Foreign, by)
	case state == protocol.Stopped:
		t.end(at, Found, "")
	case state == protocol.Started && r.Maybe():
		r.turn(at, false, 0)
	}
}

// resume takes back that a recording was found stopped: its start, or a stop, had got no
// answer, and was carried out later than that, or not at all.
func (t *Task) resume(at time.Time) {
	n := len(t.Recordings)
	if n == 0 {
		return
	}
	if r := t.Recordings[n-1]; r.Ending == Found && r.Maybe() {
		r.Till, r.Ending = time.Time{}, ""
		r.turn(at, false, 0)
	}
}

// elsewhere takes an outcome of another run on the same recorder into account.
func (t *Task) elsewhere(run string, e *journal.Event) {
	if protocol.Cmd(e.Cmd) == protocol.Start && e.Outcome == journal.Done {
		t.end(e.Time, Taken, run) // it answers for the recording now
		return
	}
	t.seen(protocol.AppStatus(e.AppStatus), e.Time, run)
}

func filePath(payload json.RawMessage) string {
	var p struct {
		FilePath string `json:"file_path"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return "" // left out, or of another form
	}
	return p.FilePath
}
