package app

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"recue/runtime/scenario"
)

// testList is the report of --list.
type testList struct {
	out   io.Writer
	json  bool
	tests []listedTest
	other []*scenario.Result
}

type listedTest struct {
	File string   `json:"file"`
	Line int      `json:"line"`
	Name string   `json:"name"`
	Tags []string `json:"tags,omitempty"`
}

// Begin implements scenario.Reporter.
func (l *testList) Begin(scenario.Plan) {}

// Start implements scenario.Reporter.
func (l *testList) Start(string, int) {}

// Result implements scenario.Reporter.
func (l *testList) Result(r *scenario.Result) {
	if r.Other {
		l.other = append(l.other, r)
		return
	}
	t := listedTest{r.File, r.Line, r.Name, r.Tags}
	l.tests = append(l.tests, t)
	if l.json {
		return
	}
	line := fmt.Sprintf("%s:%d  %s", visible(t.File), t.Line, visible(t.Name))
	if len(t.Tags) > 0 {
		line += "  (" + visible(strings.Join(t.Tags, ", ")) + ")"
	}
	fmt.Fprintln(l.out, line)
}

// File implements scenario.Reporter.
func (l *testList) File(*scenario.FileResult) {}

// End implements scenario.Reporter.
func (l *testList) End(*scenario.Summary) error {
	if !l.json {
		for _, r := range l.other {
			for _, f := range r.Failures {
				fmt.Fprint(l.out, showError(f.Err, false))
			}
		}
		return nil
	}
	if l.tests == nil {
		l.tests = []listedTest{}
	}
	return json.NewEncoder(l.out).Encode(l.tests)
}
