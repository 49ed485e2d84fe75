package report

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"recue/runtime/journal"
	"recue/runtime/protocol"
)

// words writes times, spans and text from outside as people read them.
type words struct {
	zone        *time.Location
	brief       bool      // what is shown is of one day and one offset
	first, last time.Time // of what is shown
	clean       func(string) string
	known       map[string]string
}

func newWords(o Options, from, till time.Time) *words {
	const form = "2006-01-02 -07:00"
	return &words{zone: o.Zone, brief: from.In(o.Zone).Format(form) == till.In(o.Zone).Format(form), first: from, last: till, clean: o.Clean, known: map[string]string{}}
}

// text is text from outside, fit to be shown.
func (w *words) text(s string) string {
	if w.clean == nil || s == "" {
		return s
	}
	shown, ok := w.known[s]
	if !ok {
		shown = w.clean(s)
		w.known[s] = shown
	}
	return shown
}

// clock is a time with as much of the date and the offset as is not the same everywhere.
func (w *words) clock(t time.Time) string {
	if w.short(t) {
		return t.In(w.zone).Format("15:04:05.000")
	}
	return w.full(t)
}

func (w *words) short(t time.Time) bool { return w.brief && within(t, w.first, w.last) }

func (w *words) full(t time.Time) string {
	return t.In(w.zone).Format("2006-01-02 15:04:05.000 -07:00")
}

// utc is the time for those who compare it with other logs, with the date where clock has none or another.
func (w *words) utc(t time.Time) string {
	t = t.UTC()
	if w.short(t) && t.Day() == t.In(w.zone).Day() {
		return t.Format("15:04:05.000000 UTC")
	}
	return t.Format("2006-01-02 15:04:05.000000 UTC")
}

// span is a time span in the unit that fits it.
func span(d time.Duration) string {
	number := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	switch {
	case d < 10*time.Millisecond:
		return number(d.Seconds()*1e3, 2) + " ms"
	case d < time.Second-500*time.Microsecond:
		return number(d.Seconds()*1e3, 0) + " ms"
	case d < time.Minute-5*time.Millisecond:
		return number(d.Seconds(), 2) + " s"
	case d < time.Hour-500*time.Millisecond:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < day-30*time.Second:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	d = d.Round(time.Hour)
	return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
}

// count is a number with its noun, 12,345 tasks.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number is a number with commas between the thousands.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// task is a task's name, with its subject where that is not the run's own.
func (r *Run) task(w *words, t *Task) string {
	if t.Subject != cmp.Or(r.Subject, r.Tasks[0].Subject) {
		return w.text(t.ID) + " (" + w.text(t.Subject) + ")"
	}
	return w.text(t.ID)
}

// outcome is what came of a command, in a word or two.
func (c *Command) outcome() string {
	word := "failed"
	switch {
	case c.Outcome == "":
		return "not known"
	case c.Outcome == journal.Done && c.Cmd != protocol.Status:
		return "done" // which says the state too
	case c.Outcome == journal.Done:
		word = "done"
	}
	if c.State != "" {
		word += ", " + string(c.State)
	}
	return word
}

// code is the failure's code.
func (c *Command) code() string {
	if c.Failed() {
		return c.Outcome
	}
	return ""
}

// took is how long a command took, "" where nobody knows.
func (c *Command) took() string {
	if c.Outcome == "" {
		return ""
	}
	return span(c.Took)
}

// line tells a command in one line.
func (r *Run) line(w *words, c *Command) string {
	text := w.text(string(c.Cmd)) + " " + r.task(w, c.Task) + " at " + w.clock(c.Sent) + ": "
	switch {
	case c.Failed() && c.Message != "":
		text += w.text(c.Message) + " (" + w.text(c.Outcome) + ")"
	case c.Failed():
		text += w.text(c.Outcome)
	default:
		text += w.text(c.outcome())
	}
	if c.Outcome != "" {
		text += ", in " + c.took()
	}
	if c.At != "" {
		text += ", " + w.text(c.At)
	}
	return text
}

// how says how a run ended. class is ok, failed or open.
func (s *Summary) how(life Life) (text, class string) {
	switch {
	case s.Ended:
		class = "failed"
		if s.Exit == 0 {
			class = "ok"
		}
		return fmt.Sprintf("%s (exit code %d)", exitText(s.Exit, s.Command), s.Exit), class
	case life == UnderWay:
		return "is under way", "open"
	case life == Gone || !s.Died.IsZero():
		return "was cut off: killed, or without power", "failed"
	}
	return "has no end: it was cut off, or is under way", "open"
}

func exitText(code int, command string) string {
	switch code {
	case 0:
		return "all went well"
	case 1:
		if command == "test" {
			return "a test failed"
		}
		return "the script failed"
	case 2:
		return "wrong usage or configuration, or a script that does not load"
	case 3:
		return "NATS could not be reached, or did not let us in"
	case 4:
		if command == string(protocol.Start) || command == string(protocol.Stop) || command == string(protocol.Status) {
			return "the command failed"
		}
		return "a command failed and the script did not handle it"
	case 129:
		return "the terminal was closed"
	case 130:
		return "interrupted"
	case 141:
		return "standard output was closed"
	case 143:
		return "terminated"
	}
	return "failed"
}
