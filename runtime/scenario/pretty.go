package scenario

import (
	"fmt"
	"io"
	"strings"
)

// pretty is the report for a terminal: a line a file while it runs, then the
// failures, then the summary.
type pretty struct {
	page
	Style
	plan   Plan
	file   string // that runs now
	counts Counts // of it
	failed []*Result
	warned []*Result
}

func newPretty(w io.Writer, s Style) Reporter { return &pretty{page: page{w: w}, Style: s} }

func (p *pretty) Begin(plan Plan) {
	p.plan = plan
	if plan.Shuffled {
		p.printf("in mixed order: --shuffle --seed %d\n", plan.Seed)
	}
}

func (p *pretty) Start(path string, round int) {
	p.file, p.counts = path, Counts{}
	if round > 1 || p.plan.Repeat > 1 {
		p.file = fmt.Sprintf("%s (round %d of %d)", path, round, p.plan.Repeat)
	}
	p.live("")
}

// live writes over the line of the file that runs.
func (p *pretty) live(now string) {
	if p.Live {
		p.printf("\r\x1b[K… %s  %s  %s", p.file, p.counts.text(), now)
	}
}

func (p *pretty) Result(r *Result) {
	p.counts.add(r)
	if r.Status == Failed {
		p.failed = append(p.failed, r)
	}
	if len(r.Warnings) > 0 || r.Flaky() {
		p.warned = append(p.warned, r)
	}
	p.live(cut(printable(r.Name), 40))
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if short := []rune(text); len(short) > most {
		return string(short[:most-1]) + "…"
	}
	return text
}

func (p *pretty) File(f *FileResult) {
	if p.Live {
		p.print("\r\x1b[K")
	}
	mark, colour := "✓", green
	switch {
	case f.Counts.Failed+f.Counts.Other > 0:
		mark, colour = "✗", red
	case f.Counts.Passed == 0:
		mark, colour = "–", yellow
	}
	p.printf("%s %s  %s  (%s)\n", p.paint(colour, mark), p.file, f.Counts.text(), seconds(f.Took))
	if f.Output != "" && f.Counts.Other > 0 {
		p.print(indented("output of the file:\n"+indented(printable(f.Output), "| "), "    "))
	}
}

func (p *pretty) End(s *Summary) error {
	for _, r := range p.failed {
		p.print("\n" + p.failure(r))
	}
	if len(p.failed) > 0 || len(p.warned) > 0 {
		p.print("\n")
	}
	for _, r := range p.warned {
		for _, w := range r.Warnings {
			p.printf("%s %s  %s: %s\n", p.paint(yellow, "warning:"), r.place(), printable(r.title()), w)
		}
		if r.Flaky() {
			p.printf("%s %s  %s: passed only at attempt %d\n", p.paint(yellow, "flaky:"), r.place(), printable(r.title()), len(r.Earlier)+1)
			p.print(indented(r.Earlier[0].details(p.Style, r.Name, r.Begun), "    "))
		}
	}
	p.print(s.closing())
	return p.err
}

// failure is a failed result in full.
func (p *pretty) failure(r *Result) string {
	head := fmt.Sprintf("%s %s  %s\n", p.paint(red, "FAILED"), r.place(), printable(r.title()))
	body := head + indented(r.details(p.Style), "  ")
	if r.Took > 0 {
		body += strings.TrimRight(fmt.Sprintf("  took %v %s", rounded(r.Took), attempts(r)), " ") + "\n"
	}
	return body
}

func attempts(r *Result) string {
	if len(r.Earlier) == 0 {
		return ""
	}
	return fmt.Sprintf("at the last of %d attempts", len(r.Earlier)+1)
}

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (p *pretty) paint(colour, text string) string {
	if p.Colour {
		return colour + text + plain
	}
	return text
}
