// Package script holds the two ports between the command line and a script
// language: what the command line asks of an Engine, and what a running program
// asks of its Host. The one Engine is luabind; nothing under runtime knows Lua.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
)

// Engine reads programs.
type Engine interface {
	// Load reads a program. name is how errors call it ("nightly.lua"). The error
	// is an *Error with exit code 2; nothing has run then. Of the limits, those of
	// sources count.
	Load(name string, source []byte, limits Limits) (Program, error)
	// Begin begins a session on a host. Of its fields, those that declare or wait for
	// something (Jobs, Tests, Then) are not used.
	Begin(host Host) (Session, error)
	// Check finds mistakes in scripts, and in the modules beside them that they
	// require, without running anything. Each file is looked at once; files are
	// in the order in which they were given, their findings in that of the lines.
	// Of the limits, those of sources count.
	Check(sources []Source, limits Limits) []Finding
	// Reference is the manual as text for a terminal: of every function, or of the
	// one that is named ("start", "log.info", "log" for all of log). The error
	// says that there is none, and which may have been meant.
	Reference(name string) (string, error)
	// Summary has a line for every function.
	Summary() string
	// Stub describes every function for editors, as a file that their language server reads.
	Stub() string
	// Project gives the files of a new project, which works as it is.
	Project() Project
}

// Program is a script that was loaded and can be run, once.
type Program interface {
	// Run runs the program until it and everything it started has ended, and its
	// finally functions have run. The end of ctx cancels what waits; its cause
	// (context.Cause) is then in the error's chain. Run gives the finally functions
	// Host.Grace from then on.
	//
	// The error is nil or an *Error.
	Run(ctx context.Context, host Host) error
}

// Host is what a program runs on. All fields are needed unless they say otherwise.
type Host struct {
	Env      // of the script itself; without a Scope it is the Recorder's own
	Recorder *recorder.Client
	// Clock may be a clock.Holder. Whoever calls Program.Run then holds it for the
	// program, and Then is held: both release it while they wait.
	Clock clock.Clock
	Args  []string          // arg[1] …
	Vars  map[string]string // vars.NAME
	// Dir is the script's folder: what require and load_data may read. Empty:
	// they are refused.
	Dir string
	// Reads is told of each file of that folder, by its name there, before the program
	// reads it, and of those that it looks for in vain. May be nil.
	Reads  func(file string)
	Limits Limits
	Seed   uint64 // of math.random: the same seed, the same numbers
	// Jobs takes the schedules that the script declares. Without it they are checked
	// and nothing more.
	Jobs Jobs
	// Tests takes the tests that the script declares; nil outside of a test run.
	Tests Tests
	// Simulator is the simulated recorder that the tests may make to fail; nil
	// where the recorder is a real one.
	Simulator *simulator.Recorder
	// Then is called when the script has run to its end and before its finally
	// functions do: the time to call the functions that it declared. May be nil.
	Then func(ctx context.Context) error
}

// Env is what belongs to one piece of a script: to the script itself, or to a
// function that it declared (a test, the run of a job). Branches that it starts
// share it.
type Env struct {
	Scope    *recorder.Scope // sends its commands and knows what it started
	TaskID   string          // the task of commands that name none
	Location *time.Location  // the zone of times like "18:30"
	Stdout   io.Writer       // for print; a failed write ends the piece with ErrStdout
	Log      *logrus.Entry
	Grace    time.Duration // for finally functions once the piece was cancelled
	Trial    *Trial        // what a test reports to; nil where none is running
	Plan     Plan          // may be nil
}

// Plan writes down that a task is to be stopped at a time, whoever is alive then. done
// takes that back, once the task has been stopped. Both may block.
type Plan func(ctx context.Context, at time.Time, task recorder.Task) (done func(context.Context) error, err error)

// Start begins a function that a script declared for later, and returns. It may be
// called from Host.Then on, any number of times at once; each call has finally
// functions of its own. The arguments are nil, bool, string, float64, []any or
// map[string]any. The end of ctx is as in Program.Run.
//
// ended is called once, with the error that Program.Run would give, when the
// function and its finally functions have ended. Nothing else in the script goes
// on before it returns, so it must not block.
type Start func(ctx context.Context, env Env, ended func(error), args ...any)

// Run begins the function and waits for its end.
func (s Start) Run(ctx context.Context, env Env, args ...any) error {
	over := make(chan error, 1)
	s(ctx, env, func(err error) { over <- err }, args...)
	return <-over
}

// ErrStdout is in the chain of the error of a program that could not print.
var ErrStdout = errors.New("standard output is closed")

// Position is a place in a script. Column is 1-based; 0 is not known.
type Position struct {
	File   string
	Line   int
	Column int
}

func (p Position) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Error is a program's failure with all that a person needs to see.
type Error struct {
	Message string     // one line or more, without the position
	At      Position   // Line 0: nowhere in particular
	Source  string     // the source line at At, "" where it is not known
	Calls   []Position // the calls that led to At, innermost first
	Hint    string     // what to try, may be empty
	// Failures are the branches that failed, where parallel did.
	Failures []Failure
	// Also holds what failed besides, after this: finally functions.
	Also []*Error
	// Err is the cause: a *fault.Error for a failed command, a *fault.Exit, the
	// cause of a cancellation. It decides the exit code (fault.ExitCode).
	Err error
}

// Failure is one failed branch of parallel.
type Failure struct {
	Key   string
	Error *Error
}

func (e *Error) Error() string {
	if e.At.Line > 0 {
		return e.At.String() + ": " + e.Message
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode is the process's exit code for the end of a program: 4 where a
// failed command was not handled (for parallel: where every failure is a
// command's), else 1, or what the cause says.
func ExitCode(err error) int {
	var e *Error
	if errors.As(err, &e) && fault.CodeOf(e.Err) == fault.ParallelFailed {
		for _, f := range e.Failures {
			if ExitCode(f.Error) != fault.ExitCommand {
				return fault.ExitScript
			}
		}
	}
	return fault.ExitCode(err)
}
