package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/metrics"
)

const serveText = `Runs the schedules of scripts, durably, until it is stopped. What has fired, what runs and what is planned is kept
on the NATS server of --server, which needs JetStream, or in a folder with --store DIR. Any number of processes may
serve the same scripts on one server: each firing runs on one of them. recue jobs looks into it from anywhere.

A script whose file changes is read again; a new version that is broken leaves the old one in force, and recue jobs
says so until it is mended. What a job prints goes to the log. Where NATS is away, it is tried again without an end.

SIGTERM and Ctrl-C: no new run begins, those that run have --grace to end, and are then cancelled (their finally
functions have 10 s). A second Ctrl-C ends at once and names what still records.

Examples:
  recue serve nightly.lua
  recue serve nightly.lua --store /var/lib/recue            state in a folder; one process
  recue serve nightly.lua --store DIR --listen 0.0.0.0:4222 and be the NATS server of the recorders too
  recue serve nightly.lua --replicas 3                      on a cluster of NATS servers
  recue serve nightly.lua --sim --store /tmp/trial          to try it out, with a simulated recorder
  recue serve nightly.lua --on-failure ./mail-operator      a command, or a URL that is sent a POST`

func (a *app) serveCommand() *cli.Command {
	return &cli.Command{
		Name: "serve", Usage: "run the schedules of scripts, durably, until stopped", ArgsUsage: "SCRIPT...", Description: serveText,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "store", Usage: "keep the state in this `DIR`, in a NATS server inside this process"},
			&cli.StringFlag{Name: "listen", Usage: "with --store: be the NATS server of the recorders, at this `ADDRESS`"},
			&cli.StringFlag{Name: "replicas", Usage: "keep the state on this `NUMBER` of a cluster's servers: 1, 3 or 5 (default: as it is kept already, else 1)"},
			&cli.StringFlag{Name: "grace", Usage: "`DURATION` that runs may go on once it is to end (default 10s)"},
			&cli.StringFlag{Name: "on-failure", Usage: "`COMMAND` or URL that is told of every run that failed or was interrupted, as JSON"},
			&cli.StringFlag{Name: "metrics", Usage: "serve /metrics for Prometheus, /healthz and /readyz over HTTP at this `ADDRESS`"},
			varFlag(),
			simFlag(),
		}, limitFlags()...),
		Action: a.serve,
	}
}

// serveOptions are the flags of serve.
type serveOptions struct {
	scripts       []string
	store, listen string
	sim           bool
	replicas      int // 0: as it is
	grace         time.Duration
	onFailure     string
	metrics       string
	vars          map[string]string
	seed          uint64
}

func (a *app) serveOptions(c *cli.Context) (o serveOptions, err error) {
	o = serveOptions{
		scripts: c.Args().Slice(), store: c.String("store"), listen: c.String("listen"), sim: c.Bool("sim"),
		grace: grace, onFailure: c.String("on-failure"), metrics: c.String("metrics"),
	}
	if err := textOnly(c, "recue jobs --output json tells what runs"); err != nil {
		return o, err
	}
	if err := checkServed(o.scripts); err != nil {
		return o, err
	}
	if err := checkPlace(c, o); err != nil {
		return o, err
	}
	if c.IsSet("replicas") {
		if o.replicas, err = strconv.Atoi(c.String("replicas")); err != nil || o.replicas < 1 || o.replicas > 5 || o.replicas%2 == 0 {
			return o, usage("--replicas: must be 1, 3 or 5, got %q", c.String("replicas"))
		}
	}
	if c.IsSet("grace") {
		if o.grace, err = spanFlag(c, "grace"); err != nil {
			return o, err
		}
	}
	if o.vars, err = parseVars(c.StringSlice("var")); err != nil {
		return o, err
	}
	o.seed, err = seed(c)
	return o, err
}

// checkServed refuses scripts that cannot be served.
func checkServed(scripts []string) error {
	if len(scripts) == 0 {
		return fault.Usage(errors.New("serve: no script is given"), "name one or more: recue serve nightly.lua")
	}
	if slices.Contains(scripts, "-") {
		return usage("serve: a script is served from a file, which is read again when it changes")
	}
	return checkTogether("serve", scripts)
}

// checkTogether refuses scripts that cannot be served together.
func checkTogether(command string, scripts []string) error {
	files := map[string]string{}
	for _, name := range scripts {
		base := filepath.Base(name)
		first, taken := files[base]
		switch {
		case taken && filepath.Clean(first) == filepath.Clean(name):
			return usage("%s: %s is given twice", command, name)
		case taken:
			return usage("%s: %s and %s have the same name, by which the jobs of a script are known on all machines: rename one", command, first, name)
		}
		files[base] = name
	}
	return nil
}

// checkPlace refuses flags that contradict each other about where the state is and
// where commands go.
func checkPlace(c *cli.Context, o serveOptions) error {
	if err := oneRecorder(c); err != nil {
		return err
	}
	named := c.IsSet("server") || c.IsSet("context")
	switch {
	case o.listen != "" && o.store == "":
		return fault.Usage(errors.New("--listen without --store"), "--listen has the server of --store DIR take connections: give both")
	case o.listen != "" && named:
		return fault.Usage(errors.New("--listen and another server are both given"),
			"with --listen the recorders connect to this process; leave it out to send commands to that server")
	case o.sim && o.store == "":
		return fault.Usage(errors.New("--sim without --store"), "the state needs a place: add --store DIR, with a folder to try things out")
	case o.store != "" && c.IsSet("replicas"):
		return fault.Usage(errors.New("--replicas and --store are both given"), "a folder has no replicas; on a NATS cluster, leave out --store")
	}
	return nil
}

// serve is the command: scripts, connections, state, and then everything until a
// signal.
func (a *app) serve(c *cli.Context) error {
	o, err := a.serveOptions(c)
	if err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	notify, err := a.newNotifier(o.onFailure, log)
	if err != nil {
		return err
	}
	s := &service{app: a, cfg: cfg, log: log, opts: o, notify: notify, left: newRecordings(), metrics: metrics.New()}
	var signal *interruption
	var book *logbook
	ctx, stop := a.watch(c.Context, func(i *interruption) {
		signal = i
		s.stopping.Store(true)
		sdNotify(log, sdStopping)
		a.display.say("%v: no new run begins, those that run have %v; a second signal (Ctrl-C) ends at once", i, o.grace)
	}, func() {
		s.nameLeft()
		book.end(signal.exitCode())
	})
	defer stop()
	if err := s.loadAll(ctx); err != nil {
		return asInterrupted(ctx, err)
	}
	defer s.releaseAll()
	if book, err = a.openJournal(c, cfg, log, serveBegin(cfg, s.scripts, o.vars), ""); err != nil {
		return err
	}
	s.book = book
	err = asInterrupted(ctx, s.perform(ctx))
	s.nameLeft()
	book.end(exitCode(a.settle(err)))
	return err
}

// asInterrupted makes the end that a signal asked for a good one.
func asInterrupted(ctx context.Context, err error) error {
	var signal *interruption
	if errors.As(context.Cause(ctx), &signal) {
		return nil
	}
	return err
}

// serveBegin is what a journal says about serve.
func serveBegin(cfg *config.Config, scripts []*served, vars map[string]string) journal.Begin {
	begin := scriptBegin(cfg, source{}, vars)
	begin.SHA256 = ""
	for i, s := range scripts {
		if i > 0 {
			begin.Script += ", "
		}
		begin.Script += s.path
	}
	if len(scripts) == 1 {
		begin.SHA256 = scripts[0].current.sha
	}
	return begin
}

// nameLeft says what still records, for the end of the process.
func (s *service) nameLeft() {
	nameRecordings(s.app.display, s.cfg, s.opts.sim, s.left.list())
}

// jobLog is the log of one run.
func jobLog(log *logrus.Entry, job string, due time.Time) *logrus.Entry {
	return log.WithFields(logrus.Fields{"job": job, "due": due.Format("2006-01-02T15:04:05Z07:00")})
}

// dueText is an instant as a list for people shows it.
func dueText(t time.Time) string { return t.Format("Mon 2006-01-02 15:04:05 -07:00") }

// zoneKnown refuses schedules whose zone has no name that other machines know.
func zoneKnown(j jobAt) error {
	if j.Schedule.Zone().String() != "Local" {
		return nil
	}
	return fault.Usage(fmt.Errorf("%v: the schedule %q names no zone, and the name of this machine's is not known", j.At, j.Name),
		`write tz = "Europe/Berlin" into the schedule, or set TZ=Europe/Berlin for the process`)
}
