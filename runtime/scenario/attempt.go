package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// piece runs functions of a file one after the other, for one purpose: a test
// with its hooks, or a hook alone. It collects what goes wrong.
type piece struct {
	env      script.Env
	failures []Failure
}

// newPiece makes a piece whose commands go through scope; faults says whether it
// may make the simulated recorder fail.
func (f *file) newPiece(scope *recorder.Scope, out *Capture, faults bool) *piece {
	env := f.session.Host.Env
	env.Scope, env.Stdout, env.Log = scope, out, f.session.Log(out)
	env.Trial = &script.Trial{Faults: faults}
	return &piece{env: env}
}

// errTimeout is the cause of the end of a test that took too long.
type errTimeout struct {
	what  string
	after time.Duration
}

func (e *errTimeout) Error() string {
	return fmt.Sprintf("%s is not finished within %v (option timeout)", e.what, e.after)
}

// runFor runs a function with a time limit of its own.
func (p *piece) runFor(ctx context.Context, limit time.Duration, stage string, run script.Start) bool {
	own, cancel := context.WithTimeoutCause(ctx, limit, &errTimeout{stage, limit})
	defer cancel()
	return p.run(own, stage, run)
}

// run runs a function and notes what went wrong; it says whether all went well.
func (p *piece) run(ctx context.Context, stage string, run script.Start) bool {
	before := len(p.failures)
	err := run.Run(ctx, p.env)
	var raised *script.Error
	if err != nil {
		raised = asError(err)
	}
	for _, unmet := range p.env.Trial.Unmet {
		// What was not met, and then ended the function, need not be said twice.
		if raised == nil || !mentions(raised, unmet.Err) {
			p.failures = append(p.failures, Failure{stage, unmet})
		}
	}
	p.env.Trial.Unmet = nil
	if raised != nil {
		p.failures = append(p.failures, Failure{stage, raised})
	}
	return len(p.failures) == before
}

// mentions says whether an error shows a cause: as its own, as that of a branch,
// or among what failed besides.
func mentions(e *script.Error, cause error) bool {
	if e.Err == cause || errors.Is(e.Err, cause) {
		return true
	}
	for _, f := range e.Failures {
		if mentions(f.Error, cause) {
			return true
		}
	}
	return slices.ContainsFunc(e.Also, func(also *script.Error) bool { return mentions(also, cause) })
}

// attempt runs a test once, with its hooks, and cleans up after it.
func (f *file) attempt(ctx context.Context, t *script.Test) Attempt {
	begun := time.Now()
	var commands commands
	scope := f.scope.Child()
	scope.Observe(commands.add)
	out := &Capture{}
	p := f.newPiece(scope, out, true)
	if sim := f.session.Host.Simulator; sim != nil {
		sim.Reset()
	}
	limit := t.Timeout
	if limit == 0 {
		limit = f.Timeout
	}

	own, cancel := context.WithTimeoutCause(ctx, limit, &errTimeout{"the test", limit})
	ready := true
	for _, hook := range f.tree.hooks[script.BeforeEach] {
		if ready = p.run(own, string(script.BeforeEach), hook.Run); !ready {
			break
		}
	}
	if ready {
		p.run(own, "test", t.Run)
	}
	cancel()
	if sim := f.session.Host.Simulator; sim != nil {
		sim.EndRules()
	}
	p.env.Trial.Faults = false
	own, cancel = context.WithTimeoutCause(f.last, limit, &errTimeout{string(script.AfterEach), limit})
	for _, hook := range f.tree.hooks[script.AfterEach] {
		p.run(own, string(script.AfterEach), hook.Run)
	}
	cancel()
	p.failures = append(p.failures, f.stopAll(scope, "the test")...)

	a := Attempt{Failures: p.failures, Expectations: p.env.Trial.Expectations}
	if len(a.Failures) == 0 && a.Expectations == 0 {
		f.warn(&a, t, "it has no expectation: it shows only that no command failed")
	}
	a.Output, a.Commands, a.Took = out.String(), commands.list(), time.Since(begun)
	return a
}

// warn notes a warning about a test, which is a failure where Strict.
func (f *file) warn(a *Attempt, t *script.Test, text string) {
	if !f.Strict {
		a.Warnings = append(a.Warnings, text)
		return
	}
	err := &script.Error{Message: text + " (--strict)", At: t.At, Err: errors.New(text)}
	a.Failures = append(a.Failures, Failure{"test", err})
}

// stopAll stops what was started through the scope and still records, all at
// once. What could not be stopped is a failure.
func (f *file) stopAll(scope *recorder.Scope, of string) []Failure {
	recording := scope.Recording()
	errs := make([]error, len(recording))
	var all sync.WaitGroup
	for i, r := range recording {
		all.Go(func() {
			_, errs[i] = scope.Do(f.last, protocol.NewCommand(protocol.Stop, r.TaskID), recorder.Route{Subject: r.Subject})
		})
	}
	all.Wait()
	var failures []Failure
	still := scope.Recording()
	for i, r := range recording {
		if errs[i] == nil || !slices.ContainsFunc(still, func(s recorder.Recording) bool { return s.Task == r.Task }) {
			continue
		}
		state := "records"
		if r.Maybe {
			state = "may record"
		}
		e := asError(errs[i])
		failures = append(failures, Failure{"clean-up", &script.Error{
			Message: fmt.Sprintf("%s still %s: it was started in %s and could not be stopped after it: %s", r.TaskID, state, of, e.Message),
			Hint:    e.Hint, Err: e.Err,
		}})
	}
	return failures
}

// commands collects what was sent in an attempt.
type commands struct {
	mu  sync.Mutex
	all []recorder.Exchange
}

func (c *commands) add(e recorder.Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, e)
}

// list gives them in the order in which they were sent.
func (c *commands) list() []recorder.Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.SortStableFunc(c.all, func(a, b recorder.Exchange) int { return a.Sent.Compare(b.Sent) })
	return c.all
}
