package schedule

import (
	"math/bits"
	"time"
)

// fields are the fields of a cron: bit n of each stands for the value n.
type fields struct {
	second, minute, hour, dom, month, dow uint64
	// eitherDay: a date matches by its day of the month or by its weekday. It is so
	// where both are restricted, and they must both match where one begins with "*"
	// (crontab(5)).
	eitherDay bool
}

// calendarCycle is after how many years dates and weekdays repeat.
const calendarCycle = 400

func has(set uint64, n int) bool { return set&(1<<uint(n)) != 0 }

// from is the first value of set that is n or more, 64 where there is none.
func from(set uint64, n int) int {
	return bits.TrailingZeros64(set >> uint(n) << uint(n))
}

// next implements walls.
func (f fields) next(w time.Time) (time.Time, bool) {
	day := midnight(w, 0)
	h, m, s := w.Clock()
	for last := w.Year() + calendarCycle; day.Year() <= last; h, m, s = 0, 0, 0 {
		if !has(f.month, int(day.Month())) {
			day = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if f.onDay(day) {
			if span, ok := f.clock(h, m, s); ok {
				return day.Add(span), true
			}
		}
		day = day.Add(24 * time.Hour)
	}
	return time.Time{}, false
}

func (f fields) onDay(day time.Time) bool {
	dom, dow := has(f.dom, day.Day()), has(f.dow, int(day.Weekday()))
	if f.eitherDay {
		return dom || dow
	}
	return dom && dow
}

// clock is the first time of day, h:m:s or later.
func (f fields) clock(h, m, s int) (time.Duration, bool) {
	for hour := from(f.hour, h); hour < 24; hour = from(f.hour, hour+1) {
		if hour > h {
			m, s = 0, 0
		}
		for minute := from(f.minute, m); minute < 60; minute = from(f.minute, minute+1) {
			if minute > m {
				s = 0
			}
			if second := from(f.second, s); second < 60 {
				return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second, true
			}
		}
	}
	return 0, false
}

// clocks are several times of day: the earliest of what each names.
type clocks []fields

func (c clocks) next(w time.Time) (first time.Time, found bool) {
	for _, f := range c {
		if hit, ok := f.next(w); ok && (!found || hit.Before(first)) {
			first, found = hit, true
		}
	}
	return first, found
}
