package luabind

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
	"recue/luabind/syntax"
	"recue/luabind/vm"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// runWithin runs Lua within limits and gives what it printed.
func (s *studio) runWithin(limits script.Limits, src string) (string, error) {
	s.t.Helper()
	p, err := New().Load("t.lua", []byte(src), limits)
	if err != nil {
		return "", err
	}
	var out lockedBuffer
	host := s.host(&out)
	host.Limits = limits
	err = p.Run(s.t.Context(), host)
	return out.String(), err
}

func TestLimitsAreErrorsWithTheirNameAndLine(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for name, test := range map[string]struct {
		limits script.Limits
		src    string
		want   string
	}{
		"string":        {script.Limits{String: 5000}, "local s = ('x'):rep(4000)\ns = s .. s .. s", "t.lua:2: resulting string too large: more than 5000 bytes (limit --max-string)"},
		"string, rep":   {script.Limits{String: 1000}, "local s = ('x'):rep(1001)", "t.lua:1: resulting string too large: more than 1000 bytes (limit --max-string)"},
		"string, print": {script.Limits{String: 1000}, "local s = ('x'):rep(600)\nprint(s, s)", "t.lua:2: print: the line is too long: more than 1000 bytes (limit --max-string)"},
		"string, json":  {script.Limits{String: 1000}, "local s = ('x'):rep(600)\njson.encode({s, s})", "t.lua:2: json.encode: the JSON is too large: more than 1000 bytes (limit --max-string)"},
		"a quarter":     {script.Limits{Heap: 400 << 20}, "local s = ('x'):rep(101 * 2^20)", "--max-string"},
		"pattern steps": {script.Limits{PatternSteps: 1000}, "(('a'):rep(40)):find(('a-'):rep(40) .. 'b')", "t.lua:1: pattern too complex (limit --max-pattern-steps)"},
		"threads":       {script.Limits{Threads: 10}, "local t = {}\nwhile true do t[#t + 1] = coroutine.wrap(print) end", "attempt|function expected"},
		"coroutines":    {script.Limits{Threads: 10}, "local t = {}\nwhile true do t[#t + 1] = coroutine.create(function() end) end", "t.lua:2: more than 10 branches and coroutines at once (limit --max-threads)"},
		"branches":      {script.Limits{Threads: 10}, "local f\nfunction f() parallel({f, f}, {on_error = 'collect'}) end\nf()", "t.lua:2: more than 10 branches and coroutines at once (limit --max-threads)"},
		"one parallel":  {script.Limits{Threads: 10}, "local t = {}\nfor i = 1, 11 do t[i] = print end\nparallel(t)", "t.lua:3: parallel: these are more than the 10 branches and coroutines"},
		"source":        {script.Limits{Source: 2000}, "assert(loadstring(('x=1 '):rep(600)))", "the source is larger than 1 KiB (limit --max-source)"},
		"pieces":        {script.Limits{Source: 2000}, "load(function() return 'x=1 ' end)", "t.lua:1: load: the text is larger than 1 KiB (limit --max-source)"},
		"nesting":       {script.Limits{Nesting: 20}, "return " + strings.Repeat("(", 30) + "1" + strings.Repeat(")", 30), "t.lua:1: too many levels of nesting (limit --max-nesting 20)"},
		"output":        {script.Limits{Output: 1000}, "for i = 1, 200 do\nprint 'some text'\nend", "t.lua:2: the script has printed and logged 0 KiB (limit --max-output)"},
		"output, log":   {script.Limits{Output: 4096}, "for i = 1, 200 do\npcall(log.info, 'some text', {x = 'more'})\nend", "t.lua:2: the script has printed and logged 4 KiB (limit --max-output)"},
		"compute":       {script.Limits{Compute: 50 * time.Millisecond}, "print(1)\nwhile true do pcall(error) end", "t.lua:2: computed for 50ms without a wait (limit --max-compute)"},
		"finally":       {script.Limits{}, "for i = 1, 20000 do\nfinally(function() end)\nend", "t.lua:2: finally: 10000 functions were put off already"},
		"log fields":    {script.Limits{}, "local f = {}\nfor i = 1, 2000 do f['k' .. i] = i end\nlog.info('x', f)", "t.lua:3: log.info: more than 1000 fields"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.runWithin(test.limits, test.src)
			if err == nil {
				t.Fatal("it ran")
			}
			found := false
			for want := range strings.SplitSeq(test.want, "|") {
				found = found || strings.Contains(err.Error(), want)
			}
			if code := script.ExitCode(err); !found || code != 1 && name != "nesting" {
				t.Errorf("exit code %d, %v\nwant %s", code, err, test.want)
			}
		})
	}
}

func TestATextThatIsTooLongHasAHint(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for _, src := range []string{"local s = ('x'):rep(4000)\ns = s .. s", "('x'):rep(5001)", "print(('x'):rep(4000), ('x'):rep(4000))"} {
		var e *script.Error
		if _, err := s.runWithin(script.Limits{String: 5000}, src); !errors.As(err, &e) || !strings.Contains(e.Hint, "--max-string allows more") {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// After a limit the finally functions run, and have a little of what ran out.
func TestFinallyRunsAfterALimit(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for name, test := range map[string]struct {
		limits script.Limits
		src    string
	}{
		"compute": {script.Limits{Compute: 50 * time.Millisecond}, "while true do end"},
		"output":  {script.Limits{Output: 1000}, "while true do pcall(print, 'some text') end"},
		"threads": {script.Limits{Threads: 10}, "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end"},
		"two limits": {script.Limits{Compute: 50 * time.Millisecond, Output: 1000},
			"finally(function() while true do end end) while true do print 'some text' end"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := s.runWithin(test.limits, "finally(function() stop 'cam1' print 'cleaned up' end) start 'cam1' "+test.src)
			if err == nil || !strings.HasSuffix(out, "cleaned up\n") {
				t.Errorf("%v, printed %q", err, out)
			}
		})
	}
}

// Finally functions that never end have one grace together after a limit.
func TestFinallyFunctionsEndAfterALimit(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	p, err := New().Load("t.lua", []byte("for i = 1, 3 do finally(function() sleep(1000) end) end while true do end"), script.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	host := s.host(&lockedBuffer{})
	host.Limits, host.Grace = script.Limits{Compute: 50 * time.Millisecond}, 10*time.Millisecond
	var e *script.Error
	if err := p.Run(t.Context(), host); !errors.As(err, &e) || !strings.Contains(e.Message, "max-compute") || len(e.Also) != 3 ||
		!strings.Contains(e.Also[0].Message, "not finished 10ms after the limit") {
		t.Errorf("%v, and %v", err, e.Also)
	}
}

// cancelled calls f as a library function of a branch that is cancelled while it
// runs: f must give the cause, and not its result.
func cancelled(t *testing.T, f func(L *lua.LState) error) {
	t.Helper()
	m := vm.New(vm.Options{})
	cause := errors.New("enough")
	m.Go(nil, nil, func(b *vm.Branch) {
		b.Call(m.State().NewFunction(func(L *lua.LState) int {
			b.Cancel(cause)
			if err := f(L); !errors.Is(err, cause) {
				t.Errorf("gave %v", err)
			}
			return 0
		}))
	}, nil)
	m.Wait()
}

func TestLongLibraryCallsHeedACancellation(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	list, object, rows := L.NewTable(), L.NewTable(), L.NewTable()
	for i := range 2 * pollEvery {
		list.Append(lua.LNumber(i))
		object.RawSetString(string(rune('a'+i%26))+strings.Repeat("x", i%100)+lua.LNumber(i).String(), lua.LTrue)
		row := L.NewTable()
		row.Append(lua.LTrue)
		rows.Append(row)
	}
	const limit = 1 << 30
	long := lua.LString(strings.Repeat("x", textPart+1))
	for name, v := range map[string]lua.LValue{"a list": list, "an object": object, "lists in a list": rows, "a text": long} {
		t.Run("json.encode "+name, func(t *testing.T) {
			cancelled(t, func(L *lua.LState) error { _, err := encodeJSON(L, v, limit); return err })
		})
	}
	for name, text := range map[string]string{
		"a list": "[" + strings.Repeat("1,", pollBytes) + "1]", "lists": "[" + strings.Repeat("[[],[]],", pollBytes/4) + "1]",
		"an object": `{"a":` + strings.Repeat(`{"b":`, 100) + "[" + strings.Repeat("1,", pollBytes) + "1]" + strings.Repeat("}", 101),
	} {
		t.Run("json.decode "+name, func(t *testing.T) {
			cancelled(t, func(L *lua.LState) error { _, err := decodeJSON(L, []byte(text)); return err })
		})
	}
	t.Run("load_data", func(t *testing.T) {
		cancelled(t, func(L *lua.LState) error {
			_, err := decodeCSV(L, "a,b\n"+strings.Repeat("1,2\n", pollEvery))
			return err
		})
	})
}

func TestCompilingHeedsACancellation(t *testing.T) {
	for name, source := range map[string]string{
		"many statements": strings.Repeat("x = 1 ", 5000), "one statement": "x = {" + strings.Repeat("1,", 5000) + "}",
		"one expression": "x = 1" + strings.Repeat(" + y", 5000), "many functions": strings.Repeat("function f() x = 1 end ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			cancelled(t, func(L *lua.LState) error {
				_, err := load("t", []byte(source), script.Limits{}, vm.Of(L).Poll)
				return err
			})
			file, err := syntax.Parse("t", []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			cancelled(t, func(L *lua.LState) error { _, err := dialect.Compile(file, vm.Of(L).Poll); return err })
		})
	}
}

// A text that is encoded in parts is what it would be in one.
func TestJSONOfLongTexts(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	for _, letters := range []string{"x", "é", "€", "😀", "\n\"\\\x01"} {
		for shift := range 4 {
			s := strings.Repeat("x", shift) + strings.Repeat(letters, 2*textPart/len(letters)+1)
			want, _ := jsontext.AppendQuote(nil, s)
			got, err := encodeJSON(L, lua.LString(s), 1<<30)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%q after %d bytes: %v", letters, shift, err)
			}
		}
	}
	for _, s := range []string{strings.Repeat("x", textPart-1) + "\xe2\x82", strings.Repeat("\x80", textPart+10), "\xff"} {
		if _, err := encodeJSON(L, lua.LString(s), 1<<30); err == nil || !strings.Contains(err.Error(), "not valid UTF-8") {
			t.Errorf("%.10q: %v", s, err)
		}
	}
}

// How long a script goes on after it is cancelled, in Lua code and in library
// calls: the figure is the longest of all runs.
func BenchmarkTimeToEndAfterACancellation(b *testing.B) {
	for name, call := range map[string][2]string{
		"Lua code":    {"", "local x = 1"},
		"pcall":       {"", "pcall(error)"},
		"sort":        {"local t = {} for i = 1, 1e6 do t[i] = i * 7919 % 1000003 end", "table.sort(t, function(a, b) return a < b end)"},
		"sort texts":  {"local t, s = {}, ('x'):rep(5e5) for i = 1, 200 do t[i] = s .. i * 7919 % 1000003 end", "table.sort(t)"},
		"gsub":        {"local s = ('ab'):rep(2^25)", "s:gsub('a', 'c')"},
		"find":        {"local s = ('a'):rep(2^26)", "pcall(s.find, s, '.-.-b')"},
		"plain find":  {"local s, p = ('a'):rep(2^26), ('a'):rep(2^20) .. 'b'", "s:find(p, 1, true)"},
		"concat":      {"local t = {} for i = 1, 1e6 do t[i] = i end", "table.concat(t, ('x'):rep(50))"},
		"rep":         {"", "('ab'):rep(2^25)"},
		"upper":       {"local s = ('ab'):rep(2^25)", "s:upper()"},
		"reverse":     {"local s = ('ab'):rep(2^25)", "s:reverse()"},
		"joining":     {"local s = ('ab'):rep(2^23)", "local t = s .. 1 .. s"},
		"format %q":   {"local s = ('\\n'):rep(2^25)", "pcall(string.format, '%q', s)"},
		"json.encode": {"local t = {} for i = 1, 1e6 do t[i] = {i} end", "json.encode(t)"},
		"json text":   {"local s = ('ab'):rep(2^24)", "json.encode(s)"},
		"json.decode": {"local s = '[' .. ('[1],'):rep(1e6) .. '1]'", "json.decode(s)"},
		"loadstring":  {"local s = ('x = {1, 2}\\n'):rep(80000)", "loadstring(s)"},
		"unpack":      {"local t = {} for i = 1, 7000 do t[i] = i end", "select('#', unpack(t))"},
		"print":       {"local s = ('ab'):rep(2^24)", "print(s)"},
	} {
		b.Run(name, func(b *testing.B) {
			s := newStudio(b, simulator.Options{})
			longest := time.Duration(0)
			for range b.N {
				p, err := New().Load("t.lua", []byte(call[0]+" log.info 'ready' while true do "+call[1]+" end"), script.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				ctx, cancel := context.WithCancel(b.Context())
				var at time.Time
				host := s.host(writer(func(p []byte) (int, error) { return len(p), nil }))
				host.Limits = script.Limits{Compute: time.Minute, Output: 1 << 50, PatternSteps: 1 << 40}
				timer := make(chan *time.Timer, 1)
				host.Log.Logger.SetOutput(writer(func(p []byte) (int, error) {
					if strings.Contains(string(p), "ready") {
						timer <- time.AfterFunc(300*time.Millisecond, func() { at = time.Now(); cancel() })
					}
					return len(p), nil
				}))
				if err := p.Run(ctx, host); err == nil || ctx.Err() == nil {
					b.Fatalf("ended with %v", err)
				}
				longest = max(longest, time.Since(at))
			}
			b.ReportMetric(float64(longest.Milliseconds()), "ms-longest")
		})
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
