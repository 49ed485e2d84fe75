package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/natsd"
	"recue/runtime/simulator"
)

const simText = `Runs a simulated recorder until it is interrupted, with a NATS server of its own at --listen. With
--server or --context as a flag it answers on that server instead. A server that only the
environment or .env names is left alone: it may be the one with the real recorder.

Any NATS client may talk to it. Each command is logged.

Examples:
  recue sim
  recue sim --listen 127.0.0.1:0                  a free port; the address is printed
  recue sim --delay 200ms --jitter 1s --fail 0.1 --drop 0.05 --seed 7
  recue sim --server nats://test:4222 --subject rec.trial`

func (a *app) simCommand() *cli.Command {
	return &cli.Command{
		Name: "sim", Usage: "run a simulated recorder", Description: simText,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:4222",
				Usage: "`ADDRESS` of its NATS server; port 0 takes a free one (default 127.0.0.1:4222)"},
			&cli.StringFlag{Name: "delay", Usage: "`DURATION` from a command to its reply (default 0)"},
			&cli.StringFlag{Name: "jitter", Usage: "longest random `DURATION` on top of the delay (default 0)"},
			&cli.StringFlag{Name: "fail", Usage: "share of commands that are rejected, a `RATE` from 0 to 1 (default 0)"},
			&cli.StringFlag{Name: "drop", Usage: "share of replies that are lost, a `RATE` from 0 to 1 (default 0)"},
			&cli.StringFlag{Name: "seed", Usage: "`NUMBER` that fixes all chance (default 0)"},
		},
		Action: a.sim,
	}
}

func (a *app) sim(c *cli.Context) error {
	json, err := wantsJSON(c)
	if err != nil {
		return err
	}
	if err := noArguments(c); err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	opts, err := simOptions(c, log)
	if err != nil {
		return err
	}
	ctx, stop := a.watch(c.Context, nil, nil)
	defer stop()
	s, err := startSim(ctx, c, cfg, log, opts)
	var signal *interruption
	if errors.As(err, &signal) {
		return nil // asked to end before it had begun
	}
	if err != nil {
		return err
	}
	defer s.close()
	a.announce(s, cfg.Subject, json)
	select {
	case <-ctx.Done():
		return nil
	case <-s.conn.Ended():
		return s.conn.Err()
	}
}

func simOptions(c *cli.Context, log *logrus.Entry) (simulator.Options, error) {
	opts := simulator.Options{Log: commandLog(log), Keep: -1}
	var err error
	if opts.Delay, err = spanFlag(c, "delay"); err != nil {
		return opts, err
	}
	if opts.Jitter, err = spanFlag(c, "jitter"); err != nil {
		return opts, err
	}
	if opts.Fail, err = rateFlag(c, "fail"); err != nil {
		return opts, err
	}
	if opts.Drop, err = rateFlag(c, "drop"); err != nil {
		return opts, err
	}
	if c.IsSet("seed") {
		if opts.Seed, err = strconv.ParseUint(c.String("seed"), 10, 64); err != nil {
			return opts, usage("--seed: must be a whole number, 0 or more, got %q", c.String("seed"))
		}
	}
	return opts, nil
}

// startSim starts the recorder on a server of its own, or on the one that a flag named.
func startSim(ctx context.Context, c *cli.Context, cfg *config.Config, log *logrus.Entry, opts simulator.Options) (*simulated, error) {
	if !c.IsSet("server") && !c.IsSet("context") {
		return simulate(ctx, natsd.Options{Listen: c.String("listen"), Log: log}, cfg.Subject, opts)
	}
	if c.IsSet("listen") {
		return nil, fault.Usage(errors.New("--listen and an existing server are both given"),
			"leave out --listen to use that server, or --server and --context to start one")
	}
	o := busOptions(cfg, log)
	o.Name = simName
	return simulateOn(ctx, o, cfg.Subject, opts)
}

// announce prints where the recorder is. It goes past the output's memory: a
// simulator whose first lines nobody reads is as good as any.
func (a *app) announce(s *simulated, subject string, json bool) {
	url := s.conn.ConnectedURL()
	if s.server != nil {
		url = s.server.ClientURL()
	}
	var lines string
	if json {
		var o object
		o.add("url", url)
		o.add("subject", subject)
		lines = string(o.bytes()) + "\n"
	} else {
		try := "recue status cam1 --server " + shellQuote(url)
		for _, s := range config.Settings() {
			if s.Name == "subject" && subject != s.Default {
				try += " --subject " + shellQuote(subject)
			}
		}
		lines = fmt.Sprintf("listening on %s\ntry it: %s\n", url, try)
	}
	_, _ = io.WriteString(a.machine.Stdout, lines)
}

// commandLog gives a log for the simulator, which reports each command at
// debug: here the commands are what people want to see.
func commandLog(log *logrus.Entry) *logrus.Entry {
	inner := logrus.New()
	inner.SetOutput(io.Discard)
	inner.SetLevel(logrus.DebugLevel)
	inner.AddHook(commandRelay{log})
	return logrus.NewEntry(inner)
}

// commandRelay passes log entries on; one about a command becomes
//
//	start cam1 → success started
type commandRelay struct{ to *logrus.Entry }

func (commandRelay) Levels() []logrus.Level { return logrus.AllLevels }

// Fire implements logrus.Hook.
func (r commandRelay) Fire(e *logrus.Entry) error {
	status, ok := e.Data["msg_status"]
	if !ok {
		r.to.WithFields(e.Data).Log(e.Level, e.Message)
		return nil
	}
	rest := maps.Clone(e.Data)
	for _, said := range []string{"cmd", "task_id", "msg_status", "app_status"} {
		delete(rest, said)
	}
	cmd, ok := e.Data["cmd"]
	if !ok {
		cmd = "malformed command"
	}
	r.to.WithFields(rest).Infof("%v %v → %v %v", cmd, e.Data["task_id"], status, e.Data["app_status"])
	return nil
}
