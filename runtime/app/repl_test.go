package app

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"recue/runtime/config"
)

// historyAt is a bench whose history is in a folder of the test.
func historyAt(t *testing.T) (*app, string) {
	b := newBench(t)
	state := t.TempDir()
	b.env["XDG_STATE_HOME"] = state
	return &app{machine: b.Machine}, filepath.Join(state, "recue", historyFile)
}

func TestTheHistoryOutlivesTheSessionWithoutSecrets(t *testing.T) {
	a, file := historyAt(t)
	cfg, err := config.Resolve(config.Sources{Flags: map[string]string{"token": "Zx9q"}})
	if err != nil {
		t.Fatal(err)
	}
	h := a.openHistory(newMask(cfg))
	for _, line := range []string{"x = 1", "x = 1", "", "  ", "call('Zx9q')", "user_password = 'a'", "u = 'nats://me:pw@host'", "y = " + abandoned, "z"} {
		h.Add(line)
	}
	h.close()
	if h.Len() != 5 || h.At(0) != "z" || h.At(4) != "x = 1" {
		t.Errorf("the session has %q", h.lines)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "x = 1\nz\n" {
		t.Errorf("the file has %q: %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	again := a.openHistory(mask{})
	defer again.close()
	if again.Len() != 2 || again.At(1) != "x = 1" {
		t.Errorf("the next session has %q", again.lines)
	}
}

func TestALongHistoryIsCutBack(t *testing.T) {
	a, file := historyAt(t)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("old\n", 2*maxHistory)+"new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := a.openHistory(mask{})
	defer h.close()
	text, err := os.ReadFile(file)
	if err != nil || h.Len() != maxHistory || h.At(0) != "new" || strings.Count(string(text), "\n") != maxHistory {
		t.Errorf("%d lines, and %d in the file: %v", h.Len(), strings.Count(string(text), "\n"), err)
	}
}

// A prompt must work where nothing can be kept.
func TestTheHistoryNeedsNoFile(t *testing.T) {
	for _, state := range []string{"", "relative", file(t, "file", "")} {
		b := newBench(t)
		b.env["XDG_STATE_HOME"] = state
		h := (&app{machine: b.Machine}).openHistory(mask{})
		h.Add("x")
		if h.Len() != 1 || h.root != nil {
			t.Errorf("%q: %+v", state, h)
		}
	}
}

// fakeConsole is a terminal that shows nothing.
type fakeConsole struct {
	*buffer
	raw    bool
	widths []int // that Size gives, each once but for the last; 40 without any
}

func (c *fakeConsole) Raw() error { c.raw = true; return nil }
func (c *fakeConsole) Cooked()    { c.raw = false }
func (c *fakeConsole) Size() (int, int) {
	width := 40
	if len(c.widths) > 0 {
		width = c.widths[0]
	}
	if len(c.widths) > 1 {
		c.widths = c.widths[1:]
	}
	return width, 10
}

func TestTypedLines(t *testing.T) {
	console := &fakeConsole{buffer: newBuffer()}
	complete := func(text string) (int, []string) {
		from := strings.LastIndexByte(text, ' ') + 1
		switch text[from:] {
		case "sta":
			return from, []string{"start", "status"}
		case "sto":
			return from, []string{"stop"}
		case "wait":
			return from, []string{"wait_for", "wait_until"}
		}
		return from, nil
	}
	lines := func(keys string) *typedLines {
		console.buffer = newBuffer()
		return newTypedLines(Machine{Stdin: strings.NewReader(keys)}, console, &history{}, &safeWriter{w: io.Discard}, complete)
	}
	for _, c := range []struct {
		before, keys, line string
		err                error
		shows              string
	}{
		{"", "x = 1\r", "x = 1", nil, prompt},
		{"", "\x03", "", io.EOF, abandoned},
		{"", "x\x03", "", errAbandoned, abandoned},
		{"if x then\n", "\x03", "", errAbandoned, promptMore},
		{"", "\x04", "", io.EOF, prompt},
		{"", "x^C\r", "x^C", nil, ""},
		{"", "sto\t()\r", "stop()", nil, ""},
		{"", "x = sto\t\r", "x = stop", nil, ""},
		{"", "ünd sto\t ja\r", "ünd stop ja", nil, ""},
		{"", "wait\tf\r", "wait_f", nil, ""},
		{"", "sta\t\r", "sta", nil, "start   status"},
		{"", "\tx\r", "x", nil, ""},
		{"do\n", "\tx\r", "  x", nil, ""},
		{"", "half", "", io.EOF, ""},
		{"", "\x1b[200~pasted\r\x1b[201~", "pasted", nil, ""},
	} {
		l := lines(c.keys)
		line, err := l.read(c.before)
		if line != c.line || err != c.err || !strings.Contains(console.String(), c.shows) {
			t.Errorf("%q gives %q, %v and shows %q; want %q, %v", c.keys, line, err, console, c.line, c.err)
		}
		if console.raw {
			t.Errorf("%q leaves the terminal raw", c.keys)
		}
	}
}

// What is typed ahead is not lost, and what follows Ctrl-C in one go is.
func TestLinesTypedAhead(t *testing.T) {
	console := &fakeConsole{buffer: newBuffer()}
	l := newTypedLines(Machine{Stdin: strings.NewReader("one\rtwo\rthree\x03four\r")}, console, &history{}, &safeWriter{w: io.Discard}, nil)
	for _, want := range []string{"one", "two"} {
		if line, err := l.read(""); line != want || err != nil {
			t.Fatalf("got %q, %v", line, err)
		}
	}
	if _, err := l.read(""); err != errAbandoned {
		t.Errorf("got %v", err)
	}
	if line, err := l.read(""); err != io.EOF {
		t.Errorf("got %q, %v", line, err)
	}
	if l.history.Len() != 2 {
		t.Errorf("the history is %q", l.history.lines)
	}
	l.keys.in = iotest.OneByteReader(strings.NewReader("x\x03y^C\r"))
	if _, err := l.read(""); err != errAbandoned {
		t.Errorf("got %v", err)
	}
	if line, err := l.read(""); line != "y^C" || err != nil {
		t.Errorf("got %q, %v: nobody pressed Ctrl-C", line, err)
	}
}

func TestALineFitsIntoAWindowThatIsMadeSmaller(t *testing.T) {
	for _, c := range []struct {
		widths []int
		rows   int
	}{{[]int{80}, 1}, {[]int{80, 80, 80, 20}, 3}} {
		console := &fakeConsole{buffer: newBuffer(), widths: c.widths}
		l := newTypedLines(Machine{Stdin: strings.NewReader(strings.Repeat("x", 50) + "\r")}, console, &history{}, &safeWriter{w: io.Discard}, nil)
		if line, err := l.read(""); len(line) != 50 || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		if rows := strings.Count(console.String(), "\r\n"); rows != c.rows {
			t.Errorf("with the widths %v it takes %d rows, want %d: %q", c.widths, rows, c.rows, console)
		}
	}
}

func TestALineThatIsCutOffIsNotRun(t *testing.T) {
	for length, want := range map[int]error{4095: nil, 4096: errAbandoned, 5000: errAbandoned} {
		said := newBuffer()
		keys := strings.NewReader(strings.Repeat("ü", length) + "\r")
		l := newTypedLines(Machine{Stdin: keys}, &fakeConsole{buffer: newBuffer()}, &history{}, &safeWriter{w: said}, nil)
		if _, err := l.read(""); err != want || (said.String() != "") != (want != nil) {
			t.Errorf("%d characters: %v, said %q", length, err, said)
		}
	}
}

func TestWordsInColumns(t *testing.T) {
	if got := columns([]string{"start", "status", "stop"}, 20); got != "start   status\nstop\n" {
		t.Errorf("%q", got)
	}
	if got := columns([]string{"a_very_long_name", "b"}, 5); got != "a_very_long_name\nb\n" {
		t.Errorf("%q", got)
	}
}

func TestAReplWithoutASessionSaysWhy(t *testing.T) {
	b := newBench(t)
	if code := b.recue("repl", "--sim"); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "no sessions")
}
