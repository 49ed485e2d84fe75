package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/rehearsal"
	"recue/runtime/schedule"
	"recue/runtime/script"
)

const rehearseText = `Runs the schedules of scripts in virtual time against a simulated recorder: a week takes about a
second. It shows the runs and recordings, and what would go wrong: a start on a task that already
records, a recording that nothing stops, overlaps, failed runs, a start and a stop at the same
instant, a firing at a fixed time that does not occur, or occurs twice, on a night on which the clocks
change. Exit code 1 when it found such a mistake. Scripts that are to be served together are
rehearsed together: a task that two of them use at the same time is found.

Of runs of a job that are alike, more than ten, three are shown, and how many there are; of recordings
and mistakes too. --all shows every one.

No NATS server is needed and none is talked to. The same scripts, dates and seed give the same output.

A --fault says what befalls the recorders; it may be repeated:
  away 02:00-03:00          nobody listens between these hours, in the zone of the job
  reject start 10%          one start in ten is refused
  lose stop task=cam1       replies to stops of cam1 are lost: they time out
  slow 3s status            a status takes 3 s more

Examples:
  recue rehearse nightly.lua --from 2026-11-23 --for 7d
  recue rehearse nightly.lua shows.lua              as recue serve nightly.lua shows.lua would run them
  recue rehearse nightly.lua --fault "away 02:00-03:00" --fault "reject start 10%" --seed 7`

func (a *app) rehearseCommand() *cli.Command {
	return &cli.Command{
		Name: "rehearse", Usage: "run the schedules of scripts in virtual time", ArgsUsage: "SCRIPT...", Description: rehearseText,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "from", Usage: "begin at this `TIME`, 2026-11-23 or \"2026-11-23 18:00\" (default now)"},
			&cli.StringFlag{Name: "for", Usage: "rehearse this `DURATION` (default 7d)"},
			&cli.StringFlag{Name: "till", Usage: "end at this `TIME`, instead of --for"},
			&cli.StringSliceFlag{Name: "fault", Usage: "what befalls the recorders: `FAULT`, such as \"away 02:00-03:00\"; may be repeated"},
			&cli.StringFlag{Name: "tz", Usage: "the `ZONE` of --from, --till and the schedules that name none (default the machine's)"},
			&cli.BoolFlag{Name: "all", Usage: "show every run, recording and mistake, also those that are alike"},
			varFlag(),
			&cli.StringFlag{Name: "seed", Usage: "`NUMBER` that fixes all chance, of faults and of math.random (default 1)"},
		}, slices.DeleteFunc(limitFlags(), func(f cli.Flag) bool { return slices.Contains(f.Names(), "seed") })...),
		Action: a.rehearse,
	}
}

// rehearse is the command.
func (a *app) rehearse(c *cli.Context) error {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	zone, err := a.zoneFlag(c)
	if err != nil {
		return err
	}
	opts, err := rehearsalOptions(c, cfg, zone)
	if err != nil {
		return err
	}
	scripts, err := a.rehearsed(c.Args().Slice(), limitsOf(cfg))
	if err != nil {
		return err
	}
	name := "" // of all of them
	for i := range scripts {
		scripts[i].Host.Env = script.Env{TaskID: cfg.TaskID, Location: zone, Log: log, Grace: grace}
		scripts[i].Host.Vars, scripts[i].Host.Seed = vars, opts.Seed
		name = strings.TrimPrefix(name+", "+scripts[i].Name, ", ")
	}
	ctx, stop := a.watch(c.Context, func(i *interruption) { a.display.say("%v: ending the rehearsal", i) }, nil)
	defer stop()
	result, err := runRehearsal(ctx, scripts, opts)
	var failed *script.Error
	var none *rehearsal.NoJobsError
	switch {
	case errors.As(err, &none):
		return fault.Usage(none, `write schedule("name", {daily = "08:00"}, function() … end) at its top`)
	case errors.As(err, &failed) && len(result.Runs) == 0: // it did not come to its schedules
		a.display.show(err)
		return &shownError{err}
	}
	if asJSON {
		a.printJSON(rehearsalJSON(result))
	} else {
		a.printRehearsal(name, result, c.Bool("all"))
	}
	for _, text := range result.Idle {
		a.display.say("the fault %q struck no command: is its task, or the zone of its hours, the right one?", text)
	}
	if len(result.Runs) == 0 {
		a.display.say("no schedule of %s fires from %s to %s; recue next lists when they do", visible(name), result.From.Format(moment), result.Till.Format(moment))
	}
	a.tellIdle(result)
	switch {
	case err != nil:
		a.display.show(err)
		return &shownError{err}
	case len(result.Mistakes) > 0:
		return &shownError{&fault.Exit{Code: fault.ExitScript, Err: fmt.Errorf("the rehearsal found %s", counted(len(result.Mistakes), "mistake"))}}
	}
	return nil
}

// rehearsed reads the scripts that are to be rehearsed together.
func (a *app) rehearsed(names []string, limits script.Limits) ([]rehearsal.Script, error) {
	if len(names) == 0 {
		return nil, fault.Usage(errors.New("rehearse: no script is given"), "name one or more: recue rehearse nightly.lua")
	}
	if err := checkTogether("rehearse", names); err != nil {
		return nil, err
	}
	var scripts []rehearsal.Script
	for _, name := range names {
		source, err := a.sourceOf("rehearse", name, limits.Source)
		if err != nil {
			return nil, err
		}
		program, err := a.engine.Load(source.name, source.text, limits)
		if err != nil {
			return nil, err
		}
		if err := a.refuse(source, limits); err != nil {
			return nil, err
		}
		scripts = append(scripts, rehearsal.Script{Name: source.name, Program: program, Host: script.Host{Dir: source.dir, Limits: limits}})
	}
	return scripts, nil
}

func runRehearsal(ctx context.Context, scripts []rehearsal.Script, opts rehearsal.Options) (_ *rehearsal.Result, err error) {
	defer recoverCrash(&err)
	return rehearsal.Rehearse(ctx, scripts, opts)
}

func rehearsalOptions(c *cli.Context, cfg *config.Config, zone *time.Location) (rehearsal.Options, error) {
	opts := rehearsal.Options{Seed: 1, Subject: cfg.Subject, Timeout: cfg.Timeout}
	var err error
	if c.IsSet("seed") { // else the same each time, too
		if opts.Seed, err = seed(c); err != nil {
			return opts, err
		}
	}
	if opts.From, opts.Till, err = period(c, zone); err != nil {
		return opts, err
	}
	for _, text := range c.StringSlice("fault") {
		f, err := rehearsal.ParseFault(text)
		if err != nil {
			return opts, usage("--fault: %w", err)
		}
		opts.Faults = append(opts.Faults, f)
	}
	return opts, nil
}

// week is what is rehearsed where nothing else is said.
const week = 7 * 24 * time.Hour

// period reads --from, --for and --till.
func period(c *cli.Context, zone *time.Location) (from, till time.Time, err error) {
	from = time.Now().In(zone).Truncate(time.Second)
	if c.IsSet("from") {
		if from, err = schedule.ParseFrom(c.String("from"), zone); err != nil {
			return from, till, usage("--from: %w", err)
		}
	}
	switch span := week; {
	case c.IsSet("till") && c.IsSet("for"):
		return from, till, usage("--till and --for both say where the rehearsal ends: give one of them")
	case c.IsSet("till"):
		if till, err = schedule.ParseTill(c.String("till"), zone); err != nil {
			return from, till, usage("--till: %w", err)
		}
	default:
		if c.IsSet("for") {
			if span, err = clock.ParseDuration(c.String("for")); err != nil {
				return from, till, usage("--for: %w", err)
			}
		}
		till = from.Add(span)
	}
	if !till.After(from) {
		return from, till, usage("the rehearsal must end after it begins: it would go from %s to %s", from.Format(time.DateTime), till.Format(time.DateTime))
	}
	return from, till, nil
}
