package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// tap is the Test Anything Protocol, version 14 (testanything.org).
type tap struct {
	page
	Style
	number int
}

func newTAP(w io.Writer, s Style) Reporter {
	s.Colour = false
	return &tap{page: page{w: w}, Style: s}
}

func (t *tap) Begin(p Plan) {
	t.print("TAP version 14\n")
	if p.Shuffled {
		t.printf("# in mixed order: --shuffle --seed %d\n", p.Seed)
	}
}

func (t *tap) Start(path string, _ int) { t.printf("# %s\n", oneLine(path)) }

func (t *tap) Result(r *Result) {
	t.number++
	word, directive := "ok", ""
	switch r.Status {
	case Failed:
		word = "not ok"
	case Skipped:
		directive = " # SKIP " + oneLine(r.Reason)
	case NotRun:
		directive = " # SKIP not run: " + oneLine(r.Reason)
	}
	name := strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(oneLine(r.place() + " " + r.title()))
	t.printf("%s %d - %s%s\n", word, t.number, name, strings.TrimRight(directive, " "))
	if r.Status == Failed {
		t.diagnosis(r)
	}
	for _, w := range r.Warnings {
		t.printf("# warning: %s\n", oneLine(w))
	}
	if r.Flaky() {
		t.printf("# flaky: passed only at attempt %d\n", len(r.Earlier)+1)
	}
}

// diagnosis is the YAML block of a failure. Texts in it are written as JSON, which
// is YAML as well.
func (t *tap) diagnosis(r *Result) {
	t.print("  ---\n")
	for _, line := range []struct {
		name  string
		value any
	}{
		{"file", r.File}, {"line", r.Line}, {"duration_ms", float64(r.Took.Microseconds()) / 1000}, {"details", r.details(t.Style)},
	} {
		value, err := json.Marshal(line.value)
		if err != nil {
			panic(fmt.Sprintf("encode a %T: %v", line.value, err)) // texts and numbers cannot fail
		}
		t.printf("  %s: %s\n", line.name, value)
	}
	t.print("  ...\n")
}

func (t *tap) File(f *FileResult) {
	for _, w := range f.Warnings {
		t.printf("# warning: %s: %s\n", oneLine(f.Path), oneLine(w))
	}
}

func (t *tap) End(s *Summary) error {
	t.printf("1..%d\n", t.number)
	for line := range strings.SplitSeq(strings.TrimSpace(s.closing()), "\n") {
		t.printf("# %s\n", oneLine(line))
	}
	if s.Interrupted != nil {
		t.printf("Bail out! %s\n", oneLine(s.Interrupted.Error()))
	}
	return t.err
}

// oneLine makes a text fit for a line.
func oneLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }
