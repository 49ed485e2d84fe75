package report

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of the table of commands.
const (
	maxTable = 18_500_000 // bytes, about
	whole    = 2000       // rows up to which the table is in one piece
	piece    = 1000       // rows of a piece else; it is laid out when it is opened
	rowBytes = 95         // of a row's own, without what it tells
)

// row is a command in the table.
type row struct {
	Number                                                 int    // of the command in its run, from 1; 0 where nothing leads to the row
	Class                                                  string // failed, unknown or ""
	UTC, Time, Task, Cmd, Outcome, Code, Message, At, Took string
}

// link gives the address of a command's row, and has the row named; "" where the table leaves it out.
func link(c *Command, shown map[*Command]bool) string {
	if _, ok := shown[c]; !ok {
		return ""
	}
	shown[c] = true
	return "#c" + strconv.Itoa(c.number)
}

// part is a piece of the table.
type part struct {
	Fold     bool
	Number   int
	Title    string
	commands []*Command
	linked   map[*Command]bool // those that something leads to
	run      *Run
	words    *words
}

// Rows gives the rows one after the other: of all together there may be too many to hold.
func (p part) Rows() iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, c := range p.commands {
			r := p.run.row(p.words, c)
			if !p.linked[c] {
				r.Number = 0
			}
			if !yield(r) {
				return
			}
		}
	}
}

func (r *Run) row(w *words, c *Command) row {
	row := row{
		Number: c.number, UTC: w.utc(c.Sent), Time: w.clock(c.Sent), Task: r.task(w, c.Task), Cmd: w.text(string(c.Cmd)),
		Outcome: w.text(c.outcome()), Code: w.text(c.code()), Message: w.text(c.Message), At: w.text(c.At), Took: c.took(),
	}
	if class := c.class(); class != "done" {
		row.Class = class
	}
	return row
}

// size is about what a row takes on the page, in bytes.
func (r *row) size() int {
	escaped := 4 * strings.Count(r.Time, "+") // a plus sign is written as &#43;
	return rowBytes + escaped + len(r.UTC) + len(r.Time) + len(r.Task) + len(r.Cmd) + len(r.Outcome) + len(r.Code) + len(r.Message) + len(r.At) + len(r.Took)
}

// choose gives the commands that are in the table: all, or as many as fit. Failures and
// commands without an outcome come first, then the latest of those that went well.
func (r *Run) choose(w *words) []*Command {
	room := maxTable
	fits := func(c *Command) bool {
		if room <= 0 {
			return false
		}
		row := r.row(w, c)
		room -= row.size()
		return room > 0
	}
	shown := map[*Command]bool{}
	for pass := range 2 {
		for i := len(r.Commands) - 1; i >= 0; i-- {
			c := r.Commands[i]
			if well := c.class() == "done"; well == (pass == 1) && fits(c) {
				shown[c] = true
			}
		}
	}
	if len(shown) == len(r.Commands) {
		return r.Commands
	}
	var list []*Command
	for _, c := range r.Commands {
		if shown[c] {
			list = append(list, c)
		}
	}
	return list
}

// table cuts the commands into pieces.
func (r *Run) table(w *words, commands []*Command, linked map[*Command]bool) []part {
	if len(commands) <= whole {
		return []part{{commands: commands, linked: linked, run: r, words: w}}
	}
	var list []part
	for from := 0; from < len(commands); from += piece {
		p := part{Fold: true, Number: from/piece + 1, commands: commands[from:min(from+piece, len(commands))], linked: linked, run: r, words: w}
		failures := 0
		for _, c := range p.commands {
			if c.Failed() {
				failures++
			}
		}
		p.Title = number(from+1) + " – " + number(from+len(p.commands)) + ", " + w.clock(p.commands[0].Sent) + " – " + w.clock(p.commands[len(p.commands)-1].Sent)
		if failures > 0 {
			p.Title += ", " + count(failures, "failure")
		}
		list = append(list, p)
	}
	return list
}

// dates says what times leave out where they are brief.
func (w *words) dates(t time.Time) string {
	if w.brief {
		return "of " + t.In(w.zone).Format("2 January 2006, UTC-07:00")
	}
	return "with their offset from UTC"
}

// maxRecordings bounds the table of recordings, and few is how many of them are not folded away.
const (
	maxRecordings = 2000
	few           = 50
)

// recordingRow is a recording in its table.
type recordingRow struct {
	Task, From, FromUTC, Till, TillUTC, Length, End, File string
	Open                                                  bool // nothing stopped it
}

// recordings gives the recordings in the order in which they began, and how many are left out.
func (r *Run) recordings(w *words) (list []recordingRow, more int) {
	var all []*left
	for _, t := range r.Tasks {
		for _, rec := range t.Recordings {
			all = append(all, &left{rec, t})
		}
	}
	slices.SortStableFunc(all, func(a, b *left) int { return a.From.Compare(b.From) })
	for _, l := range all[:min(len(all), maxRecordings)] {
		row := recordingRow{Task: r.task(w, l.Task), From: w.clock(l.From), FromUTC: w.utc(l.From), File: w.text(l.File), End: l.left(), Open: l.Till.IsZero()}
		if !l.Till.IsZero() {
			row.Till, row.TillUTC, row.Length, row.End = w.clock(l.Till), w.utc(l.Till), span(l.Till.Sub(l.From)), l.ending(w)
		}
		list = append(list, row)
	}
	return list, len(all) - len(list)
}
