package journal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// tally follows the tasks that dead runs started through the rest of the journal.
// Texts in it are as the lines have them, with JSON's escapes.
type tally struct {
	dead    map[string]*deadRun // by run
	servers map[string]string   // by run, of every run whose beginning was seen
	tasks   map[taskKey]*openTask
}

type deadRun struct {
	script    string
	simulated bool // its recorder died with it
}

type taskKey struct{ server, subject, task string }

// openTask is a task that a dead run started and that was not seen stopped.
type openTask struct {
	run, id string // of the start
	since   time.Time
	known   time.Time // when the outcome of the start came; zero where it did not
	after   uint64    // the first command that is written down as sent after that, 0 for none
	maybe   bool
	found   bool // stopped, after something that got no answer: it records if that is carried out after all
}

func newTally() *tally {
	return &tally{dead: map[string]*deadRun{}, servers: map[string]string{}, tasks: map[taskKey]*openTask{}}
}

// count takes one line into account.
func (t *tally) count(text []byte) {
	run := string(runOf(text))
	switch Kind(textOf(text, nameEvent)) {
	case KindBegin:
		t.servers[run] = string(textOf(text, nameServer))
		if d := t.dead[run]; d != nil {
			d.script, d.simulated = string(textOf(text, nameScript)), bytes.Contains(text, nameSimulated)
		}
	case KindIntent:
		if d := t.dead[run]; d != nil && !d.simulated {
			t.intent(run, text)
		}
	case KindOutcome:
		if len(t.tasks) > 0 {
			t.outcome(run, text)
		}
	}
}

// intent of a dead run: a start may record from here on, a stop may have stopped.
func (t *tally) intent(run string, text []byte) {
	key := t.key(run, text)
	known := t.tasks[key]
	if known != nil && known.run == run && !known.known.IsZero() && known.after == 0 {
		known.after, _ = strconv.ParseUint(memberOf(text, nameID), 10, 64)
	}
	switch {
	case protocol.Cmd(textOf(text, nameCmd)) == protocol.Stop:
		if known != nil {
			known.maybe = true
		}
	case known == nil || known.found:
		t.tasks[key] = &openTask{run: run, id: memberOf(text, nameID), since: timeOf(text), maybe: true}
	}
}

// outcome of any run: it may say what became of a task.
func (t *tally) outcome(run string, text []byte) {
	key := t.key(run, text)
	known := t.tasks[key]
	if known == nil {
		return
	}
	cmd, outcome := protocol.Cmd(textOf(text, nameCmd)), string(textOf(text, nameOutcome))
	start, done := cmd == protocol.Start, outcome == Done
	if start && known.run == run && (done || known.id == memberOf(text, nameID)) {
		known.known = timeOf(text)
	}
	switch state := protocol.AppStatus(textOf(text, nameAppStatus)); {
	case start && known.run == run && known.id == memberOf(text, nameID) && !done && !fault.Code(outcome).OutcomeUnknown():
		delete(t.tasks, key) // it was not carried out
	case start && done && t.dead[run] == nil:
		delete(t.tasks, key) // the recording is another run's now, which answers for it
	case state == protocol.Stopped:
		t.stopped(key, cmd == protocol.Stop && done, known.precedes(run, text))
	case state == protocol.Started:
		known.maybe, known.found = false, false
	}
}

// stopped notes that the recorder called a task stopped: because of a stop that it
// carried out, or as it found it. What it was asked early may be about the time before
// the recording.
func (t *tally) stopped(key taskKey, stop, early bool) {
	known := t.tasks[key]
	switch {
	case early && stop:
		known.maybe = true
	case early:
	case known.maybe && !stop:
		known.found = true
	default:
		delete(t.tasks, key)
	}
}

// precedes says whether the command of an outcome was sent before it was known that the
// task records.
func (o *openTask) precedes(run string, text []byte) bool {
	took, _ := strconv.ParseFloat(memberOf(text, nameDuration), 64)
	came := timeOf(text)
	sent := came.Add(-time.Duration(took * float64(time.Second))).Add(rounding)
	if run != o.run { // whose clock may be another
		return sent.Before(o.since) && !came.Before(o.since)
	}
	if id, err := strconv.ParseUint(memberOf(text, nameID), 10, 64); err == nil && o.after != 0 && id >= o.after {
		return false // commands are counted as they are sent, and clocks may be set back
	}
	return o.known.IsZero() || sent.Before(o.known)
}

// rounding is more than what times and durations in lines lose.
const rounding = 10 * time.Microsecond

// key names the task of a line. Where the run's beginning was not seen, it is a
// task of that name on any server.
func (t *tally) key(run string, text []byte) taskKey {
	server, seen := t.servers[run]
	key := taskKey{server, string(textOf(text, nameSubject)), string(textOf(text, nameTask))}
	if !seen {
		for k := range t.tasks {
			if k.subject == key.subject && k.task == key.task {
				return k
			}
		}
	}
	return key
}

// memberOf is a member of a line that is a number.
func memberOf(text, name []byte) string {
	_, rest, _ := bytes.Cut(text, name)
	if end := bytes.IndexAny(rest, ",}"); end >= 0 {
		return string(rest[:end])
	}
	return ""
}

// timeOf is when a line was written, zero where that cannot be read.
func timeOf(text []byte) time.Time {
	at, _ := time.Parse(timeForm, string(text[len(mark):len(mark)+len(timeForm)]))
	return at
}

// result gives what is open, oldest first, and the dead runs that left nothing open.
func (t *tally) result() (open []Unsettled, died []string) {
	left := map[string]bool{}
	for key, task := range t.tasks {
		if task.found {
			continue
		}
		left[task.run] = true
		open = append(open, Unsettled{
			Server: unescape(key.server), Subject: unescape(key.subject), TaskID: unescape(key.task),
			Maybe: task.maybe, Run: task.run, Since: task.since, Script: unescape(t.dead[task.run].script),
		})
	}
	slices.SortFunc(open, func(a, b Unsettled) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.TaskID, b.TaskID), cmp.Compare(a.Subject, b.Subject))
	})
	for _, run := range slices.Sorted(maps.Keys(t.dead)) {
		if !left[run] {
			died = append(died, run)
		}
	}
	return open, died
}

// unescape reads the inside of a JSON string.
func unescape(text string) string {
	var s string
	if json.Unmarshal([]byte(`"`+text+`"`), &s) != nil {
		return text // only of a torn line
	}
	return s
}
