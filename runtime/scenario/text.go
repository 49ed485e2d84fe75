package scenario

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"recue/runtime/recorder"
)

// place is where a result's test stands: "cameras_test.lua:12".
func (r *Result) place() string {
	if r.Line == 0 {
		return r.File
	}
	return fmt.Sprintf("%s:%d", r.File, r.Line)
}

// title is a result's name, with the round where there are several.
func (r *Result) title() string {
	if r.Round > 1 {
		return fmt.Sprintf("%s (round %d)", r.Name, r.Round)
	}
	return r.Name
}

// details are the failures of the last attempt, what it sent and what it printed,
// as people read it, each line with a newline.
func (r *Result) details(s Style) string { return r.Attempt.details(s, r.Name, r.Begun) }

// details are those of one attempt at what is called of.
func (a *Attempt) details(s Style, of string, begun time.Time) string {
	var b strings.Builder
	for _, f := range a.Failures {
		if f.Stage != "test" && f.Stage != of {
			fmt.Fprintf(&b, "in %s:\n", f.Stage)
		}
		b.WriteString(s.Error(f.Err, s.Colour))
	}
	if len(a.Commands) > 0 {
		b.WriteString("commands:\n")
		for i, c := range a.Commands {
			if i == maxCommands {
				fmt.Fprintf(&b, "  … and %d more\n", len(a.Commands)-i)
				break
			}
			fmt.Fprintf(&b, "  %s\n", commandLine(c, begun))
		}
	}
	if a.Output != "" {
		b.WriteString("output:\n")
		b.WriteString(indented(printable(a.Output), "  | "))
	}
	return b.String()
}

// maxCommands is how many commands of a test are shown.
const maxCommands = 50

// commandLine is a command and its outcome on one line.
func commandLine(c recorder.Exchange, begun time.Time) string {
	outcome := string(c.Reply.AppStatus)
	if c.Err != nil {
		outcome = asError(c.Err).Message
		_, said, ok := strings.Cut(outcome, ": ") // without "start cam1"
		if ok {
			outcome = said
		}
	}
	return fmt.Sprintf("%8.3fs  %s %s → %s  (%v)", max(0, c.Sent.Sub(begun).Seconds()),
		c.Command.Cmd, printable(c.Command.TaskID), printable(outcome), rounded(c.Took))
}

// rounded is a duration with about three digits.
func rounded(d time.Duration) time.Duration {
	for unit := time.Nanosecond; unit < time.Second; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
	return d.Round(10 * time.Millisecond)
}

// seconds is a duration in a summary.
func seconds(d time.Duration) string { return fmt.Sprintf("%.2fs", d.Seconds()) }

// indented puts a prefix in front of each line.
func indented(text, prefix string) string {
	text = strings.TrimRight(text, "\n")
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix) + "\n"
}

// printable leaves out what a terminal would obey: a script's output, and what a
// recorder says, must not steer it. Line ends and tabs stay.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return '\ufffd'
	}, text)
}

// counted says how many there are: "3 passed, 1 failed".
func (c Counts) text() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{
		{c.Failed, "failed"}, {c.Passed, "passed"}, {c.Skipped, "skipped"}, {c.NotRun, "not run"},
		{c.Flaky, "flaky"}, {c.Other, "other failures"},
	} {
		if p.n == 1 && p.word == "other failures" {
			p.word = "other failure"
		}
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return "no tests"
	}
	return strings.Join(parts, ", ")
}

// closing is the end of a report for people: the counts, and what else one must know.
func (s *Summary) closing() string {
	var b strings.Builder
	files := "1 file"
	if len(s.Files) != 1 {
		files = fmt.Sprintf("%d files", len(s.Files))
	}
	fmt.Fprintf(&b, "%s in %s (%s)\n", s.Counts.text(), files, seconds(s.Took))
	if s.Shuffled {
		fmt.Fprintf(&b, "in mixed order; the same order again: --shuffle --seed %d\n", s.Seed)
	}
	left := 0
	for _, f := range s.Files {
		if f.Only {
			fmt.Fprintf(&b, "warning: %s has a test with the option only: %d others of it were left out\n", f.Path, f.LeftOut)
		}
		left += f.LeftOut
		for _, w := range f.Warnings {
			fmt.Fprintf(&b, "warning: %s: %s\n", f.Path, w)
		}
	}
	if s.Counts.Total() == 0 && left > 0 {
		fmt.Fprintf(&b, "none of %d tests was chosen\n", left)
	}
	if s.Ended {
		b.WriteString("ended after the first failure (--fail-fast)\n")
	}
	if s.Interrupted != nil {
		fmt.Fprintf(&b, "not complete: %v\n", s.Interrupted)
	}
	return b.String()
}
