package clock

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// Wall is held against brute force: the first instant whose wall clock is at or
// past the one asked for, searched minute by minute, in zones with odd rules.
func TestWallAgainstBruteForce(t *testing.T) {
	for zone, days := range map[string][]string{
		"Europe/Berlin":       {"2026-03-29", "2026-10-25"},
		"America/New_York":    {"2026-03-08", "2026-11-01"},
		"America/Havana":      {"2026-03-08", "2026-11-01"}, // changes at midnight
		"Australia/Lord_Howe": {"2026-04-05", "2026-10-04"}, // half an hour
		"Africa/Cairo":        {"2026-04-24", "2026-10-30"},
		"America/Santiago":    {"2026-04-05", "2026-09-06"},
		"Asia/Kolkata":        {"2026-06-01"},
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range days {
			d, _ := time.Parse("2006-01-02", day)
			for _, offset := range []int{-1, 0, 1} {
				checkDay(t, loc, d.AddDate(0, 0, offset))
			}
		}
	}
}

func checkDay(t *testing.T, loc *time.Location, day time.Time) {
	t.Helper()
	from := day.Add(-16 * time.Hour)
	for minute := 0; minute < 24*60; minute++ {
		want := day.Add(time.Duration(minute) * time.Minute)
		brute := from
		// A clock that is set back shows a time twice: the first match is taken. One
		// that is set forward passes it over: the first instant beyond it is taken.
		for !wall(brute.In(loc)).Equal(want) {
			next := brute.Add(time.Minute)
			if wall(brute.In(loc)).Before(want) && wall(next.In(loc)).After(want) {
				brute = next
				break
			}
			brute = next
		}
		if got := Wall(day.Year(), day.Month(), day.Day(), 0, minute, 0, loc); !got.Equal(brute) {
			t.Fatalf("%s %s: Wall gives %v, brute force %v", loc, want.Format("2006-01-02 15:04"), got, brute.In(loc))
		}
		from = brute.Add(-2 * time.Hour)
	}
}

func TestParseInstant(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, berlin)
	for text, want := range map[string]string{
		"18:30":               "2026-11-23T18:30:00+01:00",
		"11:59":               "2026-11-24T11:59:00+01:00",
		"12:00":               "2026-11-24T12:00:00+01:00", // the next one, not this one
		"12:00:01":            "2026-11-23T12:00:01+01:00",
		"2026-12-24 18:00":    "2026-12-24T18:00:00+01:00",
		"2020-01-01 00:00:30": "2020-01-01T00:00:30+01:00",
		"2027-03-28 02:30":    "2027-03-28T03:00:00+02:00", // does not occur
	} {
		got, err := ParseInstant(text, now)
		if err != nil || got.In(berlin).Format(time.RFC3339) != want {
			t.Errorf("ParseInstant(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "25:00", "18:60", "half past six", "2026-02-30 10:00", "24.12.2026 18:00"} {
		if at, err := ParseInstant(text, now); err == nil {
			t.Errorf("ParseInstant(%q) = %v", text, at)
		}
	}
}
