package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fact is one figure, or another short thing to know.
type fact struct {
	Name, Value string
	Note        string // what else is to be said, in small letters
	UTC         string // of a time
	Code        bool   // for machines: an argument, a hash
	Bad         bool
}

// kindRow tells of all commands of a kind.
type kindRow struct {
	Cmd, Sent, Failed, Unknown, Median, P99, Slowest string
	Href                                             string // of the slowest
}

// title names what ran.
func (r *Run) title(w *words) string {
	text := "recue"
	if r.Command != "" {
		text += " " + w.text(r.Command)
	}
	if r.Script != "" {
		text += " " + w.text(r.Script)
	}
	return text
}

func (r *Run) facts(w *words, f *figures) []fact {
	list := []fact{
		{Name: "Began", Value: w.full(r.First), UTC: w.utc(r.First)},
		{Name: "Took", Value: span(r.Last.Sub(r.First)), Note: "until " + w.clock(r.Last)},
		{Name: "Commands", Value: number(len(r.Commands))},
		{Name: "Failures", Value: number(r.Failures), Bad: r.Failures > 0},
	}
	if r.Unanswered > 0 {
		list = append(list, fact{Name: "Without an outcome", Value: number(r.Unanswered), Bad: true, Note: "their answer is not in the journal"})
	}
	if f.answers > 0 {
		list = append(list,
			fact{Name: "Median latency", Value: span(f.median), Note: "of " + count(f.answers, "answer")},
			fact{Name: "p99 latency", Value: span(f.p99), Note: "the slowest " + span(f.slowest.Took)})
	}
	if f.recordings > 0 {
		list = append(list,
			fact{Name: "Recordings", Value: number(f.recordings), Note: span(f.recorded) + " together, at most " + number(f.peak) + " at once"},
			fact{Name: "Left recording", Value: number(len(f.still)), Bad: len(f.still) > 0 && !r.Simulated})
	}
	return list
}

// kinds tells of each kind of command; where there are two at least, as the figures at the top say it else.
func (r *Run) kinds(w *words, f *figures, shown map[*Command]bool) []kindRow {
	if len(f.kinds) < 2 {
		return nil
	}
	var list []kindRow
	for _, k := range f.kinds {
		row := kindRow{Cmd: string(k.cmd), Sent: number(k.sent), Failed: number(k.failed), Unknown: number(k.unknown)}
		if k.answers > 0 {
			row.Median, row.P99, row.Slowest = span(k.median), span(k.p99), span(k.slowest.Took)
			row.Href = link(k.slowest, shown)
		}
		list = append(list, row)
	}
	return list
}

// details are for those who want to run it again.
func (r *Run) details(w *words) []fact {
	var vars, args []string
	for _, name := range slices.Sorted(maps.Keys(r.Vars)) {
		vars = append(vars, w.text(name+"="+r.Vars[name]))
	}
	for _, arg := range r.Args {
		args = append(args, w.text(arg))
	}
	server := w.text(r.Server)
	if r.Simulated {
		server = "none: a simulated recorder"
	}
	all := []fact{
		{Name: "Arguments", Value: strings.Join(args, " "), Code: true},
		{Name: "Variables", Value: strings.Join(vars, " "), Code: true},
		{Name: "Server", Value: server},
		{Name: "Subject", Value: w.text(r.Subject)},
		{Name: "Ended", Value: r.endTime(w), UTC: w.utc(r.Last)},
		{Name: "Process", Value: r.process(w)},
		{Name: "Recue", Value: w.text(r.Version)},
	}
	list := all[:0]
	for _, f := range all {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

func (r *Run) endTime(w *words) string {
	if !r.Ended {
		return "no end in the journal; its last line is of " + w.full(r.Last)
	}
	return w.full(r.Last)
}

func (r *Run) process(w *words) string {
	switch {
	case r.PID == 0:
		return ""
	case r.Host == "":
		return fmt.Sprint(r.PID)
	}
	return fmt.Sprintf("%d on %s", r.PID, w.text(r.Host))
}

// notes say in what the page is less than the whole truth.
func (r *Run) notes(w *words, o Options) []string {
	var list []string
	if r.isCut() {
		list = append(list, fmt.Sprintf("Only a part of the run is shown, from %s to %s. Commands and figures are of that part.", w.full(r.from), w.full(r.till)))
	}
	if r.Simulated {
		list = append(list, "No recorder was driven: the recorder was a simulated one (--sim).")
	}
	if r.Command == "" {
		list = append(list, "The beginning of this run is not in the journal, nor what was before it.")
	}
	if !r.Ended && o.Life != UnderWay {
		text := "This run has no end in the journal. What its last commands came to may be missing."
		if !r.Died.IsZero() {
			text += " Its process was gone when the next run began, at " + w.full(r.Died) + "."
		}
		list = append(list, text)
	}
	if !r.Ended && o.Life == UnderWay {
		list = append(list, "The run was under way when this page was made: it shows what was in the journal until then.")
	}
	if r.Missing > 0 {
		list = append(list, fmt.Sprintf("%s of this run could not be written, on a full disk for instance, so outcomes are missing.", count(int(r.Missing), "line")))
	}
	if r.Damage.Places > 0 {
		list = append(list, fmt.Sprintf("%s in the journal (%s) cannot be read; they may have belonged to this run or to another.", count(r.Damage.Places, "place"), count(int(r.Damage.Bytes), "byte")))
	}
	return list
}
