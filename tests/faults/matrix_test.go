// Package faults holds what a script is told when the network, the server or
// the recorder fails, and that no fault loses, doubles or fakes a command. The
// whole of Recue runs here, from the Lua script to its one connection.
package faults

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"recue/luabind"
	"recue/runtime/app"
	"recue/runtime/fault"
	"recue/tests/stage"
)

// TestMain lets many cells of the matrix run at once: they wait for reconnects,
// and hardly ever compute. Under the name recue this binary is the real command.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	testscript.Main(m, map[string]func(){
		"recue": func() { os.Exit(app.Main(os.Args, luabind.New())) },
	})
}

// moments are when a fault strikes.
var moments = []struct {
	name string
	play func(*scene)
}{
	{"before sending", (*scene).before},
	{"in flight", (*scene).inFlight},
	{"after the reply", (*scene).afterReply},
}

var commands = []string{"start", "stop", "status"}

// TestMatrix strikes with every kind of fault, at every moment, at every command.
func TestMatrix(t *testing.T) {
	for _, k := range kinds {
		for _, moment := range moments {
			for _, command := range commands {
				t.Run(k.name+"/"+moment.name+"/"+command, func(t *testing.T) {
					t.Parallel()
					moment.play(newScene(t, k, command))
				})
			}
		}
	}
}

// story is the script of every cell.
const story = `
local commands = {start = start, stop = stop, status = status}
local function tell(what, reply) print(what .. " " .. (reply.code or "ok")) end
if vars.recording then start "cam1" end
log.info "mark begin"
tell("command", try(commands[vars.command], vars.task))
log.info "mark told"
tell("next", try(status, vars.next))
log.info "mark over"
tell("last", try(status, "cam1"))
`

// scene is one cell of the matrix.
type scene struct {
	*stage.Stage
	t       *testing.T
	kind    kind
	command string
	options stage.Options
	clock   *stage.Clock
	script  *stage.Script
	earlier *stage.Command // one that has timed out, and whose reply is still to come
	got     string         // what the script was told of its command
}

func newScene(t *testing.T, k kind, command string) *scene {
	s := &scene{t: t, kind: k, command: command, clock: stage.NewClock()}
	s.options = stage.Options{T: t, Clock: s.clock}
	if k.set != nil {
		k.set(&s.options)
	}
	s.Stage = stage.New(t, s.options)
	return s
}

// begin starts the script with these tasks and goes to where its command is next.
func (s *scene) begin(task, next string) {
	vars := map[string]string{"command": s.command, "task": task, "next": next}
	if s.command == "stop" {
		vars["recording"] = "yes"
	}
	s.script = s.Run(story, vars)
	s.script.Reach("begin")
	if s.kind.prepare != nil {
		s.kind.prepare(s)
	}
}

// before: the command is sent while the fault lasts.
func (s *scene) before() {
	k, task := s.kind, cmp.Or(s.kind.command, "cam1")
	want := s.wanted(k.before)
	s.begin(task, "cam1")
	k.strike(s)
	s.script.GoOn()
	if k.passes {
		k.heal(s)
	}
	s.got = s.told("told", want)
	s.checkOutcome(task)
	if k.heal != nil && !k.passes {
		k.heal(s)
	}
	s.finish()
	s.checkDelivered(task, k.delivered)
}

// inFlight: the recorder has the command and has not answered when the fault strikes.
func (s *scene) inFlight() {
	k := s.kind
	want := s.wanted(k.flight)
	s.begin("cam1", "cam1")
	s.Recorder.Hold(true)
	s.script.GoOn()
	command := s.Recorder.Next()
	s.Recorder.Hold(false)
	k.strike(s)
	s.Recorder.Answer(command)
	if k.passes {
		k.heal(s)
	}
	s.got = s.told("told", want)
	s.checkOutcome("cam1")
	if k.heal != nil && !k.passes {
		k.heal(s)
	}
	s.finish()
	s.checkDelivered("cam1", "yes")
}

// afterReply: the fault strikes when the script has been told; what it was told
// stays true, and the next command, a status, is told of the fault.
func (s *scene) afterReply() {
	k, next := s.kind, cmp.Or(s.kind.command, "cam1")
	s.begin("cam1", next)
	s.script.GoOn()
	s.got = s.told("told", []string{"ok"})
	k.strike(s)
	s.script.GoOn()
	if k.passes {
		k.heal(s)
	}
	s.told("over", strings.Split(k.lasts, "|"))
	s.checkOutcome("cam1")
	if k.heal != nil && !k.passes {
		k.heal(s)
	}
	s.script.GoOn()
	s.end()
	s.checkDelivered("cam1", "yes")
}

// wanted are the codes for this scene's command in a field of kind.
func (s *scene) wanted(codes string) []string {
	words := strings.Fields(codes)
	if len(words) == len(commands) {
		return strings.Split(words[slices.Index(commands, s.command)], "|")
	}
	return strings.Split(codes, "|")
}

// told waits until the script has been told the outcome and stands at that mark,
// and checks and gives the outcome. Where a timeout is expected, time passes.
func (s *scene) told(mark string, want []string) string {
	s.t.Helper()
	if slices.Contains(want, "timeout") {
		if s.kind.arrived != nil {
			s.kind.arrived(s)
		}
		defer s.clock.Rush(stage.Timeout)()
	}
	s.script.Reach(mark)
	lines := strings.Split(strings.TrimSpace(s.script.Output()), "\n")
	_, got, _ := strings.Cut(lines[len(lines)-1], " ")
	if !slices.Contains(want, got) {
		s.t.Errorf("the script was told %s, want %s\n%s", got, strings.Join(want, " or "), s.Log.Lines())
	}
	return got
}

// finish plays the rest of the story, after the fault.
func (s *scene) finish() {
	s.t.Helper()
	s.script.GoOn()
	s.script.Reach("over")
	s.script.GoOn()
	s.end()
}

// end waits for the script; its last two commands, or one, came after the fault.
func (s *scene) end() {
	s.t.Helper()
	stdout, err := s.script.End()
	if err != nil {
		s.t.Errorf("the script failed: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if got := lines[len(lines)-1]; got != "last "+s.kind.over {
		s.t.Errorf("after the fault: %q, want %s\n%s", got, s.kind.over, s.Log.Lines())
	}
}

// checkOutcome holds what Recue believes to record after an outcome: what was
// started for sure, what may have been.
func (s *scene) checkOutcome(task string) {
	s.t.Helper()
	var believed, want string
	for _, r := range s.Client.Scope().Recording() {
		if r.TaskID == task {
			believed = map[bool]string{true: "maybe", false: "yes"}[r.Maybe]
		}
	}
	switch {
	case s.command != "status" && fault.Code(s.got).OutcomeUnknown() && task == "cam1":
		want = "maybe"
	case s.command == "start" && s.got == "ok", s.command == "stop" && s.got != "ok" && task == "cam1":
		want = "yes"
	}
	if believed != want {
		s.t.Errorf("recording is %q after %s, want %q", believed, s.got, want)
	}
}

// checkDelivered holds how often the command reached the recorder, at the very
// end: never twice, never after it was reported as not sent.
func (s *scene) checkDelivered(task, delivered string) {
	s.t.Helper()
	s.Recorder.Flush()
	count := 0
	for _, c := range s.Recorder.Seen() {
		if string(c.Cmd) == s.command && c.TaskID == task {
			count++
		}
	}
	if s.command == "status" { // the story asks for the same status later
		return
	}
	least, most := 1, 1
	switch {
	case notDelivered(s.got), delivered == "no":
		least, most = 0, 0
	case delivered == "maybe":
		least = 0
	}
	if count < least || count > most {
		s.t.Errorf("the command, %s, reached the recorder %d times, want %d to %d", s.got, count, least, most)
	}
}

// notDelivered are the codes that promise that the recorder never has the command.
func notDelivered(code string) bool {
	return slices.Contains([]string{"not_sent", "no_recorder", "permission_denied", "too_large"}, code)
}

// log waits for a line of Recue's connection.
func (s *scene) log(text string) {
	s.t.Helper()
	s.Log.Until(s.t, text)
}

// reconnected waits until Recue is connected again, and the server knows where its
// replies go.
func (s *scene) reconnected() {
	s.t.Helper()
	s.log("reconnected")
	if err := s.Conn.NATS().FlushTimeout(stage.Patience); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) wait(ch <-chan struct{}) {
	s.t.Helper()
	stage.Wait(s.t, ch, "the end of the connection")
}

// codeOf is the code of an outcome; "ok" for none.
func codeOf(err error) string {
	if err == nil {
		return "ok"
	}
	return string(fault.CodeOf(err))
}

func longText(size int) string { return strings.Repeat("x", size) }
