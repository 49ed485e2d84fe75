package app

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"recue/runtime/fault"
	"recue/runtime/script"
)

func at(line, column int) script.Position {
	return script.Position{File: "nightly.lua", Line: line, Column: column}
}

var nobody = &fault.Error{Code: fault.NoRecorder, Cmd: "start", TaskID: "cam1",
	Message: `nobody listens on "rec.control"`, Hint: "is the recorder running? `recue status cam1` asks it"}

func TestErrorsAreShownAsPeopleNeedThem(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"a failed command in a script", &script.Error{
			Message: nobody.Error(), At: at(12, 3), Source: `  start("cam1", {segment_time = 600})`,
			Calls: []script.Position{at(20, 1)}, Hint: nobody.Hint, Err: nobody,
		}, `
nightly.lua:12: start cam1: nobody listens on "rec.control" (no_recorder)
  12 |   start("cam1", {segment_time = 600})
     |   ^
  called from nightly.lua:20
  hint: is the recorder running? ` + "`recue status cam1`" + ` asks it
`},
		{"the hint of the cause", &script.Error{Message: "m", Err: nobody}, `
m
  hint: is the recorder running? ` + "`recue status cam1`" + ` asks it
`},
		{"tabs before the mark", &script.Error{Message: "m", At: at(1, 3), Source: "\t\tstart()\t"}, `
nightly.lua:1: m
  1 |         start()
    |         ^
`},
		{"wide and combining characters before the mark", &script.Error{Message: "m", At: at(1, 5), Source: "日é́x()"}, `
nightly.lua:1: m
  1 | 日é́x()
    |     ^
`},
		{"control characters", &script.Error{Message: "a\x1b[2Jb", At: at(1, 3), Source: "x\x1by()", Hint: "\x07"}, `
nightly.lua:1: a\x1b[2Jb
  1 | x\x1by()
    |      ^
  hint: \x07
`},
		{"an unknown column", &script.Error{Message: "m", At: at(1, 0), Source: "x()"}, "\nnightly.lua:1: m\n  1 | x()\n"},
		{"a column behind the end", &script.Error{Message: "m", At: at(1, 4), Source: "x ="}, "\nnightly.lua:1: m\n  1 | x =\n    |    ^\n"},
		{"a column that is not there", &script.Error{Message: "m", At: at(1, 99), Source: "x ="}, "\nnightly.lua:1: m\n  1 | x =\n"},
		{"several lines", &script.Error{Message: "one\r\n\ttwo\n", At: at(1, 0)}, "\nnightly.lua:1: one\n      two\n"},
		{"no place", &script.Error{Message: "m"}, "\nm\n"},
		{"what failed while ending", &script.Error{Message: "m", At: at(1, 0), Also: []*script.Error{
			{Message: "n", At: at(9, 1), Source: "stop()", Hint: "h"},
		}}, `
nightly.lua:1: m
  while ending:
    nightly.lua:9: n
      9 | stop()
        | ^
      hint: h
`},
		{"failed branches", &script.Error{
			Message: "parallel: 3 of 4 branches failed (parallel_failed)", At: at(3, 1), Source: "parallel(t)", Hint: "h",
			Failures: []script.Failure{
				{Key: "cam1", Error: &script.Error{Message: nobody.Error(), At: at(4, 1), Source: "start()", Err: nobody}},
				{Key: "cam2", Error: &script.Error{Message: nobody.Error(), At: at(4, 1), Err: nobody}},
				{Key: "all", Error: &script.Error{Message: "inner", At: at(5, 1), Failures: []script.Failure{
					{Key: "1", Error: &script.Error{Message: "deep", At: at(6, 1)}},
				}}},
			},
		}, `
nightly.lua:3: parallel: 3 of 4 branches failed (parallel_failed)
  3 | parallel(t)
    | ^
  cam1: nightly.lua:4: start cam1: nobody listens on "rec.control" (no_recorder)
    hint: is the recorder running? ` + "`recue status cam1`" + ` asks it
  cam2: nightly.lua:4: start cam1: nobody listens on "rec.control" (no_recorder)
  all: nightly.lua:5: inner
    1: nightly.lua:6: deep
  hint: h
`},
		{"no script", fault.Usage(errors.New("bad \x1b"), "do"), "\nrecue: bad \\x1b\n  hint: do\n"},
		{"a closed stdout", script.ErrStdout, "\n"},
		{"a closed stdout in a script whose clean-up failed", &script.Error{
			Message: "print", Err: script.ErrStdout, Also: []*script.Error{{Message: "n", At: at(9, 1)}},
		}, "\n  while ending:\n    nightly.lua:9: n\n"},
		{"nothing", nil, "\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := newBuffer()
			display{w: out}.show(c.err)
			if got := "\n" + out.String(); got != c.want {
				t.Errorf("got%s\nwant%s", got, c.want)
			}
		})
	}
}

func TestLongReportsAreBounded(t *testing.T) {
	e := &script.Error{Message: strings.Repeat("é", maxMessage)}
	for i := range 1000 {
		e.Calls = append(e.Calls, at(i+1, 0))
		branch := &script.Error{Message: fmt.Sprintf("branch %d", i)}
		if i == 0 {
			for range 15 {
				branch.Failures = append(branch.Failures, script.Failure{Key: "k", Error: &script.Error{Message: "m"}})
			}
		}
		e.Failures = append(e.Failures, script.Failure{Key: fmt.Sprint(i), Error: branch})
	}
	out := newBuffer()
	display{w: out}.show(e)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := 1 + maxCalls + 1 + maxFailures + 1; len(lines) != want {
		t.Errorf("%d lines, want %d:\n%s", len(lines), want, out)
	}
	wants(t, "the report", out, "… and 988 more calls\n")
	wants(t, "the report", out, "… and 995 more\n") // 1 + 15 + 4 are shown
	if len(lines[0]) > maxMessage+10 || strings.Contains(lines[0], `\x`) {
		t.Errorf("the message has %d bytes, or a torn character", len(lines[0]))
	}
}

func TestALongSourceLineIsCutAroundTheMark(t *testing.T) {
	source := strings.Repeat("a", 300) + "MARK" + strings.Repeat("b", 300)
	for column, first := range map[int]rune{1: 'a', 301: 'M', 604: 'b'} {
		line, mark := sourceLine(source, column)
		runes := []rune(line)
		if len(runes) > sourceWidth+2 || runes[mark] != first {
			t.Errorf("column %d: %d characters, the mark is under %q", column, len(runes), runes[mark])
		}
		if wantDots := column > 200; strings.HasPrefix(line, "…") != wantDots {
			t.Errorf("column %d: %q", column, line)
		}
	}
	if line, _ := sourceLine(strings.Repeat("c", sourceWidth), 50); line != strings.Repeat("c", sourceWidth) {
		t.Errorf("a line that fits is cut: %q", line)
	}
}

func TestColourOnlyOnATerminalThatWantsIt(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		env      map[string]string
		want     bool
	}{
		{true, nil, true}, {false, nil, false}, {true, map[string]string{"NO_COLOR": "1"}, false},
		{true, map[string]string{"NO_COLOR": ""}, true}, {true, map[string]string{"TERM": "dumb"}, false},
	} {
		b := newBench(t)
		b.Terminal = c.terminal
		if c.env != nil {
			b.env = c.env
		}
		b.recue("run", "--sim", "-e", "x", "--var", "1")
		if got := strings.Contains(b.stderr.String(), "\x1b["); got != c.want {
			t.Errorf("%+v: colour is %v", c, got)
		}
	}
}
