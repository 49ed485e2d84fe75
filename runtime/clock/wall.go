package clock

import (
	"fmt"
	"time"
)

// Wall gives the instant of a wall-clock time in a zone. A time that occurs
// twice, when the clock is set back, is its first occurrence; one that does not
// occur, when it is set forward, is the first instant after the gap. (time.Date
// promises neither.)
func Wall(year int, month time.Month, day, hour, min, sec int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, hour, min, sec, 0, zone)
	want := time.Date(year, month, day, hour, min, sec, 0, time.UTC) // the same fields, normalised
	from, till := t.ZoneBounds()
	if !sameWall(t, want) {
		// In a gap, time.Date uses the offset of one of its sides.
		if wall(t).Before(want) {
			return till
		}
		return from
	}
	if !from.IsZero() {
		_, before := from.Add(-time.Nanosecond).Zone()
		if earlier := want.Add(-time.Duration(before) * time.Second).In(zone); earlier.Before(from) && sameWall(earlier, want) {
			return earlier
		}
	}
	return t
}

// wall is t's wall-clock time, as fields of UTC.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

func sameWall(t, want time.Time) bool { return wall(t).Equal(want) }

// ParseInstant reads a time as scripts write it, in now's zone: "18:30" or
// "18:30:15" is the next one after now, "2026-12-24 18:00" (or with seconds) is
// that instant.
func ParseInstant(text string, now time.Time) (time.Time, error) {
	zone := now.Location()
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return Wall(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), zone), nil
		}
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		for day := 0; ; day++ {
			at := Wall(now.Year(), now.Month(), now.Day()+day, t.Hour(), t.Minute(), t.Second(), zone)
			if at.After(now) {
				return at, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf(`%q is no time: write "18:30" or "2026-12-24 18:00"`, text)
}
