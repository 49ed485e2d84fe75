package luabind

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"recue/runtime/fault"
	"recue/runtime/schedule"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// declare runs Lua and gives the jobs that it declared; then is called with them.
func (s *studio) declare(src string, then func(ctx context.Context, host script.Host, jobs []script.Job) error) (string, error) {
	s.t.Helper()
	p, err := New().Load("t.lua", []byte(src), script.Limits{})
	if err != nil {
		s.t.Fatal(err)
	}
	var out lockedBuffer
	var jobs script.JobList
	host := s.host(&out)
	host.Location, host.Scope = time.UTC, host.Recorder.Scope()
	host.Jobs = &jobs
	host.Then = func(ctx context.Context) error { return then(ctx, host, jobs.All()) }
	err = p.Run(s.t.Context(), host)
	return out.b.String(), err
}

func TestScheduleGivesWhatWasWritten(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	_, err := s.declare(`
schedule("a", {daily = {"08:00", "20:30"}, days = {"mon", "wed-fri"}, tz = "Europe/Berlin", except = "2026-12-25"}, print)
schedule("b", {every = 900, from = "2026-12-01", till = "2026-12-31", missed = "all", grace = 90, overlap = "queue", timeout = "2h"}, print)
schedule("c", {cron = "@hourly", except = {"2026-12-25", "2026-12-26"}}, print)
parallel({"d"}, function(name) schedule(name, {at = "2026-12-24 18:00", on_failure = print}, print) end)`,
		func(_ context.Context, _ script.Host, jobs []script.Job) error {
			want := []schedule.Spec{
				{Daily: "08:00,20:30", Days: "mon,wed-fri", TZ: "Europe/Berlin", Except: []string{"2026-12-25"}},
				{Every: "900", From: "2026-12-01", Till: "2026-12-31", Missed: "all", Grace: "90", Overlap: "queue", Timeout: "2h"},
				{Cron: "@hourly", Except: []string{"2026-12-25", "2026-12-26"}},
				{At: "2026-12-24 18:00"},
			}
			for i, j := range jobs {
				if !reflect.DeepEqual(j.Schedule.Spec(), want[i]) {
					t.Errorf("%s: %+v\nwant %+v", j.Name, j.Schedule.Spec(), want[i])
				}
			}
			if len(jobs) != 4 || jobs[3].Name != "d" || jobs[1].At.String() != "t.lua:3" || jobs[3].OnFailure == nil || jobs[0].OnFailure != nil {
				t.Errorf("%+v", jobs)
			}
			if z := jobs[1].Schedule.Zone(); z != time.UTC {
				t.Errorf("without a zone it is %v, want that of the environment", z)
			}
			return nil
		})
	if err != nil {
		t.Error(err)
	}
}

func TestAJobIsCalledWithItsFiring(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	out, err := s.declare(`
schedule("show", {daily = "08:00", on_failure = function(run) print(run.job, run.due, run.error, run.code) end}, function(run)
  print(run.job, run.due)
  stop "cam1"
end)`,
		func(ctx context.Context, host script.Host, jobs []script.Job) error {
			due := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
			err := jobs[0].Run.Run(ctx, host.Env, jobs[0].Firing(due, 1))
			if fault.CodeOf(err) != fault.Rejected {
				t.Errorf("the run ended with %v", err)
			}
			return jobs[0].OnFailure.Run(ctx, host.Env, jobs[0].Failure(due, 1, err))
		})
	if err != nil {
		t.Error(err)
	}
	const want = "show\t1795420800\nshow\t1795420800\tt.lua:4: stop cam1: the recorder refused: "
	if !strings.HasPrefix(out, want) || !strings.HasSuffix(out, "\trejected\n") {
		t.Errorf("it printed %q", out)
	}
}

// What is wrong with a schedule is said at its line, before anything fires.
func TestWrongSchedules(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for src, want := range map[string]string{
		`schedule("x", {dayly = "08:00"}, print)`:                              `t.lua:1: schedule: unknown option "dayly" (did you mean "daily"?)`,
		`schedule("x", {daily = "25:00"}, print)`:                              `t.lua:1: schedule: daily "25:00" is no time of day`,
		"\n\nschedule('x', {cron = '0 0 31 2 *'}, print)":                      `t.lua:3: schedule: cron "0 0 31 2 *" never comes`,
		`schedule("x", {daily = "08:00", tz = "Europe/Berln"}, print)`:         `did you mean "Europe/Berlin"?`,
		`schedule("x", {daily = "08:00", missed = "onse"}, print)`:             `schedule: missed must be one of`,
		`schedule("x", {daily = "08:00", grace = 0}, print)`:                   `schedule: grace must be greater than 0, got 0`,
		`schedule("x", {every = -1}, print)`:                                   `schedule: every must not be negative, got -1`,
		`schedule("x", {daily = 8}, print)`:                                    `daily must be a text or a list of texts, got the number 8`,
		`schedule("x", {daily = {"08:00", 9}}, print)`:                         `daily must be a list of texts, and item 2 is the number 9`,
		`schedule("x", {daily = {at = "08:00"}}, print)`:                       `daily must be a list of texts, or a text`,
		`schedule("x", {daily = "08:00", except = {}}, print)`:                 `except must be a list of texts`,
		`schedule("x", {daily = "08:00", except = {"25.12."}}, print)`:         `except "25.12." is no date: write "2026-12-25"`,
		`schedule("x", {daily = "08:00", tz = ""}, print)`:                     `tz is empty`,
		`schedule("x", {daily = "08:00", resume = "yes"}, print)`:              `resume must be true or false, got the text "yes"`,
		`schedule("x", {daily = "", cron = "@daily"}, print)`:                  `daily is empty`,
		`schedule("x", {}, print)`:                                             `it does not say when`,
		`schedule("x", {daily = "08:00"})`:                                     `fn is missing: expected a function`,
		`schedule("", {daily = "08:00"}, print)`:                               `schedule: the name is empty`,
		`schedule(("x"):rep(201), {daily = "08:00"}, print)`:                   `the name is 201 bytes long: 200 are allowed`,
		`schedule("\255", {daily = "08:00"}, print)`:                           `is no text (it is not UTF-8)`,
		"schedule('x', {every = 60}, print)\nschedule('x', {every=60}, print)": `t.lua:2: schedule: the name "x" is taken by the schedule at t.lua:1`,
		`finally(function() schedule("x", {every = 60}, print) end)`:           `schedule: it belongs at the top of a script`,
	} {
		_, err := s.declare(src, func(context.Context, script.Host, []script.Job) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", src, err, want)
		}
	}
}

func TestScheduleInsideARunIsRefused(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	_, err := s.declare(`schedule("x", {every = 60}, function() schedule("y", {every = 60}, print) end)`,
		func(ctx context.Context, host script.Host, jobs []script.Job) error {
			return jobs[0].Run.Run(ctx, host.Env, jobs[0].Firing(time.Unix(60, 0), 1))
		})
	var e *script.Error
	if !errors.As(err, &e) || e.At.Line != 1 || !strings.Contains(e.Message, "schedule: it belongs at the top of a script") {
		t.Errorf("%v", err)
	}
}

// A job that says 08:00 in Tokyo must not be told another hour by os.date.
func TestAJobReadsTheClockOfItsZone(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	s := newStudio(t, simulator.Options{})
	out, err := s.declare(`
local function show()
  print(os.date("%H:%M %Z", 0), os.date("*t", 0).hour, os.date("!%H:%M", 0), os.time{year = 1970, month = 1, day = 2, hour = 0})
end
show()
schedule("show", {daily = "08:00"}, function()
  show()
  parallel{show, coroutine.wrap(show)}
end)`,
		func(ctx context.Context, host script.Host, jobs []script.Job) error {
			env := host.Env
			env.Location = tokyo
			return jobs[0].Run.Run(ctx, env, jobs[0].Firing(time.Unix(0, 0), 1))
		})
	const here, there = "00:00 UTC\t0\t00:00\t86400\n", "09:00 JST\t9\t00:00\t54000\n"
	if want := here + there + there + there; err != nil || out != want {
		t.Errorf("%v, printed %q, want %q", err, out, want)
	}
}
