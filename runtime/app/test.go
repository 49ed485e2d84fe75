package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
	"recue/runtime/scenario"
	"recue/runtime/script"
)

const testText = `Runs test scenarios. PATH is a file, a file with a line (cameras_test.lua:42: the test that stands there), or
a folder, which is searched for files whose names end in _test.lua.

Each file has a runtime of its own, and with --sim a simulated recorder of its own. Tasks that a test started and
did not stop are stopped after it. Ctrl-C ends the test that runs; its after hooks still run, and the report is
complete as far as it goes.

Exit codes: 0 all passed, 1 a test failed, 2 no tests were found or a file does not load, 3 no connection.

Examples:
  recue test --sim .
  recue test --sim cameras_test.lua:42
  recue test --sim tests --filter "starts twice" --exclude-tag slow --fail-fast
  recue test --sim tests --jobs 4 --report junit=out/junit.xml --report json=out/tests.json
  recue test recorder_test.lua --var prefix=lab7_       against a real recorder
  recue test --sim tests --watch`

func (a *app) testCommand() *cli.Command {
	names := strings.Join(scenario.ReporterNames(), ", ")
	return &cli.Command{
		Name: "test", Usage: "run test scenarios", ArgsUsage: "PATH...", Description: testText,
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "filter", Usage: "only tests whose name contains this `TEXT`; may be repeated"},
			&cli.StringSliceFlag{Name: "tag", Usage: "only tests with this `TAG`; may be repeated"},
			&cli.StringSliceFlag{Name: "exclude-tag", Usage: "no tests with this `TAG`; may be repeated"},
			&cli.BoolFlag{Name: "rerun-failed", Usage: "only tests that failed the last time in this folder"},
			&cli.BoolFlag{Name: "list", Usage: "list the tests instead of running them"},
			&cli.BoolFlag{Name: "fail-fast", Usage: "begin nothing more after a failure"},
			&cli.BoolFlag{Name: "shuffle", Usage: "mix the order, by --seed"},
			&cli.StringFlag{Name: "repeat", Usage: "run everything so `MANY` times (default 1)"},
			&cli.StringFlag{Name: "jobs", Usage: "run so `MANY` files side by side (default 1)"},
			&cli.BoolFlag{Name: "strict", Usage: "warnings are failures: tests without an expectation, the option only"},
			&cli.StringFlag{Name: "test-timeout", Usage: "how long a test may take that says nothing else, a `DURATION` (default 30s)"},
			&cli.BoolFlag{Name: "watch", Usage: "run again whenever a file changes, until interrupted"},
			&cli.StringFlag{Name: "reporter", Usage: "`KIND` of the report on standard output: " + names + " (default pretty)"},
			&cli.StringSliceFlag{Name: "report", Usage: "write a report to a file too, as `KIND=FILE`; may be repeated"},
			&cli.StringSliceFlag{Name: "var", Usage: "give the script vars.NAME, as `NAME=VALUE`; may be repeated"},
			simFlag(),
		}, limitFlags()...),
		Action: a.test,
	}
}

// test is the command.
func (a *app) test(c *cli.Context) error {
	t, err := a.newTestRun(c)
	if err != nil {
		return err
	}
	ctx, stop := a.watch(c.Context, func(i *interruption) {
		a.display.say("%v: ending the tests, after hooks and clean-up have %v; a second signal (Ctrl-C) ends it at once", i, grace)
	}, func() {
		t.left.name()
		t.book.end(130)
	})
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.out.whenFailed(func(error) { cancel(script.ErrStdout) })
	if c.Bool("watch") {
		err = a.watchTests(ctx, t)
	} else {
		err = t.once(ctx)
	}
	t.book.end(exitCode(a.settle(err)))
	return err
}

// testOptions reads the flags that say which tests to run, and how. Files are
// found later.
func testOptions(c *cli.Context) (scenario.Options, error) {
	o := scenario.Options{
		Select: scenario.Selection{
			Filters: c.StringSlice("filter"), Tags: c.StringSlice("tag"), Exclude: c.StringSlice("exclude-tag"),
		},
		List: c.Bool("list"), FailFast: c.Bool("fail-fast"), Shuffle: c.Bool("shuffle"), Strict: c.Bool("strict"), Grace: grace,
	}
	var err error
	if o.Repeat, err = countFlag(c, "repeat"); err != nil {
		return o, err
	}
	if o.Jobs, err = countFlag(c, "jobs"); err != nil {
		return o, err
	}
	if o.Timeout, err = spanFlag(c, "test-timeout"); err != nil {
		return o, err
	}
	if c.IsSet("test-timeout") && o.Timeout == 0 {
		return o, usage("--test-timeout: must be more than 0")
	}
	if o.List && c.Bool("watch") {
		return o, usage("--list and --watch do not go together")
	}
	o.Seed, err = seed(c)
	return o, err
}

// countFlag reads a flag that holds a number of 1 or more; 1 without the flag.
func countFlag(c *cli.Context, name string) (int, error) {
	if !c.IsSet(name) {
		return 1, nil
	}
	n, err := strconv.Atoi(c.String(name))
	if err != nil || n < 1 || n > 100_000 {
		return 0, usage("--%s: must be a whole number, 1 or more, got %q", name, c.String(name))
	}
	return n, nil
}

// reports makes what is told of the results: the one on standard output, and
// those that are written to files. done closes the files.
func (a *app) reports(c *cli.Context) (all scenario.Reporters, done func() error, err error) {
	json, err := wantsJSON(c)
	if err != nil {
		return nil, nil, err
	}
	kind := "pretty"
	switch {
	case c.IsSet("reporter") && json && c.String("reporter") != "json":
		return nil, nil, usage("--output json and --reporter %s contradict each other", c.String("reporter"))
	case c.IsSet("reporter"):
		kind = c.String("reporter")
	case json:
		kind = "json"
	}
	style := scenario.Style{Error: showError}
	onTerminal := style
	onTerminal.Live = a.machine.OutTerminal
	onTerminal.Colour = a.machine.OutTerminal && !refusesColour(a.machine)
	if err := knownReporter("--reporter", kind); err != nil {
		return nil, nil, err
	}
	if c.Bool("list") {
		all = append(all, &testList{out: a.out, json: json})
	} else {
		all = append(all, scenario.NewReporter(kind, a.out, onTerminal))
	}
	var files []io.Closer
	done = func() error {
		var errs []error
		for _, f := range files {
			errs = append(errs, f.Close())
		}
		return errors.Join(errs...)
	}
	for _, given := range c.StringSlice("report") {
		kind, name, ok := strings.Cut(given, "=")
		if !ok || name == "" {
			err = usage("--report: must be KIND=FILE, such as junit=out.xml, got %q", given)
		} else {
			err = knownReporter("--report", kind)
		}
		var file io.WriteCloser
		if err == nil {
			if file, err = a.machine.Create(name); err != nil {
				err = usage("--report: write %s: %w", name, fileError(err))
			}
		}
		if err != nil {
			_ = done() // nothing was written yet
			return nil, nil, err
		}
		files = append(files, file)
		all = append(all, scenario.NewReporter(kind, file, style))
	}
	return all, done, nil
}

func knownReporter(flag, kind string) error {
	known := scenario.ReporterNames()
	if slices.Contains(known, kind) {
		return nil
	}
	return usage("%s: there is no report %q%s; known are %s", flag, kind, didYouMean("", kind, known), strings.Join(known, ", "))
}

// showError is an error as it is shown on stderr, for a report.
func showError(e *script.Error, colour bool) string {
	r := &report{colour: colour}
	r.script(e, "")
	return r.text.String()
}

// testVerdict is the error that a run of tests ends with, which has been shown by
// the report; nil where all went well.
func testVerdict(s *scenario.Summary, selected bool) error {
	switch {
	case s.Interrupted != nil:
		return &shownError{s.Interrupted}
	case s.Unloaded():
		return &shownError{fault.Usage(errors.New("a file could not be loaded"), "")}
	case !s.Good():
		return &shownError{&fault.Exit{Code: fault.ExitScript, Err: fmt.Errorf("tests failed: %d", s.Counts.Failed+s.Counts.Other)}}
	case s.Counts.Total() == 0 && selected:
		return fault.Usage(errors.New("no test was chosen"), "--list shows the tests; are --filter, --tag and the lines right?")
	case s.Counts.Total() == 0:
		return fault.Usage(errors.New("no tests were found"), "a test is declared with test(name, fn), in a file whose name ends in _test.lua")
	}
	return nil
}
