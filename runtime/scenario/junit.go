package scenario

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// junit is the XML that Jenkins, GitLab and others read, written at the end. The
// schema is testdata/junit.xsd, after the one that Jenkins' xUnit plugin uses.
type junit struct {
	page
	Style
}

func newJUnit(w io.Writer, s Style) Reporter {
	s.Colour = false
	return &junit{page: page{w: w}, Style: s}
}

func (j *junit) Begin(Plan)        {}
func (j *junit) Start(string, int) {}
func (j *junit) Result(*Result)    {}
func (j *junit) File(*FileResult)  {}

type xmlSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	xmlCounts
	Suites []xmlSuite `xml:"testsuite"`
}

type xmlCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Time     string `xml:"time,attr"`
}

type xmlSuite struct {
	Name string `xml:"name,attr"`
	xmlCounts
	Skipped   int       `xml:"skipped,attr"`
	Timestamp string    `xml:"timestamp,attr,omitempty"`
	Cases     []xmlCase `xml:"testcase"`
	Output    string    `xml:"system-out,omitempty"`
}

type xmlCase struct {
	Name      string      `xml:"name,attr"`
	Class     string      `xml:"classname,attr"`
	Time      string      `xml:"time,attr"`
	Skipped   *xmlSkipped `xml:"skipped"`
	Error     *xmlFailure `xml:"error"`
	Failure   *xmlFailure `xml:"failure"`
	SystemOut string      `xml:"system-out,omitempty"`
}

type xmlSkipped struct {
	Message string `xml:"message,attr,omitempty"`
}

type xmlFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func (j *junit) End(s *Summary) error {
	all := xmlSuites{Name: "recue", xmlCounts: xmlCounts{Time: xmlSeconds(s.Took)}}
	for _, f := range s.Files {
		all.add(j.suite(f))
	}
	if s.Interrupted != nil {
		text := s.Interrupted.Error()
		all.add(xmlSuite{Name: "recue", xmlCounts: xmlCounts{Tests: 1, Errors: 1, Time: xmlSeconds(0)}, Cases: []xmlCase{{
			Name: "the run is complete", Class: "recue", Time: xmlSeconds(0), Error: &xmlFailure{Message: text, Type: "interrupted", Text: text},
		}}})
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	j.print(xml.Header + string(data) + "\n")
	return j.err
}

func (s *xmlSuites) add(suite xmlSuite) {
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Errors += suite.Errors
	s.Suites = append(s.Suites, suite)
}

func (j *junit) suite(f *FileResult) xmlSuite {
	suite := xmlSuite{Name: f.Path, xmlCounts: xmlCounts{Time: xmlSeconds(f.Took)}, Output: clean(f.Output)}
	if f.Round > 1 {
		suite.Name = fmt.Sprintf("%s (round %d)", f.Path, f.Round)
	}
	for _, r := range f.Results {
		if suite.Timestamp == "" && !r.Begun.IsZero() {
			suite.Timestamp = r.Begun.Format("2006-01-02T15:04:05")
		}
		c := j.testcase(r)
		suite.Tests++
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

// testcase is a result. The schema has no place for file and line: they are in
// the name of the class and in the text of a failure.
func (j *junit) testcase(r *Result) xmlCase {
	c := xmlCase{Name: clean(r.title()), Class: clean(r.File), Time: xmlSeconds(r.Took)}
	switch r.Status {
	case Skipped:
		c.Skipped = &xmlSkipped{clean(r.Reason)}
	case NotRun:
		c.Skipped = &xmlSkipped{clean("not run: " + r.Reason)}
	case Failed:
		first := r.Failures[0]
		failure := &xmlFailure{Message: clean(first.Err.Error()), Type: first.Stage,
			Text: clean(fmt.Sprintf("%s %s\n%s", r.place(), r.title(), r.details(j.Style)))}
		if r.Other {
			c.Error = failure
		} else {
			c.Failure = failure
		}
		return c // the text has the output too
	}
	c.SystemOut = clean(r.Output)
	if r.Flaky() {
		c.SystemOut += clean(fmt.Sprintf("flaky: passed only at attempt %d, after\n%s", len(r.Earlier)+1, r.Earlier[0].details(j.Style, r.Name, r.Begun)))
	}
	return c
}

// clean replaces what XML cannot hold.
func clean(text string) string { return strings.ToValidUTF8(printable(text), "\ufffd") }

func xmlSeconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }
