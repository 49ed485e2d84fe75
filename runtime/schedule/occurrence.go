package schedule

import (
	"fmt"
	"iter"
	"time"
)

// Occurrence is one instant at which a schedule fires.
type Occurrence struct {
	Due    time.Time // whole seconds, in the schedule's zone
	Change Change
	// Note says in words what a change of the clocks did to it; "" where it did nothing.
	Note string
}

// Change is what a change of the clocks did to an occurrence.
type Change int

// What a change of the clocks can do.
const (
	Unchanged Change = iota
	First            // the clock shows this time twice that night; it fires the first time only
	Both             // it fires both times, for it follows real time; this is the first
	Second           // as Both, and this is the second
	Moved            // from a time that does not occur to the first instant after it
)

// Avoidable says whether another time of day would have spared the occurrence what a change
// of the clocks did to it. What follows real time fires all the time, on purpose.
func (c Change) Avoidable() bool { return c == First || c == Moved }

// Next is the first occurrence after an instant; false where there is none.
func (s *Schedule) Next(after time.Time) (Occurrence, bool) {
	if !s.from.IsZero() && after.Before(s.from) {
		after = s.from.Add(-time.Nanosecond)
	}
	o, ok := s.rule.next(after)
	if !ok || !s.till.IsZero() && o.Due.After(s.till) {
		return Occurrence{}, false
	}
	return o, true
}

// Between gives the occurrences after one instant, up to and with another, in order.
func (s *Schedule) Between(after, till time.Time) iter.Seq[Occurrence] {
	return func(yield func(Occurrence) bool) {
		for {
			o, ok := s.Next(after)
			if !ok || o.Due.After(till) || !yield(o) {
				return
			}
			after = o.Due
		}
	}
}

// fixed fires once for each wall-clock time.
type fixed struct {
	walls walls
	zone  *time.Location
}

func (f fixed) next(after time.Time) (Occurrence, bool) {
	// Whatever the clock has shown up to now, in order, has had its first occurrence.
	w := wallOf(after.In(f.zone)).Truncate(time.Second)
	for {
		hit, ok := f.walls.next(w.Add(time.Second))
		if !ok {
			return Occurrence{}, false
		}
		if due := instant(hit, f.zone); due.After(after) {
			return f.occurrence(hit, due), true
		}
		w = hit // in the second of two equal hours
	}
}

// occurrence describes the one that wall-clock time w has led to.
func (f fixed) occurrence(w, due time.Time) Occurrence {
	o := Occurrence{Due: due}
	if !wallOf(due).Equal(w) {
		o.Change, o.Note = Moved, f.moved(w, wallOf(due))
	} else if _, first := doubled(due); first {
		o.Change, o.Note = First, clockText(w)+" occurs twice (the clocks go back): it fires the first time only"
	}
	return o
}

// moved says which times, w the first of them, do not occur and fire at shown instead.
func (f fixed) moved(w, shown time.Time) string {
	last, count, at, more := w, 0, w, true
	for ; more && at.Before(shown); at, more = f.walls.next(at.Add(time.Second)) {
		last = at
		count++
	}
	text := clockText
	if !midnight(w, 0).Equal(midnight(shown, 0)) {
		text = func(w time.Time) string { return w.Format("2006-01-02 ") + clockText(w) }
	}
	what := text(w) + " does"
	switch {
	case count == 2:
		what = text(w) + " and " + text(last) + " do"
	case count > 2:
		what = fmt.Sprintf("%s to %s (%d times) do", text(w), text(last), count)
	}
	what += " not occur (the clocks go forward): it fires at the first instant after the gap"
	if count > 1 || more && at.Equal(shown) {
		what += ", once"
	}
	return what
}

// running fires whenever the clock on the wall shows one of the times.
type running struct {
	walls walls
	zone  *time.Location
}

func (r running) next(after time.Time) (Occurrence, bool) {
	t := after.In(r.zone).Truncate(time.Second).Add(time.Second)
	for {
		w := wallOf(t)
		hit, ok := r.walls.next(w)
		if !ok {
			return Occurrence{}, false
		}
		due := t.Add(hit.Sub(w))
		// The offset is the same up to the end of the stretch.
		if _, end := t.ZoneBounds(); !end.IsZero() && !due.Before(end) {
			t = end.In(r.zone)
			continue
		}
		return asItRuns(due), true
	}
}

// every fires at a fixed distance.
type every struct {
	anchor time.Time
	step   int64 // seconds
	zone   *time.Location
	except exceptions
}

func (e every) next(after time.Time) (Occurrence, bool) {
	for {
		due := e.anchor
		if !after.Before(e.anchor) {
			past := after.Unix() - e.anchor.Unix()
			due = time.Unix(e.anchor.Unix()+past-past%e.step+e.step, 0)
		}
		due = due.In(e.zone)
		w := wallOf(due)
		if !e.except.has(w) {
			return asItRuns(due), true
		}
		after = instant(midnight(w, 1), e.zone).Add(-time.Nanosecond)
		if after.Before(due) { // the day has a second part, behind a change of the clocks at midnight
			after = due
		}
	}
}

// asItRuns is the occurrence of a schedule that follows real time.
func asItRuns(due time.Time) Occurrence {
	o := Occurrence{Due: due}
	switch second, first := doubled(due); {
	case first:
		o.Change, o.Note = Both, clockText(wallOf(due))+" occurs twice (the clocks go back): this is the first time"
	case second:
		o.Change, o.Note = Second, clockText(wallOf(due))+" occurs twice (the clocks go back): this is the second time"
	}
	return o
}

// doubled says whether the clock shows what it shows at t for the second time, and
// whether it will show it again.
func doubled(t time.Time) (second, first bool) {
	_, offset := t.Zone()
	from, till := t.ZoneBounds()
	if !from.IsZero() {
		_, before := from.Add(-time.Second).Zone()
		second = t.Sub(from) < time.Duration(before-offset)*time.Second
	}
	if !till.IsZero() {
		_, after := till.Zone()
		first = till.Sub(t) <= time.Duration(offset-after)*time.Second
	}
	return second, first
}

// ClockChange says how the clocks of t's zone change on the day of t; "" where they
// do not.
func ClockChange(t time.Time) string {
	from, till := t.ZoneBounds()
	for _, change := range []time.Time{from, till} {
		if change.IsZero() {
			continue
		}
		last := wallOf(change.Add(-time.Second)) // before the clocks change
		old, now := last.Add(time.Second), wallOf(change)
		if day := midnight(wallOf(t), 0); old.Equal(now) || !day.Equal(midnight(last, 0)) && !day.Equal(midnight(now, 0)) {
			continue
		}
		way := "forward"
		if now.Before(old) {
			way = "back"
		}
		text := clockText
		if clockText(old) == clockText(now) { // a whole day is missing, or comes twice
			text = func(w time.Time) string { return w.Format("2006-01-02 ") + clockText(w) }
		}
		return fmt.Sprintf("the clocks go %s that day, from %s to %s", way, text(old), text(now))
	}
	return ""
}

// clockText is a time of day, with its seconds where it has any.
func clockText(w time.Time) string {
	if w.Second() == 0 {
		return w.Format("15:04")
	}
	return w.Format(time.TimeOnly)
}
