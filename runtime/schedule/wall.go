package schedule

import (
	"errors"
	"fmt"
	"slices"
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

// ParseFrom reads the beginning of a span of time: a date ("2026-12-01", from its
// midnight on) or a date and time ("2026-12-01 08:00").
func ParseFrom(text string, zone *time.Location) (time.Time, error) {
	w, err := parseWall(text, slices.Concat(times, dates))
	if err != nil {
		return time.Time{}, fmt.Errorf(`%q is no date%s: write "2026-12-01" or "2026-12-01 08:00"`, text, whyNot(err))
	}
	return instant(w, zone), nil
}

// ParseTill reads the end of a span of time: a date, which counts whole, or a date
// and time, which itself still counts. It gives the last nanosecond that does.
func ParseTill(text string, zone *time.Location) (time.Time, error) {
	if day, err := parseWall(text, dates); err == nil {
		return instant(midnight(day, 1), zone).Add(-time.Nanosecond), nil
	}
	return ParseFrom(text, zone)
}

// readWindow reads from and till.
func (s *Schedule) readWindow() (err error) {
	if s.spec.From != "" {
		if s.from, err = ParseFrom(s.spec.From, s.zone); err != nil {
			return fmt.Errorf("from %w", err)
		}
	}
	if s.spec.Till != "" {
		if s.till, err = ParseTill(s.spec.Till, s.zone); err != nil {
			return fmt.Errorf("till %w", err)
		}
	}
	if !s.from.IsZero() && !s.till.IsZero() && s.from.After(s.till) {
		return fmt.Errorf("from %q is after till %q", s.spec.From, s.spec.Till)
	}
	return nil
}
