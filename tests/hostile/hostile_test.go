// Package hostile runs scripts that go wrong in every way that somebody could
// think of, each in a process of its own with small limits, and holds that none
// brings the process down: each ends soon, as its first line says. See
// scripts/*.txtar.
//
// `go test` runs those marked quick; with the build tag soak it runs all.
package hostile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"recue/luabind"
	"recue/runtime/app"
)

// limits are those of every script here; a script's own flags come on top.
var limits = map[string]string{
	"max-heap": "64MiB", "max-threads": "2000", "max-string": "1MiB",
	"max-pattern-steps": "1000000", "max-source": "64KiB", "max-nesting": "50", "max-output": "64KiB",
	"timeout": "300ms", "seed": "1",
}

// How long a script may compute. Those that shall end otherwise have time to get
// there on a machine that is busy.
const (
	shortCompute = "300ms"
	longCompute  = "30s"
)

// memory is how much more address space than at its start a process may take: the
// limit of the heap, what the collector and fragmentation add, and the server
// of --sim. Go reserves it in large pieces. Beyond, the process dies.
const memory = 768 << 20

// patience is when a process that does not end is killed; no test that passes waits for it.
const patience = 60 * time.Second

const asRecue = "RECUE_HOSTILE_CHILD"

// TestMain lets this binary be the real command, with its memory limited by the
// operating system.
func TestMain(m *testing.M) {
	if os.Getenv(asRecue) != "" {
		if err := limitMemory(memory); err != nil {
			fmt.Fprintln(os.Stderr, "limit the memory:", err)
			os.Exit(99)
		}
		os.Exit(app.Main(os.Args, luabind.New()))
	}
	os.Exit(m.Run())
}

// script is one script and what is to become of it.
type script struct {
	name, text string
	quick      bool
	code       int            // the exit code
	want       *regexp.Regexp // on stdout for code 0, else on stderr
	lines      []int          // the error must name one of them; they end in --HERE
	flags      map[string]string
	interrupt  *regexp.Regexp // SIGINT when stdout has this; nil for never
}

var head = regexp.MustCompile(`^--: (quick )?(\d+) (.+)$`)

// load reads every script.
func load(t *testing.T) []script {
	files, err := filepath.Glob("scripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	var scripts []script
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		family := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, f := range archive.Files {
			s, err := parse(string(f.Data))
			if err != nil {
				t.Fatalf("%s: %s: %v", file, f.Name, err)
			}
			s.name = family + "/" + f.Name
			scripts = append(scripts, s)
		}
	}
	return scripts
}

func parse(text string) (script, error) {
	s := script{text: text, flags: map[string]string{}}
	for i, line := range strings.Split(text, "\n") {
		if strings.HasSuffix(line, "--HERE") {
			s.lines = append(s.lines, i+1)
		}
		switch {
		case i == 0:
			m := head.FindStringSubmatch(line)
			if m == nil {
				return s, errors.New("the first line must be --: [quick] CODE PATTERN")
			}
			s.quick = m[1] != ""
			s.code, _ = strconv.Atoi(m[2]) // digits
			want, err := regexp.Compile("(?m)" + m[3])
			if err != nil {
				return s, err
			}
			s.want = want
			s.flags["max-compute"] = longCompute
			if strings.Contains(m[3], "compute") {
				s.flags["max-compute"] = shortCompute
			}
		case strings.HasPrefix(line, "--$ "):
			for flag := range strings.FieldsSeq(line[4:]) {
				name, value, _ := strings.Cut(flag, "=")
				s.flags[name] = value
			}
		case strings.HasPrefix(line, "--< "):
			interrupt, err := regexp.Compile(line[4:])
			if err != nil {
				return s, err
			}
			s.interrupt = interrupt
		}
	}
	return s, nil
}

// outcome is what a script did.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration // since it was started or, where it is, interrupted
}

// start runs a script in a folder that has the files of prepare.
func (s script) start(t *testing.T, dir string) outcome {
	t.Helper()
	file := strings.ReplaceAll(s.name, "/", "_") + ".lua"
	if err := os.WriteFile(filepath.Join(dir, file), []byte(s.text), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--sim"}
	for name, value := range limits {
		if given, ok := s.flags[name]; ok {
			value = given
		}
		args = append(args, "--"+name+"="+value)
	}
	for name, value := range s.flags {
		if _, ok := limits[name]; !ok {
			args = append(args, "--"+name+"="+value)
		}
	}
	args = append(args, file, "first", "second")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, own, args...)
	cmd.Dir = dir
	cmd.Env = []string{asRecue + "=1", "HOME=" + dir, "TZ=UTC", "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	if s.interrupt != nil {
		lines := bufio.NewReader(out)
		for !s.interrupt.Match(stdout.Bytes()) {
			line, err := lines.ReadString('\n')
			stdout.WriteString(line)
			if err != nil {
				break // it ended without; the exit code will be wrong
			}
		}
		begun = time.Now()
		_ = cmd.Process.Signal(syscall.SIGINT) // fails where it has ended: the same
		_, _ = io.Copy(&stdout, lines)
	} else {
		_, _ = io.Copy(&stdout, out) // ends when the process does
	}
	_ = cmd.Wait() // the exit code says it
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(begun)}
}

// died are marks of a process that did not end as it should, or of a defect.
var died = regexp.MustCompile(`fatal error|goroutine \d+ \[|internal error|panic:|runtime error|out of memory|this is a mistake in Recue`)

// verdict says what is wrong with the outcome, or "".
func (s script) verdict(o outcome) string {
	text := o.stderr
	if s.code == 0 {
		text = o.stdout
	}
	switch {
	case died.MatchString(o.stderr):
		return "it died, or there is a defect"
	case o.code != s.code:
		return fmt.Sprintf("exit code %d, want %d", o.code, s.code)
	case !s.want.MatchString(text):
		return fmt.Sprintf("no match for %q", s.want)
	case len(o.stderr) > 256<<10:
		return fmt.Sprintf("%d bytes on stderr", len(o.stderr))
	}
	named := len(s.lines) == 0
	for _, n := range s.lines {
		named = named || strings.Contains(o.stderr, fmt.Sprintf(".lua:%d:", n))
	}
	if !named {
		return fmt.Sprintf("none of the lines %v is named", s.lines)
	}
	return ""
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d after %v\nstdout: %.1000s\nstderr: %.2000s", o.code, o.took.Round(time.Millisecond), o.stdout, o.stderr)
}

// prepare makes the files that the scripts read.
func prepare(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	long := strings.Repeat("x", 300<<10)
	for name, text := range map[string]string{
		"huge.json": `["` + strings.Repeat("x", 17<<20) + `"]`, "deep.json": strings.Repeat("[", 100_000),
		"many.json": "[" + strings.Repeat("[],", 3_000_000) + "1]", "open.json": `{"a": [1, 2`, "empty.json": "",
		"long.json": `{"` + long + `": "` + long + `"}`, "twice.json": `{"a": 1, "a": 2}`, "number.json": `[1e999]`,
		"wide.csv": strings.Repeat("a,", 1_000_000) + "a\n", "columns.csv": columns(100_000), "rows.csv": "a,b\n" + strings.Repeat("1,2\n", 2_000_000),
		"ragged.csv": "a,b\n1\n1,2,3\n", "quote.csv": "a,b\n\"1,2\n", "empty.csv": "", "zero.csv": "a\x00b,c\n\x00,\x00\n",
		"odd.txt": "text",
		"one.lua": `return require "two"`, "two.lua": `return require "one"`, "own.lua": `return require "own"`,
		"endless.lua": "while true do end", "large.lua": strings.Repeat("-- a comment\n", 10_000), "nested.lua": "return " + strings.Repeat("(", 1000),
		"broken.lua": "retrun 1", "raises.lua": `error("from the module")`, "binary.lua": "\x00\x01\x02", "compiled.lua": "\x1bLuaQ",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"away.json": "/etc/passwd", "zero.json": "/dev/zero", "round.json": "round.json"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := makePipe(filepath.Join(dir, "pipe.json")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func columns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "c%d,", i)
	}
	return b.String() + "end\n"
}
