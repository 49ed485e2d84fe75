package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"recue/runtime/clock"
)

// A wall-clock time without a zone is held as a time of UTC with the same fields.

// wallOf is what the clock on the wall shows at t, in t's zone.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// instant is when the clock on the wall shows w, by the rule for fixed hours.
func instant(w time.Time, zone *time.Location) time.Time {
	return clock.Wall(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), zone).In(zone)
}

// midnight begins the day that is days after that of w.
func midnight(w time.Time, days int) time.Time {
	return time.Date(w.Year(), w.Month(), w.Day()+days, 0, 0, 0, 0, time.UTC)
}

// walls are the wall-clock times that a schedule names.
type walls interface {
	// next is the first one at w or later; w has whole seconds.
	next(w time.Time) (time.Time, bool)
}

// exceptions are the dates on which a schedule does not fire, as their midnights.
type exceptions map[time.Time]bool

func (e exceptions) has(w time.Time) bool { return len(e) > 0 && e[midnight(w, 0)] }

// readExcept reads the dates of except.
func readExcept(texts []string) (exceptions, error) {
	e := exceptions{}
	for _, text := range texts {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, fmt.Errorf(`except %q is no date%s: write "2026-12-25"`, text, whyNot(err))
		}
		e[day] = true
	}
	return e, nil
}

// whyNot is what time.Parse says of a date that has the right form.
func whyNot(err error) string {
	if strings.HasSuffix(err.Error(), "out of range") {
		return " (the calendar has no such day or time)"
	}
	return ""
}

// without leaves the excepted dates out.
type without struct {
	walls
	except exceptions
}

func (x without) next(w time.Time) (time.Time, bool) {
	for {
		hit, ok := x.walls.next(w)
		if !ok || !x.except.has(hit) {
			return hit, ok
		}
		w = midnight(hit, 1)
	}
}

// moment is a single wall-clock time.
type moment time.Time

func (m moment) next(w time.Time) (time.Time, bool) {
	return time.Time(m), !time.Time(m).Before(w)
}

// The forms in which a schedule may give an instant.
var (
	dates = []string{time.DateOnly}
	times = []string{"2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", "2006-01-02T15:04:05"}
)

// parseWall reads a wall-clock time in one of the layouts. The error is that of the
// layout which came nearest.
func parseWall(text string, layouts []string) (time.Time, error) {
	var nearest error
	for _, layout := range layouts {
		w, err := time.Parse(layout, text)
		switch {
		case err == nil && w.Nanosecond() == 0: // time.Parse takes fractions unasked
			return w, nil
		case err == nil:
			err = errors.New("it has a fraction of a second")
		}
		if nearest == nil || whyNot(err) != "" {
			nearest = err
		}
	}
	return time.Time{}, nearest
}

// readWindow reads from and till.
func (s *Schedule) readWindow() error {
	if text := s.spec.From; text != "" {
		w, err := parseWall(text, append(times, dates...))
		if err != nil {
			return fmt.Errorf(`from %q is no date%s: write "2026-12-01" or "2026-12-01 08:00"`, text, whyNot(err))
		}
		s.from = instant(w, s.zone)
	}
	if text := s.spec.Till; text != "" {
		if day, err := parseWall(text, dates); err == nil {
			s.till = instant(midnight(day, 1), s.zone)
		} else if w, err := parseWall(text, append(times, dates...)); err == nil {
			s.till = instant(w, s.zone).Add(time.Nanosecond)
		} else {
			return fmt.Errorf(`till %q is no date%s: write "2026-12-31" or "2026-12-31 20:00"`, text, whyNot(err))
		}
	}
	if !s.from.IsZero() && !s.till.IsZero() && !s.from.Before(s.till) {
		return fmt.Errorf("from %q is after till %q", s.spec.From, s.spec.Till)
	}
	return nil
}
