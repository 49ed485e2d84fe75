package scenario

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"recue/runtime/fault"
	"recue/runtime/script"
)

// jsonReport is one JSON document, written at the end.
type jsonReport struct {
	page
	Style
}

func newJSON(w io.Writer, s Style) Reporter {
	s.Colour = false
	return &jsonReport{page: page{w: w}, Style: s}
}

func (j *jsonReport) Begin(Plan)        {}
func (j *jsonReport) Start(string, int) {}
func (j *jsonReport) Result(*Result)    {}
func (j *jsonReport) File(*FileResult)  {}

// The document. Times are RFC 3339, spans are seconds; a field is left out where
// it says nothing.
type jsonRun struct {
	Passed      int        `json:"passed"`
	Failed      int        `json:"failed"`
	Skipped     int        `json:"skipped"`
	NotRun      int        `json:"not_run"`
	Flaky       int        `json:"flaky"` // of the passed ones
	Other       int        `json:"other_failures"`
	Seconds     float64    `json:"seconds"`
	Interrupted string     `json:"interrupted,omitempty"`
	Seed        *uint64    `json:"seed,omitempty"` // where the order was mixed
	Files       []jsonFile `json:"files"`
}

type jsonFile struct {
	Path     string     `json:"path"`
	Round    int        `json:"round"`
	Seconds  float64    `json:"seconds"`
	LeftOut  int        `json:"left_out,omitempty"`
	Only     bool       `json:"only,omitempty"`
	Unloaded bool       `json:"unloaded,omitempty"`
	Warnings []string   `json:"warnings,omitempty"`
	Output   string     `json:"output,omitempty"`
	Tests    []jsonTest `json:"tests"`
}

type jsonTest struct {
	Name    string   `json:"name"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Tags    []string `json:"tags,omitempty"`
	Other   bool     `json:"other,omitempty"` // no test, but something around them
	Status  Status   `json:"status"`
	Reason  string   `json:"reason,omitempty"`
	Started string   `json:"started,omitempty"`
	Flaky   bool     `json:"flaky,omitempty"`
	jsonAttempt
	Earlier []jsonAttempt `json:"earlier_attempts,omitempty"`
}

type jsonAttempt struct {
	Seconds      float64       `json:"seconds"`
	Expectations int           `json:"expectations"`
	Failures     []jsonFailure `json:"failures,omitempty"`
	Warnings     []string      `json:"warnings,omitempty"`
	Output       string        `json:"output,omitempty"`
	Commands     []jsonCommand `json:"commands,omitempty"`
}

type jsonFailure struct {
	Stage    string   `json:"stage"`
	Message  string   `json:"message"`
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`
	Column   int      `json:"column,omitempty"`
	Source   string   `json:"source,omitempty"`
	Hint     string   `json:"hint,omitempty"`
	Code     string   `json:"code,omitempty"` // of a failed command
	Expected string   `json:"expected,omitempty"`
	Actual   string   `json:"actual,omitempty"`
	Diff     []string `json:"diff,omitempty"`
	Text     string   `json:"text"` // all of it, as people read it
}

type jsonCommand struct {
	Cmd       string  `json:"cmd"`
	TaskID    string  `json:"task_id"`
	Subject   string  `json:"subject"`
	Sent      string  `json:"sent"`
	Seconds   float64 `json:"seconds"`
	MsgStatus string  `json:"msg_status,omitempty"`
	AppStatus string  `json:"app_status,omitempty"`
	Code      string  `json:"code,omitempty"`
	Error     string  `json:"error,omitempty"`
}

func (j *jsonReport) End(s *Summary) error {
	run := jsonRun{
		Passed: s.Counts.Passed, Failed: s.Counts.Failed, Skipped: s.Counts.Skipped, NotRun: s.Counts.NotRun,
		Flaky: s.Counts.Flaky, Other: s.Counts.Other, Seconds: s.Took.Seconds(), Files: []jsonFile{},
	}
	if s.Interrupted != nil {
		run.Interrupted = s.Interrupted.Error()
	}
	if s.Shuffled {
		run.Seed = &s.Seed
	}
	for _, f := range s.Files {
		file := jsonFile{Path: f.Path, Round: f.Round, Seconds: f.Took.Seconds(), LeftOut: f.LeftOut, Only: f.Only,
			Unloaded: f.Unloaded, Warnings: f.Warnings, Output: f.Output, Tests: []jsonTest{}}
		for _, r := range f.Results {
			file.Tests = append(file.Tests, j.test(r))
		}
		run.Files = append(run.Files, file)
	}
	encoder := json.NewEncoder(j.w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(run)
}

func (j *jsonReport) test(r *Result) jsonTest {
	t := jsonTest{Name: r.Name, File: r.File, Line: r.Line, Tags: r.Tags, Other: r.Other, Status: r.Status, Reason: r.Reason,
		Flaky: r.Flaky(), jsonAttempt: j.attempt(&r.Attempt)}
	if !r.Begun.IsZero() {
		t.Started = r.Begun.Format(time.RFC3339Nano)
	}
	for i := range r.Earlier {
		t.Earlier = append(t.Earlier, j.attempt(&r.Earlier[i]))
	}
	return t
}

func (j *jsonReport) attempt(a *Attempt) jsonAttempt {
	attempt := jsonAttempt{Seconds: a.Took.Seconds(), Expectations: a.Expectations, Warnings: a.Warnings, Output: a.Output}
	for _, f := range a.Failures {
		attempt.Failures = append(attempt.Failures, j.failure(f))
	}
	for _, c := range a.Commands {
		command := jsonCommand{Cmd: string(c.Command.Cmd), TaskID: c.Command.TaskID, Subject: c.Subject,
			Sent: c.Sent.Format(time.RFC3339Nano), Seconds: c.Took.Seconds(),
			MsgStatus: string(c.Reply.MsgStatus), AppStatus: string(c.Reply.AppStatus)}
		if c.Err != nil {
			command.Code, command.Error = string(fault.CodeOf(c.Err)), c.Err.Error()
		}
		attempt.Commands = append(attempt.Commands, command)
	}
	return attempt
}

func (j *jsonReport) failure(f Failure) jsonFailure {
	e := f.Err
	failure := jsonFailure{Stage: f.Stage, Message: e.Message, File: e.At.File, Line: e.At.Line, Column: e.At.Column,
		Source: strings.TrimSpace(e.Source), Hint: e.Hint, Code: string(fault.CodeOf(e.Err)), Text: j.Error(e, false)}
	var u *script.Unmet
	if errors.As(e.Err, &u) {
		failure.Expected, failure.Actual, failure.Diff = u.Expected, u.Actual, Diff(u)
	}
	return failure
}
