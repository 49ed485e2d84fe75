package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recue/luabind"
	"recue/runtime/script"
)

// found gives findings as lines "2:7 error undefined: text | hint".
func found(t *testing.T, sources ...script.Source) []string {
	t.Helper()
	var lines []string
	for _, f := range luabind.New().Check(sources, script.Limits{}) {
		line := fmt.Sprintf("%d:%d %s %s: %s", f.Line, f.Column, f.Severity, f.Code, f.Message)
		if f.Hint != "" {
			line += " | " + f.Hint
		}
		lines = append(lines, line)
	}
	return lines
}

func text(src string) script.Source { return script.Source{Name: "t.lua", Text: []byte(src)} }

func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string // beginnings
	}{
		{"a name is called that nobody defines", "strat()", []string{"1:1 error undefined: strat is not defined | did you mean start?"}},
		{"a name is indexed", "print(cam.id)", []string{"1:7 error undefined: cam is not defined"}},
		{"a name is given a field", "cam.id = 1", []string{"1:1 error undefined: cam is not defined"}},
		{"a name has a method called", "cam:go()", []string{"1:1 error undefined: cam"}},
		{"a name is gone over", "for _, r in ipairs(result) do print(r) end\ntable.sort(others)",
			[]string{"1:20 error undefined: result is not defined", "2:12 error undefined: others is not defined"}},
		{"a name is an operand", "print(#failure, text .. 'x', count + 1, -offset, limit < 3)", []string{
			"1:8 error undefined: failure is not defined", "1:17 error undefined: text is not defined", "1:30 error undefined: count is not defined",
			"1:42 error undefined: offset is not defined", "1:50 error undefined: limit is not defined"}},
		{"an operand that may be nil", "if limit then print(limit + 1) end\nfor _ in pairs(extra or {}) do print(1) end", nil},
		{"pairs is the script's own", "function pairs(t) return function() return t end end\nfor _ in pairs(nothing) do print(1) end", []string{"2:16 warning undefined: nothing is not defined"}},
		{"a name is read", "print(lenght)", []string{"1:7 warning undefined: lenght is not defined"}},
		{"the nearest local is suggested", "local length = 1\nprint(lenght, length)", []string{"2:7 warning undefined: lenght is not defined | did you mean length?"}},
		{"each name once, as the error", "print(cam) print(cam) cam() cam()", []string{"1:7 warning undefined", "1:23 error undefined"}},
		{"a name where a task is wanted", "start(cam1)", []string{`1:7 error undefined: start: task_id is nil: cam1 is not defined | if the text is meant, put it into quotes: "cam1"`}},
		{"a field of a library", `string.fnid("a", "b")`, []string{"1:8 error unknown-field: there is no string.fnid | did you mean string.find?"}},
		{"a field of a library as a value", "local f = table.packed print(f)", []string{"1:17 warning unknown-field"}},
		{"a field of a table of Recue", "log.wran 'x'", []string{"1:5 error unknown-field: there is no log.wran | did you mean log.warn?"}},
		{"a name as an option that nobody defines", "local length = '10m'\nstart('a', {segment_time = lenght, vid_byterate = 2000})\nprint(length)",
			[]string{"2:28 error undefined: start: segment_time is nil: lenght is not defined | did you mean length? If the text"}},
		{"a name as an option that may be there", "if lenght then start('a', {segment_time = lenght}) end", nil},
		{"an option that is nil", "start('a', {segment_time = nil})", nil},
		{"a reply is no text", "print(status('a') == 'started')", []string{`1:22 warning comparison: a reply is a table, and never the text "started" | compare a field of it: app_status`}},
		{"a text is no reply", "local r = stop 'a' if 'stopped' ~= r then print(1) end", []string{`1:23 warning comparison: a reply is a table, and never the text "stopped"`}},
		{"what a script is told is no number", "if vars.count == 3 or 2 ~= arg[1] then print(vars.count == '3') end",
			[]string{`1:18 warning comparison: what is in vars are texts, and never the number 3`, `1:23 warning comparison: what is in arg are texts, and never the number 2`}},
		{"an escape of a later Lua", `print("\65 \x41")`, []string{`1:12 warning later-escape: the escape \x41 came with a later Lua`}},
		{"another", `print("a\z b", "\u{1F600}", "\q")`, []string{`1:9 warning later-escape: the escape \z`, `1:17 warning later-escape: the escape \u`}},
		{"an absent function", "os.exit()", []string{"1:4 error absent: os.exit is not available"}},
		{"an absent global", "dofile 'x'", []string{"1:1 error absent: dofile is not available"}},
		{"an absent value", "io.stdout:write 'x'", []string{"1:4 error absent: io.stdout is not available"}},
		{"an absent function as a value", "local quit = os.exit print(quit)", []string{"1:17 warning absent"}},
		{"a table of Recue is changed", "function log.info() end", []string{"1:13 error read-only: log.info cannot be assigned"}},
		{"an option of retry", "retry({time = 3}, function() end)", []string{`1:8 error unknown-option: retry: unknown option "time" (did you mean "times"?)`}},
		{"an option of record", "record('a', '1m', {segment_tim = 1})", []string{"1:20 error unknown-option: record:"}},
		{"an option of wait_for", "wait_for('a', 'started', {evry = 1})", []string{"1:27 error unknown-option: wait_for:"}},
		{"till among the options of record", "record('a', '1m', {till = '10:00'})", []string{`1:20 error unknown-option: record: unknown option "till": it takes the place of the duration`}},
		{"a state that does not exist", "wait_for('a', 'stoped')", []string{`1:15 error wrong-argument: wait_for: app_status must be one of`}},
		{"a value in a constant local", "local long = '10 minutes'\nsleep(long)", []string{"2:7 error wrong-argument: sleep: duration"}},
		{"computed constants", "sleep(-(2 + 3) * 60)", []string{"1:16 error wrong-argument: sleep: duration must not be negative, got -300"}},
		{"not a number", "sleep(0/0)", []string{"1:8 error wrong-argument: sleep: duration must be a number, not NaN"}},
		{"through try", "try(start, 'a', {segment_time = '1 h'})", []string{"1:33 error wrong-argument: start: segment_time"}},
		{"through pcall, where it is caught", "pcall(start, 'a', {segment_time = '1 h'})", []string{"1:35 warning wrong-argument: start: segment_time"}},
		{"in a function for pcall", "pcall(function() strat() end)", []string{"1:18 warning undefined"}},
		{"in a function that pcall gets by name", "local function f() strat() end pcall(f)", []string{"1:20 warning undefined"}},
		{"in a global function that pcall gets by name", "function f() strat() end pcall(f)", []string{"1:14 warning undefined"}},
		{"too few arguments", "sleep()", []string{"1:1 error wrong-argument: sleep: duration is missing"}},
		{"too many arguments", "sleep(1, 2)", []string{"1:10 error wrong-argument: sleep: takes one argument, got 2"}},
		{"a nil for a task", "start(nil)", []string{"1:7 error wrong-argument: start: task_id is nil"}},
		{"a task twice", "start('a', {task_id = 'b'})", []string{"1:13 error wrong-argument: start: task_id is given twice"}},
		{"a branch that is a text", "parallel{'cam1'}", []string{`1:10 error wrong-argument: parallel: branch 1 is the text "cam1"`}},
		{"a named branch without cmd", "parallel{a = {task_id = 'cam1'}}", []string{`1:14 error wrong-argument: parallel: branch "a" is a table without cmd`}},
		{"a branch with an unknown cmd", "parallel{{cmd = 'strat'}}", []string{`1:17 error wrong-argument: parallel: branch 1 is wrong: cmd must be one of`}},
		{"a branch with a wrong option", "parallel{{cmd = 'stop', vid_stream = 'x'}}", []string{`1:25 error unknown-option: parallel: branch 1 is wrong: unknown option "vid_stream"`}},
		{"items that do not fit the command", "parallel({'a', 7}, start)", []string{"1:16 error wrong-argument: start: task_id must be a text, got the number 7"}},
		{"a policy", "parallel({print}, {on_error = 'x'})", []string{"1:31 error wrong-argument: parallel: on_error must be one of"}},
		{"commands that run too early", "parallel{start 'a', start 'b'}", []string{"1:10 warning early-call: this start runs before parallel", "1:21 warning early-call"}},
		{"a schedule that cannot be", "schedule('x', {daily = '25:00'}, function() end)", []string{"1:24 error wrong-argument: schedule: daily"}},
		{"a schedule without a time", "schedule('x', {tz = 'Europe/Berlin'}, function() end)", []string{"1:15 error wrong-argument: schedule: it does not say when"}},
		{"failures that nobody looks at", "parallel({print}, {on_error = 'collect'})", []string{"1:1 warning ignored-failure"}},
		{"failures in locals that nobody reads", "local r, f = parallel({print}, {on_error = 'collect'})", []string{"1:14 warning ignored-failure"}},
		{"nothing", "", []string{"0:0 warning empty: the script has no statements"}},
		{"nothing but comments", "-- later", []string{"0:0 warning empty: the script has no statements"}},
		{"a local that nobody reads", "local a, _b = 1, 2", []string{"1:7 warning unused-local: the local a is never read"}},
		{"a local that is only assigned", "local a = 1\na = 2", []string{"1:7 warning unused-local"}},
		{"a local function that nobody calls", "local function f() end", []string{"1:16 warning unused-local"}},
		{"all results of a call are unused", "local ok, err = pcall(print)", []string{"1:7 warning unused-local", "1:11 warning unused-local"}},
		{"a global of one function", "local function f()\n  r = now()\n  return r\nend\nf()", []string{"2:3 warning global: r is a global that only this function uses"}},
		{"a slip in an assignment", "local count = 0\ncuont = 1\nprint(count)", []string{"2:1 warning global: the global cuont is set, and nobody reads it | did you mean count?"}},
		{"code behind an endless loop", "while true do sleep(1) end\nprint(1)\nprint(2)", []string{"2:1 warning unreachable"}},
		{"code behind error", "do error 'x' print(1) end", []string{"1:14 warning unreachable: this is never reached: error does not return"}},
		{"code behind branches that all leave", "local function f(x) if x then return 1 else return 2 end print(x) end f()", []string{"1:58 warning unreachable"}},
		{"code behind a condition that is never true", "if false then print(1) end", []string{"1:15 warning unreachable"}},
		{"a mistake in code that is never reached", "if nil then strat() end", []string{"1:13 warning unreachable", "1:13 warning undefined"}},
		{"a name of Recue is assigned", "status = 3", []string{`1:1 error syntax: "status" is Recue's own and cannot be assigned`}},
		{"a name of two schedules", "schedule('a', {every = 60}, print)\nschedule('b', {every = 60}, print)\nschedule('a', {every = 60}, print)",
			[]string{`3:10 error wrong-argument: schedule: the name "a" is taken by the schedule at t.lua:1`}},
		{"a name of two schedules, one of them in a loop", "schedule('a', {every = 60}, print)\nfor _ = 1, 2 do schedule('a', {every = 60}, print) end",
			[]string{`2:26 error wrong-argument: schedule: the name "a" is taken`}},
		{"a command that runs before try", "try(start('cam1'))", []string{"1:5 error wrong-argument: try: fn must be a function, got what start returned | hand over the function and its arguments: try(start, …)"}},
		{"a command that runs before retry", "retry({times = 3}, stop 'cam1')", []string{"1:20 error wrong-argument: retry: fn must be a function, got what stop returned | write function() stop(…) end"}},
		{"a command that runs before pcall", "pcall(start 'cam1')", []string{"1:7 warning wrong-argument: pcall gets what start returned, and calls that | write pcall(start, …)"}},
		{"a call without a result", "try(sleep(1))", []string{"1:1 error wrong-argument: try: fn is missing"}},
		{"a reply where a task is wanted", "stop(now())", []string{"1:6 error wrong-argument: stop: task_id must be a text, got what now returned"}},
		{"a matcher", "expect(1).equal(1)", []string{`1:11 error unknown-field: expect: unknown matcher "equal" (did you mean "equals"?)`}},
		{"a matcher of the opposite", "expect.soft(1).never.equal(1)", []string{`1:22 error unknown-field: expect: unknown matcher "equal"`}},
		{"a matcher as a method", "expect(1):equal(1)", []string{`1:11 error unknown-field: expect: unknown matcher "equal"`}},
		{"a matcher of the opposite of the opposite", "expect(1).never.never.equals(1)", []string{`1:17 error unknown-field: expect: unknown matcher "never"`}},
		{"a state that no task has", "if status('a').app_status == 'recording' then print(1) end",
			[]string{`1:30 warning comparison: app_status is never the text "recording": it is one of "started", "stopped", "error"`}},
		{"a misspelled code, in a local", "local r = try(start, 'a') if 'time_out' == r.code then print(1) end",
			[]string{`1:30 warning comparison: code is never the text "time_out": it is one of "no_recorder"`}},
		{"a misspelled code, behind pcall", "local ok, err = pcall(stop, 'a') if not ok and err.code ~= 'rejcted' then print(1) end",
			[]string{`1:60 warning comparison: code is never the text "rejcted": it is one of`}},
		{"a result that is a truth", "print(start('a').msg_status == true)", []string{`1:32 warning comparison: msg_status is never true`}},
		{"an option that must be given", "sim.delay{cmd = 'stop'}", []string{"1:10 error wrong-argument: sim.delay: by is missing: expected a duration"}},
		{"several wrong options", "start('a', {vid_birate = 1, segment_time = -1, snd_source = 7})", []string{
			"1:13 error unknown-option: start:", "1:44 error wrong-argument: start: segment_time", "1:61 error wrong-argument: start: snd_source"}},
		{"several wrong options of a branch", "parallel{{cmd = 'stop', vid_stream = 'x', segment_time = -1}}", []string{"1:25 error unknown-option", "1:58 error wrong-argument"}},
		{"a name where a function is wanted", "parallel({'a'}, strat)", []string{"1:17 error undefined: parallel: fn is nil: strat is not defined | did you mean start?"}},
		{"a name where a function is wanted, unlike any", "parallel({'a'}, zzz)", []string{"1:17 error undefined: parallel: fn is nil: zzz is not defined | is it misspelled, or local to another function?"}},
		{"commands beside schedules", "start 'a'\nlocal r = try(stop, 'b') print(r.ok)\nfor i = 1, 2 do record('c', '1m') end\nschedule('x', {every = 60}, print)",
			[]string{"1:1 warning top-command: this start is no part of a schedule", "2:11 warning top-command: this stop", "3:17 warning top-command: this record"}},
		{"columns count characters", "print('жж', lenght)", []string{"1:13 warning undefined"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := found(t, text(c.src))
			if len(got) != len(c.want) {
				t.Fatalf("found %q, want %q", got, c.want)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("found %q, want %q", got[i], want)
				}
			}
		})
	}
}

// What works, or may work, has no findings.
func TestNoFindings(t *testing.T) {
	for _, src := range []string{
		"local start = print start('a', {vid_birate = 1})",
		"local function f(sleep) sleep() end f(print)",
		"for start = 1, 2 do print(start) end",
		"if jit then jit.off() end",
		"local unpack = table.unpack or unpack print(unpack)",
		"if type(utf8) == 'table' then print(utf8.char(1)) end",
		"print(_G.whatever) if _G.whatever then whatever() end",
		"_G.helper = function() end helper()",
		"rawset(_G, 'helper', print) helper()",
		"local name = 'helper' _G[name] = print helper()",
		"setmetatable(_G, {__index = function() return print end}) helper()",
		"for k, v in pairs({helper = print}) do _G[k] = v end helper()",
		"loadstring('function helper() end')() helper()",
		"local code = vars.code or '' loadstring(code)() helper()",
		"local name = vars.module or 'x' local ok = pcall(require, name) if ok then helper() end",
		"helper() function helper() end",
		"function string.trim(s) return s end print(string.trim('a'))",
		"local string = {fnid = print} string.fnid()",
		"local s = string s.trim = print string.trim()",
		"os.exit = print os.exit()",
		"function dofile() end dofile()",
		"if io then print(os.getenv ~= nil) end",
		"start(vars.task) start(arg[1]) start(vars.task or 'a', {segment_time = vars.length})",
		"local opts = {segment_time = '1m'} start('a', opts) start(opts)",
		"local task = vars.task start(task, {segment_time = '1m'})",
		"start(unpack(arg)) sleep(select(2, 0, 0))",
		"local key = 'segment_time' start('a', {[key] = 5})",
		"start('a', {segment_time = nil, vid_birate = nil})",
		"start('a', {segment_time = -1, segment_time = 1})",
		"sleep(1, nil)",
		"parallel({}, start)",
		"parallel({'a', 'b'}, function(t) start(t) end)",
		"local cmd = vars.cmd parallel{{cmd = cmd, task_id = 'a'}}",
		"local function branch() end parallel{branch, x = branch, print}",
		"local list = {} parallel(list) parallel(list, {limit = 2})",
		"local r = parallel({print}, {on_error = 'collect'}) print(r[1])",
		"local _, failures = parallel({print}, {on_error = 'collect'}) print(#failures)",
		"print(parallel({print}, {on_error = 'collect'}))",
		"local function f() return parallel({print}, {on_error = 'collect'}) end f()",
		"local ok, err = pcall(print) if not ok then print 'x' end local a, b = pcall(print) print(b)",
		"for i, v in ipairs{1} do print 'x' end for _ = 1, 2 do sleep(0) end",
		"local function f(a, b) end f()",
		"local t = {} function t:m() end t:m()",
		"while true do if now() > 5 then break end end print 'x'",
		"repeat local done = now() > 5 until done print 'x'",
		"while true do for i = 1, 2 do print(i) end if now() > 1 then do break end end end print 'x'",
		"local function f(x) if x then return 1 elseif now() then return 2 end print(x) end f()",
		"local function f() do return end end f()",
		"count = 0 local function up() count = count + 1 end up() print(count)",
		"CAMERAS = {'a'} print(#CAMERAS)",
		"function helper() end",
		"local function f(...) return arg.n, ... end f()",
		"record('a', {till = '10:00'}) record('a', vars.length or '1m', {snd_source = 'x'})",
		"if vars.a then schedule('a', {every = 60}, print) else schedule('a', {every = 30}, print) end",
		"do schedule('a', {every = 60}, print) end local name = vars.b schedule(name, {every = 60}, print) schedule('b', {every = 60}, print)",
		"local function f() schedule('a', {every = 60}, print) end schedule('a', {every = 30}, print) if vars.x then f() end",
		"if vars.now then start 'a' end schedule('a', {every = 60}, function() start 'a' end)",
		"local function show() start 'a' end schedule('a', {every = 60}, show)",
		"start 'a' local function later() schedule('a', {every = 60}, print) end if vars.b then later() end",
		"try(load_data('x.json')[1]) try(json.decode('1')) try(loadstring('x = 1')) local f = try(function() return print end) try(f)",
		"expect(start 'a') expect(start).fails() expect(1).never.equals(2) expect(1):equals(1) expect.soft('a').matches('b')",
		"local e = expect(1) e.equals(1) local function expect2() return {equal = print} end expect2().equal(1)",
		"print(status('a').app_status == 'error', try(stop, 'a').code == nil, start('a').msg_status ~= 'success')",
		"local r = {code = 200} print(r.code == 200) local t = try(function() return {code = 200} end) print(t.code == 200)",
		"local ok, err = pcall(function() error({code = 7}) end) if not ok and err.code == 7 then print(1) end",
		"local r = status 'a' r = {app_status = 'recording'} print(r.app_status == 'recording')",
		"local want = vars.want print(status('a').app_status == want)",
		"sim.delay{by = vars.by} local key = 'by' sim.delay{[key] = 1} local o = {} sim.delay(o)",
		"print(('x'):rep(3), #arg, _VERSION, math.pi, coroutine.wrap(print))",
	} {
		if got := found(t, text(src)); len(got) > 0 {
			t.Errorf("%s\nhas %q", src, got)
		}
	}
}

func TestFilesAreCheckedTogetherAndOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) script.Source {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return script.Source{Name: path, Text: []byte(text), Dir: filepath.Dir(path)}
	}
	// The module is given first, needs the main script's folder, and uses its global. The two require each other.
	module := write("lib/a.lua", `require "lib.b" print(HALL.name) wrong1()`)
	write("lib/b.lua", `require "lib.a" wrong2()`)
	main := write("main.lua", `HALL = {name = "x"} require "lib.a"`)
	want := []string{"1:34 error undefined: wrong1", "1:17 error undefined: wrong2"}
	for _, sources := range [][]script.Source{{module, main}, {main, module}, {main}, {main, main, module}} {
		got := found(t, sources...)
		all := strings.Join(got, "\n")
		if len(got) != 2 || !strings.Contains(all, want[0]) || !strings.Contains(all, want[1]) {
			t.Errorf("found %q, want %q", got, want)
		}
	}
	// A link that leads out of the folder is not followed.
	outside := filepath.Join(t.TempDir(), "x.lua")
	if err := os.WriteFile(outside, []byte("strat()"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "x.lua")); err != nil {
		t.Fatal(err)
	}
	if got := found(t, write("link.lua", `require "x"`)); len(got) != 1 || !strings.Contains(got[0], "only files beside the script") {
		t.Errorf("found %q", got)
	}
}

func TestTheSameNameInTwoScriptsIsFound(t *testing.T) {
	script := func(name, text string) script.Source {
		return script.Source{Name: name, Text: []byte(text), Dir: t.TempDir()}
	}
	a := script("a.lua", "print 'a'\nschedule('show', {every = 60}, print)")
	for name, test := range map[string]struct {
		b    string
		want []string
	}{
		"at the top":         {"schedule('show', {every = 60}, print)", []string{`1:10 warning wrong-argument: schedule: the name "show" is taken by the schedule at a.lua:2`}},
		"another name":       {"schedule('show 2', {every = 60}, print)", nil},
		"on a condition":     {"if vars.b then schedule('show', {every = 60}, print) end", nil},
		"a name made by run": {"schedule(vars.name, {every = 60}, print)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := found(t, a, script("b.lua", test.b))
			if len(got) != len(test.want) || len(got) > 0 && !strings.Contains(got[0], test.want[0]) {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

// None of these may take long, or panic.
func TestHostileSources(t *testing.T) {
	doubling := "local a0 = 1\n"
	for i := range 150 {
		doubling += fmt.Sprintf("local a%d = a%d + a%d\n", i+1, i, i)
	}
	for _, src := range []string{
		doubling + "sleep(a150)",
		"x = 1" + strings.Repeat(" + y", 15000),
		strings.Repeat("if x then ", 190) + "print(1)" + strings.Repeat(" end", 190),
		strings.Repeat("while true do ", 190) + strings.Repeat(" end print(1)", 190),
		"local t = " + strings.Repeat("{", 190) + strings.Repeat("}", 190) + " start('a', t)",
		strings.Repeat("print(a1, b2) ", 5000),
		"loadstring([==[" + "loadstring([=[loadstring([[x = 1]])]=])" + "]==])",
		"parallel(parallel(parallel()))", "start(start(start(1)))", "try()", "try(try, try, try)", "pcall()", "require()", "rawset()", "type()",
		"\x00", "if", "a.b:c = 1",
	} {
		found(t, text(src))
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"start{vid_birate = 1}", "parallel({{cmd = 'start'}}, {on_error = 'collect'})", "while true do end print(x)", "pcall(f, 1) function f() g() end"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, f := range luabind.New().Check([]script.Source{text(src)}, script.Limits{}) {
			if strings.Contains(f.Message, "internal error") || f.Line > 0 && f.Column < 1 || f.Message == "" {
				t.Errorf("%q: %+v", src, f)
			}
		}
	})
}
