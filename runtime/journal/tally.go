package journal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
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
	since   string
	maybe   bool
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
	switch {
	case protocol.Cmd(textOf(text, nameCmd)) == protocol.Stop:
		if known != nil {
			known.maybe = true
		}
	case known == nil:
		since := text[len(mark) : len(mark)+len(timeForm)]
		t.tasks[key] = &openTask{run: run, id: idOf(text), since: string(since), maybe: true}
	}
}

// outcome of any run: it may say what became of a task.
func (t *tally) outcome(run string, text []byte) {
	key := t.key(run, text)
	known := t.tasks[key]
	if known == nil {
		return
	}
	start := protocol.Cmd(textOf(text, nameCmd)) == protocol.Start
	own := start && known.run == run && known.id == idOf(text)
	outcome := string(textOf(text, nameOutcome))
	switch state := protocol.AppStatus(textOf(text, nameAppStatus)); {
	case own && outcome != Done && !fault.Code(outcome).OutcomeUnknown():
		delete(t.tasks, key) // it was not carried out
	case start && outcome == Done && t.dead[run] == nil:
		delete(t.tasks, key) // the recording is another run's now, which answers for it
	case state == protocol.Stopped:
		delete(t.tasks, key)
	case state == protocol.Started:
		known.maybe = false
	}
}

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

func idOf(text []byte) string {
	_, rest, _ := bytes.Cut(text, []byte(`,"id":`))
	id, _, _ := bytes.Cut(rest, []byte(","))
	return string(id)
}

// result gives what is open, oldest first, and the dead runs that left nothing open.
func (t *tally) result() (open []Unsettled, died []string) {
	left := map[string]bool{}
	for key, task := range t.tasks {
		left[task.run] = true
		since, _ := time.Parse(timeForm, task.since) // else the zero time
		open = append(open, Unsettled{
			Server: unescape(key.server), Subject: unescape(key.subject), TaskID: unescape(key.task),
			Maybe: task.maybe, Run: task.run, Since: since, Script: unescape(t.dead[task.run].script),
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
