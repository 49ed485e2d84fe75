package schedule

import (
	"strings"
	"testing"
	"time"
)

// minute is one minute of real time as the clock on the wall shows it.
type minute struct {
	unix  int64
	wall  int64 // minutes since 1970, as if the wall clock were UTC
	m, h  int8
	dom   int8
	month int8
	dow   int8
}

// bruteCrons are crons beside what they mean, in words of their own.
var bruteCrons = []struct {
	cron  string
	real  bool // the hour field begins with a star
	match func(w *minute) bool
}{
	{"30 2 * * *", false, func(w *minute) bool { return w.h == 2 && w.m == 30 }},
	{"0 0 * * *", false, func(w *minute) bool { return w.h == 0 && w.m == 0 }},
	{"@daily", false, func(w *minute) bool { return w.h == 0 && w.m == 0 }},
	{"30 0 * * sun", false, func(w *minute) bool { return w.h == 0 && w.m == 30 && w.dow == 0 }},
	{"15 1 * * *", false, func(w *minute) bool { return w.h == 1 && w.m == 15 }},
	{"45 23 * * *", false, func(w *minute) bool { return w.h == 23 && w.m == 45 }},
	{"0,30 1-3 * * *", false, func(w *minute) bool { return w.h >= 1 && w.h <= 3 && w.m%30 == 0 }},
	{"*/10 2 * * *", false, func(w *minute) bool { return w.h == 2 && w.m%10 == 0 }},
	{"* 1 * * *", false, func(w *minute) bool { return w.h == 1 }},
	{"*/7 0-4 * * *", false, func(w *minute) bool { return w.h <= 4 && w.m%7 == 0 }},
	{"*/20 * * * *", true, func(w *minute) bool { return w.m%20 == 0 }},
	{"*/7 * * * sat,sun", true, func(w *minute) bool { return w.m%7 == 0 && (w.dow == 6 || w.dow == 0) }},
	{"0 */2 * * *", true, func(w *minute) bool { return w.h%2 == 0 && w.m == 0 }},
	{"@hourly", true, func(w *minute) bool { return w.m == 0 }},
	{"17 */3 * * sat-sun", true, func(w *minute) bool {
		return w.h%3 == 0 && w.m == 17 && (w.dow == 6 || w.dow == 0)
	}},
	{"0 8 * * 1-5", false, func(w *minute) bool { return w.h == 8 && w.m == 0 && w.dow >= 1 && w.dow <= 5 }},
	{"0 3 1,15 * 7", false, func(w *minute) bool {
		return w.h == 3 && w.m == 0 && (w.dom == 1 || w.dom == 15 || w.dow == 0)
	}},
	{"30 1 */2 * mon", false, func(w *minute) bool {
		return w.h == 1 && w.m == 30 && w.dom%2 == 1 && w.dow == 1
	}},
	{"0 2 25-31 mar,oct sun", false, func(w *minute) bool {
		return w.h == 2 && w.m == 0 && (w.month == 3 || w.month == 10) && (w.dom >= 25 || w.dow == 0)
	}},
	{"30 2 31 * *", false, func(w *minute) bool { return w.h == 2 && w.m == 30 && w.dom == 31 }},
	{"5/25 0,2-3 * 1-11/2 *", false, func(w *minute) bool {
		return w.m%25 == 5 && (w.h == 0 || w.h == 2 || w.h == 3) && w.month%2 == 1
	}},
	{"59 23 29 2 *", false, func(w *minute) bool {
		return w.h == 23 && w.m == 59 && w.month == 2 && w.dom == 29
	}},
}

// bruteZones are zones with odd rules, and the first of two years of them.
var bruteZones = map[string]int{
	"America/New_York":    2026,
	"Europe/Berlin":       2026,
	"Africa/Cairo":        2023, // begins to change the clocks again, at midnight
	"America/Santiago":    2022, // changes at midnight, on dates that move
	"America/Havana":      2026, // at midnight and at one
	"Australia/Lord_Howe": 2025, // by half an hour
	"Asia/Kolkata":        2026, // never
	"Asia/Gaza":           2023, // four times a year, around Ramadan
	"Africa/Casablanca":   2026, // goes back in Ramadan
	"Antarctica/Troll":    2026, // by two hours
	"Pacific/Apia":        2011, // has no 30 December 2011
	"America/St_Johns":    2009, // at one minute past midnight: back into the day before
	"Asia/Pyongyang":      2015, // by half an hour at midnight, for good
}

func TestEveryMinuteOfTwoYearsAgainstBruteForce(t *testing.T) {
	for name, year := range bruteZones {
		if raced && !strings.HasPrefix(name, "America/N") && !strings.HasPrefix(name, "Europe/") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			minutes := twoYears(zone, year)
			for _, c := range bruteCrons {
				s, err := New(Spec{Cron: c.cron, TZ: name}, time.UTC)
				if err != nil {
					t.Fatal(err)
				}
				var want []int64
				if c.real {
					want = bruteReal(minutes, c.match)
				} else {
					want = bruteFixed(minutes, c.match)
				}
				compare(t, s, minutes, want)
			}
		})
	}
}

// twoYears lists every minute of two years in a zone.
func twoYears(zone *time.Location, year int) []minute {
	begin := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	end := time.Date(year+2, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	list := make([]minute, 0, (end-begin)/60)
	for unix := begin; unix < end; unix += 60 {
		t := time.Unix(unix, 0).In(zone)
		_, offset := t.Zone()
		list = append(list, wallMinute(unix, (unix+int64(offset))/60))
	}
	return list
}

func wallMinute(unix, wall int64) minute {
	w := time.Unix(wall*60, 0).UTC()
	return minute{unix, wall, int8(w.Minute()), int8(w.Hour()), int8(w.Day()), int8(w.Month()), int8(w.Weekday())}
}

// bruteReal is the rule for real time: whenever the wall clock matches.
func bruteReal(minutes []minute, match func(*minute) bool) (due []int64) {
	for i := range minutes {
		if i > 0 && match(&minutes[i]) {
			due = append(due, minutes[i].unix)
		}
	}
	return due
}

// bruteFixed is the rule for fixed hours: when the wall clock first shows a
// matching time, or first shows a later one without having shown it.
func bruteFixed(minutes []minute, match func(*minute) bool) (due []int64) {
	latest := minutes[0].wall // that the clock has shown
	for i := range minutes {
		now := &minutes[i]
		hit := now.wall > latest && match(now)
		for skipped := latest + 1; skipped < now.wall; skipped++ {
			w := wallMinute(0, skipped)
			hit = hit || match(&w)
		}
		if hit {
			due = append(due, now.unix)
		}
		latest = max(latest, now.wall)
	}
	return due
}

func compare(t *testing.T, s *Schedule, minutes []minute, want []int64) {
	t.Helper()
	i, wrong := 0, 0
	for o := range s.Between(time.Unix(minutes[0].unix, 0), time.Unix(minutes[len(minutes)-1].unix, 0)) {
		if i >= len(want) || o.Due.Unix() != want[i] {
			if wrong++; wrong > 3 {
				return
			}
			t.Errorf("%v: occurrence %d is %v", s, i, o.Due)
			if i < len(want) {
				t.Errorf("   want %v", time.Unix(want[i], 0).In(s.Zone()))
			}
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%v: %d occurrences, want %d", s, i, len(want))
	}
}

// Next must not depend on where one asks from: it is asked at many instants
// around each change of the clocks, between the minutes too.
func TestNextFromAnyInstant(t *testing.T) {
	for name, year := range bruteZones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range bruteCrons {
			s, err := New(Spec{Cron: c.cron, TZ: name}, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range changes(zone, year) {
				begin := change.Add(-3 * time.Hour)
				next, ok := s.Next(begin)
				for at := begin; at.Before(change.Add(4 * time.Hour)); at = at.Add(7*time.Minute + 31*time.Second/10) {
					for ok && !next.Due.After(at) {
						next, ok = s.Next(next.Due)
					}
					if got, found := s.Next(at); found != ok || !got.Due.Equal(next.Due) || got.Change != next.Change {
						t.Fatalf("%v %v: after %v comes %v, want %v", name, s, at, got, next)
					}
				}
			}
		}
	}
}

// changes lists when the clocks of a zone change in two years.
func changes(zone *time.Location, year int) (list []time.Time) {
	at := time.Date(year, 1, 1, 0, 0, 0, 0, zone)
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Year() >= year+2 {
			return list
		}
		list = append(list, end)
		at = end
	}
}
