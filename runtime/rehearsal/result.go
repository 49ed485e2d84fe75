package rehearsal

import (
	"cmp"
	"slices"
	"time"

	"recue/runtime/script"
)

// Result is what a rehearsal came to.
type Result struct {
	From, Till time.Time
	Runs       []*Run // in the order in which they were due
	Recordings []*Recording
	Mistakes   []Mistake // in the order of their times
	Commands   int
	Idle       []string     // faults that struck no command
	Unfired    []script.Job // that do not fire in that time
	Printed    string       // by the script itself
}

// result closes the book.
func (r *rehearsal) result(printed string) *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range r.book.recordings {
		if rec.Till.IsZero() {
			r.book.mistake(rec.From, rec.By, "never stopped", "it starts "+rec.TaskID+", and nothing stops it before the end of the rehearsal")
		}
	}
	slices.SortStableFunc(r.book.mistakes, func(a, b Mistake) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(r.runs, func(a, b *Run) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Job, b.Job))
	})
	return &Result{
		From: r.opts.From, Till: r.opts.Till, Runs: r.runs, Recordings: r.book.recordings,
		Mistakes: r.book.mistakes, Commands: r.book.commands, Idle: r.studio.faults.idle(), Printed: printed,
		Unfired: r.unfired(),
	}
}

// unfired gives the jobs that do not fire from From to Till. Locked.
func (r *rehearsal) unfired() []script.Job {
	var list []script.Job
	for _, j := range r.jobs {
		next, ok := j.Schedule.Next(r.opts.From.Add(-time.Nanosecond))
		if !ok || !next.Due.Before(r.opts.Till) {
			list = append(list, j.Job)
		}
	}
	return list
}
