package scenario

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"recue/runtime/fault"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// file is one file while it is run.
type file struct {
	*runner
	unit
	tree    tree
	session *Session
	scope   *recorder.Scope // of the file; each test has one within it
	out     *Capture        // what is printed outside of the tests
	ran     bool            // the tests were come to
	result  *FileResult
}

// run runs a unit and queues what came of it.
func (r *runner) run(ctx context.Context, u unit) {
	f := &file{runner: r, unit: u, out: &Capture{}, result: &FileResult{Path: u.path, Round: u.round}}
	begun := time.Now()
	defer u.events.close()
	if reason := r.stopping(ctx); reason != "" {
		f.result.Warnings = append(f.result.Warnings, "not run: "+reason)
	} else {
		u.events.add(event{})
		f.perform(ctx)
	}
	f.result.Took = time.Since(begun)
	f.result.Output = f.out.String()
	u.events.add(event{file: f.result})
}

// perform opens the file, runs it with its tests, and cleans up.
func (f *file) perform(ctx context.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			err := fmt.Errorf("internal error of Recue, please report it: %v\n%s", cause, debug.Stack())
			f.other("running the file", &script.Error{Message: err.Error(), Err: err})
		}
	}()
	session, err := f.Open(ctx, f.path)
	if err != nil {
		f.unloaded(ctx, err)
		return
	}
	if session.Close != nil {
		defer session.Close()
	}
	f.session = session
	host := session.Host
	host.Tests, host.Then = &f.tree, f.then
	f.scope = host.Recorder.Scope().Child()
	host.Scope, host.Stdout, host.Log = f.scope, f.out, session.Log(f.out)
	err = session.Program.Run(ctx, host)
	interrupted := ctx.Err() != nil && errors.Is(err, context.Cause(ctx))
	switch {
	case err == nil, interrupted && f.ran:
	case interrupted:
		f.result.Warnings = append(f.result.Warnings, "interrupted before its tests could begin")
	case f.ran:
		f.other("the file's finally functions", asError(err))
	default:
		f.other("the top of the file", asError(err))
	}
	for _, failure := range f.stopAll(f.scope, "the file") {
		f.other(failure.Stage, failure.Err)
	}
}

// unloaded is a file that could not be opened.
func (f *file) unloaded(ctx context.Context, err error) {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		f.result.Warnings = append(f.result.Warnings, "interrupted before its tests could begin")
		return
	}
	f.result.Unloaded = true
	f.other("loading", asError(err))
}

// other queues a failure that is no test's.
func (f *file) other(what string, err *script.Error) {
	f.add(&Result{Name: what, Line: err.At.Line, Other: true, Status: Failed, Begun: time.Now(),
		Attempt: Attempt{Failures: []Failure{{what, err}}}})
}

// add queues a result.
func (f *file) add(r *Result) {
	r.File, r.Round = f.path, f.round
	if r.Status == Failed {
		f.failed.Store(true)
	}
	f.result.Counts.add(r)
	f.result.Results = append(f.result.Results, r)
	f.events.add(event{result: r})
}

// then is called when the program has declared its tests.
func (f *file) then(ctx context.Context) error {
	f.ran = true
	tests := f.tree.close()
	if line := f.Select.lineWithout(f.path, tests); line > 0 {
		f.result.Unloaded = true
		f.other("choosing tests", asError(fault.Usage(fmt.Errorf("there is no test at %s:%d", f.path, line),
			"name a line within a test; --list shows where they are")))
		return nil
	}
	chosen, only := f.Select.choose(f.path, tests)
	f.result.LeftOut, f.result.Only = len(tests)-len(chosen), only
	if len(tests) == 0 {
		f.result.Warnings = append(f.result.Warnings, "it has no tests")
	}
	if f.Shuffle {
		chosen = shuffled(chosen, f.Seed, f.path)
	}
	if f.List {
		for i := range chosen {
			r := f.resultOf(&chosen[i])
			r.Status = Listed
			f.add(r)
		}
		return nil
	}
	f.runTests(ctx, chosen)
	return nil
}

// runTests runs the tests with the before_all hooks before and the after_all hooks
// after them.
func (f *file) runTests(ctx context.Context, tests []script.Test) {
	began := false // the before_all hooks
	var broken []Failure
	for i := range tests {
		t := &tests[i]
		r := f.resultOf(t)
		reason := f.stopping(ctx)
		if reason == "" && !t.Skip && !began {
			began = true
			broken = f.hooks(ctx, script.BeforeAll)
			reason = f.stopping(ctx)
		}
		switch {
		case t.Skip:
			r.Status, r.Reason = Skipped, t.Reason
		case broken != nil && ctx.Err() == nil:
			r.Status, r.Failures = Failed, broken
		case reason != "":
			r.Status, r.Reason = NotRun, reason
		default:
			f.test(ctx, t, r)
		}
		f.add(r)
	}
	if began {
		for _, failure := range f.hooks(f.last, script.AfterAll) {
			f.other(failure.Stage, failure.Err)
		}
	}
}

func (f *file) resultOf(t *script.Test) *Result {
	return &Result{Name: t.Name, Line: t.At.Line, Tags: t.Tags, Begun: time.Now()}
}

// hooks runs the hooks around all tests: the before hooks up to the first that
// fails, the after hooks all.
func (f *file) hooks(ctx context.Context, kind script.HookKind) []Failure {
	var failures []Failure
	for _, hook := range f.tree.hooks[kind] {
		p := f.newPiece(f.scope, f.out, false)
		p.runFor(ctx, f.Timeout, string(kind), hook.Run)
		failures = append(failures, p.failures...)
		if kind == script.BeforeAll && len(failures) > 0 {
			break
		}
	}
	return failures
}

// test runs a test until it passes or has no more retries.
func (f *file) test(ctx context.Context, t *script.Test, r *Result) {
	r.Begun = time.Now()
	for {
		a := f.attempt(ctx, t)
		if len(a.Failures) == 0 || len(r.Earlier) == t.Retries || ctx.Err() != nil {
			r.Attempt = a
			break
		}
		r.Earlier = append(r.Earlier, a)
	}
	r.Status = Passed
	if len(r.Failures) > 0 {
		r.Status = Failed
	}
}

// asError is an error as a *script.Error.
func asError(err error) *script.Error {
	var e *script.Error
	if errors.As(err, &e) {
		return e
	}
	return &script.Error{Message: err.Error(), Hint: fault.HintOf(err), Err: err}
}
