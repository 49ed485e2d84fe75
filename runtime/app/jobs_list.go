package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
	State       string     `json:"state"` // waiting, running, paused, over, retired, planned stop
	Script      string     `json:"script,omitempty"`
	Next        *time.Time `json:"next,omitempty"`
	PausedUntil *time.Time `json:"paused_until,omitempty"`
	Last        *runEntry  `json:"last,omitempty"`
	Running     []runEntry `json:"running"`

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

// list prints the jobs; retired ones only while a run of theirs goes on.
func (j *jobsCall) list(ctx context.Context) error {
	all, err := j.store.Jobs(ctx, time.Now())
	if err != nil {
		return err
	}
	entries := []jobEntry{}
	for _, s := range all {
		if s.Job.Retired && len(s.Running) == 0 {
			continue
		}
		e := jobEntry{Job: s.Job.Name, State: stateOf(s), Script: s.Job.Script, PausedUntil: s.Job.PausedUntil, stop: s.Job.Stop, Running: []runEntry{}}
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
	return nil
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
