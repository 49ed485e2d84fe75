package luabind

import (
	"errors"
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/runtime/schedule"
	"recue/runtime/script"
)

// TextOrList is a text, or several as a list.
var TextOrList = Type{"text or list of texts", "a text or a list of texts", "string|string[]",
	func(v lua.LValue) bool { return isString(v) || isTable(v) }}

func scheduleFuncs() []*Func {
	return []*Func{{
		Name:    "schedule",
		Summary: "Declares a job: what to do, and when.",
		Doc: "It only declares: the function runs under `recue serve` and `recue rehearse`; `recue next` lists when. It stands at the top of a script, not inside a run. " +
			"One of `daily`, `cron`, `every` and `at` says when. " +
			"A job with fixed hours fires exactly once for each time that matches: at its first occurrence where the clocks go back and it occurs twice, at the first instant after the gap where they go forward and it does not occur. " +
			"`every`, and a cron whose hour begins with `*`, follow real time. " +
			"fn is called with a table that has `job`, the name, `due`, when it was due in seconds since 1970, `resumed`, true where an earlier attempt of the same run was cut short, and `attempt`, which counts them from 1 on.",
		Params: []Param{
			{Name: "name", Type: Text, Doc: "the job's name, any text; each name once"},
			{Name: "when", Type: Options, Doc: "the options below", Fields: scheduleFields()},
			{Name: "fn", Type: Function, Doc: "what to do when it is due"},
		},
		Example: "schedule(\"morning show\", {daily = \"08:00\", days = \"mon-fri\", tz = \"Europe/Berlin\"}, function(run)\n  record(\"cam1\", \"90m\")\nend)",
		Verify: func(c *Call) error {
			spec, err := c.spec()
			if err == nil {
				_, err = schedule.New(spec, time.Local)
			}
			return err
		},
		Run: declare,
	}}
}

func scheduleFields() []Param {
	return []Param{
		{Name: "daily", Type: TextOrList, Optional: true, Check: checkSpec("daily", func(text string) schedule.Spec { return schedule.Spec{Daily: text} }), Doc: "time of day, or several: \"08:00\", {\"08:00\", \"20:30\"}"},
		{Name: "days", Type: TextOrList, Optional: true, Check: checkSpec("days", func(text string) schedule.Spec { return schedule.Spec{Daily: "00:00", Days: text} }), Doc: "with daily, the days of the week: \"mon-fri\", \"sat,sun\"", Default: "every day"},
		{Name: "cron", Type: Text, Optional: true, Check: checkSpec("cron", func(text string) schedule.Spec { return schedule.Spec{Cron: text} }), Doc: "five fields (minute, hour, day of the month, month, day of the week), six with the second in front, or @hourly, @daily, @weekly, @monthly, @yearly"},
		{Name: "every", Type: Duration, Optional: true, Check: checkDuration, Doc: "a distance of real time, counted from midnight of from, or of 1970-01-01, so that it is the same wherever it runs"},
		{Name: "at", Type: Text, Optional: true, Check: checkSpec("at", func(text string) schedule.Spec { return schedule.Spec{At: text} }), Doc: "once: \"2026-12-24 18:00\""},
		{Name: "tz", Type: Text, Optional: true, Check: checkSpec("tz", func(text string) schedule.Spec { return schedule.Spec{Daily: "00:00", TZ: text} }), Doc: "the zone of all these times, such as \"Europe/Berlin\"", Default: "the machine's"},
		{Name: "from", Type: Text, Optional: true, Check: checkSpec("from", func(text string) schedule.Spec { return schedule.Spec{Daily: "00:00", From: text} }), Doc: "not before this date, or date and time"},
		{Name: "till", Type: Text, Optional: true, Check: checkSpec("till", func(text string) schedule.Spec { return schedule.Spec{Daily: "00:00", Till: text} }), Doc: "not after this date (the whole day counts), or date and time"},
		{Name: "except", Type: TextOrList, Optional: true, Doc: "dates on which it does not fire: {\"2026-12-25\"}; a time that a clock change moved counts by the date it was meant for"},
		{Name: "missed", Type: Text, Optional: true, Check: oneOf(schedule.MissedPolicies...), Default: "once", Doc: "firings that came due while nothing ran: \"skip\" them, run the newest \"once\", or \"all\" in order; each within grace"},
		{Name: "grace", Type: Duration, Optional: true, Check: checkTimeout, Default: "10m", Doc: "how late a firing may still start"},
		{Name: "overlap", Type: Text, Optional: true, Check: oneOf(schedule.OverlapPolicies...), Default: "skip", Doc: "due while the last run still runs: \"skip\" it, \"queue\" one behind, \"allow\" both, or \"replace\" (cancel) the last"},
		{Name: "timeout", Type: Duration, Optional: true, Check: checkTimeout, Doc: "a run that takes longer is cancelled"},
		{Name: "resume", Type: Boolean, Optional: true, Default: "false", Doc: "a run whose process went away in the middle is called again, from its beginning, by whoever is alive, unless the job has been due again since; otherwise it counts as interrupted"},
		{Name: "on_failure", Type: Function, Optional: true, Doc: "called after a run that failed, with a table: job, due, error (its text) and, for a failed command, code"},
	}
}

// checkSpec makes a Check for the text of one option: as a schedule that has no
// other is read. What options mean together is seen when they are.
func checkSpec(option string, spec func(text string) schedule.Spec) func(lua.LValue) error {
	return func(v lua.LValue) error {
		text, ok := v.(lua.LString)
		if !ok {
			return nil // a list: texts looks at it
		}
		if text == "" {
			return errors.New("is empty")
		}
		if _, err := schedule.New(spec(string(text)), time.UTC); err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), option+" "))
		}
		return nil
	}
}

// declare is the function schedule.
func declare(c *Call) error {
	if c.env() != c.run.top {
		return errors.New("it belongs at the top of a script: here the script has already run, and nobody would see it")
	}
	spec, err := c.spec()
	if err != nil {
		return err
	}
	when, err := schedule.New(spec, c.env().Location)
	if err != nil {
		return err
	}
	at := c.branch.Position()
	job := script.Job{
		Name: c.Text("name", ""), At: script.Position{File: at.Source, Line: at.Line}, Schedule: when,
		Run: c.run.declared(c.Value("fn").(*lua.LFunction)),
	}
	resume, _ := c.Value("resume").(lua.LBool)
	job.Resume = bool(resume)
	if fn, ok := c.Value("on_failure").(*lua.LFunction); ok {
		job.OnFailure = c.run.declared(fn)
	}
	return c.run.host.Jobs.Add(job)
}

// spec is the schedule as the script wrote it.
func (c *Call) spec() (schedule.Spec, error) {
	var s schedule.Spec
	for _, o := range []struct {
		name string
		to   *string
	}{
		{"cron", &s.Cron}, {"every", &s.Every}, {"at", &s.At}, {"tz", &s.TZ}, {"from", &s.From}, {"till", &s.Till},
		{"missed", &s.Missed}, {"grace", &s.Grace}, {"overlap", &s.Overlap}, {"timeout", &s.Timeout},
	} {
		if v := c.Value(o.name); v != nil {
			if *o.to = plain(v); *o.to == "" {
				return s, argumentf("%s is empty", o.name)
			}
		}
	}
	daily, err := c.texts("daily")
	if err != nil {
		return s, err
	}
	days, err := c.texts("days")
	if err != nil {
		return s, err
	}
	s.Daily, s.Days = strings.Join(daily, ","), strings.Join(days, ",")
	s.Except, err = c.texts("except")
	return s, err
}

// texts gives the texts of a TextOrList, nil where it was not given.
func (c *Call) texts(name string) ([]string, error) {
	switch v := c.Value(name).(type) {
	case lua.LString:
		if v == "" {
			return nil, argumentf("%s is empty", name)
		}
		return []string{string(v)}, nil
	case *lua.LTable:
		var list []string
		for i := 1; i <= v.Len(); i++ {
			text, ok := v.RawGetInt(i).(lua.LString)
			if !ok || text == "" {
				return nil, argumentf("%s must be a list of texts, and item %d is %s", name, i, show(v.RawGetInt(i)))
			}
			list = append(list, string(text))
		}
		if len(list) == 0 || tables.Count(v) != len(list) {
			return nil, argumentf("%s must be a list of texts, or a text", name)
		}
		return list, nil
	case nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%s is a %s", name, v.Type()) // parse has held its type
	}
}
