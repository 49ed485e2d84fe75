package app

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// collectFor is how long, in virtual time, a script may wait before it has
// declared its schedules.
const collectFor = 24 * time.Hour

// collector learns the schedules of scripts by running them, without NATS and
// without waiting: commands fail, time passes at once, and what is printed goes
// to stderr.
type collector struct {
	app  *app
	cfg  *config.Config
	log  *logrus.Entry
	vars map[string]string
	seed uint64
	zone *time.Location // of schedules that name none
	jobs script.JobList
}

// newCollector reads the flags that a script is given.
func (a *app) newCollector(c *cli.Context, cfg *config.Config, log *logrus.Entry, zone *time.Location) (*collector, error) {
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return nil, err
	}
	chance, err := seed(c)
	if err != nil {
		return nil, err
	}
	return &collector{app: a, cfg: cfg, log: log, vars: vars, seed: chance, zone: zone}, nil
}

// read reads one script for a command and adds its jobs. A script that fails does
// not load: its error has exit code 2.
func (k *collector) read(ctx context.Context, command, name string) error {
	limits := limitsOf(k.cfg)
	source, err := k.app.sourceOf(command, name, limits.Source)
	if err != nil {
		return err
	}
	program, err := k.app.engine.Load(source.name, source.text, limits)
	if err != nil {
		return err
	}
	if err := k.app.refuse(source, limits); err != nil {
		return err
	}
	before := len(k.jobs.All())
	err = k.run(ctx, program, script.Host{
		Env: script.Env{TaskID: k.cfg.TaskID, Location: k.zone, Stdout: k.app.stderr, Log: k.log, Grace: grace},
		Recorder: recorder.NewOn(silence{command}, recorder.Options{
			Subject: k.cfg.Subject, Timeout: k.cfg.Timeout,
		}),
		Vars: k.vars, Dir: source.dir, Limits: limits, Seed: k.seed, Jobs: &k.jobs,
	})
	if err != nil {
		return fault.Usage(err, "")
	}
	if len(k.jobs.All()) == before {
		return fault.Usage(errors.New(source.name+" declares no schedule"), `write schedule("name", {daily = "08:00"}, function() … end) at its top`)
	}
	return nil
}

// run runs the program on a virtual clock that goes on whenever the script waits.
func (k *collector) run(ctx context.Context, program script.Program, host script.Host) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	virtual := clock.NewVirtual(time.Now())
	end := virtual.Now().Add(collectFor)
	host.Clock = virtual
	virtual.Hold()
	over := make(chan error, 1)
	go func() {
		defer virtual.Release()
		over <- runProgram(ctx, program, host)
	}()
	for virtual.Step() {
		if virtual.Now().After(end) {
			cancel(errors.New("the script waits for more than a day before it has declared its schedules"))
		}
	}
	return <-over
}

// silence is a recorder.Conn that sends nothing.
type silence struct{ command string }

// Request fails at once.
func (s silence) Request(_ string, _ []byte, _ time.Duration, done func([]byte, error)) recorder.Call {
	done(nil, &fault.Error{
		Code:    fault.NotSent,
		Message: "recue " + s.command + " only reads the schedules and sends nothing",
		Hint:    "commands belong into the functions of schedules, which run when they are due",
	})
	return s
}

// Cancel has nothing to do.
func (silence) Cancel(error) {}

// idleJobs takes the schedules of a script that is run as it is, and says that
// they do not fire.
type idleJobs struct {
	script.JobList
	display display
	script  string
}

// Add implements script.Jobs.
func (i *idleJobs) Add(j script.Job) error {
	if err := i.JobList.Add(j); err != nil {
		return err
	}
	if len(i.All()) == 1 {
		i.display.say("%s declares schedules; recue run checks them and does not fire them (recue serve does; recue next lists when)", visible(i.script))
	}
	return nil
}

// remind says at the end of a run what did not happen: exit code 0 must not be
// taken for recordings that are planned.
func (i *idleJobs) remind() {
	switch n := len(i.All()); n {
	case 0:
	case 1:
		i.display.say("warning: nothing is planned: the schedule of %s does not fire under recue run; recue serve %s keeps it", visible(i.script), visible(shellQuote(i.script)))
	default:
		i.display.say("warning: nothing is planned: the %d schedules of %s do not fire under recue run; recue serve %s keeps them", n, visible(i.script), visible(shellQuote(i.script)))
	}
}
