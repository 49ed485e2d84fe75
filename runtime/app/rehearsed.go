package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"recue/runtime/rehearsal"
)

// moment is an instant as rehearsals show it: day, time and offset.
const moment = "Mon 2006-01-02 15:04:05 -07:00"

// printRehearsal writes a rehearsal's result for people: of what is alike only some,
// unless they want all.
func (a *app) printRehearsal(name string, r *rehearsal.Result, all bool) {
	var b strings.Builder
	left := 0
	if r.Printed != "" {
		b.WriteString(r.Printed)
	}
	fmt.Fprintf(&b, "rehearsal of %s from %s to %s\n", visible(name), r.From.Format(moment), r.Till.Format(moment))
	if len(r.Runs) > 0 {
		b.WriteString("\nruns\n")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for run, more := range folded(r.Runs, all, likeRun) {
			if more.count > 0 {
				left += more.count
				fmt.Fprintf(table, "  …\t%s\t%s\t%d more like these, the last %s\n", visible(run.Job), run.State, more.count, more.last.Due.Format(moment))
				continue
			}
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", run.Due.Format(moment), visible(run.Job), run.State, runRemarks(run))
			for line := range strings.Lines(run.Output.String()) {
				fmt.Fprintf(table, "    | %s\n", visible(strings.TrimSuffix(line, "\n")))
			}
		}
		table.Flush()
	}
	if len(r.Recordings) > 0 {
		b.WriteString("\nrecordings\n")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for rec, more := range folded(r.Recordings, all, likeRecording) {
			if more.count > 0 {
				left += more.count
				fmt.Fprintf(table, "  …\t\t\t%s\t%d more like these, the last %s\n", visible(rec.TaskID), more.count, more.last.From.Format(moment))
				continue
			}
			till, length := "(goes on)", ""
			if !rec.Till.IsZero() {
				till, length = rec.Till.Format(moment), rec.Till.Sub(rec.From).Round(time.Second).String()
			}
			by := "the script itself"
			if rec.By != nil {
				by = visible(rec.By.Job)
			}
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", rec.From.Format(moment), till, length, visible(rec.TaskID), by)
		}
		table.Flush()
	}
	if len(r.Mistakes) > 0 {
		b.WriteString("\nmistakes\n")
		for m, more := range folded(r.Mistakes, all, likeMistake) {
			if more.count > 0 {
				left += more.count
				fmt.Fprintf(&b, "  …  %s: %d more like these, the last %s\n", m.Kind, more.count, more.last.At.Format(moment))
				continue
			}
			who := "the script itself: "
			if m.Job != "" {
				who = visible(m.Job) + " of " + m.Due.Format("2006-01-02 15:04:05") + ": "
			}
			fmt.Fprintf(&b, "  %s  %s: %s%s\n", m.At.Format(moment), m.Kind, who, visible(m.Text))
		}
	}
	fmt.Fprintf(&b, "\n%s, %s, %s, %s\n", counted(len(r.Runs), "run"), counted(len(r.Recordings), "recording"), counted(r.Commands, "command"), counted(len(r.Mistakes), "mistake"))
	if left > 0 {
		fmt.Fprintf(&b, "%s that are like others are left out: --all shows them\n", counted(left, "row"))
	}
	fmt.Fprint(a.out, b.String())
}

// runRemarks is what else is to be said of a run.
func runRemarks(run *rehearsal.Run) string {
	var parts []string
	if run.State == rehearsal.Done || run.State == rehearsal.Failed {
		parts = append(parts, "took "+run.Ended.Sub(run.Began).Round(time.Millisecond).String())
	}
	if late := run.Began.Sub(run.Due); late > 0 && run.Reason == "" {
		parts = append(parts, "began "+late.Round(time.Second).String()+" late")
	}
	for _, text := range []string{run.Reason, run.Note} {
		if text != "" {
			parts = append(parts, visible(text))
		}
	}
	if run.Err != nil {
		parts = append(parts, visible(run.Err.Error()))
	}
	return strings.Join(parts, "; ")
}

// The JSON of a rehearsal; times are RFC 3339 with the zone's offset.
type (
	rehearsedJSON struct {
		From       time.Time          `json:"from"`
		Till       time.Time          `json:"till"`
		Runs       []rehearsedRun     `json:"runs"`
		Recordings []rehearsedTask    `json:"recordings"`
		Mistakes   []rehearsedMistake `json:"mistakes"`
		Commands   int                `json:"commands"`
		IdleFaults []string           `json:"idle_faults,omitempty"`
		Printed    string             `json:"printed"`
	}
	rehearsedRun struct {
		Job     string    `json:"job"`
		Due     time.Time `json:"due"`
		State   string    `json:"state"`
		Began   time.Time `json:"began"`
		Ended   time.Time `json:"ended"`
		Reason  string    `json:"reason,omitempty"`
		Note    string    `json:"note,omitempty"`
		Error   string    `json:"error,omitempty"`
		Printed string    `json:"printed,omitempty"`
	}
	rehearsedTask struct {
		TaskID  string     `json:"task_id"`
		Subject string     `json:"subject"`
		From    time.Time  `json:"from"`
		Till    *time.Time `json:"till"` // null: nothing stopped it
		Job     string     `json:"job"`
	}
	rehearsedMistake struct {
		At   time.Time  `json:"at"`
		Kind string     `json:"kind"`
		Job  string     `json:"job"`
		Due  *time.Time `json:"due,omitempty"`
		Text string     `json:"text"`
	}
)

func rehearsalJSON(r *rehearsal.Result) []byte {
	out := rehearsedJSON{
		From: r.From, Till: r.Till, Commands: r.Commands, IdleFaults: r.Idle, Printed: r.Printed,
		Runs: []rehearsedRun{}, Recordings: []rehearsedTask{}, Mistakes: []rehearsedMistake{},
	}
	for _, run := range r.Runs {
		j := rehearsedRun{
			Job: run.Job, Due: run.Due, State: string(run.State), Began: run.Began, Ended: run.Ended,
			Reason: run.Reason, Note: run.Note, Printed: run.Output.String(),
		}
		if run.Err != nil {
			j.Error = run.Err.Error()
		}
		out.Runs = append(out.Runs, j)
	}
	for _, rec := range r.Recordings {
		j := rehearsedTask{TaskID: rec.TaskID, Subject: rec.Subject, From: rec.From}
		if !rec.Till.IsZero() {
			j.Till = &rec.Till
		}
		if rec.By != nil {
			j.Job = rec.By.Job
		}
		out.Recordings = append(out.Recordings, j)
	}
	for _, m := range r.Mistakes {
		j := rehearsedMistake{At: m.At, Kind: m.Kind, Job: m.Job, Text: m.Text}
		if !m.Due.IsZero() {
			j.Due = &m.Due
		}
		out.Mistakes = append(out.Mistakes, j)
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("encode a rehearsal: %v", err)) // strings and times of our own
	}
	return text
}
