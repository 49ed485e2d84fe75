package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// starts is a program that starts tasks and then does what is next.
func starts(next func(ctx context.Context, h script.Host) error, tasks ...string) func(context.Context, script.Host) error {
	return func(ctx context.Context, h script.Host) error {
		for _, task := range tasks {
			if _, err := h.Recorder.Scope().Do(ctx, protocol.NewCommand(protocol.Start, task), recorder.Route{}); err != nil {
				return &script.Error{Message: err.Error(), Err: err}
			}
		}
		if next == nil {
			return nil
		}
		return next(ctx, h)
	}
}

// waits is a program's part that says so and waits until it is cancelled.
func waits(ctx context.Context, h script.Host) error {
	fmt.Fprintln(h.Stdout, "waiting")
	<-ctx.Done()
	return &script.Error{Message: "cancelled", Err: context.Cause(ctx)}
}

func TestAProgramGetsWhatTheCommandLineSays(t *testing.T) {
	b := newBench(t)
	path := file(t, "nightly.lua", "print(1)\n")
	var host script.Host
	b.engine.run = func(_ context.Context, h script.Host) error { host = h; return nil }
	code := b.recue("run", path, "a", "--sim", "--task-id", "cam9", "--var", "list=a,b=c", "--var=empty=", "b", "--", "--c")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	if b.engine.name != path || b.engine.text != "print(1)\n" || host.Dir != filepath.Dir(path) {
		t.Errorf("loaded %q from %q in %q", b.engine.text, b.engine.name, host.Dir)
	}
	if got := strings.Join(host.Args, " "); got != "a b --c" {
		t.Errorf("arguments %q", got)
	}
	if empty, ok := host.Vars["empty"]; len(host.Vars) != 2 || host.Vars["list"] != "a,b=c" || !ok || empty != "" {
		t.Errorf("variables %q", host.Vars)
	}
	if host.TaskID != "cam9" || host.Grace != grace || host.Clock == nil || host.Location == nil || host.Log == nil {
		t.Errorf("host %+v", host)
	}
}

func TestAScriptFromStandardInputAndFromTheCommandLine(t *testing.T) {
	b := newBench(t)
	b.Stdin = strings.NewReader("print(2)")
	var host script.Host
	b.engine.run = func(_ context.Context, h script.Host) error { host = h; return nil }
	if code := b.recue("run", "-", "x", "--sim"); code != 0 || b.engine.name != "stdin" || b.engine.text != "print(2)" {
		t.Errorf("exit code %d, loaded %q from %q: %s", code, b.engine.text, b.engine.name, b.stderr)
	}
	if host.Dir != "." || len(host.Args) != 1 {
		t.Errorf("folder %q, arguments %q", host.Dir, host.Args)
	}
	b = newBench(t)
	b.engine.run = func(_ context.Context, h script.Host) error { host = h; return nil }
	if code := b.recue("run", "--sim", "-e", "print(3)", "y"); code != 0 || b.engine.name != "-e" || b.engine.text != "print(3)" {
		t.Errorf("exit code %d, loaded %q from %q: %s", code, b.engine.text, b.engine.name, b.stderr)
	}
	if host.Dir != "." || host.Args[0] != "y" {
		t.Errorf("folder %q, arguments %q", host.Dir, host.Args)
	}
}

// None of these may reach for a server: the address is one that nobody listens on.
func TestAScriptThatCannotRunIsRefusedBeforeConnecting(t *testing.T) {
	folder := t.TempDir()
	near := file(t, "nightly.lua", "x")
	cases := []struct {
		words   []string
		message string
	}{
		{nil, "run: no script is given"},
		{[]string{filepath.Join(folder, "nope.lua")}, "there is no such file\n"},
		{[]string{strings.Replace(near, "nightly", "nihgtly", 1)}, "did you mean " + near},
		{[]string{strings.TrimSuffix(near, ".lua")}, "did you mean " + near},
		{[]string{folder}, "it is a folder, not a script"},
		{[]string{file(t, "big", strings.Repeat("-", script.DefaultLimits().Source+1))}, "larger than 1024 KiB (limit --max-source)"},
		{[]string{file(t, "binary", "\x1bLua\x00")}, "a binary file"},
		{[]string{file(t, "empty.lua", " \n")}, "the script is empty"},
		{[]string{"-"}, "run -: the script is empty"},
		{[]string{"-e", ""}, "run -e: the script is empty"},
		{[]string{near, "--var", "x"}, `--var: must be NAME=VALUE, got "x"`},
		{[]string{near, "--var", "1x=2"}, "begin with no digit"},
		{[]string{near, "--var", "=2"}, "--var: the name"},
		{[]string{near, "--var", "a=1", "--var", "a=2"}, `a is given twice: as "1" and as "2"`},
		{[]string{near, "--timeout", "soon"}, "--timeout"},
		{[]string{near, "--output", "xml"}, "--output: must be text or json"},
	}
	for _, c := range cases {
		b := newBench(t)
		if code := b.recue(append([]string{"run", "--server", "127.0.0.1:1"}, c.words...)...); code != 2 {
			t.Errorf("run %q: exit code %d: %s", c.words, code, b.stderr)
		}
		wants(t, fmt.Sprintf("stderr of run %q", c.words), b.stderr, c.message)
	}
	if _, err := readSource(strings.NewReader(strings.Repeat("-", 100)), 100); err != nil {
		t.Errorf("a script of just 1 MiB: %v", err)
	}
}

func TestAScriptThatDoesNotLoadIsShownWithItsPlace(t *testing.T) {
	b := newBench(t)
	cause := errors.New("unexpected =")
	b.engine.load = &script.Error{Message: "unexpected =", At: script.Position{File: "-e", Line: 1, Column: 5}, Source: "x = = 1",
		Err: fault.Usage(cause, "")}
	if code := b.recue("run", "-e", "x = = 1", "--server", "127.0.0.1:1"); code != 2 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "-e:1: unexpected =\n  1 | x = = 1\n    |     ^\n")
}

func TestNoServerMeansThatNothingRuns(t *testing.T) {
	b := newBench(t)
	b.engine.run = func(context.Context, script.Host) error { t.Error("the program runs"); return nil }
	if code := b.recue("run", "-e", "x", "--server", "127.0.0.1:1"); code != 3 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "127.0.0.1:1: nothing listens there")
	wants(t, "stderr", b.stderr, "add --sim, or run `recue sim`")
}

func TestExitCodesOfARun(t *testing.T) {
	failed := &script.Error{Message: "m", Err: nobody}
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{&script.Error{Message: "m"}, 1},
		{failed, 4},
		{&script.Error{Message: "m", Err: &fault.Error{Code: fault.ParallelFailed}, Failures: []script.Failure{{Error: failed}}}, 4},
		{&script.Error{Message: "m", Err: &fault.Error{Code: fault.ParallelFailed}, Failures: []script.Failure{
			{Error: failed}, {Error: &script.Error{Message: "bug"}}}}, 1},
	} {
		b := newBench(t)
		b.engine.run = func(context.Context, script.Host) error { return c.err }
		if code := b.recue("run", "--sim", "-e", "x"); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, code, c.code)
		}
	}
}

func TestTheFirstSignalEndsTheRun(t *testing.T) {
	for s, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		b := newBench(t)
		b.engine.run = starts(waits, "cam1")
		end := b.begin("run", "--sim", "-e", "x")
		b.stdout.until(t, "waiting")
		b.signal(s)
		if got := end(); got != code {
			t.Errorf("%v: exit code %d, want %d", s, got, code)
		}
		wants(t, "stderr", b.stderr, "a second signal (Ctrl-C) ends it at once")
		wants(t, "stderr", b.stderr, "recue: cam1 still records /mnt/rec_cam1_001.wav; the simulated recorder ends with this run")
	}
}

func TestTheSecondSignalNamesWhatRecordsAndEndsAtOnce(t *testing.T) {
	b := newBench(t)
	release := make(chan struct{})
	b.engine.run = starts(func(_ context.Context, h script.Host) error {
		fmt.Fprintln(h.Stdout, "waiting")
		<-release // deaf to the first signal
		return nil
	}, "cam1")
	end := b.begin("run", "--sim", "-e", "x")
	b.stdout.until(t, "waiting")
	b.signal(syscall.SIGINT)
	b.stderr.until(t, "a second signal")
	b.signal(syscall.SIGTERM)
	if code := <-b.exits; code != 143 {
		t.Errorf("ended with exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "cam1 still records")
	close(release)
	end()
}

func TestAStdoutThatIsClosedEndsTheRunQuietly(t *testing.T) {
	b := newBench(t)
	b.stdout.fail = syscall.EPIPE
	b.engine.run = func(ctx context.Context, h script.Host) error {
		if _, err := fmt.Fprintln(h.Stdout, "x"); !errors.Is(err, script.ErrStdout) {
			t.Errorf("print got %v", err)
		}
		<-ctx.Done() // as an interrupt would
		return &script.Error{Message: "print", Err: context.Cause(ctx)}
	}
	if code := b.recue("run", "--sim", "-e", "x"); code != 141 || b.stderr.String() != "" {
		t.Errorf("exit code %d, stderr %q", code, b.stderr)
	}
}

func TestADiskThatIsFullIsAFailure(t *testing.T) {
	b := newBench(t)
	b.stdout.fail = errDisk
	b.engine.run = func(_ context.Context, h script.Host) error {
		_, err := fmt.Fprintln(h.Stdout, "x")
		return &script.Error{Message: "print", Err: fmt.Errorf("%w: %w", script.ErrStdout, err)}
	}
	if code := b.recue("run", "--sim", "-e", "x"); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "recue: write to standard output: no space left on device\n")
	if strings.Contains(b.stderr.String(), "closed") {
		t.Errorf("stderr is %q", b.stderr)
	}
}

func TestResultsThatNobodyReceivedAreNoSuccess(t *testing.T) {
	for cause, code := range map[error]int{syscall.EPIPE: 141, errDisk: 1} {
		for _, words := range [][]string{{"version"}, {"config"}, {"reference"}, {"help"}, {"completion", "bash"}, {"start", "--sim"}} {
			b := newBench(t)
			b.stdout.fail = cause
			if got := b.recue(words...); got != code {
				t.Errorf("%v, recue %q: exit code %d, want %d", cause, words, got, code)
			}
		}
	}
}

func TestAClosedStderrStopsNobody(t *testing.T) {
	b := newBench(t)
	b.stderr.fail = syscall.EPIPE
	b.engine.run = starts(func(_ context.Context, h script.Host) error {
		h.Log.Error("x")
		return nil
	}, "cam1")
	if code := b.recue("run", "--sim", "-e", "x", "--stop-on-exit"); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAPanicIsReportedAndWhatRecordsIsNamed(t *testing.T) {
	b := newBench(t)
	b.engine.run = starts(func(context.Context, script.Host) error { panic("oh\x1b") }, "cam1")
	if code := b.recue("run", "--sim", "-e", "x"); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, `recue: internal error: oh\x1b`)
	wants(t, "stderr", b.stderr, "please report it")
	wants(t, "stderr", b.stderr, "run_test.go")
	wants(t, "stderr", b.stderr, "cam1 still records")

	b = newBench(t)
	b.LookupEnv = func(name string) (string, bool) {
		if name == "NATS_URL" {
			panic("elsewhere")
		}
		return "", false
	}
	if code := b.recue("config"); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "recue: internal error: elsewhere")
}
