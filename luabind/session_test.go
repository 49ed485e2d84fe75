package luabind

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"recue/runtime/fault"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// talk is a session, and what it printed.
type talk struct {
	*testing.T
	session script.Session
	out     bytes.Buffer
}

func newTalk(t *testing.T, limits script.Limits) *talk {
	s := newStudio(t, simulator.Options{})
	k := &talk{T: t}
	host := s.host(&k.out)
	host.Limits = limits
	s.write("studio.lua", "return {hall = 'cam1'}")
	var err error
	if k.session, err = New().Begin(host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.session.Close)
	return k
}

// enter runs an entry and gives what it printed.
func (k *talk) enter(ctx context.Context, text string) (string, error) {
	k.Helper()
	k.out.Reset()
	entry, err := k.session.Read(text, true)
	if err == nil {
		err = entry.Run(ctx)
	}
	return k.out.String(), err
}

func (k *talk) prints(text, want string) {
	k.Helper()
	if got, err := k.enter(k.Context(), text); got != want || err != nil {
		k.Errorf("%s: printed %q, want %q (%v)", text, got, want, err)
	}
}

// fails runs an entry that must fail; want is a part of the error.
func (k *talk) fails(text, want string) *script.Error {
	k.Helper()
	_, err := k.enter(k.Context(), text)
	var e *script.Error
	if !errors.As(err, &e) || !strings.Contains(e.Error(), want) {
		k.Errorf("%s: error %v, want %s", text, err, want)
		return &script.Error{}
	}
	return e
}

func TestASessionKeepsGlobalsAndPrintsValues(t *testing.T) {
	k := newTalk(t, script.Limits{})
	k.prints("x = 20", "")
	k.prints("x + 1", "21\n")
	k.prints("=x, 'a\"b', nil", "20, \"a\\\"b\", nil\n")
	k.prints("nil", "nil\n")
	k.prints("return x", "20\n")
	k.prints("if x then return x, 1 end", "20, 1\n")
	k.prints("print(x)", "20\n")
	k.prints("-- a remark", "")
	k.prints("{1, 2, a = {b = true}}", "{1, 2, a = {b = true}}\n")
	k.prints("function twice(n)\n  return 2 * n\nend", "")
	k.prints("twice(x)", "40\n")
	k.prints("local y = 1; z = y", "")
	k.prints("y, z", "nil, 1\n")
	k.prints("require('studio').hall", "\"cam1\"\n")
	k.prints("string.rep('a', 60), string.rep('b', 60)", `"`+strings.Repeat("a", 60)+"\",\n\""+strings.Repeat("b", 60)+"\"\n")
	k.prints("t = {}; for i = 1, 3 do t[i] = {name = string.rep('x', 40)} end", "")
	if got, _ := k.enter(t.Context(), "t"); strings.Count(got, "\n") != 11 || !strings.HasPrefix(got, "{\n  {\n    name = ") {
		t.Errorf("a wide table is shown as %s", got)
	}
	k.prints(`start("cam1").app_status`, "\"started\"\n")
	k.prints(`parallel({"cam1", "cam2"}, function(c) return try(start, c).ok end)`, "{false, true}, {}\n")
	k.prints(`try(start, "cam1")`, "<failure: start cam1: the recorder refused: this task is already recording (rejected)>\n")
	k.prints(`record("cam3", "10ms").app_status`, "\"stopped\"\n")
	k.prints(`select("#")`, "0\n")
	k.prints("coroutine.wrap(function() coroutine.yield(1) end)()", "1\n")
}

func TestErrorsOfASessionNameTheirEntry(t *testing.T) {
	k := newTalk(t, script.Limits{})
	e := k.fails(`stop "cam1"`, "input 1:1: stop cam1: ")
	if e.Source != `stop "cam1"` || e.At.Column != 1 || script.ExitCode(e) != fault.ExitCommand {
		t.Errorf("%+v", e)
	}
	k.prints("function boom()\n  error 'boom'\nend", "")
	e = k.fails("boom()", "input 2:2: boom")
	if e.Source != "  error 'boom'" || len(e.Calls) != 1 || e.Calls[0].String() != "input 3:1" {
		t.Errorf("%+v", e)
	}
	e = k.fails("fail 'enough'", "enough")
	if script.ExitCode(e) != fault.ExitScript {
		t.Errorf("%+v", e)
	}
	k.fails("status = 3", "status")
	if e := k.fails("x = = 1", "input 5:1: "); script.ExitCode(e) != fault.ExitUsage || errors.Is(e, script.ErrIncomplete) {
		t.Errorf("%+v", e)
	}
	e = k.fails("for i = 1, 3 do", "input 5:1: missing \"end\"")
	if !errors.Is(e, script.ErrIncomplete) {
		t.Errorf("it counts as complete: %+v", e)
	}
	k.prints("1", "1\n")
}

func TestWhatAnEntryDeclares(t *testing.T) {
	k := newTalk(t, script.Limits{})
	for text, want := range map[string][]string{
		"local a, b = 1, 2; local function f() end": {"a", "b", "f"},
		"do local a = 1 end":                        nil, "x = 1": nil, "1": nil,
	} {
		if entry, err := k.session.Read(text, true); err != nil || !reflect.DeepEqual(entry.Locals, want) {
			t.Errorf("%s: %q, %v", text, entry.Locals, err)
		}
	}
}

func TestAnEntryIsAPieceOfItsOwn(t *testing.T) {
	k := newTalk(t, script.Limits{Compute: 200 * time.Millisecond})
	k.prints("finally(function() print 'the end' end); print 'first'", "first\nthe end\n")
	k.prints("print 'second'", "second\n")
	if e := k.fails("while true do end", "computed for 200ms"); e.At.Line != 1 {
		t.Errorf("%+v", e)
	}
	k.prints("1", "1\n")

	// A cancelled entry runs its finally functions, and the next one is not concerned.
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	entry, err := k.session.Read("finally(function() print 'still done' end); print 'on'; sleep(1000)", true)
	if err != nil {
		t.Fatal(err)
	}
	k.out.Reset()
	over := make(chan error, 1)
	go func() { over <- entry.Run(ctx) }()
	cancel(cause)
	if err := <-over; !errors.Is(err, cause) {
		t.Errorf("ended with %v", err)
	}
	k.prints("2", "2\n")
}

// An entry of many lines is not read anew with each of them, and still known to be whole with
// its last; mistakes in it are found before that.
func TestALongEntryIsReadLineByLine(t *testing.T) {
	k := newTalk(t, script.Limits{})
	reads := map[error]bool{} // one for each time that an entry was read
	enter := func(lines ...string) (script.Entry, int, error) {
		text := ""
		for i, line := range lines {
			text += line
			entry, err := k.session.Read(text, false)
			if err == nil || !errors.Is(err, script.ErrIncomplete) {
				return entry, i + 1, err
			}
			reads[err] = true
			text += "\n"
		}
		return script.Entry{}, len(lines), script.ErrIncomplete
	}
	rows := slices.Repeat([]string{`  {name = "cam } [", rate = (1), f = function() if x then return {} end end}, -- }`}, 1500)
	for last, value := range map[string]string{"}": "1500", "} -- [[": "1500", "[[": "1501"} {
		lines := append([]string{"t = {"}, rows...)
		if last == "[[" {
			lines = append(lines, "[[", "}", "]]", "}")
		} else {
			lines = append(lines, last)
		}
		entry, n, err := enter(lines...)
		if err != nil || n != len(lines) {
			t.Fatalf("%q: it ends with line %d: %v", last, n, err)
		}
		if err := entry.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.prints("#t", value+"\n")
	}
	if len(reads) > 600 {
		t.Errorf("three entries of 1,500 lines were read %d times", len(reads))
	}

	wrong := append([]string{"t = {"}, slices.Concat(rows[:700], []string{"{1 2},"}, rows)...)
	if _, n, err := enter(wrong...); errors.Is(err, script.ErrIncomplete) || n <= 700 || n >= len(wrong) {
		t.Errorf("a mistake in line 701 of %d is found in line %d: %v", len(wrong), n, err)
	}
	if _, err := k.session.Read("t = {\n"+strings.Join(rows, "\n"), true); err == nil || !strings.Contains(err.Error(), ":1501: ") {
		t.Errorf("an entry that ends too early is told as %v", err)
	}
}

func TestCompletion(t *testing.T) {
	k := newTalk(t, script.Limits{})
	k.prints("studio = {hall = 1, stage = {left = 2}}; studious = 1", "")
	for _, c := range []struct {
		text, want string // | in front of each candidate; * for many
	}{
		{"stat", "|status"},
		{"sto", "|stop"},
		{"stu", "|studio|studious"},
		{"x = stu", "|studio|studious"},
		{"studio.", "|hall|stage"},
		{"studio.stage.l", "|left"},
		{"studio.none.l", ""},
		{"log.w", "|warn"},
		{"string.fo", "|format"},
		{"fun", "|function"},
		{`start("cam1", {seg`, "|segment_time = "},
		{`start("cam1", {vid_stream = "x", seg`, "|segment_time = "},
		{`start{snd_s`, "|snd_source = "},
		{"parallel({1},\n  start, {on_", "|on_error = "},
		{`start("cam1", {segment_time = wai`, "|wait_for|wait_until"},
		{`start("sta`, ""},
		{"-- sta", ""},
		{"x = 'it''s' .. wait_u", "|wait_until"},
		{"io.op", ""},
		{"os.ex", ""},
		{"os.da", "|date"},
		{"1 + ", "*"},
		{"", "*"},
	} {
		from, candidates := k.session.Complete(c.text)
		got := ""
		for _, name := range candidates {
			got += "|" + name
		}
		if c.want == "*" && len(candidates) > 40 && from == len(c.text) {
			continue
		}
		if got != c.want {
			t.Errorf("%q completes to %q, want %q", c.text, got, c.want)
		}
		if dot := strings.LastIndexAny(c.text, " .{"); c.want != "" && from != dot+1 {
			t.Errorf("%q is completed from %d", c.text, from)
		}
	}
}

func TestTheSummaryHasEveryFunction(t *testing.T) {
	summary := New().Summary()
	for _, f := range Funcs() {
		if !strings.Contains("\n"+summary, "\n"+f.Signature()+" ") {
			t.Errorf("there is no %s", f.Name)
		}
	}
}
