package scenario

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference")

// style shows errors by their text alone, and as it must, nothing that steers a terminal.
var style = Style{Error: func(e *script.Error, _ bool) string { return printable(e.Error()) + "\n" }}

// sampleFiles are results of every kind, with texts that reports have to escape.
func sampleFiles() []*FileResult {
	begun := time.Date(2025, 10, 15, 8, 55, 0, 0, time.UTC)
	failed := &Result{Name: `fails & says "why" <at once> # 1, 100%`, Line: 12, Tags: []string{"quick"}, Status: Failed, Attempt: Attempt{
		Failures: []Failure{
			{"test", &script.Error{Message: "expected 1 to equal 2", At: script.Position{File: "a_test.lua", Line: 14},
				Err: &script.Unmet{Message: "expected 1 to equal 2", Expected: "{\n  1,\n}", Actual: "{\n  2,\n}"}}},
			{"after_each", &script.Error{Message: "two\nlines\x1b[31m", Err: errors.New("two")}},
		},
		Output: "printed ]]> \x00\x1b[31m\nsecond line\n", Expectations: 1, Took: 1500 * time.Microsecond,
		Commands: []recorder.Exchange{
			{Command: protocol.NewCommand(protocol.Start, "cam1"), Subject: "rec.control", Sent: begun.Add(time.Millisecond), Took: 2 * time.Millisecond,
				Reply: protocol.Reply{TaskID: "cam1", MsgStatus: protocol.Success, AppStatus: protocol.Started}},
			{Command: protocol.NewCommand(protocol.Stop, "cam1"), Subject: "rec.control", Sent: begun.Add(4 * time.Millisecond), Took: time.Millisecond,
				Err: &fault.Error{Code: fault.Timeout, Message: "no answer", Cmd: "stop", TaskID: "cam1"}},
		},
	}}
	flaky := &Result{Name: "flaky", Line: 40, Status: Passed, Attempt: Attempt{Expectations: 1, Took: time.Millisecond}, Earlier: []Attempt{
		{Failures: []Failure{{"test", &script.Error{Message: "not yet", Err: errors.New("not yet")}}}, Took: time.Millisecond}}}
	a := &FileResult{Path: "a_test.lua", Round: 1, Took: 10 * time.Millisecond, Results: []*Result{
		{Name: "passes", Line: 3, Status: Passed, Attempt: Attempt{Expectations: 2, Took: time.Millisecond}},
		failed,
		{Name: "skipped", Line: 20, Status: Skipped, Reason: "not # yet"},
		{Name: "without expectations", Line: 30, Status: Passed, Attempt: Attempt{Warnings: []string{"it has no expectation"}, Took: time.Millisecond}},
		flaky,
		{Name: "not run", Line: 50, Status: NotRun, Reason: "interrupted"},
	}}
	b := &FileResult{Path: "dir, with: odd/b_test.lua", Round: 1, Took: time.Millisecond, Unloaded: true, Results: []*Result{
		{Name: "loading", Line: 7, Other: true, Status: Failed, Attempt: Attempt{
			Failures: []Failure{{"loading", &script.Error{Message: "expected \"end\"", At: script.Position{File: "dir, with: odd/b_test.lua", Line: 7}, Err: errors.New("x")}}}}},
	}}
	c := &FileResult{Path: "c_test.lua", Round: 1, Warnings: []string{"it has no tests"}, Only: true, LeftOut: 2}
	for _, f := range []*FileResult{a, b} {
		for _, r := range f.Results {
			r.File, r.Round, r.Begun = f.Path, 1, begun
			f.Counts.add(r)
		}
	}
	return []*FileResult{a, b, c}
}

// reported is what a reporter writes about the sample.
func reported(t *testing.T, kind string, interrupted error) []byte {
	t.Helper()
	var out bytes.Buffer
	r := NewReporter(kind, &out, style)
	files := sampleFiles()
	summary := &Summary{Files: files, Took: 1234 * time.Millisecond, Interrupted: interrupted, Repeat: 1, Shuffled: true, Seed: 7}
	r.Begin(Plan{Files: []string{"a_test.lua"}, Repeat: 1, Shuffled: true, Seed: 7})
	for _, f := range files {
		r.Start(f.Path, 1)
		for _, result := range f.Results {
			r.Result(result)
			summary.Counts.add(result)
		}
		r.File(f)
	}
	if err := r.End(summary); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReportsAreAsTheyWere(t *testing.T) {
	for _, kind := range ReporterNames() {
		t.Run(kind, func(t *testing.T) {
			golden := filepath.Join("testdata", kind+".golden")
			got := reported(t, kind, nil)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the report has changed; read it and run with -update:\n%s", got)
			}
		})
	}
}

// Whatever the report: a failed test is found by its name and line, nothing in it
// steers a terminal, and an interrupted run says so.
func TestEveryReportNamesTheFailureAndTheInterrupt(t *testing.T) {
	for _, kind := range ReporterNames() {
		whole := string(reported(t, kind, nil))
		if !strings.Contains(whole, "a_test.lua:12") && !strings.Contains(whole, `"line": 12`) && !strings.Contains(whole, "a_test.lua:14") {
			t.Errorf("%s: no line of the failure:\n%s", kind, whole)
		}
		if !strings.Contains(whole, "fails ") || !strings.Contains(whole, "expected 1 to equal 2") {
			t.Errorf("%s: no name or no message:\n%s", kind, whole)
		}
		if strings.ContainsAny(whole, "\x1b\x00") {
			t.Errorf("%s lets control characters through", kind)
		}
		if strings.Contains(whole, "nterrupted (") {
			t.Errorf("%s speaks of an interrupt", kind)
		}
		if cut := string(reported(t, kind, errors.New("interrupted (SIGINT)"))); !strings.Contains(cut, "interrupted (SIGINT)") {
			t.Errorf("%s does not speak of the interrupt:\n%s", kind, cut)
		}
	}
}

func TestJSONReportHoldsItAll(t *testing.T) {
	var run struct {
		Passed, Failed, Skipped int
		NotRun                  int `json:"not_run"`
		Flaky                   int
		Other                   int `json:"other_failures"`
		Interrupted             string
		Files                   []struct {
			Path  string
			Tests []struct {
				Name, File, Status string
				Line               int
				Failures           []struct {
					Message, Expected, Actual string
					Diff                      []string
				}
				Commands []struct{ Cmd, Code string }
				Output   string
			}
		}
	}
	if err := json.Unmarshal(reported(t, "json", errors.New("cut")), &run); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(run.Passed, run.Failed, run.Skipped, run.NotRun, run.Flaky, run.Other) != "3 1 1 1 1 1" || run.Interrupted != "cut" {
		t.Errorf("%+v", run)
	}
	test := run.Files[0].Tests[1]
	if test.Line != 12 || test.Status != "failed" || len(test.Failures) != 2 || test.Commands[1].Code != "timeout" ||
		strings.Join(test.Failures[0].Diff, "|") != "  {|-   1,|+   2,|  }" {
		t.Errorf("%+v", test)
	}
}

func TestJUnitReportIsWellFormed(t *testing.T) {
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(reported(t, "junit", errors.New("cut")), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 8 || suites.Failures != 1 || suites.Errors != 2 || len(suites.Suites) != 4 {
		t.Errorf("%+v", suites)
	}
	failure := suites.Suites[0].Cases[1].Failure
	if failure == nil || failure.Message != "a_test.lua:14: expected 1 to equal 2" || !strings.Contains(failure.Text, "stop cam1 → no answer (timeout)") {
		t.Errorf("%+v", failure)
	}
}

// Each command of GitHub's is one line with the properties that were meant.
func TestGitHubCommandsAreEscaped(t *testing.T) {
	lines := strings.Split(string(reported(t, "github", nil)), "\n")
	want := `::error file=a_test.lua,line=14,title=fails & says "why" <at once> # 1%2C 100%25::a_test.lua:12 fails`
	if !strings.HasPrefix(lines[0], want) {
		t.Errorf("got  %s\nwant %s…", lines[0], want)
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "::") && strings.Contains(line, "odd") && !strings.Contains(line, "file=dir%2C with%3A odd/b_test.lua,") {
			t.Errorf("not escaped: %s", line)
		}
	}
}

func TestLiveReportWritesOverItsLine(t *testing.T) {
	var out bytes.Buffer
	live := style
	live.Live, live.Colour = true, true
	r := NewReporter("pretty", &out, live)
	r.Begin(Plan{Repeat: 1})
	r.Start("a_test.lua", 1)
	f := sampleFiles()[0]
	for _, result := range f.Results {
		r.Result(result)
	}
	r.File(f)
	last := out.String()[strings.LastIndex(out.String(), "\r"):]
	if !strings.Contains(last, "✗") || !strings.Contains(last, "1 failed, 3 passed, 1 skipped, 1 not run, 1 flaky  (0.01s)\n") {
		t.Errorf("%q", last)
	}
}

// broken is a writer that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestReportThatCannotBeWrittenIsAnError(t *testing.T) {
	for _, kind := range ReporterNames() {
		r := Reporters{NewReporter(kind, broken{}, style)}
		r.Begin(Plan{Repeat: 1})
		r.File(&FileResult{Path: "x"})
		if err := r.End(&Summary{}); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
}

func TestDiffShowsWhatDiffers(t *testing.T) {
	list := func(change int) string {
		var b strings.Builder
		b.WriteString("{\n")
		for i := range 30 {
			if i == change {
				b.WriteString("  changed,\n")
			} else {
				fmt.Fprintf(&b, "  %d,\n", i)
			}
		}
		return b.String() + "}"
	}
	got := strings.Join(Diff(&script.Unmet{Expected: list(-1), Actual: list(15)}), "\n")
	want := "  …\n    12,\n    13,\n    14,\n-   15,\n+   changed,\n    16,\n    17,\n    18,\n  …"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if d := Diff(&script.Unmet{Expected: "1", Actual: "2"}); d != nil {
		t.Errorf("a difference of two short values: %q", d)
	}
	if d := Diff(&script.Unmet{Expected: "nil", Actual: "{\n  1,\n}"}); strings.Join(d, "|") != "- nil|+ {|+   1,|+ }" {
		t.Errorf("%q", d)
	}
}
