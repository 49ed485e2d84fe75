package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/recorder"
	"recue/runtime/scenario"
	"recue/runtime/script"
)

// testRun is what `recue test` was asked to do.
type testRun struct {
	*app
	c       *cli.Context
	cfg     *config.Config
	log     *logrus.Entry
	book    *logbook
	options scenario.Options
	vars    map[string]string
	left    *leftoversOfAll

	shared *session // with the real recorder; nil with --sim
}

// newTestRun reads the command line. Its errors are wrong usage; nothing was sent.
func (a *app) newTestRun(c *cli.Context) (*testRun, error) {
	t := &testRun{app: a, c: c, left: &leftoversOfAll{}}
	var err error
	if t.options, err = testOptions(c); err != nil {
		return nil, err
	}
	if t.vars, err = parseVars(c.StringSlice("var")); err != nil {
		return nil, err
	}
	if _, _, err := a.testFiles(c.Args().Slice()); err != nil {
		return nil, err
	}
	if t.cfg, t.log, err = a.settings(c); err != nil {
		return nil, err
	}
	if t.options.List {
		return t, nil
	}
	begin := journal.Begin{Script: strings.Join(c.Args().Slice(), " ")}
	t.book, err = a.openJournal(c, t.cfg, t.log, begin, "")
	return t, err
}

// once runs the tests once and reports.
func (t *testRun) once(ctx context.Context) error {
	files, lines, err := t.testFiles(t.c.Args().Slice())
	if err != nil {
		return err
	}
	o := t.options
	o.Files, o.Select.Lines, o.Open = files, lines, t.open
	memory := t.memory()
	if t.c.Bool("rerun-failed") {
		if o.Select.Names = memory.failed(files); o.Select.Names == nil {
			t.display.say("no test of these failed the last time: running all of them")
		} else {
			o.Files = slices.DeleteFunc(slices.Clone(files), func(f string) bool { return len(o.Select.Names[f]) == 0 })
		}
	}
	reporters, done, err := t.reports(t.c)
	if err != nil {
		return err
	}
	if !t.options.List && !t.c.Bool("sim") {
		if t.shared, err = connect(ctx, t.cfg, t.log, false, t.book); err != nil {
			return errors.Join(err, done())
		}
		defer t.shared.close()
	}
	summary, err := scenario.Run(ctx, o, reporters)
	if failed := done(); err == nil {
		err = failed
	}
	if !o.List {
		memory.remember(t.display, summary)
	}
	verdict := t.verdict(summary)
	if err != nil && verdict == nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return verdict
}

// verdict is testVerdict, and with --strict a failure where tests were left out
// by the option only.
func (t *testRun) verdict(s *scenario.Summary) error {
	sel := t.options.Select
	err := testVerdict(s, len(sel.Filters)+len(sel.Tags)+len(sel.Exclude) > 0 || t.c.Bool("rerun-failed"))
	only := slices.ContainsFunc(s.Files, func(f *scenario.FileResult) bool { return f.Only && f.LeftOut > 0 })
	if err == nil && t.options.Strict && only {
		return &fault.Exit{Code: fault.ExitScript, Err: errors.New("tests were left out by the option only (--strict)")}
	}
	return err
}

// open gives a file what it runs on: with --sim a recorder of its own.
func (t *testRun) open(ctx context.Context, path string) (*scenario.Session, error) {
	limits := limitsOf(t.cfg)
	text, err := t.readScript(path, limits.Source)
	if err != nil {
		return nil, fault.Usage(fmt.Errorf("%s: %w", path, err), "")
	}
	program, err := t.engine.Load(path, text, limits)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	if err := t.mistake(script.Source{Name: path, Text: text, Dir: dir}, limits); err != nil {
		return nil, err
	}
	host := script.Host{
		Env:   script.Env{TaskID: t.cfg.TaskID, Location: time.Local, Grace: grace},
		Clock: clock.Real{}, Vars: t.vars, Dir: dir, Limits: limits, Seed: t.options.Seed,
	}
	session := &scenario.Session{Program: program, Log: t.logTo}
	if t.options.List {
		host.Recorder = recorder.NewOn(onlyListed{}, recorder.Options{Subject: t.cfg.Subject, Timeout: t.cfg.Timeout, Log: t.log})
		session.Host = host
		return session, nil
	}
	s, err := t.session(ctx)
	if err != nil {
		return nil, err
	}
	host.Recorder = s.client
	if s.simulated != nil {
		host.Simulator = s.simulated.service.Recorder()
	}
	left := &leftovers{display: t.display, cfg: t.cfg}
	left.watch(s)
	t.left.add(left)
	session.Host = host
	session.Close = func() {
		t.left.remove(left)
		if s.simulated == nil {
			left.name()
			return
		}
		s.close()
	}
	return session, nil
}

// session gives a file its client: on the connection to the real recorder, which
// all share, or on a server and a simulated recorder of its own.
func (t *testRun) session(ctx context.Context) (*session, error) {
	options := recorder.Options{Subject: t.cfg.Subject, Timeout: t.cfg.Timeout, Log: t.log, Journal: t.book.recorderJournal()}
	if t.shared != nil {
		return &session{conn: t.shared.conn, client: recorder.New(t.shared.conn, options)}, nil
	}
	// Tests ask for faults: what the client warns of is no news, unless someone looks for it.
	if t.cfg.LogLevel > slog.LevelDebug {
		options.Log = t.logTo(io.Discard)
	}
	s, err := connect(ctx, t.cfg, options.Log, true, t.book)
	if err != nil {
		return nil, err
	}
	s.client = recorder.NewOn(scenario.Refusing(recorder.OnBus(s.conn), s.simulated.service.Recorder()), options)
	return s, nil
}

// logTo is a log as the settings want it, kept with a test.
func (t *testRun) logTo(w io.Writer) *logrus.Entry { return newLog(w, t.cfg, false) }

// mistake is the first error that a check finds in the file, or nil.
func (t *testRun) mistake(s script.Source, limits script.Limits) error {
	findings := slices.DeleteFunc(t.engine.Check([]script.Source{s}, limits), func(f script.Finding) bool {
		return f.Severity != script.SeverityError
	})
	if len(findings) == 0 {
		return nil
	}
	f := findings[0]
	e := &script.Error{
		Message: fmt.Sprintf("%s (%s)", f.Message, f.Code), Hint: f.Hint, Source: f.Source,
		At:  script.Position{File: f.File, Line: f.Line, Column: f.Column},
		Err: fault.Usage(errors.New(f.Message), f.Hint),
	}
	if more := len(findings) - 1; more > 0 {
		e.Message += fmt.Sprintf("; and %s more: recue check %s", counted(more, "error"), shellQuote(s.Name))
	}
	return e
}

// onlyListed is the way of commands while tests are only listed.
type onlyListed struct{}

// Request implements recorder.Conn.
func (onlyListed) Request(subject string, _ []byte, _ time.Duration, done func([]byte, error)) recorder.Call {
	done(nil, &fault.Error{Code: fault.NotSent, Subject: subject,
		Message: "the tests are only listed: nothing is sent",
		Hint:    "put the commands at the top of the file into before_all, or run the tests"})
	return listedCall{}
}

type listedCall struct{}

func (listedCall) Cancel(error) {}

var withLine = regexp.MustCompile(`^(.+):(\d+)$`)

// testFiles finds the files that paths name, each once, and the lines that were
// asked for. A folder is searched for *_test.lua.
func (a *app) testFiles(paths []string) (files []string, lines map[string][]int, err error) {
	if len(paths) == 0 {
		return nil, nil, fault.Usage(errors.New("recue test: no path is given"), "name a file or a folder, such as . for this one")
	}
	lines = map[string][]int{}
	whole := map[string]bool{} // files that were named without a line
	for _, path := range paths {
		line := 0
		if m := withLine.FindStringSubmatch(path); m != nil {
			if _, err := a.stat(path); err != nil { // else it is a file of that name
				path = m[1]
				line, _ = strconv.Atoi(m[2])
			}
		}
		found, err := a.luaFiles(path)
		if info, failed := a.stat(path); failed == nil && info.IsDir() {
			if found = slices.DeleteFunc(found, func(f string) bool { return !strings.HasSuffix(f, "_test.lua") }); len(found) == 0 {
				err = errors.New("there are no files in this folder whose names end in _test.lua")
			}
		}
		if err != nil {
			return nil, nil, fault.Usage(fmt.Errorf("test %s: %w", path, err), a.similar(path, err))
		}
		for _, file := range found {
			file = filepath.Clean(file)
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
			if line > 0 {
				lines[file] = append(lines[file], line)
			} else {
				whole[file] = true
			}
		}
	}
	for file := range whole {
		delete(lines, file)
	}
	return files, lines, nil
}

// leftoversOfAll are the leftovers of the files that run now.
type leftoversOfAll struct {
	mu  sync.Mutex
	all []*leftovers
}

func (l *leftoversOfAll) add(one *leftovers) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, one)
}

func (l *leftoversOfAll) remove(one *leftovers) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(other *leftovers) bool { return other == one })
}

// name says which tasks still record, and how to stop each.
func (l *leftoversOfAll) name() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.name()
	}
}
