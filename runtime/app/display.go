package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"recue/runtime/fault"
	"recue/runtime/script"
)

// Bounds of what is shown of one error. A report must stay readable when a
// thousand branches failed or a function called itself for ever.
const (
	maxFailures = 20
	maxCalls    = 12
	maxMessage  = 8 << 10 // bytes
	sourceWidth = 100     // columns
)

const (
	red   = "\x1b[31m"
	plain = "\x1b[0m"
)

// display shows errors on stderr.
type display struct {
	w      io.Writer
	colour bool
}

// colourful says whether stderr is watched by someone who wants colour.
func colourful(m Machine) bool { return m.Terminal && !refusesColour(m) }

// refusesColour says whether the user wants no colours on any terminal.
func refusesColour(m Machine) bool {
	refused, _ := m.LookupEnv("NO_COLOR")
	terminal, _ := m.LookupEnv("TERM")
	return refused != "" || terminal == "dumb"
}

// say writes one line about what recue is doing.
func (d display) say(format string, args ...any) {
	fmt.Fprintf(d.w, "recue: "+format+"\n", args...)
}

// show writes an error as people need it: a script's with its place, any other
// as one line with its hint. A reader who closed stdout is told nothing.
func (d display) show(err error) {
	var inScript *script.Error
	var broken *crash
	r := &report{colour: d.colour}
	switch {
	case err == nil:
		return
	case errors.As(err, &inScript):
		if errors.Is(err, script.ErrStdout) {
			r.also(inScript, "")
		} else {
			r.script(inScript, "")
		}
	case errors.Is(err, script.ErrStdout):
	case errors.As(err, &broken):
		r.line("", "recue: %s", r.paint(visible(broken.Error())))
		r.line("  ", "hint: this is a mistake in Recue itself; please report it with all that follows")
		r.text.Write(broken.stack)
	default:
		r.line("", "recue: %s", r.paint(visible(err.Error())))
		r.hint("  ", fault.HintOf(err))
	}
	_, _ = io.WriteString(d.w, r.text.String()) // one write, so that log lines do not come between
}

// report is an error while it is written.
type report struct {
	colour   bool
	text     strings.Builder
	failures int             // shown so far
	hints    map[string]bool // of failures, shown so far
}

func (r *report) line(indent, format string, args ...any) {
	fmt.Fprintf(&r.text, indent+format+"\n", args...)
}

func (r *report) paint(s string) string {
	if r.colour {
		return red + s + plain
	}
	return s
}

func (r *report) hint(indent, hint string) {
	if hint != "" {
		r.line(indent, "hint: %s", visible(hint))
	}
}

// script writes the message, the source line with a mark, the calls, the
// failures of parallel, the hint, and what failed besides.
func (r *report) script(e *script.Error, indent string) {
	r.message(e, indent, "")
	r.source(e, indent+"  ")
	r.unmet(e, indent+"  ")
	for i, call := range e.Calls {
		if i == maxCalls {
			r.line(indent+"  ", "… and %d more calls", len(e.Calls)-maxCalls)
			break
		}
		r.line(indent+"  ", "called from %s", visible(call.String()))
	}
	r.branches(e, indent+"  ")
	r.hint(indent+"  ", cmp.Or(e.Hint, fault.HintOf(e.Err)))
	r.also(e, indent)
}

// message writes the place and the message, whose further lines are indented.
func (r *report) message(e *script.Error, indent, label string) {
	text := e.Message
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + " …"
	}
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	for i, line := range lines {
		line = visible(strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    "))
		switch {
		case i > 0:
			r.line(indent+"  ", "%s", r.paint(line))
		case e.At.Line > 0:
			r.line(indent, "%s%s: %s", label, visible(e.At.String()), r.paint(line))
		default:
			r.line(indent, "%s%s", label, r.paint(line))
		}
	}
}

// branches writes a line for each failed branch, and its hint where no earlier
// one gave the same.
func (r *report) branches(e *script.Error, indent string) {
	for i, f := range e.Failures {
		if r.failures == maxFailures {
			r.line(indent, "… and %d more", len(e.Failures)-i)
			return
		}
		r.failures++
		r.message(f.Error, indent, visible(f.Key)+": ")
		r.branches(f.Error, indent+"  ")
		hint := cmp.Or(f.Error.Hint, fault.HintOf(f.Error.Err))
		if !r.hints[hint] {
			r.hint(indent+"  ", hint)
		}
		if r.hints == nil {
			r.hints = map[string]bool{}
		}
		r.hints[hint] = true
	}
}

// also writes what failed while the script was ending.
func (r *report) also(e *script.Error, indent string) {
	if len(e.Also) == 0 {
		return
	}
	r.line(indent+"  ", "while ending:")
	for i, other := range e.Also {
		if i == maxFailures {
			r.line(indent+"    ", "… and %d more", len(e.Also)-i)
			break
		}
		r.script(other, indent+"    ")
	}
}

// source writes the source line, and a mark under the column:
//
//	12 |   start("cam1")
//	   |   ^
func (r *report) source(e *script.Error, indent string) {
	if strings.TrimSpace(e.Source) == "" || e.At.Line < 1 {
		return
	}
	line, mark := sourceLine(e.Source, e.At.Column)
	number := fmt.Sprint(e.At.Line)
	r.line(indent, "%s | %s", number, line)
	if mark >= 0 {
		r.line(indent, "%s | %s%s", strings.Repeat(" ", len(number)), strings.Repeat(" ", mark), r.paint("^"))
	}
}

// sourceLine gives a source line fit for a terminal, cut around the column if
// it is long, and the number of cells in front of the mark; -1 for no mark.
// column counts characters from 1.
func sourceLine(source string, column int) (line string, mark int) {
	pieces, widths := split(strings.TrimRight(source, " \t\r\n"))
	at := column - 1
	if at > len(pieces) {
		at = -1 // no such place on this line
	}
	from, to := window(widths, max(at, 0))
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(pieces) {
		after = "…"
	}
	line = before + strings.Join(pieces[from:to], "") + after
	if at < 0 {
		return line, -1
	}
	mark = utf8.RuneCountInString(before)
	for _, w := range widths[from:at] {
		mark += w
	}
	return line, mark
}

// split gives the characters of a line as they are shown, and their widths in cells.
func split(line string) (pieces []string, widths []int) {
	for len(line) > 0 {
		r, size := utf8.DecodeRuneInString(line)
		piece := visibleRune(line[:size])
		width := cells(r)
		switch {
		case r == '\t':
			piece, width = "    ", 4
		case piece != line[:size]:
			width = len(piece)
		}
		pieces, widths = append(pieces, piece), append(widths, width)
		line = line[size:]
	}
	return pieces, widths
}

// window gives the part of a line to show: all of it if it fits, else what
// surrounds the place at.
func window(widths []int, at int) (from, to int) {
	at = min(at, len(widths))
	from, to = at, at
	for room := sourceWidth; ; {
		grown := false
		if to < len(widths) && widths[to] <= room {
			room -= widths[to]
			to++
			grown = true
		}
		if from > 0 && widths[from-1] <= room {
			from--
			room -= widths[from]
			grown = true
		}
		if !grown {
			return from, to
		}
	}
}
