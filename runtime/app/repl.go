package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/script"
)

const replText = `Runs Lua line by line as it is entered, to try things by hand. Scripts have the same functions, and what an
entry assigns to globals is there for those after it. Values are shown, as Lua writes them; an entry that is not
complete goes on on the next line. help lists the functions, help NAME describes one, exit ends.

On a terminal, Tab completes names, fields and options, and the arrow keys bring back lines of earlier sessions
(~/.local/state/recue/repl_history, without those in which something looks secret). An error ends its entry and
not the session. Each entry has the limits of a script, and finally functions of its own. Ctrl-C gives up the
line; while an entry runs it ends that, and a second one ends the session at once. Ctrl-D, or Ctrl-C on an empty
line, ends the session; what still records then is named on stderr, and the exit code is 0.

Where standard input is no terminal, its lines are run in the same way without a prompt, and the first error
ends the session with the exit code that recue run would have.

Examples:
  recue repl --sim
  recue repl --server nats://studio:4222 --journal try.jsonl
  echo 'status("cam1").app_status' | recue repl`

func (a *app) replCommand() *cli.Command {
	return &cli.Command{
		Name: "repl", Usage: "try things by hand", Description: replText,
		Flags: append([]cli.Flag{
			varFlag(),
			&cli.BoolFlag{Name: "stop-on-exit", Usage: "at the end, stop the tasks that the session started and that still record"},
			simFlag(),
		}, limitFlags()...),
		Action: a.repl,
	}
}

// repl is the command.
func (a *app) repl(c *cli.Context) error {
	if err := cmp.Or(noArguments(c), textOnly(c, "an entry prints what it likes: print(json.encode(value))"), oneRecorder(c)); err != nil {
		return err
	}
	vars, err := parseVars(c.StringSlice("var"))
	if err != nil {
		return err
	}
	chance, err := seed(c)
	if err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	log.WithField("seed", chance).Debug("math.random begins at this seed")
	begin := scriptBegin(cfg, source{}, vars)
	begin.SHA256 = "" // there is no script
	book, err := a.openJournal(c, cfg, log, begin, "")
	if err != nil {
		return err
	}
	r := &repl{app: a, book: book, left: &leftovers{display: a.display, cfg: cfg}, signals: make(chan os.Signal, 2)}
	err = r.perform(c, cfg, log, script.Host{
		Env:   script.Env{TaskID: cfg.TaskID, Location: a.machine.Zone, Stdout: a.out, Log: log, Grace: grace},
		Clock: clock.Real{}, Vars: vars, Dir: ".", Limits: limitsOf(cfg), Seed: chance,
	})
	book.end(exitCode(a.settle(err)))
	return err
}

// repl is one session at the prompt, or of lines that are piped in.
type repl struct {
	app     *app
	book    *logbook
	left    *leftovers
	signals chan os.Signal
	session script.Session
	lines   lineReader
	console Console // nil: nobody types
	hinted  bool    // that locals end with their entry
}

// perform connects, has the conversation, and deals with what still records.
func (r *repl) perform(c *cli.Context, cfg *config.Config, log *logrus.Entry, host script.Host) error {
	a := r.app
	release := a.machine.Notify(r.signals)
	defer release()
	ctx, cancel := context.WithCancelCause(c.Context)
	defer cancel(nil)
	a.out.whenFailed(func(error) { cancel(script.ErrStdout) })

	var session *session
	_, err := r.guard(ctx, func(ctx context.Context) (err error) {
		session, err = connect(ctx, cfg, log, c.Bool("sim"), r.book)
		return err
	})
	if err != nil {
		return err
	}
	defer session.close()
	r.left.watch(session)
	host.Recorder = session.client
	if r.session, err = a.engine.Begin(host); err != nil {
		return err
	}
	defer r.session.Close()

	forget := r.listen(cfg, host.Limits)
	defer forget()
	if r.console != nil {
		a.display.say("%s; help explains, Ctrl-D ends", whereTo(cfg, c.Bool("sim")))
	}
	err = r.converse(ctx)
	if c.Bool("stop-on-exit") {
		if _, failed := r.guard(ctx, func(context.Context) error { return r.left.stop() }); err == nil {
			err = failed
		}
	}
	r.left.name()
	return err
}

// whereTo says which recorder the commands go to.
func whereTo(cfg *config.Config, sim bool) string {
	if sim {
		return "a simulated recorder, which ends with this session"
	}
	return fmt.Sprintf("connected to %s, subject %s", visible(cfg.Server.String()), visible(cfg.Subject))
}

// listen finds where the lines come from, and gives what lets go of it.
func (r *repl) listen(cfg *config.Config, limits script.Limits) (forget func()) {
	m := r.app.machine
	plain := newPipedLines(m.Stdin, limits.WithDefaults().Source)
	if r.console = m.Console(); r.console == nil {
		r.lines = plain
		return func() {}
	}
	if kind, _ := m.LookupEnv("TERM"); kind == "dumb" {
		r.lines = promptedLines{plain, r.console}
		return func() {}
	}
	h := r.app.openHistory(newMask(cfg))
	r.lines = newTypedLines(m, r.console, h, r.app.stderr, r.session.Complete)
	return h.close
}

// converse reads entries and runs them until there are no more, or one ends the session.
func (r *repl) converse(ctx context.Context) error {
	before := ""
	for {
		line, err := r.next(ctx, before)
		switch {
		case errors.Is(err, errAbandoned):
			before = ""
			continue
		case errors.Is(err, io.EOF) && before == "":
			return nil
		case err != nil && !errors.Is(err, io.EOF):
			return err
		}
		if ended := err == nil && before == "" && isExit(line); ended {
			return nil
		}
		if err == nil && before == "" && r.help(line) {
			continue
		}
		entry, wrong := r.session.Read(before+line, err != nil)
		if err == nil && errors.Is(wrong, script.ErrIncomplete) {
			before += line + "\n"
			continue
		}
		before = ""
		if wrong == nil {
			wrong = r.run(ctx, entry)
		}
		if over := r.settle(wrong); over != nil {
			return over
		}
	}
}

// settle shows what an entry ended with. Its error ends the session.
func (r *repl) settle(err error) error {
	if lost := r.app.out.failure(); lost != nil {
		return lost
	}
	if err == nil {
		return nil
	}
	r.app.display.show(err)
	var broken *crash
	var signal *interruption
	if errors.As(err, &signal) && r.console != nil && signal.signal == os.Interrupt {
		return nil
	}
	if r.console == nil || errors.As(err, &broken) || signal != nil {
		return &shownError{err}
	}
	return nil
}

// run runs an entry.
func (r *repl) run(ctx context.Context, entry script.Entry) error {
	if len(entry.Locals) > 0 && !r.hinted {
		r.hinted = true
		r.app.display.say("hint: %s is local, which ends with this entry; without the word local it stays", strings.Join(entry.Locals, ", "))
	}
	signal, err := r.guard(ctx, entry.Run)
	if signal == nil {
		return err
	}
	if typed, ok := r.lines.(*typedLines); ok {
		typed.forget() // what was pasted belonged to what was ended
	}
	if err == nil { // it ended by itself at the same moment
		err = signal
	}
	return err
}

// next reads a line. A signal ends the session, but for that of a Ctrl-C which came too late
// to end an entry: at the prompt the key is none.
func (r *repl) next(ctx context.Context, before string) (string, error) {
	type answer struct {
		line string
		err  error
	}
	read := make(chan answer, 1)
	go func() { // a read cannot be ended; after a signal it ends with the process
		line, err := r.lines.read(before)
		read <- answer{line, err}
	}()
	var err error
	_, typed := r.lines.(*typedLines)
	for err == nil {
		select {
		case got := <-read:
			if r.console != nil && errors.Is(got.err, io.EOF) {
				fmt.Fprintln(r.console)
			}
			return got.line, got.err
		case s := <-r.signals:
			if !typed || s != os.Interrupt {
				err = &interruption{s}
			}
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	if r.console != nil {
		r.console.Cooked()
		r.app.stderr.to(r.app.machine.Stderr)
		fmt.Fprintln(r.console)
	}
	return "", err
}

// guard runs f and waits for its end. The first signal, which it gives, ends the context; the
// second ends the process at once.
func (r *repl) guard(ctx context.Context, f func(ctx context.Context) error) (first *interruption, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- guarded(ctx, f) }()
	for {
		select {
		case err := <-done:
			return first, err
		case s := <-r.signals:
			cause := &interruption{s}
			if first != nil {
				r.left.name()
				r.book.end(cause.exitCode())
				r.app.machine.Exit(cause.exitCode())
				continue
			}
			first = cause
			r.app.display.say("%v: ending what runs, finally functions have %v; a second signal (Ctrl-C) ends the session at once", cause, grace)
			cancel(cause)
		}
	}
}

// guarded runs f; a panic becomes an error, because what records still has to be named.
func guarded(ctx context.Context, f func(ctx context.Context) error) (err error) {
	defer recoverCrash(&err)
	return f(ctx)
}

// isExit says whether a line is one of those that people end a prompt with.
func isExit(line string) bool {
	switch strings.TrimSpace(line) {
	case "exit", "quit", "exit()", "quit()":
		return true
	}
	return false
}

var helpLine = regexp.MustCompile(`^\s*help(?:\s+([A-Za-z_][\w.]*))?\s*$`)

const replHelp = `What is entered is run as Lua, and values are shown. An entry that is not complete goes on on the next line.
  help NAME   describes a function: help start
  exit        ends the session, as Ctrl-D does
Tab completes, the arrow keys bring back earlier lines, Ctrl-C gives up a line or ends what runs.

`

// help answers a line that asks for help, and says whether it is one.
func (r *repl) help(line string) bool {
	asked := helpLine.FindStringSubmatch(line)
	if asked == nil {
		return false
	}
	a := r.app
	if asked[1] == "" {
		fmt.Fprint(a.out, replHelp+a.engine.Summary())
		return true
	}
	text, err := a.engine.Reference(asked[1])
	if err != nil {
		a.display.show(fault.Usage(fmt.Errorf("help: %w", err), "help without a name lists all functions"))
		return true
	}
	fmt.Fprintln(a.out, strings.TrimRight(text, "\n"))
	return true
}
