package firing

import (
	"fmt"
	"time"

	"recue/runtime/schedule"
)

// prompt is how late a firing may come to its turn and still be one in time. Whatever is
// later was due while nothing ran, and its job's missed decides about it: whether its
// process was away, or was frozen, or could not reach the server makes no difference.
const prompt = 10 * time.Second

// Why a firing that came due while nothing ran does not run.
const (
	missedSkip = "nothing ran at its time (missed = \"skip\")"
	missedOnce = "nothing ran at its time, and a newer one runs instead (missed = \"once\")"
)

// maxBehind is how many firings of a job may be on their way or run at once. The
// stream keeps more of them than that, so that none is lost.
const maxBehind = 100

// maxLook bounds how many occurrences of the past are looked at in one go.
const maxLook = 100_000

// lead is how long before its time a firing is published, so that all is ready when it
// is due. What may change meanwhile is looked at when it is due, see early.go. It must
// not be longer than a second, the unit of schedules: nothing else can come due between.
const lead = time.Second

// decide says what to publish for what comes due after the cursor and until till, which
// may be after now: firings to run, and records of those that are not to run, in the
// order of their times.
//
// Mostly that is one firing, which is in time. Of more than one that are due, and of one
// that is not in time, missed decides: "once", the newest runs, if it is within grace;
// "all", each runs that is; "skip", the newest does, if it is in time. The rest is
// recorded as missed, those in a row as one.
func decide(s *schedule.Schedule, job string, cursor, till, now time.Time) []Firing {
	var due []schedule.Occurrence
	for after := cursor; len(due) < maxLook; {
		o, ok := s.Next(after)
		if !ok || o.Due.After(till) {
			break
		}
		due = append(due, o)
		after = o.Due
	}
	newest := -1 // of those that came due within grace
	for i, o := range due {
		if !o.Due.After(now) && now.Sub(o.Due) <= s.Grace {
			newest = i
		}
	}
	var firings []Firing
	for i, o := range due {
		late := now.Sub(o.Due)
		reason := ""
		switch {
		case len(due)-i > maxBehind:
			reason = fmt.Sprintf("more than %d of its firings were due at once, and only the newest run", maxBehind)
		case late > s.Grace:
			reason = fmt.Sprintf("its time was %v ago, and its grace is %v", late.Round(time.Second), s.Grace)
		case s.Missed == schedule.MissedSkip && (i < newest || late > prompt):
			reason = missedSkip
		case s.Missed == schedule.MissedOnce && i < newest:
			reason = missedOnce
		}
		f := Firing{Job: job, Kind: Due, Due: o.Due, Cursor: o.Due, Note: o.Note, Reason: reason}
		if reason == "" {
			f.Late = i <= newest && (newest > 0 || late > prompt)
			firings = append(firings, f)
			continue
		}
		f.Kind, f.Count = Missed, 1
		if n := len(firings); n > 0 && firings[n-1].Kind == Missed {
			f.Count += firings[n-1].Count
			firings[n-1] = f
			continue
		}
		firings = append(firings, f)
	}
	return firings
}
