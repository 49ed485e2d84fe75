package script

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"recue/runtime/fault"
	"recue/runtime/schedule"
)

// Job is a schedule that a script declared, and what to do when it is due.
type Job struct {
	Name     string
	At       Position           // where it was declared
	Schedule *schedule.Schedule // when, and the policies for its runs
	// Run is the job's function. Its argument is a Firing; its Env has the
	// Schedule's Zone as its Location.
	Run Start
	// Resume has a run called again whose process went away in the middle of it.
	Resume bool
	// OnFailure is called with a Failure after a run that failed; nil: nothing is.
	OnFailure Start
}

// Firing is the argument of a job's function: a table with the job's name, when it was
// due, in seconds since 1970, which attempt of the run it is, from 1 on, and whether
// that makes it a resumed one.
func (j Job) Firing(due time.Time, attempt int) map[string]any {
	return map[string]any{"job": j.Name, "due": float64(due.UnixMilli()) / 1000, "attempt": float64(attempt), "resumed": attempt > 1}
}

// Failure is the argument of a job's on_failure: the Firing, the error's text and,
// for a failed command, its code.
func (j Job) Failure(due time.Time, attempt int, err error) map[string]any {
	run := j.Firing(due, attempt)
	run["error"] = err.Error()
	if code := fault.CodeOf(err); code != "" {
		run["code"] = string(code)
	}
	return run
}

// Jobs takes the jobs that a script declares.
type Jobs interface {
	// Add takes a job, or says why it cannot be one. It is called by one goroutine
	// at a time while the script itself runs, and not any more in Host.Then.
	Add(Job) error
}

// JobList keeps the jobs of one script or of several, in the order in which they
// were declared. A name that is taken is refused.
type JobList struct {
	jobs   []Job
	byName map[string]Job
}

// maxJobName bounds a name in bytes: it becomes part of keys and subjects.
const maxJobName = 200

// Add implements Jobs.
func (l *JobList) Add(j Job) error {
	switch first, taken := l.byName[j.Name]; {
	case j.Name == "":
		return errors.New("the name is empty")
	case len(j.Name) > maxJobName:
		return fmt.Errorf("the name is %d bytes long: %d are allowed", len(j.Name), maxJobName)
	case !utf8.ValidString(j.Name):
		return fmt.Errorf("the name %q is no text (it is not UTF-8)", j.Name)
	case taken:
		return fmt.Errorf("the name %q is taken by the schedule at %v", j.Name, first.At)
	}
	if l.byName == nil {
		l.byName = map[string]Job{}
	}
	l.byName[j.Name] = j
	l.jobs = append(l.jobs, j)
	return nil
}

// All lists the jobs in the order in which they were declared.
func (l *JobList) All() []Job { return l.jobs }

var _ Jobs = (*JobList)(nil)
