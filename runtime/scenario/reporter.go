package scenario

import (
	"errors"
	"fmt"
	"io"

	"recue/runtime/script"
)

// Style is how a report for people looks.
type Style struct {
	Colour bool
	Live   bool // lines may be written over: it is a terminal
	// Error shows an error with its source line, with a newline at the end; colour
	// says whether it may have any.
	Error func(e *script.Error, colour bool) string
}

// reporters are the kinds of reports, in the order of the manual.
var reporters = []struct {
	name string
	make func(w io.Writer, s Style) Reporter
}{
	{"pretty", newPretty},
	{"dots", newDots},
	{"tap", newTAP},
	{"json", newJSON},
	{"junit", newJUnit},
	{"github", newGitHub},
}

// ReporterNames lists the kinds of reports.
func ReporterNames() []string {
	var names []string
	for _, r := range reporters {
		names = append(names, r.name)
	}
	return names
}

// NewReporter makes a report of a kind that writes to w; nil where there is no
// such kind.
func NewReporter(name string, w io.Writer, s Style) Reporter {
	for _, r := range reporters {
		if r.name == name {
			return r.make(w, s)
		}
	}
	return nil
}

// Reporters is several reports at once.
type Reporters []Reporter

// Begin implements Reporter.
func (all Reporters) Begin(p Plan) {
	for _, r := range all {
		r.Begin(p)
	}
}

// Start implements Reporter.
func (all Reporters) Start(path string, round int) {
	for _, r := range all {
		r.Start(path, round)
	}
}

// Result implements Reporter.
func (all Reporters) Result(result *Result) {
	for _, r := range all {
		r.Result(result)
	}
}

// File implements Reporter.
func (all Reporters) File(f *FileResult) {
	for _, r := range all {
		r.File(f)
	}
}

// End implements Reporter.
func (all Reporters) End(s *Summary) error {
	var errs []error
	for _, r := range all {
		errs = append(errs, r.End(s))
	}
	return errors.Join(errs...)
}

// page is what a report writes to; it remembers the first failed write.
type page struct {
	w   io.Writer
	err error
}

func (p *page) printf(format string, args ...any) { p.print(fmt.Sprintf(format, args...)) }

func (p *page) print(text string) {
	if p.err == nil && text != "" {
		_, p.err = io.WriteString(p.w, text)
	}
}
