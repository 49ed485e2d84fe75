package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"recue/runtime/firing"
)

// runsShown is how many runs a history shows where nothing else is asked for.
const runsShown = 20

// jobEntry is a job as --output json lists it.
type jobEntry struct {
	Job         string     `json:"job"`
	State       string     `json:"state"`            // waiting, running, paused, over, retired, planned stop, not served, stopping
	Served      *bool      `json:"served,omitempty"` // left out where it cannot be known
	Script      string     `json:"script,omitempty"`
	Next        *time.Time `json:"next,omitempty"`
	PausedUntil *time.Time `json:"paused_until,omitempty"`
	Last        *runEntry  `json:"last,omitempty"`
	Running     []runEntry `json:"running"`
	Notes       []string   `json:"notes,omitempty"` // about its script, by those who serve it

	stop *firing.Stop
}

// runEntry is a run as --output json lists it.
type runEntry struct {
	ID string `json:"run"`
	firing.Run
}

func entryOf(r firing.Run) runEntry { return runEntry{r.ID(), r} }

// stateOf is a job's state in a word or two.
func stateOf(s firing.Status) string {
	switch {
	case s.Job.Stop != nil:
		return "planned stop"
	case len(s.Running) > 0:
		return "running"
	case s.Job.Retired:
		return "retired"
	case s.Job.Paused && (s.Job.PausedUntil == nil || s.Job.PausedUntil.After(time.Now())):
		return "paused"
	case s.Next.IsZero():
		return "over"
	}
	return "waiting"
}

// fires says whether something is to come of a job, so that somebody has to serve it.
func fires(s firing.Status) bool {
	switch stateOf(s) {
	case "running", "waiting", "planned stop":
		return true
	}
	return false
}

// list prints the jobs; retired ones only while a run of theirs goes on.
func (j *jobsCall) list(ctx context.Context) error {
	all, err := j.store.Jobs(ctx, time.Now())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s firing.Status) bool { return s.Job.Retired && len(s.Running) == 0 })
	serving, err := j.store.Serving(ctx, needed(all))
	unknown := errors.Is(err, firing.ErrUnknown)
	if err != nil && !unknown {
		return err
	}
	entries := []jobEntry{}
	for _, s := range all {
		served := serving.Serves(s.Job)
		e := jobEntry{Job: s.Job.Name, State: stateOf(s), Served: &served, Notes: serving.Notes(s.Job.Script), Script: s.Job.Script, PausedUntil: s.Job.PausedUntil, stop: s.Job.Stop, Running: []runEntry{}}
		if note := versionsNote(serving.Copies(s.Job.Script)); note != "" {
			e.Notes = append(slices.Clone(e.Notes), note)
		}
		if unknown {
			e.Served = nil
		} else if serving.Ends(s.Job) && fires(s) {
			e.State = stopping
		} else if !served && fires(s) {
			e.State = notServed
		}
		if !s.Next.IsZero() {
			e.Next = &s.Next
		}
		if s.Last != nil {
			last := entryOf(*s.Last)
			e.Last = &last
		}
		for _, r := range s.Running {
			e.Running = append(e.Running, entryOf(r))
		}
		entries = append(entries, e)
	}
	if j.json {
		return j.printList(entries)
	}
	j.printJobs(entries)
	if unknown {
		j.app.display.say("warning: %v", err)
	}
	return nil
}

// States of a job that is to fire, and does not.
const (
	notServed = "not served" // nobody serves it
	stopping  = "stopping"   // who served it is to end, and begins no run any more
)

// needed are the jobs that somebody has to serve.
func needed(all []firing.Status) (jobs []firing.Job) {
	for _, s := range all {
		if fires(s) {
			jobs = append(jobs, s.Job)
		}
	}
	return jobs
}

// printJobs prints the table, what there is to know about scripts, and what to do where
// nobody serves them.
func (j *jobsCall) printJobs(entries []jobEntry) {
	rows := [][]string{{"JOB", "STATE", "NEXT", "LAST"}}
	for _, e := range entries {
		next, last := "-", "-"
		if e.Next != nil {
			next = dueText(*e.Next)
		}
		if e.Last != nil {
			last = string(e.Last.State) + " " + e.Last.Due.Format(lastMoment)
		}
		name := visible(e.Job)
		if stop := e.stop; stop != nil { // its own name has all of this, and fills a line
			name = "stop " + visible(stop.TaskID)
			if planner := stop.Planner(); e.Last == nil && planner != "" {
				last = "for " + visible(planner)
			}
		}
		rows = append(rows, []string{name, e.State, next, last})
	}
	j.printTable(rows)
	told, idle := map[string]bool{}, map[string]int{}
	for _, e := range entries {
		for _, note := range e.Notes {
			if text := visible(e.Script + " " + note); !told[text] {
				if len(told) == 0 {
					j.app.print("")
				}
				told[text] = true
				j.app.print(text)
			}
		}
		if e.State == notServed {
			idle[e.Script]++
		}
	}
	for _, script := range slices.Sorted(maps.Keys(idle)) {
		if script == "" {
			j.app.display.say("nobody is there to send %s: every recue serve here does", counted(idle[script], "planned stop"))
			continue
		}
		j.app.display.say("nobody serves %s of %s: %s, and `recue jobs remove JOB` forgets a job", counted(idle[script], "job"), visible(script), j.howToServe(script))
	}
}

// howToServe says what it takes that a script is served. A folder has one process, which is
// there, since it has answered.
func (j *jobsCall) howToServe(script string) string {
	if j.c.String("store") != "" {
		return fmt.Sprintf("begin the recue serve of this folder anew with %s among its scripts", visible(shellQuote(script)))
	}
	return fmt.Sprintf("`recue serve %s` serves it", visible(shellQuote(script)))
}

// lastMoment is an instant as the list of the jobs shows those of the past: without the day
// of the week, so that a line of it fits into a window.
const lastMoment = "2006-01-02 15:04:05 -07:00"

// history prints the runs of a job.
func (j *jobsCall) history(ctx context.Context) error {
	most := runsShown
	if j.c.IsSet("n") {
		var err error
		if most, err = strconv.Atoi(j.c.String("n")); err != nil || most < 1 {
			return usage("-n: must be a whole number, 1 or more, got %q", j.c.String("n"))
		}
	}
	runs, err := j.store.History(ctx, j.name, most)
	if err != nil {
		return err
	}
	if j.json {
		entries := []runEntry{}
		for _, r := range runs {
			entries = append(entries, entryOf(r))
		}
		return j.printList(entries)
	}
	rows := [][]string{{"DUE", "STATE", "TOOK", "RUN", "NODE", "REASON"}}
	for _, r := range runs {
		took := "-"
		if r.Began != nil && r.Ended != nil {
			took = r.Ended.Sub(*r.Began).Round(time.Millisecond).String()
		}
		reason := r.Reason
		if r.Count > 1 {
			reason = fmt.Sprintf("%d firings up to this one: %s", r.Count, reason)
		}
		if r.Attempt > 1 {
			reason = strings.TrimSuffix(fmt.Sprintf("begun %d times: %s", r.Attempt, reason), ": ")
		}
		rows = append(rows, []string{dueText(r.Due), string(r.State), took, visible(r.ID()), visible(r.Node), visible(reason)})
	}
	j.printTable(rows)
	return nil
}

func (j *jobsCall) printList(list any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(list); err != nil {
		return err
	}
	j.app.printJSON(bytes.TrimSpace(text.Bytes()))
	return nil
}

// printTable prints rows, the first of which is the heading, without the blanks at the
// ends of lines.
func (j *jobsCall) printTable(rows [][]string) {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	_ = table.Flush() // a bytes.Buffer takes everything
	for line := range strings.Lines(text.String()) {
		j.app.print(strings.TrimRight(line, " \n"))
	}
}
