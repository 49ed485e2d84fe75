package luabind

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/runtime/clock"
	"recue/runtime/fault"
)

func timeFuncs() []*Func {
	return []*Func{
		{
			Name:    "sleep",
			Summary: "Waits; other branches go on meanwhile.",
			Params:  []Param{{Name: "duration", Type: Duration, Check: checkDuration, Doc: "how long"}},
			Example: "sleep(0.05)\nsleep \"50ms\"",
			Run: func(c *Call) error {
				return c.pauseLast(c.Span("duration", 0), "sleep")
			},
		},
		{
			Name:    "now",
			Summary: "The time in seconds since 1970, with fractions.",
			Returns: []Return{{"seconds", "number", "seconds since 1970-01-01 00:00 UTC"}},
			Example: "local begun = now()\nsleep(0.05)\nprint(now() - begun >= 0.05)",
			Run: func(c *Call) error {
				return c.Return(lua.LNumber(float64(c.run.host.Clock.Now().UnixNano()) / 1e9))
			},
		},
		{
			Name:    "wait_until",
			Summary: "Waits until a time of day or an instant.",
			Doc: "`\"18:30\"` is the next one: today, or tomorrow when it has passed, which the log tells. `\"2026-12-24 18:00\"` is that instant, both in the job's zone inside a schedule and the machine's elsewhere; a number is seconds since 1970; " +
				"an instant that has passed returns at once, with a warning in the log. A time of day that a clock change leaves out is the first instant after the gap.",
			Params:  []Param{{Name: "time", Type: When, Check: checkWhen, Doc: "until when"}},
			Example: "wait_until(now() + 0.05)",
			Run: func(c *Call) error {
				at, err := c.instant(c.Value("time"))
				if err != nil {
					return err
				}
				now := c.run.host.Clock.Now()
				left := at.Sub(now)
				log := c.env().Log.WithField("at", c.branch.Position().String())
				switch {
				case left <= -time.Second:
					log.Warnf("wait_until: %s was %v ago", plain(c.Value("time")), (-left).Round(time.Second))
				case isTomorrow(plain(c.Value("time")), now, at):
					log.Infof("wait_until: waits until tomorrow, %s (%v)", at.Format("Mon 2006-01-02 15:04:05 -07:00"), left.Round(time.Second))
				}
				return c.pauseLast(left, "wait_until")
			},
		},
	}
}

// Span gives a duration parameter, or fallback where it was not given.
func (c *Call) Span(name string, fallback time.Duration) time.Duration {
	if v := c.Value(name); v != nil {
		if d, err := duration(v); err == nil {
			return d
		}
	}
	return fallback
}

// pause waits without the baton. Cancelled, it gives a fault in the name of cmd.
func (c *Call) pause(d time.Duration, cmd string) error {
	start, outcome, err := c.pausing(d, cmd)
	if err != nil {
		return err
	}
	c.branch.Await(start)
	return outcome()
}

// pauseFor is pause in a function that is about a task.
func (c *Call) pauseFor(d time.Duration, cmd, task string) error {
	err := c.pause(d, cmd)
	if f, ok := err.(*fault.Error); ok {
		f.TaskID = task
	}
	return err
}

// pauseLast is pause as the last thing that a function does.
func (c *Call) pauseLast(d time.Duration, cmd string) error {
	start, outcome, err := c.pausing(d, cmd)
	if err != nil {
		return err
	}
	return c.wait(start, func() (lua.LValue, error) { return nil, outcome() })
}

// pausing gives how to begin a pause, and how it ended.
func (c *Call) pausing(d time.Duration, cmd string) (start func(wake func()) func(cause error), outcome func() error, err error) {
	if err := c.stopped(cmd, ""); err != nil {
		return nil, nil, err
	}
	var cancelled error
	start = func(wake func()) func(error) {
		if _, virtual := c.run.host.Clock.(clock.Holder); d <= 0 && !virtual { // let the others have a turn
			wake()
			return func(error) {}
		}
		timer := c.run.host.Clock.AfterFunc(d, wake)
		return func(cause error) {
			if timer.Stop() {
				cancelled = cause
				wake()
			}
		}
	}
	return start, func() error {
		if cancelled == nil {
			return nil
		}
		f := causeFault(cancelled)
		f.Cmd = cmd
		return f
	}, nil
}

// isTomorrow says whether a time of day, which is at, has passed today: who is a minute late must not wonder for a day.
func isTomorrow(text string, now, at time.Time) bool {
	timeOfDay := strings.Contains(text, ":") && !strings.Contains(text, "-")
	return timeOfDay && now.In(at.Location()).Format(time.DateOnly) != at.Format(time.DateOnly)
}

// instant reads a time: see wait_until.
func (c *Call) instant(v lua.LValue) (time.Time, error) {
	if n, ok := v.(lua.LNumber); ok {
		whole, fraction := math.Modf(float64(n)) // nanoseconds since 1970 end in the year 2262
		return time.Unix(int64(whole), int64(fraction*1e9)), nil
	}
	return clock.ParseInstant(v.String(), c.run.host.Clock.Now().In(c.env().Location))
}

func checkWhen(v lua.LValue) error {
	if n, ok := v.(lua.LNumber); ok {
		if !(n >= 0 && n < 1e11) { // until the year 5138; NaN is neither
			return fmt.Errorf("must be seconds since 1970, got %s", shownNumber(float64(n)))
		}
		return nil
	}
	_, err := clock.ParseInstant(v.String(), time.Now())
	return err
}

// checkSpan holds what record takes instead of a duration.
func checkSpan(v lua.LValue) error {
	table, ok := v.(*lua.LTable)
	if !ok {
		return checkTimeout(v)
	}
	till := table.RawGetString("till")
	if till == lua.LNil {
		return errors.New(`must have a till: {till = "10:00"}`)
	}
	for k := range tables.All(table) {
		if k != lua.LString("till") {
			return unknown("option", k.String(), []string{"till"})
		}
	}
	if !isNumberOrString(till) {
		return fmt.Errorf("must have a time as its till, got %s", show(till))
	}
	return checkWhen(till)
}

// end is when what runs for a Span parameter, from now, is over.
func (c *Call) end(name string) (time.Time, error) {
	v := c.Value(name)
	if table, ok := v.(*lua.LTable); ok {
		at, err := c.instant(table.RawGetString("till"))
		if err == nil && !at.After(c.run.host.Clock.Now()) {
			err = argumentf("%s must end in the future, and %s has passed", name, plain(table.RawGetString("till")))
		}
		return at, err
	}
	d, err := duration(v)
	return c.run.host.Clock.Now().Add(d), err
}
