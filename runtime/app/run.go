package app

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/script"
)

// grace is what finally functions have once a run was interrupted.
const grace = 10 * time.Second

const runText = `Runs a Lua script. SCRIPT is a file, or - for standard input; -e CODE takes its place. Words
behind the script are the script's own: arg[1], arg[2] … Those that look like flags go behind --.

Ctrl-C ends what waits, runs the script's finally functions (10 s at most) and ends the run; a
second Ctrl-C ends it at once. What still records at the end is named on stderr.

Schedules that the script declares are checked and do not fire: recue next lists when they would.

Examples:
  recue run first_recording.lua
  recue run --sim first_recording.lua             against a simulated recorder, without any set-up
  recue run cameras.lua hall2 -- --fast           arg[1] is "hall2", arg[2] is "--fast"
  recue run cameras.lua --var place=hall2         vars.place is "hall2"
  recue run -e 'print(status("cam1").app_status)'`

func (a *app) runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "run a script", ArgsUsage: "SCRIPT [ARG...]", Description: runText,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "e", Usage: "run this `CODE` instead of a file"},
			varFlag(),
			&cli.BoolFlag{Name: "stop-on-exit", Usage: "at the end, stop the tasks that the run started and that still record"},
			simFlag(),
		}, limitFlags()...),
		Action: a.run,
	}
}

func varFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "var", Usage: "give the script vars.NAME, as `NAME=VALUE`; may be repeated"}
}

// run is the command: settings, script, connection, run, what still records.
func (a *app) run(c *cli.Context) error {
	if err := textOnly(c, "a script prints what it likes: print(json.encode(value))"); err != nil {
		return err
	}
	if err := oneRecorder(c); err != nil {
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
	limits := limitsOf(cfg)
	chance, err := seed(c)
	if err != nil {
		return err
	}
	source, err := a.source(c, limits.Source)
	if err != nil {
		return err
	}
	program, err := a.engine.Load(source.name, source.text, limits)
	if err != nil {
		return err
	}
	findings := a.findings(source, limits)
	if err := a.refuseFound(source, findings); err != nil {
		return err
	}
	a.warn(findings)
	log.WithField("seed", chance).Debug("math.random begins at this seed")
	book, err := a.openJournal(c, cfg, log, scriptBegin(cfg, source, vars), "")
	if err != nil {
		return err
	}
	idle := &idleJobs{display: a.display, script: source.name}
	err = a.perform(c, cfg, log, book, program, script.Host{
		Env:   script.Env{TaskID: cfg.TaskID, Location: a.machine.Zone, Stdout: a.out, Log: log, Grace: grace},
		Clock: clock.Real{}, Args: source.args, Vars: vars, Dir: source.dir, Limits: limits, Seed: chance,
		Jobs: idle,
	})
	idle.remind()
	book.end(exitCode(a.settle(err)))
	return err
}

// perform connects, runs the program, shows its error and deals with what still
// records, whatever way the run ended.
func (a *app) perform(c *cli.Context, cfg *config.Config, log *logrus.Entry, book *logbook, program script.Program, host script.Host) error {
	left := &leftovers{display: a.display, cfg: cfg}
	var signal *interruption // the first, once it has come
	ctx, stop := a.watch(c.Context, func(i *interruption) {
		signal = i
		a.display.say("%v: ending the run, finally functions have %v; a second signal (Ctrl-C) ends it at once", i, grace)
	}, func() {
		left.name()
		book.end(signal.exitCode())
	})
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.out.whenFailed(func(error) { cancel(script.ErrStdout) })

	session, err := connect(ctx, cfg, log, c.Bool("sim"), book)
	if err != nil {
		return err
	}
	defer session.close()
	host.Recorder = session.client
	left.watch(session)

	err = runProgram(ctx, program, host)
	if lost := a.out.failure(); lost != nil && !errors.Is(lost, script.ErrStdout) && errors.Is(err, script.ErrStdout) {
		a.display.show(lost) // the disk is full, say: nothing to be quiet about
		err = lost
	} else {
		a.display.show(err)
	}
	if c.Bool("stop-on-exit") {
		if failed := left.stop(); err == nil { // the script's own failure weighs more
			err = failed
		}
	}
	left.name()
	if err != nil {
		return &shownError{err}
	}
	return nil
}

// runProgram runs the program; a panic becomes an error, because what the
// script started still has to be named.
func runProgram(ctx context.Context, program script.Program, host script.Host) (err error) {
	defer recoverCrash(&err)
	return program.Run(ctx, host)
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseVars reads the NAME=VALUE of --var. The value may hold anything.
func parseVars(given []string) (map[string]string, error) {
	vars := map[string]string{}
	for _, text := range given {
		name, value, ok := strings.Cut(text, "=")
		switch {
		case !ok:
			return nil, usage("--var: must be NAME=VALUE, got %q", text)
		case !variableName.MatchString(name):
			return nil, usage("--var: the name must have letters, digits and _ only, and begin with no digit, got %q", name)
		}
		if first, twice := vars[name]; twice {
			return nil, usage("--var: %s is given twice: as %q and as %q", name, first, value)
		}
		vars[name] = value
	}
	return vars, nil
}

// errStillRecording is what a run ends with when all went well but the clean-up.
var errStillRecording = &fault.Exit{Code: fault.ExitCommand, Err: errors.New("a task could not be stopped at the end")}
