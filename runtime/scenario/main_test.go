package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// body is what a test or a hook of these tests does.
type body func(ctx context.Context, env script.Env) error

// start is a body as a program would hand it over.
func (b body) start() script.Start {
	return func(ctx context.Context, env script.Env, ended func(error), _ ...any) { ended(b(ctx, env)) }
}

// program declares tests: a script in Go.
type program func(p *declaring) error

// declaring is what a program declares with.
type declaring struct {
	host script.Host
	line int
}

func (p program) Run(ctx context.Context, host script.Host) error {
	if err := p(&declaring{host: host}); err != nil {
		return err
	}
	if err := host.Then(ctx); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (d *declaring) test(name string, b body, change ...func(*script.Test)) {
	d.line += 10
	t := script.Test{Name: name, At: script.Position{File: "f.lua", Line: d.line}, End: d.line + 5, Run: b.start()}
	for _, c := range change {
		c(&t)
	}
	if err := d.host.Tests.AddTest(t); err != nil {
		panic(err)
	}
}

func (d *declaring) hook(kind script.HookKind, b body) {
	if err := d.host.Tests.AddHook(script.Hook{Kind: kind, Run: b.start()}); err != nil {
		panic(err)
	}
}

// direct is a simulated recorder without a network.
type direct struct{ sim *simulator.Recorder }

func (d direct) Request(_ string, data []byte, timeout time.Duration, done func([]byte, error)) recorder.Call {
	e := d.sim.Answer(data)
	if e.Dropped {
		done(nil, &fault.Error{Code: fault.Timeout, Message: "no answer"})
	} else {
		done(e.Reply, nil)
	}
	return ended{}
}

// log collects what happened, in order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// says is a body that logs its name.
func (l *log) says(name string) body {
	return func(context.Context, script.Env) error { l.add("%s", name); return nil }
}

// fails is a body that logs its name and fails.
func (l *log) fails(name string) body {
	return func(context.Context, script.Env) error { l.add("%s", name); return errors.New(name + " failed") }
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, " ")
}

// stage runs programs as files.
type stage struct {
	t     *testing.T
	files map[string]program
	sim   *simulator.Recorder
	log   log
	seen  keeper
}

// keeper is a Reporter that keeps what it is told.
type keeper struct {
	order   []string // "start f.lua", "pass", "file f.lua"
	results map[string]*Result
}

func (k *keeper) Begin(Plan)               { k.results = map[string]*Result{} }
func (k *keeper) Start(path string, r int) { k.order = append(k.order, "start "+path) }
func (k *keeper) File(f *FileResult)       { k.order = append(k.order, "file "+f.Path) }
func (k *keeper) End(*Summary) error       { return nil }
func (k *keeper) Result(r *Result)         { k.results[r.Name] = r; k.order = append(k.order, r.Name) }
func (k *keeper) failures(name string) (all []string) {
	for _, f := range k.results[name].Failures {
		all = append(all, f.Stage+": "+f.Err.Message)
	}
	return all
}

func newStage(t *testing.T) *stage {
	t.Helper()
	sim, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t: t, files: map[string]program{}, sim: sim}
}

// run runs the files; one that declares with declare is "f.lua".
func (s *stage) run(ctx context.Context, o Options, declare program) *Summary {
	s.t.Helper()
	if declare != nil {
		s.files["f.lua"] = declare
	}
	if o.Files == nil {
		o.Files = []string{"f.lua"}
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	o.Grace = 10 * time.Second
	o.Open = func(_ context.Context, path string) (*Session, error) {
		p, ok := s.files[path]
		if !ok {
			return nil, fault.Usage(errors.New("there is no such file"), "")
		}
		client := recorder.NewOn(Refusing(direct{s.sim}, s.sim), recorder.Options{Subject: "rec.control", Timeout: time.Second})
		return &Session{Program: p, Host: script.Host{Recorder: client, Simulator: s.sim}, Log: func(w io.Writer) *logrus.Entry {
			l := logrus.New()
			l.SetOutput(w)
			return logrus.NewEntry(l)
		}}, nil
	}
	s.seen = keeper{}
	summary, err := Run(ctx, o, &s.seen)
	if err != nil {
		s.t.Fatal(err)
	}
	return summary
}

// met is what an expectation does that is met.
func met(_ context.Context, env script.Env) error { env.Trial.Expectations++; return nil }

// start starts a task through the test's scope.
func startTask(ctx context.Context, env script.Env, task string) error {
	env.Trial.Expectations++
	_, err := env.Scope.Do(ctx, protocol.NewCommand(protocol.Start, task), recorder.Route{})
	return err
}
