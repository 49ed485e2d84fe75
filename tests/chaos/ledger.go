// Package chaos runs thousands of commands while the server is restarted and
// the link stalls, and then reconciles what everybody saw: the script, the
// recorder, the journal, and the proxy between them. No command may be lost, doubled, made up
// or delivered after it was reported as failed.
//
// Check is the reconciliation, a pure function: what it must find is planted in
// the tests, on paper and end to end. For tests only.
package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Key names one command. A run sends each cmd of a task once at most, so that
// whatever anybody saw belongs to one command.
type Key struct{ Cmd, Task string }

func (k Key) String() string { return k.Cmd + " " + k.Task }

// Result is what the script was told of a command.
type Result struct {
	Key
	Begin, End time.Time // before it was sent, and after the script was told
	Code       string    // "ok" or a failure code
	File       string    // where the reply said that it records, "" without
}

// Sighting is a command that reached the recorder, and the answer it gave.
type Sighting struct {
	Key
	OK   bool
	File string
}

// Passage is a command, or a reply, that the proxy handed on.
type Passage struct {
	Key
	Reply  bool
	At     time.Time
	Link   int
	Opened time.Time // when the link was made over which it came
}

// Entry is a line of the journal about a command: its intent, or its outcome.
type Entry struct {
	Key
	Outcome string // "" for an intent; "done" or a failure code
	At      time.Time
}

// Outage is a time in which the server was away, or the link stood still.
type Outage struct {
	What     string
	From, To time.Time
}

// Ledger is all that is known of a run.
type Ledger struct {
	Issued    []Key
	Timeout   time.Duration // of each command
	Results   []Result      // the script's
	Sightings []Sighting    // the recorder's
	Passages  []Passage     // the proxy's
	Journaled bool          // whether there is a journal
	Journal   []Entry       // its lines, in order
	Outages   []Outage      // made by the test
	Recording []string      // tasks that the recorder records at the end
	Believed  []string      // tasks that Recue believes to record, or that may
}

// Kind is what is wrong with a command.
type Kind string

// The kinds of findings.
const (
	Lost      Kind = "lost"      // it was issued, and the script was told nothing
	Doubled   Kind = "doubled"   // it reached the recorder twice, or was reported twice
	Ghost     Kind = "ghost"     // it reached the recorder although it was reported as not delivered, or left after it was reported
	MadeUp    Kind = "made up"   // the script was told an answer that the recorder did not give
	Causeless Kind = "causeless" // it failed, and nothing explains why
	Stray     Kind = "stray"     // it ended in a way in which no command may end here
	Forgotten Kind = "forgotten" // the recorder records, and Recue does not know
	Unwritten Kind = "unwritten" // the journal lacks it, or has it too late, or otherwise
)

// Finding is one thing that does not fit.
type Finding struct {
	Kind
	Key
	Why string
}

func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.Kind, f.Key, f.Why) }

// story is what is known of one command.
type story struct {
	key       Key
	issued    bool
	results   []Result
	sightings []Sighting
	commands  []Passage
	replies   []Passage
	intents   []Entry
	outcomes  []Entry
}

// Check reconciles a ledger. Without findings all is well.
func Check(l Ledger) []Finding {
	var found []Finding
	for _, s := range l.stories() {
		report := func(kind Kind, format string, args ...any) {
			found = append(found, Finding{kind, s.key, fmt.Sprintf(format, args...)})
		}
		s.checkCounts(report)
		if len(s.results) == 1 {
			s.checkDelivery(report)
			s.checkAnswer(report)
			s.checkCause(l, report)
			if l.Journaled {
				s.checkJournal(report)
			}
		}
	}
	for _, task := range l.Recording {
		if !slices.Contains(l.Believed, task) {
			found = append(found, Finding{Forgotten, Key{"start", task}, "the recorder records, and Recue does not know of it"})
		}
	}
	return found
}

// stories sorts a ledger by command.
func (l Ledger) stories() []*story {
	byKey := map[Key]*story{}
	of := func(k Key) *story {
		if byKey[k] == nil {
			byKey[k] = &story{key: k}
		}
		return byKey[k]
	}
	for _, k := range l.Issued {
		of(k).issued = true
	}
	for _, r := range l.Results {
		of(r.Key).results = append(of(r.Key).results, r)
	}
	for _, s := range l.Sightings {
		of(s.Key).sightings = append(of(s.Key).sightings, s)
	}
	for _, p := range l.Passages {
		if p.Reply {
			of(p.Key).replies = append(of(p.Key).replies, p)
		} else {
			of(p.Key).commands = append(of(p.Key).commands, p)
		}
	}
	for _, e := range l.Journal {
		if e.Outcome == "" {
			of(e.Key).intents = append(of(e.Key).intents, e)
		} else {
			of(e.Key).outcomes = append(of(e.Key).outcomes, e)
		}
	}
	var stories []*story
	for _, s := range byKey {
		stories = append(stories, s)
	}
	slices.SortFunc(stories, func(a, b *story) int {
		return cmp.Or(strings.Compare(a.key.Task, b.key.Task), strings.Compare(a.key.Cmd, b.key.Cmd))
	})
	return stories
}

type reporter func(kind Kind, format string, args ...any)

// checkCounts holds that each command has one result, and reached the recorder
// once at most.
func (s *story) checkCounts(report reporter) {
	switch {
	case !s.issued && len(s.intents)+len(s.outcomes) > 0:
		report(MadeUp, "nobody issued it, and it is in the journal")
	case !s.issued && len(s.sightings)+len(s.commands) > 0:
		report(Ghost, "nobody issued it, and it was sent")
	case !s.issued:
		report(MadeUp, "nobody issued it, and the script was told of it")
	case len(s.results) == 0:
		report(Lost, "the script was told nothing")
	case len(s.results) > 1:
		report(Doubled, "the script was told %d results", len(s.results))
	}
	if len(s.sightings) > 1 {
		report(Doubled, "the recorder saw it %d times", len(s.sightings))
	}
	if len(s.commands) > 1 {
		report(Doubled, "it was sent %d times", len(s.commands))
	}
}

// checkDelivery holds that nothing is delivered after it was reported: what is
// reported as not sent never, and anything else only over a link that was there.
func (s *story) checkDelivery(report reporter) {
	result := s.results[0]
	if result.Code == "not_sent" && len(s.sightings)+len(s.commands) > 0 {
		report(Ghost, "it was reported as not_sent, and it was sent")
	}
	for _, p := range s.commands {
		if p.Opened.After(result.End) {
			report(Ghost, "it was reported as %s, and sent over link %d, which was made %v later", result.Code, p.Link, p.Opened.Sub(result.End))
		}
	}
}

// checkAnswer holds that the script was told what the recorder answered.
func (s *story) checkAnswer(report reporter) {
	result := s.results[0]
	switch result.Code {
	case "ok", "rejected":
	case "not_sent", "timeout":
		return
	default:
		report(Stray, "it ended as %s", result.Code)
		return
	}
	ok := result.Code == "ok"
	if !slices.ContainsFunc(s.sightings, func(g Sighting) bool { return g.OK == ok && g.File == result.File }) {
		report(MadeUp, "the script was told %s, file %q; the recorder answered %v", result.Code, result.File, s.sightings)
	}
}

// checkCause holds that what failed for want of a connection or an answer met an
// outage; or that its answer, under load, came late.
func (s *story) checkCause(l Ledger, report reporter) {
	result := s.results[0]
	if result.Code != "not_sent" && result.Code != "timeout" {
		return
	}
	for _, o := range l.Outages {
		if !o.From.After(result.End) && !o.To.Before(result.Begin) {
			return
		}
	}
	if result.Code == "timeout" {
		late := result.Begin.Add(l.Timeout / 2)
		if slices.ContainsFunc(s.replies, func(p Passage) bool { return p.At.After(late) }) {
			return
		}
	}
	report(Causeless, "it ended as %s, and nothing was wrong from %s to %s", result.Code, clock(result.Begin), clock(result.End))
}

// checkJournal holds that a start or stop is written down before it is sent, and
// that every outcome is, as the script was told it.
func (s *story) checkJournal(report reporter) {
	if s.key.Cmd != "status" { // which changes nothing, and has no intent
		if len(s.intents) != 1 {
			report(Unwritten, "the journal has %d intents", len(s.intents))
			return
		}
		for _, p := range s.commands {
			if s.intents[0].At.After(p.At) {
				report(Unwritten, "it was sent at %s, and its intent written at %s", clock(p.At), clock(s.intents[0].At))
			}
		}
	}
	told := s.results[0].Code
	if told == "ok" {
		told = "done"
	}
	if len(s.outcomes) != 1 || s.outcomes[0].Outcome != told {
		report(Unwritten, "the script was told %s, and the journal has %v", told, s.outcomes)
	}
}

func clock(t time.Time) string { return t.Format("15:04:05.000") }

// Count says how many results have each code.
func (l Ledger) Count() map[string]int {
	count := map[string]int{}
	for _, r := range l.Results {
		count[r.Code]++
	}
	return count
}
