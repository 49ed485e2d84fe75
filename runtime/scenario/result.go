package scenario

import (
	"time"

	"recue/runtime/recorder"
	"recue/runtime/script"
)

// Status is what became of a test.
type Status string

// What may become of a test.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped" // as its options said
	NotRun  Status = "not_run" // the run ended before
	Listed  Status = "listed"  // with Options.List
)

// Result is what became of one test; or, without a Test's name, of something
// else in a file that failed: its loading, an after_all hook.
type Result struct {
	File   string
	Name   string
	Line   int // where the test was declared; 0 where that is not known
	Tags   []string
	Round  int    // from 1, with Options.Repeat
	Other  bool   // no test, but something around them
	Status Status // never Skipped or NotRun where Other
	Reason string // why it was skipped or not run; may be empty

	Begun   time.Time
	Attempt           // the last one; zero if none was made
	Earlier []Attempt // those before it, which failed
}

// Attempt is one time that a test was run, with its hooks.
type Attempt struct {
	Failures     []Failure // empty: it passed
	Warnings     []string
	Expectations int
	Output       string // what it printed and logged
	Commands     []recorder.Exchange
	Took         time.Duration
}

// Failure is one thing that went wrong in an attempt.
type Failure struct {
	Stage string // "test", "before_each", "clean-up", …
	Err   *script.Error
}

// Flaky says that a test passed after it had failed.
func (r *Result) Flaky() bool { return r.Status == Passed && len(r.Earlier) > 0 }

// Counts are how many tests there were of each kind. Other counts the failures
// beside the tests.
type Counts struct {
	Passed, Failed, Skipped, NotRun, Listed, Flaky, Other int
}

func (c *Counts) add(r *Result) {
	switch {
	case r.Other:
		c.Other++
	case r.Status == Passed:
		c.Passed++
	case r.Status == Failed:
		c.Failed++
	case r.Status == Skipped:
		c.Skipped++
	case r.Status == NotRun:
		c.NotRun++
	case r.Status == Listed:
		c.Listed++
	}
	if r.Flaky() {
		c.Flaky++
	}
}

// Total is the number of tests.
func (c Counts) Total() int { return c.Passed + c.Failed + c.Skipped + c.NotRun + c.Listed }

// FileResult is what became of one file.
type FileResult struct {
	Path    string
	Round   int
	Results []*Result
	Counts  Counts
	// Unloaded says that the file is no program: its tests are not known.
	Unloaded bool
	LeftOut  int    // tests that were not chosen
	Only     bool   // a test of it has the option only
	Output   string // of the file outside its tests
	Took     time.Duration
	Warnings []string
}

// Summary is what became of everything.
type Summary struct {
	Files       []*FileResult
	Counts      Counts
	Took        time.Duration
	Interrupted error // the cause, where the run was
	Ended       bool  // early, because of Options.FailFast
	Repeat      int
	Shuffled    bool
	Seed        uint64
}

// Unloaded says whether a file could not be loaded.
func (s *Summary) Unloaded() bool {
	for _, f := range s.Files {
		if f.Unloaded {
			return true
		}
	}
	return false
}

// Good says whether nothing failed.
func (s *Summary) Good() bool {
	return s.Interrupted == nil && s.Counts.Failed == 0 && s.Counts.Other == 0
}
