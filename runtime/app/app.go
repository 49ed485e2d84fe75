package app

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
	"recue/runtime/script"
)

// exitPipe is what shells expect of a process whose reader went away (128 + SIGPIPE).
const exitPipe = 141

// Main runs the command line of this process and gives its exit code. args
// begins with the program's name.
func Main(args []string, engine script.Engine) int {
	return Run(System(args), engine)
}

// Run runs one command line on a machine and gives its exit code. It leaves
// nothing running.
func Run(m Machine, engine script.Engine) int {
	a := &app{machine: m, engine: engine, out: &output{w: m.Stdout}, stderr: &safeWriter{w: m.Stderr}}
	a.display = display{w: a.stderr, colour: colourful(m)}
	return a.execute()
}

// app is one run of the command line.
type app struct {
	machine Machine
	engine  script.Engine
	out     *output
	stderr  *safeWriter
	display display
}

// execute runs the command, shows its error unless that was done, and settles
// the exit code.
func (a *app) execute() int {
	err := a.settle(a.dispatch())
	var shown *shownError
	if !errors.As(err, &shown) {
		a.display.show(err)
	}
	return exitCode(err)
}

// settle gives the error that a command ends with: results that could not be
// written are one.
func (a *app) settle(err error) error {
	if lost := a.out.failure(); lost != nil && (err == nil || errors.Is(err, script.ErrStdout)) {
		return lost
	}
	return err
}

// dispatch reads the command line and runs the command.
func (a *app) dispatch() (err error) {
	defer recoverCrash(&err)
	commands := a.commands()
	request, err := newGrammar(commands).arrange(a.machine.Args[1:])
	if err != nil {
		return err
	}
	if request.help {
		return a.help(commands, request.command)
	}
	library := &cli.App{
		Name: "recue", Commands: commands,
		Reader: a.machine.Stdin, Writer: a.out, ErrWriter: a.stderr,
		HideHelp: true, HideVersion: true, // help.go and version.go have them
		DisableSliceFlagSeparator: true, // a comma in --var is part of its value
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return fault.Usage(err, "") },
	}
	return library.RunContext(context.Background(), append([]string{"recue", request.command}, request.words...))
}

// commands lists the commands in the order of the help.
func (a *app) commands() []*cli.Command {
	commands := []*cli.Command{
		a.runCommand(), a.testCommand(), a.checkCommand(), a.nextCommand(), a.rehearseCommand(), a.serveCommand(), a.jobsCommand(), a.recorderCommand(startText), a.recorderCommand(stopText), a.recorderCommand(statusText),
		a.simCommand(), a.reportCommand(), a.replCommand(), a.initCommand(), a.configCommand(), a.referenceCommand(), a.completionCommand(), a.versionCommand(),
	}
	for _, c := range commands {
		c.Flags = append(c.Flags, globalFlags()...)
		c.HideHelp = true
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return fault.Usage(err, "") }
	}
	return commands
}

// exitCode is the one place where an error becomes the process's exit code.
func exitCode(err error) int {
	var signal *interruption
	switch {
	case errors.As(err, &signal):
		return signal.exitCode()
	case errors.Is(err, script.ErrStdout):
		return exitPipe
	}
	return script.ExitCode(err)
}

// shownError is an error that people have already seen.
type shownError struct{ err error }

func (s *shownError) Error() string { return s.err.Error() }
func (s *shownError) Unwrap() error { return s.err }

// crash is a panic: a mistake in Recue itself.
type crash struct {
	cause any
	stack []byte
}

func (c *crash) Error() string { return fmt.Sprintf("internal error: %v", c.cause) }

// recoverCrash, deferred, turns a panic into an error, so that what has to be
// said and done at the end is still said and done.
func recoverCrash(err *error) {
	if cause := recover(); cause != nil {
		*err = &crash{cause, debug.Stack()}
	}
}
