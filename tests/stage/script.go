package stage

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/luabind"
	"recue/runtime/clock"
	"recue/runtime/script"
)

// Script is a Lua script that runs on the stage. Where it says
//
//	log.info "mark NAME"
//
// it stands still until the test, which has waited for that with Reach, says GoOn.
type Script struct {
	t      testing.TB
	marks  chan string
	goOn   chan bool
	ended  chan struct{}
	err    error
	stdout output
}

type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Run starts a script through the real engine; it is cancelled when the test ends.
func (s *Stage) Run(source string, vars map[string]string) *Script {
	s.t.Helper()
	program, err := luabind.New().Load("stage.lua", []byte(source), script.Limits{})
	if err != nil {
		s.t.Fatal(err)
	}
	r := &Script{t: s.t, marks: make(chan string), goOn: make(chan bool), ended: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	logger := logrus.New()
	logger.SetOutput(discard{})
	logger.AddHook(markHook{r, ctx})
	stdout := io.Writer(&r.stdout)
	if s.Stdout != nil {
		stdout = io.MultiWriter(stdout, s.Stdout)
	}
	go func() {
		defer close(r.ended)
		r.err = program.Run(ctx, script.Host{
			Env:      script.Env{TaskID: "task01", Location: time.UTC, Stdout: stdout, Log: logrus.NewEntry(logger), Grace: time.Second},
			Recorder: s.Client, Clock: clock.Real{}, Vars: vars,
		})
	}()
	s.t.Cleanup(func() { cancel(); <-r.ended })
	return r
}

// markHook lets a script stand still at its marks, until ctx ends.
type markHook struct {
	script *Script
	ctx    context.Context
}

func (markHook) Levels() []logrus.Level { return logrus.AllLevels }

func (m markHook) Fire(entry *logrus.Entry) error {
	name, ok := strings.CutPrefix(entry.Message, "mark ")
	if !ok {
		return nil
	}
	select {
	case m.script.marks <- name:
	case <-m.ctx.Done():
		return nil
	}
	select {
	case <-m.script.goOn:
	case <-m.ctx.Done():
	}
	return nil
}

// Reach waits until the script stands at that mark.
func (r *Script) Reach(name string) {
	r.t.Helper()
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case got := <-r.marks:
		if got != name {
			r.t.Fatalf("the script is at mark %q, want %q", got, name)
		}
	case <-r.ended:
		r.t.Fatalf("the script ended before mark %q: %v\n%s", name, r.err, r.stdout.String())
	case <-timer.C:
		r.t.Fatalf("the script does not come to mark %q\n%s", name, r.stdout.String())
	}
}

// GoOn lets the script go on from the mark where it stands.
func (r *Script) GoOn() { r.goOn <- true }

// End waits for the script's end and gives what it printed, and its error.
func (r *Script) End() (stdout string, err error) {
	r.t.Helper()
	Wait(r.t, r.ended, "the end of the script")
	return r.stdout.String(), r.err
}

// Output is what the script has printed so far.
func (r *Script) Output() string { return r.stdout.String() }

// Ended is closed when the script has ended; Err is then what it ended with.
func (r *Script) Ended() <-chan struct{} { return r.ended }

// Err is what the script ended with; call it after Ended.
func (r *Script) Err() error { return r.err }
