package tests

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for something that must happen. It is only
// ever spent in full by a test that fails.
const patience = 20 * time.Second

// stream is an output of a process; text in it can be waited for.
type stream struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed, and replaced, whenever text is added
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(b)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(b), nil
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// match waits until the pattern is in the text, and gives the match and its
// groups. It gives up when ended is closed, or out of patience.
func (s *stream) match(pattern string, ended <-chan struct{}) ([]string, error) {
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return nil, err
	}
	limit := time.After(patience)
	for over := ""; ; {
		s.mu.Lock()
		found, changed := re.FindStringSubmatch(s.text.String()), s.changed
		s.mu.Unlock()
		if found != nil {
			return found, nil
		}
		if over != "" {
			return nil, fmt.Errorf("%s, and %q did not appear; what appeared is:\n%s", over, pattern, s)
		}
		select {
		case <-changed:
		case <-ended:
			over = "the process ended" // and may have written last words: look once more
		case <-limit:
			over = patience.String() + " have passed"
		}
	}
}

// process is a program in the background.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr *stream
	ended          chan struct{} // closed when it has ended and all it wrote was read
	err            error         // of Wait; to be read once ended is closed
}

// launch starts a program in a folder, with that environment and nothing else.
func launch(dir string, env []string, stdin io.Reader, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), stdout: newStream(), stderr: newStream(), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdin = dir, env, stdin
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// wait waits for the end and gives the exit code; -1 after a signal that the
// process did not handle.
func (p *process) wait() (int, error) {
	select {
	case <-p.ended:
	case <-time.After(patience):
		return 0, fmt.Errorf("%v does not end\nstdout:\n%sstderr:\n%s", p.cmd.Args, p.stdout, p.stderr)
	}
	var status *exec.ExitError
	if p.err != nil && !errors.As(p.err, &status) {
		return 0, p.err
	}
	return p.cmd.ProcessState.ExitCode(), nil
}

// kill ends the process at once, if it still runs.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails where it has ended, as it should have
	<-p.ended
}

// raceOptions, in GORACE, keep a process that was built with -race from waiting a
// second at its end.
const raceOptions = "atexit_sleep_ms=0"

// cleanEnv is an environment in which nothing of the machine's settings can be seen.
func cleanEnv(home string, more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + home + "/.config", "TMPDIR=" + home, "TZ=UTC",
		"GORACE=" + raceOptions,
	}, more...)
}

// result is what a program did that has ended.
type result struct {
	code           int
	stdout, stderr string
}

// recue runs the real command in a folder of its own and waits for its end.
func recue(t *testing.T, env []string, args ...string) result {
	t.Helper()
	return recueIn(t, t.TempDir(), env, args...)
}

func recueIn(t *testing.T, dir string, env []string, args ...string) result {
	t.Helper()
	p := background(t, dir, env, "recue", args...)
	code, err := p.wait()
	if err != nil {
		t.Fatal(err)
	}
	return result{code, p.stdout.String(), p.stderr.String()}
}

// must fails the test unless the command ended with 0.
func (r result) must(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\nstdout:\n%s\nstderr:\n%s", r.code, r.stdout, r.stderr)
	}
	return r
}

// background starts a program that is ended with the test at the latest.
func background(t *testing.T, dir string, env []string, name string, args ...string) *process {
	t.Helper()
	p, err := launch(dir, append(cleanEnv(t.TempDir()), env...), nil, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// address waits for the address that nats-server or recue sim prints.
func address(t *testing.T, p *process) string {
	t.Helper()
	found, err := p.stdout.match(`listening on (\S+)$`, p.ended)
	if err != nil {
		t.Fatalf("%v\nstderr:\n%s", err, p.stderr)
	}
	return found[1]
}

// freePort is a port that nobody listens at, for a server that is restarted at it.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
