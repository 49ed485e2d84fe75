package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// seat is the real command on a terminal of its own, and whoever sits there.
type seat struct {
	*process
	t        *testing.T
	terminal *os.File
	screen   *stream // what was shown since the last keys
}

// sit starts a program on a terminal.
func sit(t *testing.T, home string, args ...string) *seat {
	t.Helper()
	return sitAt(t, "xterm", home, args...)
}

// sitAt is sit for a kind of terminal.
func sitAt(t *testing.T, kind, home string, args ...string) *seat {
	t.Helper()
	s := &seat{t: t, screen: newStream(), process: &process{cmd: exec.Command("recue", args...), ended: make(chan struct{})}}
	s.cmd.Dir, s.cmd.Env = home, append(cleanEnv(home), "TERM="+kind)
	var err error
	if s.terminal, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		buffer := make([]byte, 4096)
		for {
			n, err := s.terminal.Read(buffer)
			_, _ = s.screen.Write(buffer[:n])
			if err != nil { // the last process on the terminal is gone
				break
			}
		}
		s.err = s.cmd.Wait()
	}()
	t.Cleanup(func() { s.kill(); s.terminal.Close() })
	return s
}

// press sends keys and waits until the screen has shown the pattern.
func (s *seat) press(keys, pattern string) {
	s.t.Helper()
	s.screen.mu.Lock()
	s.screen.text.Reset()
	s.screen.mu.Unlock()
	if _, err := s.terminal.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
	s.shows(pattern)
}

func (s *seat) shows(pattern string) {
	s.t.Helper()
	if _, err := s.screen.match("(?s)"+pattern, s.ended); err != nil {
		s.t.Fatalf("%v", err)
	}
}

// left waits for the end.
func (s *seat) left(code int) {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatalf("it does not end; the screen:\n%s", s.screen)
	}
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d; the screen:\n%s", got, code, s.screen)
	}
}

const (
	first = `recue> $` // the prompts
	more  = `    -> $`
	ctrlC = "\x03"
	ctrlD = "\x04"
	up    = "\x1b[A"
)

func TestReplOnATerminal(t *testing.T) {
	home := t.TempDir()
	s := sit(t, home, "repl", "--sim")
	s.shows(`a simulated recorder, .*` + first)
	s.press("x = 21\r", first)
	s.press("x * 2\r", `42\r\n.*`+first)
	s.press("for i = 1, 2 do\r", more)
	s.press("\tprint('row ' .. i)\r", more)
	s.press("end\r", `row 1\r\nrow 2\r\n.*`+first)
	s.press(up+up+up+up+"\r", `x \* 2.*42\r\n.*`+first)
	s.press("wait_u\t(0)\r", `wait_until\(0\).*`+first)
	s.press(`start("cam1", {seg`+"\t60}).ok\r", `segment_time = 60.*true\r\n.*`+first)
	s.press("sta\t", `start +status\r\n`)
	s.press(ctrlC, `\^C.*`+first)
	s.press("nothing.x\r", `attempt to index global 'nothing' \(a nil value\).*hint: .*`+first)
	s.press("if x then\r", more)
	s.press(ctrlC, `\^C.*`+first)
	s.press("local y = 1\r", `hint: y is local.*`+first)
	s.press("help sleep\r", `sleep\(duration\).*`+first)
	s.press("password = 'hush'\r", first)

	// Several lines that are pasted are so many lines.
	s.press("\x1b[200~a = {\r1, 2}\r#a\r\x1b[201~", `2\r\n.*`+first)

	// Ctrl-C ends what runs, its finally functions run, and the session goes on.
	s.press("finally(function() print 'done' end) print 'going' sleep(1000)\r", `going\r\n`)
	s.press(ctrlC, `done\r\n.*interrupted \(SIGINT\).*`+first)
	s.press("x\r", `21\r\n.*`+first)

	// And what was pasted behind it is not run.
	s.press("\x1b[200~print 'going' sleep(1000)\rbehind = true\r\x1b[201~", `going\r\n`)
	s.press(ctrlC, `interrupted \(SIGINT\).*`+first)
	s.press("behind\r", `nil\r\n.*`+first)
	s.press(ctrlD, `cam1 still records`)
	s.left(0)

	file := filepath.Join(home, ".local", "state", "recue", "repl_history")
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("the history has the mode %v: %v", info, err)
	}
	text, _ := os.ReadFile(file)
	if !strings.Contains(string(text), "\nx * 2\nfor i = 1, 2 do\n") || regexp.MustCompile(`hush|\^C`).Match(text) {
		t.Errorf("the history is\n%s", text)
	}

	// A terminal that can do nothing gets nothing but text, and is read like a pipe.
	s = sitAt(t, "dumb", home, "repl", "--sim")
	s.shows(first)
	s.press("nothing.x\r", `attempt to index.*`+first)
	s.press("do\r", more)
	s.press("print(2) end\r", `2\r\n.*`+first)
	s.press(ctrlD, `^\r\n`)
	s.left(0)
	if strings.Contains(s.screen.String(), "\x1b") {
		t.Errorf("a terminal that can do nothing is told\n%q", s.screen)
	}

	// The next session has the history; Ctrl-C on an empty line ends it.
	s = sit(t, home, "repl", "--sim")
	s.shows(first)
	s.press(up, `behind`)
	s.press(ctrlC, `\^C.*`+first)
	s.press(ctrlC, `\^C`)
	s.left(0)
}

func TestASecondCtrlCEndsTheSessionAtOnce(t *testing.T) {
	s := sit(t, t.TempDir(), "repl", "--sim")
	s.shows(first)
	s.press("start 'cam1' finally(function() print 'cleaning' sleep(1000) end) print 'going' sleep(1000)\r", `going\r\n`)
	s.press(ctrlC, `cleaning\r\n`)
	s.press(ctrlC, `cam1 still records`)
	s.left(130)
}

// Whoever ends the process from outside finds the terminal as it was.
func TestASignalAtThePromptGivesTheTerminalBack(t *testing.T) {
	s := sit(t, t.TempDir(), "repl", "--sim")
	s.shows(first)
	s.press("start('cam1').ok\r", `true\r\n.*`+first)
	echoes := func() bool {
		state, err := unix.IoctlGetTermios(int(s.terminal.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return state.Lflag&unix.ECHO != 0
	}
	if echoes() {
		t.Error("it is not raw at the prompt")
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.shows(`cam1 still records.*terminated \(SIGTERM\)`)
	s.left(143)
	if !echoes() {
		t.Error("it is left raw")
	}
}

// What is logged while somebody types stands above the line.
func TestTheLogLeavesTheLineAlone(t *testing.T) {
	home := t.TempDir()
	server := background(t, home, nil, "recue", "sim", "--listen", "127.0.0.1:0")
	found, err := server.stdout.match(`listening on (\S+)`, server.ended)
	if err != nil {
		t.Fatal(err)
	}
	s := sit(t, home, "repl", "--server", found[1])
	s.shows(`connected to nats://.*` + first)
	s.press("print(", `print\($`)
	server.kill()
	s.shows(`WARNING.*\r\n.*recue> print\(`)
	s.press("7)\r", `7\)\r\n.*7\r\n.*`+first)
	s.press("x\x01\x0b\x03", "") // Ctrl-C on what was emptied
	s.left(0)
}

// Where nobody types, a signal ends the session while it waits for a line, too.
func TestASignalEndsAReplThatWaitsForAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer r.Close()
	p, err := launch(t.TempDir(), cleanEnv(t.TempDir()), r, "recue", "repl", "--sim")
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	if _, err := w.WriteString("start 'cam1' print 'first'\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.stdout.match("first", p.ended); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code, err := p.wait(); err != nil || code != 130 || !strings.Contains(p.stderr.String(), "cam1 still records") {
		t.Errorf("exit code %d, %v, stderr:\n%s", code, err, p.stderr)
	}
}
