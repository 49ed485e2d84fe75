package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// commandText is what the help says about start, stop or status.
type commandText struct {
	cmd                protocol.Cmd
	short, description string
}

var (
	startText = commandText{protocol.Start, "start one recording", `Starts the recording of one task. Without TASK: --task-id, TASK_ID or the default.

Examples:
  recue start cam1
  recue start cam1 --segment-time 10m --vid-stream main
  recue start cam1 --output json`}
	stopText = commandText{protocol.Stop, "stop one recording", `Stops the recording of one task. Without TASK: --task-id, TASK_ID or the default.

Examples:
  recue stop cam1
  recue stop cam1 --timeout 10s`}
	statusText = commandText{protocol.Status, "ask for the state of one recording", `Asks whether a task records, into which file, and since when. It changes nothing.

Examples:
  recue status cam1
  recue status cam1 --output json
  recue status cam1 --server nats://studio:4222 --subject rec.hall2`}
)

// recorderCommand is start, stop or status as a command line.
func (a *app) recorderCommand(text commandText) *cli.Command {
	return &cli.Command{
		Name: string(text.cmd), Usage: text.short, ArgsUsage: "[TASK]", Description: text.description,
		Flags:  append(payloadFlags(text.cmd), simFlag()),
		Action: func(c *cli.Context) error { return a.recorderAction(c, text.cmd) },
	}
}

func (a *app) recorderAction(c *cli.Context, name protocol.Cmd) error {
	json, err := wantsJSON(c)
	if err != nil {
		return err
	}
	if err := oneRecorder(c); err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	cmd := protocol.NewCommand(name, cfg.TaskID)
	if err := setTask(c, &cmd); err != nil {
		return err
	}
	if err := setPayload(c, &cmd); err != nil {
		return err
	}
	book, err := a.openJournal(c, cfg, log, journal.Begin{}, cmd.TaskID)
	if err != nil {
		return err
	}
	err = a.sendCommand(c, cfg, log, book, cmd, json)
	book.end(exitCode(a.settle(err)))
	return err
}

// sendCommand connects, sends the command and prints its outcome.
func (a *app) sendCommand(c *cli.Context, cfg *config.Config, log *logrus.Entry, book *logbook, cmd protocol.Command, json bool) error {
	ctx, stop := a.watch(c.Context, nil, nil)
	defer stop()
	session, err := connect(ctx, cfg, log, c.Bool("sim"), book)
	if err != nil {
		if json && ctx.Err() == nil && fault.ExitCode(err) == fault.ExitConnect {
			a.printJSON(failureJSON(unsent(err, cmd, cfg.Subject)))
		}
		return err
	}
	defer session.close()
	reply, err := session.client.Scope().Do(ctx, cmd, recorder.Route{})
	if err != nil {
		return a.commandFailed(ctx, json, cfg, err)
	}
	if json {
		a.printJSON(replyJSON(reply))
	} else {
		a.print(replyText(reply))
	}
	return nil
}

// setTask takes the task from the argument.
func setTask(c *cli.Context, cmd *protocol.Command) error {
	words := c.Args().Slice()
	switch {
	case len(words) > 1:
		return fault.Usage(fmt.Errorf("%s takes one task, got %q and %q", cmd.Cmd, words[0], words[1]),
			"for many tasks at once, write a script with parallel")
	case len(words) == 1 && c.IsSet("task-id") && c.String("task-id") != words[0]:
		return usage("%s takes one task, got %q and --task-id %q", cmd.Cmd, words[0], c.String("task-id"))
	case len(words) == 1:
		cmd.TaskID = words[0]
	}
	if err := protocol.CheckTaskID(cmd.TaskID); err != nil {
		return usage("task id %q: it %w", cmd.TaskID, err)
	}
	return nil
}

// commandFailed prints the failure for programs, where asked for, and gives the
// error for people.
func (a *app) commandFailed(ctx context.Context, json bool, cfg *config.Config, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	if f.Cmd == string(protocol.Start) && f.Code.OutcomeUnknown() {
		own := *f
		ask, note := followUp(cfg, protocol.Status, recorder.Task{Subject: f.Subject, TaskID: f.TaskID})
		own.Hint = fmt.Sprintf("%s may be recording now: `%s` asks it%s", f.TaskID, ask, note)
		f = &own
	}
	if json {
		a.printJSON(failureJSON(f))
	}
	if cause := context.Cause(ctx); cause != nil && f.Code == fault.Cancelled {
		return &interruptedError{f, cause}
	}
	return f
}

// interruptedError is a failed command, and the signal that made it fail.
type interruptedError struct {
	fault *fault.Error
	cause error
}

func (e *interruptedError) Error() string   { return e.fault.Error() }
func (e *interruptedError) Unwrap() []error { return []error{e.cause, e.fault} }

// unsent is the failure of a command for which there was no connection.
func unsent(err error, cmd protocol.Command, subject string) *fault.Error {
	return &fault.Error{Code: fault.NotSent, Message: err.Error(), Hint: fault.HintOf(err),
		Cmd: string(cmd.Cmd), TaskID: cmd.TaskID, Subject: subject, Err: err}
}
