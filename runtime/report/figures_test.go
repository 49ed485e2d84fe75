package report

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPercentilesAreValuesThatOccurred(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0}, {[]time.Duration{7}, 50, 7}, {[]time.Duration{7}, 99, 7}, {[]time.Duration{1, 2}, 50, 1}, {[]time.Duration{1, 2, 3}, 50, 2},
		{[]time.Duration{1, 2, 3}, 99, 3}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100},
	} {
		if got := percentile(c.values, c.p); got != c.want {
			t.Errorf("p%v of %v is %d, want %d", c.p, c.values, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	run := collect(t, `
		0 a begin
		1 a start 1@t
		1.5 a start 1@t done started
		2 a start 2@u
		2.5 a start 2@u done started
		3 a start 3@v
		3.5 a start 3@v timeout
		4 a stop 4@t
		4.5 a stop 4@t done stopped
		5 a status 5@t done stopped
		11 a end 0`)
	f := run.figures()
	if f.recordings != 3 || f.recorded != (3500+9000+8000)*time.Millisecond || len(f.still) != 2 || f.peak != 3 || f.answers != 4 || f.median != 500*time.Millisecond {
		t.Errorf("%+v", f)
	}
	start, stop := f.kinds[0], f.kinds[1]
	if len(f.kinds) != 3 || start.cmd != "start" || start.sent != 3 || start.failed != 1 || start.answers != 2 || stop.sent != 1 || stop.slowest != run.Commands[3] {
		t.Errorf("%+v", f.kinds)
	}
	if got := run.atOnce(11); !slices.Equal(got, []int{0, 1, 2, 3, 3, 2, 2, 2, 2, 2, 2}) {
		t.Errorf("at once: %v", got)
	}
}

func TestWhatFollowsAtOnceIsNotAtTheSameTime(t *testing.T) {
	run := collect(t, `
		0 a begin
		1 a start 1@t
		1.5 a start 1@t done started
		2 a stop 2@t
		3 a stop 2@t done stopped
		2.9 a stop 2@t done stopped
		3 a start 3@u
		3.5 a start 3@u done started
		4 a end 0`)
	run.Tasks[0].Recordings[0].Till = after(3)
	if f := run.figures(); f.peak != 1 {
		t.Errorf("%d at once", f.peak)
	}
}

func TestAxis(t *testing.T) {
	a := newAxis(after(0), after(10))
	for at, want := range map[float64]string{-1: "0.00%", 0: "0.00%", 2.5: "25.00%", 10: "100.00%", 99: "100.00%"} {
		if got := a.at(after(at)); got != want {
			t.Errorf("%v s is at %s, want %s", at, got, want)
		}
	}
	if p := a.part(after(10), 4); p != 3 {
		t.Errorf("the end is in part %d", p)
	}
	if empty := newAxis(noon, noon); empty.at(noon) != "0.00%" {
		t.Errorf("an axis of no length: %s", empty.at(noon))
	}
}

func TestTicksAreAtRoundTimesOfTheZone(t *testing.T) {
	at := func(zone *time.Location, s string) time.Time {
		tm, err := time.ParseInLocation("2006-01-02 15:04:05.999", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return tm
	}
	for _, c := range []struct{ zone, from, till, want string }{
		{"UTC", "2026-12-24 18:00:00.25", "2026-12-24 18:00:00.95", "24 Dec, 18:00:00.300|18:00:00.400|18:00:00.500|18:00:00.600|18:00:00.700|18:00:00.800|18:00:00.900"},
		{"UTC", "2026-12-24 17:59:58", "2026-12-24 18:00:38", "24 Dec, 18:00:00|18:00:05|18:00:10|18:00:15|18:00:20|18:00:25|18:00:30|18:00:35"},
		{"Asia/Kathmandu", "2026-12-24 17:50:00", "2026-12-24 19:10:00", "24 Dec, 17:50|18:00|18:10|18:20|18:30|18:40|18:50|19:00|19:10"},
		{"UTC", "2026-12-24 23:20:00", "2026-12-25 00:50:00", "24 Dec, 23:30|23:45|25 Dec, 00:00|00:15|00:30|00:45"},
		{"Europe/Berlin", "2026-10-24 21:00:00", "2026-10-25 12:00:00", "24 Oct, 22:00|25 Oct, 00:00|02:00|04:00|06:00|08:00|10:00|12:00"},
		{"Europe/Berlin", "2026-03-29 00:30:00", "2026-03-29 06:30:00", "29 Mar, 01:00|03:00|04:00|05:00|06:00"},
		{"Europe/Berlin", "2026-10-23 10:00:00", "2026-10-29 10:00:00", "24 Oct|25 Oct|26 Oct|27 Oct|28 Oct|29 Oct"},
	} {
		z := zone(t, c.zone)
		var labels []string
		for _, tick := range newAxis(at(z, c.from), at(z, c.till)).ticks(z) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, "|"); got != c.want {
			t.Errorf("%s to %s in %s:\ngot  %s\nwant %s", c.from, c.till, c.zone, got, c.want)
		}
	}
	if n := len(newAxis(time.Unix(0, 0).AddDate(-1000, 0, 0), noon).ticks(time.UTC)); n > 100 {
		t.Errorf("%d ticks of a thousand years", n)
	}
}

func TestSpansAndNumbersAsPeopleReadThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.00 ms", 1234 * time.Microsecond: "1.23 ms", 123456 * time.Microsecond: "123 ms", 999700 * time.Microsecond: "1.00 s",
		2 * time.Second: "2.00 s", 59999 * time.Millisecond: "1 min 0 s", 90 * time.Second: "1 min 30 s", time.Hour - time.Millisecond: "1 h 0 min",
		90 * time.Minute: "1 h 30 min", day - time.Second: "1 d 0 h", 50 * time.Hour: "2 d 2 h",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := number(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}
