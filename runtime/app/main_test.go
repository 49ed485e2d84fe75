package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recue/runtime/natsd"
	"recue/runtime/script"
)

// patience is how long a test waits for what must happen; it is never waited out.
const patience = 10 * time.Second

// fakeEngine is a script language whose programs are Go functions: what the
// command line does around a run must hold whatever the language.
type fakeEngine struct {
	load error
	run  func(ctx context.Context, h script.Host) error
	name string // what Load was given
	text string

	checked  []script.Source // what Check was given
	findings []script.Finding
}

func (e *fakeEngine) Load(name string, source []byte, _ script.Limits) (script.Program, error) {
	e.name, e.text = name, string(source)
	if e.load != nil {
		return nil, e.load
	}
	return fakeProgram{e}, nil
}

func (e *fakeEngine) Reference(name string) (string, error) {
	if name != "" && name != "start" {
		return "", errors.New("no function " + name)
	}
	return "start([task_id] [, options])\n", nil
}

func (e *fakeEngine) Begin(script.Host) (script.Session, error) {
	return nil, errors.New("no sessions")
}

func (e *fakeEngine) Summary() string { return "start()  starts\n" }

func (e *fakeEngine) Stub() string { return "---@meta\n" }

func (e *fakeEngine) Project() script.Project {
	return script.Project{Run: "first.x", Files: []script.ProjectFile{
		{Name: "first.x", About: "a script", Text: []byte("one\n")}, {Name: ".env.example", About: "settings", Text: []byte("two\n")},
	}}
}

func (e *fakeEngine) Check(sources []script.Source, _ script.Limits) []script.Finding {
	e.checked = append(e.checked, sources...)
	return e.findings
}

type fakeProgram struct{ engine *fakeEngine }

func (p fakeProgram) Run(ctx context.Context, h script.Host) error {
	if p.engine.run == nil {
		return nil
	}
	return p.engine.run(ctx, h)
}

// bench is a machine for one command line, and what came out of it.
type bench struct {
	Machine
	t       *testing.T
	env     map[string]string
	engine  *fakeEngine
	stdout  *buffer
	stderr  *buffer
	signals chan<- os.Signal // set once the command listens
	listens chan struct{}    // closed then
	exits   chan int
}

func newBench(t *testing.T) *bench {
	b := &bench{
		t: t, env: map[string]string{}, engine: &fakeEngine{},
		stdout: newBuffer(), stderr: newBuffer(), listens: make(chan struct{}), exits: make(chan int, 10),
	}
	b.Machine = Machine{
		LookupEnv: func(name string) (string, bool) { v, ok := b.env[name]; return v, ok },
		Zone:      time.UTC,
		Stdin:     strings.NewReader(""), Stdout: b.stdout, Stderr: b.stderr,
		Open: func(name string) (fs.File, error) { return os.Open(name) },
		ReadFile: func(name string) ([]byte, error) { // no .env of the folder that the tests run in
			if name == ".env" {
				return nil, fs.ErrNotExist
			}
			return os.ReadFile(name)
		},
		ReadDir: os.ReadDir, Create: create, Folder: folder, Console: func() Console { return nil },
		Notify: func(ch chan<- os.Signal) func() {
			b.signals = ch
			close(b.listens)
			return func() {}
		},
		Exit: func(code int) { b.exits <- code },
	}
	return b
}

// recue runs a command line and gives its exit code.
func (b *bench) recue(words ...string) int {
	b.t.Helper()
	b.Args = append([]string{"recue"}, words...)
	return Run(b.Machine, b.engine)
}

// begin runs a command line in the background; end waits for its exit code.
func (b *bench) begin(words ...string) (end func() int) {
	b.Args = append([]string{"recue"}, words...)
	code := make(chan int, 1)
	go func() { code <- Run(b.Machine, b.engine) }()
	return func() int {
		b.t.Helper()
		select {
		case c := <-code:
			return c
		case <-time.After(patience):
			b.t.Fatalf("the command does not end\nstdout: %s\nstderr: %s", b.stdout, b.stderr)
			return -1
		}
	}
}

func (b *bench) signal(s syscall.Signal) {
	<-b.listens
	b.signals <- s
}

// wants fails unless stdout or stderr has the text.
func wants(t *testing.T, where string, out *buffer, text string) {
	t.Helper()
	if !strings.Contains(out.String(), text) {
		t.Errorf("%s has no %q:\n%s", where, text, out)
	}
}

// buffer is a bytes.Buffer for several goroutines, whose reader can wait.
type buffer struct {
	mu    sync.Mutex
	b     bytes.Buffer
	fail  error // of every write, where set
	wrote *sync.Cond
}

func newBuffer() *buffer {
	b := &buffer{}
	b.wrote = sync.NewCond(&b.mu)
	return b
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.wrote.Broadcast()
	if b.fail != nil {
		return 0, b.fail
	}
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// until waits until the text was written.
func (b *buffer) until(t *testing.T, text string) {
	t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() { b.mu.Lock(); late = true; b.mu.Unlock(); b.wrote.Broadcast() })
	defer timer.Stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !strings.Contains(b.b.String(), text) {
		if late {
			t.Fatalf("%q was never written, but: %s", text, b.b.String())
		}
		b.wrote.Wait()
	}
}

// file writes a file for a test and gives its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// server runs a NATS server with nobody on it.
func server(t *testing.T) *natsd.Server {
	t.Helper()
	s, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

var (
	_       io.Writer = (*buffer)(nil)
	errDisk           = errors.New("no space left on device")
)
