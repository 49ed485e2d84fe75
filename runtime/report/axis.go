package report

import (
	"strconv"
	"time"
)

// axis maps the time of a run to per cent of the timeline's width.
type axis struct{ from, till time.Time }

// newAxis never gives an empty axis.
func newAxis(from, till time.Time) axis {
	if least := from.Add(time.Millisecond); till.Before(least) {
		till = least
	}
	return axis{from, till}
}

func (a axis) share(t time.Time) float64 {
	return min(max(float64(t.Sub(a.from))/float64(a.till.Sub(a.from)), 0), 1)
}

// at is a place as SVG takes it, "12.34%".
func (a axis) at(t time.Time) string { return percent(a.share(t)) }

func percent(share float64) string {
	return strconv.FormatFloat(share*100, 'f', 2, 64) + "%"
}

// part says in which of so many equal parts of the axis t is, from 0.
func (a axis) part(t time.Time, parts int) int { return min(int(a.share(t)*float64(parts)), parts-1) }

// tick is a line of the axis with its time.
type tick struct {
	X, Label, Anchor string
}

// Steps between ticks. Those of hours and days are steps of the clock on the
// wall, which a change to summer time does not shift.
var steps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 14 * day, 28 * day, 91 * day, 182 * day, 364 * day,
}

const (
	day      = 24 * time.Hour
	maxTicks = 9
)

// ticks gives the lines of the axis, at round times of the zone.
func (a axis) ticks(zone *time.Location) []tick {
	step := steps[len(steps)-1]
	for _, s := range steps {
		if a.till.Sub(a.from)/s < maxTicks {
			step = s
			break
		}
	}
	from := a.from.In(zone)
	y, m, d := from.Date()
	at := func(n int) time.Time { // the n-th round time
		switch {
		case step >= day:
			return time.Date(y, m, d+n*int(step/day), 0, 0, 0, 0, zone)
		case step >= time.Hour:
			return time.Date(y, m, d, n*int(step/time.Hour), 0, 0, 0, zone)
		}
		// Whole minutes are whole in every zone of today; steps of up to an hour begin with the hour.
		past := time.Duration(from.Minute())*time.Minute + time.Duration(from.Second())*time.Second + time.Duration(from.Nanosecond())
		return from.Add(time.Duration(n)*step - past%step)
	}
	var list []tick
	last := time.Time{}
	for n := 0; len(list) < 10*maxTicks; n++ { // a clock that stood at 1970 makes a long axis
		t := at(n)
		if t.After(a.till) {
			break
		}
		if t.Before(from) || !t.After(last) { // an hour that the clocks leave out
			continue
		}
		list = append(list, tick{a.at(t), tickLabel(t, last, step), anchor(a.share(t))})
		last = t
	}
	return list
}

// tickLabel is as exact as the step, with the date where it is another than the last one's.
func tickLabel(t, last time.Time, step time.Duration) string {
	date := t.Format("2 Jan")
	form := "15:04"
	switch {
	case step >= day:
		return date
	case step < time.Second:
		form = "15:04:05.000"
	case step < time.Minute:
		form = "15:04:05"
	}
	if last.IsZero() || last.Format("2 Jan") != date {
		return date + ", " + t.Format(form)
	}
	return t.Format(form)
}

// anchor keeps labels at the ends inside.
func anchor(share float64) string {
	switch {
	case share < 0.06:
		return "start"
	case share > 0.94:
		return "end"
	}
	return "middle"
}
