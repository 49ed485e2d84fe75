package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"recue/runtime/protocol"
)

// Bounds of what is drawn. A screen is some 1,000 dots wide: marks that would lie
// on each other are one.
const (
	maxLanes  = 500
	maxMarks  = 10000 // on all lanes together, as far as fewest allows
	finest    = 400   // parts of a lane, at most
	fewest    = 20    // and at least
	maxBars   = 5000  // on all lanes together, before those that nearly touch are merged
	dense     = 60    // marks of a lane from which on they are pale
	maxTitled = 5     // commands that the title of a mark tells
)

// lane is one task on the timeline.
type lane struct {
	Task     string
	Commands string // "3 commands"
	Failures string // "1 failed", "" for none
	Recorded string // how long, "" for not at all
	Left     string // "still records", "may still record", "recorded on" or ""
	Bars     []bar
	Marks    []mark
	Dense    bool // the marks of what went well would hide the bars
}

// bar is a part of a recording that is sure or maybe. Class is sure or maybe.
type bar struct {
	X, Width, Class, Title string
	Edge                   bool // nothing stopped it within the timeline
}

// mark is a command, or several at the same place. Class is done, failed or unknown.
type mark struct {
	X, Class, Title string
	Href            string // the row of the first, "" where the table leaves it out
	Width           string // how long it took, "" where that is not to be seen
	Stop            bool   // the keyboard comes by
}

// lanes gives the tasks to draw, and how many are left out. Of too many those
// with failures and those that still record come first.
func (r *Run) lanes(w *words, shown map[*Command]bool) (list []lane, more int) {
	tasks := r.Tasks
	if len(tasks) > maxLanes {
		more = len(tasks) - maxLanes
		tasks = slices.Clone(tasks)
		slices.SortStableFunc(tasks, func(a, b *Task) int { return cmp.Compare(b.weight(), a.weight()) })
		tasks = tasks[:maxLanes]
		order := map[*Task]int{}
		for i, t := range r.Tasks {
			order[t] = i
		}
		slices.SortFunc(tasks, func(a, b *Task) int { return order[a] - order[b] })
	}
	commands, recordings := 0, 0
	for _, t := range tasks {
		commands += len(t.Commands)
		recordings += len(t.Recordings)
	}
	d := drawing{run: r, words: w, axis: newAxis(r.from, r.till), parts: finest, shown: shown}
	if d.many = commands > maxMarks || recordings > maxBars; d.many {
		d.parts = min(max(maxMarks/len(tasks), fewest), finest)
	}
	for _, t := range tasks {
		list = append(list, d.lane(t))
	}
	return list, more
}

// weight says how much a task is worth to be looked at.
func (t *Task) weight() int {
	switch {
	case t.Failures > 0:
		return 2
	case t.open() != nil:
		return 1
	}
	return 0
}

type drawing struct {
	run   *Run
	words *words
	axis  axis
	parts int
	many  bool              // there is more than can be drawn: bars are merged, marks tell one command
	shown map[*Command]bool // that are in the table; true for those that a mark leads to
}

func (d *drawing) lane(t *Task) lane {
	l := lane{Task: d.run.task(d.words, t), Commands: count(len(t.Commands), "command"), Bars: d.bars(t), Marks: d.marks(t.Commands)}
	l.Dense = len(l.Marks) >= dense
	if t.Failures > 0 {
		l.Failures = number(t.Failures) + " failed"
	}
	var recorded time.Duration
	for _, rec := range t.Recordings {
		recorded += d.run.recorded(rec)
	}
	if len(t.Recordings) > 0 {
		l.Recorded = span(recorded)
	}
	if n := len(t.Recordings); n > 0 {
		switch rec := t.Recordings[n-1]; {
		case rec.Till.IsZero():
			l.Left = rec.left()
		case d.run.goesOn(rec):
			l.Left = "recorded on"
		}
	}
	return l
}

// left says what a recording that nothing stopped does.
func (r *Recording) left() string {
	if r.Maybe() {
		return "may still record"
	}
	return "still records"
}

// ending says how a recording came to its end.
func (r *Recording) ending(w *words) string {
	if r.By != "" {
		return string(r.Ending) + " " + w.text(r.By)
	}
	return string(r.Ending)
}

func (d *drawing) bars(t *Task) []bar {
	var list []bar
	edge := d.run.till
	var from, till time.Time // of the last bar
	for _, rec := range t.Recordings {
		end := rec.till(edge)
		for i, turn := range rec.turns {
			to, class := end, "sure"
			if i+1 < len(rec.turns) {
				to = rec.turns[i+1].at
			}
			if turn.maybe {
				class = "maybe"
			}
			if to.After(end) {
				to = end
			}
			open := to.Equal(end) && i+1 == len(rec.turns) && !rec.Till.Equal(end)
			last := len(list) - 1
			if d.many && last >= 0 && list[last].Class == class && d.axis.part(till, d.parts) == d.axis.part(turn.at, d.parts) {
				till = to
				list[last].Width, list[last].Edge, list[last].Title = d.width(from, till), open, "several recordings"
				continue
			}
			from, till = turn.at, to
			list = append(list, bar{d.axis.at(from), d.width(from, till), class, d.barTitle(t, rec), open})
		}
	}
	return list
}

func (d *drawing) width(from, till time.Time) string {
	return percent(d.axis.share(till) - d.axis.share(from))
}

// barTitle tells a recording.
func (d *drawing) barTitle(t *Task, rec *Recording) string {
	w := d.words
	text := d.run.task(w, t) + ": from " + w.clock(rec.From)
	switch {
	case rec.Till.IsZero():
		text += ", " + rec.left()
	default:
		text += " to " + w.clock(rec.Till) + " (" + span(rec.Till.Sub(rec.From)) + "), " + rec.ending(w)
	}
	if rec.File != "" {
		text += "; " + w.text(rec.File)
	}
	return text + "; from " + d.words.utc(rec.From)
}

// marks gives the commands, which are in the order of sending, as marks.
func (d *drawing) marks(commands []*Command) []mark {
	var list []mark
	for len(commands) > 0 {
		n := 1
		for n < len(commands) && d.axis.part(commands[n].Sent, d.parts) == d.axis.part(commands[0].Sent, d.parts) {
			n++
		}
		list = append(list, d.mark(commands[:n]))
		commands = commands[n:]
	}
	return list
}

// mark is for commands at the same place: as bad as the worst of them, which it leads to.
func (d *drawing) mark(commands []*Command) mark {
	worst := slices.MaxFunc(commands, func(a, b *Command) int { return cmp.Compare(a.badness(), b.badness()) })
	m := mark{X: d.axis.at(worst.Sent), Class: worst.class(), Title: d.markTitle(commands, worst), Href: link(worst, d.shown)}
	m.Stop = m.Class != "done" && !d.many
	if wide := d.axis.share(worst.ended()) - d.axis.share(worst.Sent); len(commands) == 1 && wide > 0.005 {
		m.Width = percent(wide)
	}
	return m
}

func (d *drawing) markTitle(commands []*Command, worst *Command) string {
	told := commands
	if d.many || len(commands) > maxTitled {
		told = []*Command{worst}
	}
	var lines []string
	for _, c := range told {
		lines = append(lines, d.run.line(d.words, c))
	}
	if more := len(commands) - len(told); more > 0 {
		lines = append(lines, fmt.Sprintf("and %s", count(more, "more command")))
	}
	return strings.Join(append(lines, d.words.utc(worst.Sent)), "\n")
}

// badness orders commands by how much they should be seen.
func (c *Command) badness() int {
	switch c.class() {
	case "failed":
		return 3
	case "unknown":
		return 2
	}
	if c.Cmd == protocol.Status {
		return 0
	}
	return 1
}

func (c *Command) class() string {
	switch {
	case c.Failed():
		return "failed"
	case c.Outcome == "":
		return "unknown"
	}
	return "done"
}

// all is the lane of all tasks together: how many recordings there are at the
// same time, and where commands failed.
type all struct {
	Path  string // in a box of finest by 100
	Peak  string
	Marks []mark
}

func (r *Run) all(w *words, shown map[*Command]bool, peak int) *all {
	if len(r.Tasks) < 2 {
		return nil
	}
	var path strings.Builder
	path.WriteString("M0 100")
	for i, n := range r.atOnce(finest) {
		y := 100 - 96*n/max(peak, 1)
		fmt.Fprintf(&path, "V%dH%d", y, i+1)
	}
	path.WriteString("V100Z")
	var failed []*Command
	for _, c := range r.Commands {
		if c.Failed() {
			failed = append(failed, c)
		}
	}
	d := drawing{run: r, words: w, axis: newAxis(r.from, r.till), parts: finest / 8, many: true, shown: shown}
	return &all{Path: path.String(), Peak: number(peak), Marks: d.marks(failed)}
}
