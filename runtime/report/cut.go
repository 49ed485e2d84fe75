package report

import (
	"fmt"
	"time"
)

// Cut gives the part of a run between two times, of which a zero one leaves that
// end as it is. Commands are those that were sent then; recordings that reach into
// the part stay whole, and are counted as far as they do. The error says that the
// run has no such part.
func (r *Run) Cut(from, till time.Time) (*Run, error) {
	part := &Run{Summary: r.Summary, Of: r.Of, Damage: r.Damage, from: r.from, till: r.till}
	if from.After(part.from) {
		part.from = from
	}
	if !till.IsZero() && till.Before(part.till) {
		part.till = till
	}
	if part.from.After(part.till) {
		return nil, fmt.Errorf("all of run %s is before or after that time", r.ID)
	}
	part.Summary.Commands, part.Failures, part.Unanswered = 0, 0, 0
	for _, t := range r.Tasks {
		if t = t.cut(part.from, part.till); len(t.Commands) > 0 || len(t.Recordings) > 0 {
			part.Tasks = append(part.Tasks, t)
			part.Failures += t.Failures
		}
	}
	for _, c := range r.Commands {
		if !within(c.Sent, part.from, part.till) {
			continue
		}
		part.Commands = append(part.Commands, c)
		if c.Outcome == "" {
			part.Unanswered++
		}
	}
	return part, nil
}

func (t *Task) cut(from, till time.Time) *Task {
	part := &Task{Subject: t.Subject, ID: t.ID}
	for _, c := range t.Commands {
		if !within(c.Sent, from, till) {
			continue
		}
		part.Commands = append(part.Commands, c)
		if c.Failed() {
			part.Failures++
		}
	}
	for _, rec := range t.Recordings {
		if !rec.From.After(till) && (rec.Till.IsZero() || !rec.Till.Before(from)) {
			part.Recordings = append(part.Recordings, rec)
		}
	}
	return part
}

func within(t, from, till time.Time) bool { return !t.Before(from) && !t.After(till) }

// isCut says whether there is more of the run than is shown.
func (r *Run) isCut() bool { return r.from.After(r.First) || r.till.Before(r.Last) }

// recorded is how long a recording is within what is shown.
func (r *Run) recorded(rec *Recording) time.Duration {
	from := rec.From
	if from.Before(r.from) {
		from = r.from
	}
	return max(rec.till(r.till).Sub(from), 0)
}

// goesOn says whether nothing had stopped a recording when the run's lines end.
func (r *Run) goesOn(rec *Recording) bool { return rec.Till.IsZero() || rec.Till.After(r.Last) }
