package stdlib

import "time"

// brokenTime is a date and a time of day in some zone. Its fields may be out of their usual ranges: the 32nd of a month
// is the first of the next.
type brokenTime struct {
	sec, min, hour, day, month, year int
	dst                              dst
}

// dst is what a script says about daylight saving time.
type dst int

const (
	dstUnknown dst = iota
	dstOff
	dstOn
)

const secondsPerDay = 24 * 60 * 60

// local returns the seconds since 1970 that a clock without a zone would count.
func (b brokenTime) local() int64 {
	month := b.month - 1
	year := b.year + month/12
	if month %= 12; month < 0 {
		month += 12
		year--
	}
	day := daysSince1970(int64(year), month) + int64(b.day) - 1
	return day*secondsPerDay + int64(b.hour)*3600 + int64(b.min)*60 + int64(b.sec)
}

// daysSince1970 counts the days to the first of a month (from 0) in the Gregorian calendar.
func daysSince1970(year int64, month int) int64 {
	// The calendar repeats every 400 years, which are 146,097 days; within them time.Date is exact.
	cycles := year / 400
	first := time.Date(int(year%400), time.Month(month+1), 1, 0, 0, 0, 0, time.UTC)
	return cycles*146097 + first.Unix()/secondsPerDay
}

// unix returns seconds since 1970, deciding as glibc's mktime does where clocks change. If dst contradicts the zone at
// that time, the offset comes from the nearest period that agrees.
func (b brokenTime) unix(zone *time.Location) int64 {
	local := b.local()
	seconds := inZone(local, zone)
	if b.dst == dstUnknown {
		return seconds
	}
	return local - agreeingOffset(time.Unix(seconds, 0).In(zone), b.dst == dstOn)
}

// inZone returns when a clock in a zone shows local. Of a time that it shows twice, that is the one in standard time;
// a time that it skips counts on from before the change.
func inZone(local int64, zone *time.Location) int64 {
	before := offset(local-secondsPerDay, zone)
	after := offset(local+secondsPerDay, zone)
	first, second := local-before, local-after
	switch {
	case offset(second, zone) != after:
		return first
	case offset(first, zone) != before:
		return second
	case isDST(first, zone):
		return second
	}
	return first
}

func offset(seconds int64, zone *time.Location) int64 {
	_, n := time.Unix(seconds, 0).In(zone).Zone()
	return int64(n)
}

func isDST(seconds int64, zone *time.Location) bool {
	return time.Unix(seconds, 0).In(zone).IsDST()
}

// agreeingOffset returns the offset at t if t is in daylight saving time or not as wanted, else that of the nearest
// period that is. Where there is none nearby, the two differ by one hour.
func agreeingOffset(t time.Time, want bool) int64 {
	_, here := t.Zone()
	if t.IsDST() == want {
		return int64(here)
	}
	earlier, later := t, t
	const periods = 8
	for range periods {
		if start, _ := earlier.ZoneBounds(); !start.IsZero() {
			earlier = start.Add(-time.Second)
			if earlier.IsDST() == want {
				_, n := earlier.Zone()
				return int64(n)
			}
		}
		if _, end := later.ZoneBounds(); !end.IsZero() {
			later = end
			if later.IsDST() == want {
				_, n := later.Zone()
				return int64(n)
			}
		}
	}
	if want {
		return int64(here) + 3600
	}
	return int64(here) - 3600
}
