package schedule

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// firings lists the first n occurrences after an instant of UTC, with their notes.
func firings(t *testing.T, spec Spec, after string, n int) (list []string) {
	t.Helper()
	s, err := New(spec, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("2006-01-02 15:04:05", after)
	if err != nil {
		t.Fatal(err)
	}
	for o := range s.Between(at, at.AddDate(900, 0, 0)) {
		line := o.Due.Format("2006-01-02 15:04:05 -07:00")
		if (o.Note != "") != (o.Change != Unchanged) {
			t.Errorf("%v: change %d with the note %q", line, o.Change, o.Note)
		}
		if o.Note != "" {
			line += " | " + o.Note
		}
		if list = append(list, line); len(list) == n {
			break
		}
	}
	return list
}

func TestWhatFires(t *testing.T) {
	const berlin, york = "Europe/Berlin", "America/New_York"
	for _, c := range []struct {
		name  string
		spec  Spec
		after string
		n     int
		want  []string
	}{
		{"a time that does not occur, at the first instant after the gap",
			Spec{Daily: "02:30", TZ: berlin}, "2026-03-28 12:00:00", 2, []string{
				"2026-03-29 03:00:00 +02:00 | 02:30 does not occur (the clocks go forward): it fires at the first instant after the gap",
				"2026-03-30 02:30:00 +02:00"}},
		{"a time that occurs twice, at its first occurrence",
			Spec{Daily: "02:30", TZ: berlin}, "2026-10-24 12:00:00", 2, []string{
				"2026-10-25 02:30:00 +02:00 | 02:30 occurs twice (the clocks go back): it fires the first time only",
				"2026-10-26 02:30:00 +01:00"}},
		{"several that come to one instant, once",
			Spec{Cron: "0,30 2,3 * * *", TZ: berlin}, "2026-03-29 00:00:00", 2, []string{
				"2026-03-29 03:00:00 +02:00 | 02:00 and 02:30 do not occur (the clocks go forward): it fires at the first instant after the gap, once",
				"2026-03-29 03:30:00 +02:00"}},
		{"a whole hour that does not occur, once",
			Spec{Cron: "* 2 * * *", TZ: berlin}, "2026-03-29 00:00:00", 2, []string{
				"2026-03-29 03:00:00 +02:00 | 02:00 to 02:59 (60 times) do not occur (the clocks go forward): it fires at the first instant after the gap, once",
				"2026-03-30 02:00:00 +02:00"}},
		{"a time in the gap together with the end of the gap",
			Spec{Daily: "02:30,03:00", TZ: berlin}, "2026-03-29 00:00:00", 2, []string{
				"2026-03-29 03:00:00 +02:00 | 02:30 does not occur (the clocks go forward): it fires at the first instant after the gap, once",
				"2026-03-30 02:30:00 +02:00"}},
		{"a day that does not occur",
			Spec{Daily: "08:00:30", TZ: "Pacific/Apia"}, "2011-12-29 20:00:00", 2, []string{
				"2011-12-31 00:00:00 +14:00 | 2011-12-30 08:00:30 does not occur (the clocks go forward): it fires at the first instant after the gap",
				"2011-12-31 08:00:30 +14:00"}},
		{"real time through a doubled hour",
			Spec{Cron: "*/30 * * * *", TZ: york}, "2026-11-01 04:59:00", 5, []string{
				"2026-11-01 01:00:00 -04:00 | 01:00 occurs twice (the clocks go back): this is the first time",
				"2026-11-01 01:30:00 -04:00 | 01:30 occurs twice (the clocks go back): this is the first time",
				"2026-11-01 01:00:00 -05:00 | 01:00 occurs twice (the clocks go back): this is the second time",
				"2026-11-01 01:30:00 -05:00 | 01:30 occurs twice (the clocks go back): this is the second time",
				"2026-11-01 02:00:00 -05:00"}},
		{"a distance from midnight of 1970 in the zone",
			Spec{Every: "6h", TZ: "Asia/Kolkata"}, "2026-11-23 00:00:00", 2, []string{
				"2026-11-23 06:00:00 +05:30", "2026-11-23 12:00:00 +05:30"}},
		{"a distance from midnight of from",
			Spec{Every: "7h", From: "2026-11-23 08:00", TZ: berlin}, "2026-01-01 00:00:00", 3, []string{
				"2026-11-23 14:00:00 +01:00", "2026-11-23 21:00:00 +01:00", "2026-11-24 04:00:00 +01:00"}},
		{"a distance of days follows real time",
			Spec{Every: "1d", From: "2026-03-28", TZ: berlin}, "2026-01-01 00:00:00", 3, []string{
				"2026-03-28 00:00:00 +01:00", "2026-03-29 00:00:00 +01:00", "2026-03-30 01:00:00 +02:00"}},
		{"once", Spec{At: "2026-12-24 18:00", TZ: berlin}, "2026-01-01 00:00:00", 3, []string{"2026-12-24 18:00:00 +01:00"}},
		{"once, written another way", Spec{At: "2026-12-24T18:00:05", TZ: berlin}, "2026-01-01 00:00:00", 3, []string{"2026-12-24 18:00:05 +01:00"}},
		{"once, never again", Spec{At: "2026-12-24 18:00", TZ: berlin}, "2026-12-24 17:00:00", 3, nil},
		{"weekdays around the end of the week",
			Spec{Daily: "8:00, 20:00", Days: "Sat - Sun"}, "2026-11-27 12:00:00", 5, []string{
				"2026-11-28 08:00:00 +00:00", "2026-11-28 20:00:00 +00:00", "2026-11-29 08:00:00 +00:00", "2026-11-29 20:00:00 +00:00",
				"2026-12-05 08:00:00 +00:00"}},
		{"excepted dates", Spec{Daily: "08:00", Except: []string{"2026-12-25", "2026-12-26"}}, "2026-12-24 00:00:00", 2, []string{
			"2026-12-24 08:00:00 +00:00", "2026-12-27 08:00:00 +00:00"}},
		{"excepted dates of a distance", Spec{Every: "8h", Except: []string{"2026-12-25"}}, "2026-12-24 15:00:00", 2, []string{
			"2026-12-24 16:00:00 +00:00", "2026-12-26 00:00:00 +00:00"}},
		{"excepted dates of real time", Spec{Cron: "0 */12 * * *", Except: []string{"2026-12-25"}, TZ: berlin}, "2026-12-24 10:00:00", 2, []string{
			"2026-12-24 12:00:00 +01:00", "2026-12-26 00:00:00 +01:00"}},
		{"an excepted day that the clocks go back into",
			Spec{Every: "30m", Except: []string{"2010-11-06"}, TZ: "America/St_Johns"}, "2010-11-06 02:00:00", 3, []string{
				"2010-11-07 00:00:00 -02:30 | 00:00 occurs twice (the clocks go back): this is the first time",
				"2010-11-07 00:00:00 -03:30 | 00:00 occurs twice (the clocks go back): this is the second time",
				"2010-11-07 00:30:00 -03:30"}},
		{"from and till as dates count whole days",
			Spec{Daily: "00:00,23:59", From: "2026-12-01", Till: "2026-12-01"}, "2026-01-01 00:00:00", 5, []string{
				"2026-12-01 00:00:00 +00:00", "2026-12-01 23:59:00 +00:00"}},
		{"from and till as instants count themselves",
			Spec{Every: "1h", From: "2026-12-01 08:00", Till: "2026-12-01 10:00"}, "2026-01-01 00:00:00", 5, []string{
				"2026-12-01 08:00:00 +00:00", "2026-12-01 09:00:00 +00:00", "2026-12-01 10:00:00 +00:00"}},
		{"seconds first", Spec{Cron: "*/30 0 8 * * MON"}, "2026-11-23 07:00:00", 3, []string{
			"2026-11-23 08:00:00 +00:00", "2026-11-23 08:00:30 +00:00", "2026-11-30 08:00:00 +00:00"}},
		{"leap days beyond 2096", Spec{Cron: "0 0 29 2 *"}, "2096-03-01 00:00:00", 2, []string{
			"2104-02-29 00:00:00 +00:00", "2108-02-29 00:00:00 +00:00"}},
		{"leap days at a weekend", Spec{Cron: "0 0 29 2 */6"}, "2093-01-01 00:00:00", 1, []string{"2116-02-29 00:00:00 +00:00"}},
		{"Sunday as 7", Spec{Cron: "0 0 * * 5-7"}, "2026-11-23 00:00:00", 3, []string{
			"2026-11-27 00:00:00 +00:00", "2026-11-28 00:00:00 +00:00", "2026-11-29 00:00:00 +00:00"}},
		{"every second weekday around the end of the week", Spec{Cron: "0 0 * * fri-mon/2"}, "2026-11-23 00:00:00", 3, []string{
			"2026-11-27 00:00:00 +00:00", "2026-11-29 00:00:00 +00:00", "2026-12-04 00:00:00 +00:00"}},
		{"from a weekday on in steps", Spec{Cron: "0 0 * * 2/2"}, "2026-11-23 00:00:00", 3, []string{
			"2026-11-24 00:00:00 +00:00", "2026-11-26 00:00:00 +00:00", "2026-11-28 00:00:00 +00:00"}},
		{"a nickname", Spec{Cron: "@Weekly"}, "2026-11-23 00:00:00", 1, []string{"2026-11-29 00:00:00 +00:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := firings(t, c.spec, c.after, c.n); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{}, `it does not say when: give daily = "08:00"`},
		{Spec{Days: "mon"}, `days "mon" needs a time of day`},
		{Spec{Daily: "08:00", Cron: "0 8 * * *"}, "daily and cron contradict each other"},
		{Spec{Every: "1h", At: "2026-12-24 18:00", Cron: "@daily"}, "cron and every and at contradict"},
		{Spec{Cron: "0 8 * * *", Days: "mon"}, `days "mon" goes with daily only, not with cron`},
		{Spec{Daily: "25:00"}, `daily "25:00" is no time of day: the hours go from 00:00 to 23:59`},
		{Spec{Daily: "24:00"}, `the hours go from 00:00 to 23:59`},
		{Spec{Daily: "08:60"}, `daily "08:60" is no time of day: the hours go`},
		{Spec{Daily: "8"}, `daily "8" is no time of day: write "08:00"`},
		{Spec{Daily: "08:00,"}, `daily "" is no time of day`},
		{Spec{Daily: "08:00:00.5"}, `is no time of day`},
		{Spec{Daily: "08:00", Days: "mon-fry"}, `days "mon-fry" are no days of the week`},
		{Spec{Daily: "08:00", Days: "sunn"}, `days "sunn" are no days of the week (did you mean "sun"?)`},
		{Spec{Daily: "08:00", Days: "1-5"}, `days "1-5" are no days of the week: write "mon-fri"`},
		{Spec{Daily: "08:00", Days: "mon,"}, `are no days of the week`},
		{Spec{Cron: "0 8 * *"}, "has 4 fields: write five"},
		{Spec{Cron: "60 8 * * *"}, `cron "60 8 * * *": the minute "60" is wrong: it takes 0 to 59`},
		{Spec{Cron: "0 24 * * *"}, `the hour "24" is wrong: it takes 0 to 23`},
		{Spec{Cron: "0 0 0 * *"}, `the day of the month "0" is wrong: it takes 1 to 31`},
		{Spec{Cron: "0 0 * jann *"}, `the month "jann" is wrong (did you mean "jan"?): it takes 1 to 12 or jan to dec`},
		{Spec{Cron: "0 0 * * 8"}, `the day of the week "8" is wrong: it takes 0 to 7 or sun to sat`},
		{Spec{Cron: "0 0 L * *"}, `the day of the month "l" is wrong`},
		{Spec{Cron: "0 0 * * 1#2"}, `the day of the week "1#2" is wrong`},
		{Spec{Cron: "*-5 * * * *"}, `the minute "*-5" is wrong`},
		{Spec{Cron: "1,,2 * * * *"}, `the minute "" is wrong`},
		{Spec{Cron: ", * * * *"}, `the minute "" is wrong`},
		{Spec{Cron: "5- * * * *"}, `the minute "5-" is wrong`},
		{Spec{Cron: "30-10 * * * *"}, `the minute "30-10" is wrong`},
		{Spec{Cron: "*/90 * * * *"}, `the minute "*/90" is wrong: a step goes from 1 to 59 (every = "90m"`},
		{Spec{Cron: "*/0 * * * *"}, "a step goes from 1 to 59"},
		{Spec{Cron: "*/99999999999999999999 * * * *"}, "a step goes from 1 to 59"},
		{Spec{Cron: "99999999999999999999 * * * *"}, `is wrong: it takes 0 to 59`},
		{Spec{Cron: "TZ=UTC"}, "the zone is an option of its own"},
		{Spec{Cron: "CRON_TZ=UTC 0 0 * * *"}, "the zone is an option of its own"},
		{Spec{Cron: "@every 1h"}, `write every = "1h" instead`},
		{Spec{Cron: "@reboot"}, "when a machine starts"},
		{Spec{Cron: "@dayly"}, "known are @hourly, @daily"},
		{Spec{Cron: "0 0 31 2 *"}, `cron "0 0 31 2 *" never comes: there is no such date`},
		{Spec{Cron: "0 0 31 4,6,9,11 *"}, "never comes"},
		{Spec{Daily: "08:00", From: "2026-12-01 09:00", Till: "2026-12-02 07:00"}, `daily "08:00" never comes with from "2026-12-01 09:00" and till "2026-12-02 07:00"`},
		{Spec{At: "2026-12-24 18:00", Except: []string{"2026-12-24"}}, `at "2026-12-24 18:00" never comes with except "2026-12-24"`},
		{Spec{At: "2026-12-24 18:00", From: "2027-01-01"}, "never comes with from"},
		{Spec{Every: "0"}, `every "0" must be whole seconds, 1 or more`},
		{Spec{Every: "1500ms"}, "must be whole seconds"},
		{Spec{Every: "15 minutes"}, `every: "15 minutes" is no duration`},
		{Spec{At: "18:00"}, `at "18:00" has no date: write "2026-12-24 18:00", or daily = "18:00"`},
		{Spec{At: "2026-02-30 18:00"}, `at "2026-02-30 18:00" is no date and time (the calendar has no such day or time)`},
		{Spec{At: "tomorrow"}, `at "tomorrow" is no date and time: write`},
		{Spec{Daily: "08:00", TZ: "Europe/Berln"}, `tz "Europe/Berln" is no time zone (did you mean "Europe/Berlin"?)`},
		{Spec{Daily: "08:00", TZ: "new york"}, `did you mean "America/New_York"?`},
		{Spec{Daily: "08:00", TZ: "Local"}, `tz "Local" is no time zone`},
		{Spec{Daily: "08:00", TZ: "../etc"}, `is no time zone: write one like`},
		{Spec{Daily: "08:00", Except: []string{"25.12.2026"}}, `except "25.12.2026" is no date: write "2026-12-25"`},
		{Spec{Daily: "08:00", Except: []string{"2026-12-32"}}, `except "2026-12-32" is no date (the calendar has no such day or time)`},
		{Spec{Daily: "08:00", From: "soon"}, `from "soon" is no date: write`},
		{Spec{Daily: "08:00", Till: "2026-13-01"}, `till "2026-13-01" is no date (the calendar`},
		{Spec{Daily: "08:00", From: "2026-12-02", Till: "2026-12-01"}, `from "2026-12-02" is after till "2026-12-01"`},
		{Spec{Daily: "08:00", Missed: "onse"}, `missed "onse" must be one of once, skip, all (did you mean "once"?)`},
		{Spec{Daily: "08:00", Overlap: "wait"}, `overlap "wait" must be one of skip, queue, allow, replace`},
		{Spec{Daily: "08:00", Grace: "0"}, `grace "0" must be greater than 0`},
		{Spec{Daily: "08:00", Timeout: "long"}, `timeout: "long" is no duration`},
	} {
		if s, err := New(c.spec, time.UTC); err == nil {
			t.Errorf("%+v is taken: %v", c.spec, s)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v\n got %v\nwant %s", c.spec, err, c.want)
		}
	}
}

func TestPolicyHasDefaults(t *testing.T) {
	s, err := New(Spec{Daily: "08:00"}, time.UTC)
	if want := (Policy{MissedOnce, 10 * time.Minute, OverlapSkip, 0}); err != nil || s.Policy != want {
		t.Errorf("%+v, %v", s.Policy, err)
	}
	s, err = New(Spec{Daily: "08:00", Missed: "all", Grace: "1h", Overlap: "replace", Timeout: "2h"}, time.UTC)
	if want := (Policy{MissedAll, time.Hour, OverlapReplace, 2 * time.Hour}); err != nil || s.Policy != want {
		t.Errorf("%+v, %v", s.Policy, err)
	}
}

func TestClockChange(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"Europe/Berlin", "2026-03-29 08:00", "the clocks go forward that day, from 02:00 to 03:00"},
		{"Europe/Berlin", "2026-03-29 00:00", "the clocks go forward that day, from 02:00 to 03:00"},
		{"Europe/Berlin", "2026-10-25 23:59", "the clocks go back that day, from 03:00 to 02:00"},
		{"Europe/Berlin", "2026-10-26 00:00", ""},
		{"Europe/Berlin", "2026-07-01 00:00", ""},
		{"Africa/Cairo", "2026-10-29 20:00", "the clocks go back that day, from 00:00 to 23:00"},
		{"America/Havana", "2026-03-08 20:00", "the clocks go forward that day, from 00:00 to 01:00"},
		{"Asia/Kolkata", "2026-03-08 20:00", ""},
		{"Pacific/Apia", "2011-12-31 08:00", "the clocks go forward that day, from 2011-12-30 00:00 to 2011-12-31 00:00"},
	} {
		zone, err := Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := ClockChange(at); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.zone, c.at, got, c.want)
		}
	}
}

// A Spec that was stored means the same when it is read again.
func TestSpecIsPlainJSON(t *testing.T) {
	spec := Spec{Daily: "08:00", Days: "mon-fri", TZ: "Europe/Berlin", Except: []string{"2026-12-25"}, Grace: "1h"}
	text, err := json.Marshal(spec)
	if err != nil || string(text) != `{"daily":"08:00","days":"mon-fri","tz":"Europe/Berlin","except":["2026-12-25"],"grace":"1h"}` {
		t.Errorf("%s, %v", text, err)
	}
	var again Spec
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(again, spec) {
		t.Errorf("%+v, %v", again, err)
	}
}

// The list from which names are suggested has only zones.
func TestZoneNamesAreZones(t *testing.T) {
	for _, name := range strings.Fields(zoneNames) {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

// Whatever a text holds, New answers; what it takes has a first firing, and Next goes on from there.
func FuzzNew(f *testing.F) {
	for _, c := range bruteCrons {
		f.Add(c.cron, "2026-12-01")
	}
	f.Add("*/5 0-23/7 L * 1#2", "2026-12-01 08:00")
	f.Fuzz(func(t *testing.T, cron, from string) {
		s, err := New(Spec{Cron: cron, From: from}, time.UTC)
		if err != nil {
			return
		}
		first, ok := s.Next(time.Time{})
		if !ok {
			t.Fatalf("%v never fires", s)
		}
		if second, ok := s.Next(first.Due); ok && !second.Due.After(first.Due) {
			t.Fatalf("%v: %v follows %v", s, second, first)
		}
	})
}
