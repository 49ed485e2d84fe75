package stdlib

import (
	"math"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// check runs chunks and compares what each returned or raised, in the form of report.
func check(t *testing.T, L *lua.LState, cases []struct{ chunk, want string }) {
	t.Helper()
	for _, c := range cases {
		if got := report(L, c.chunk); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.chunk, got, c.want)
		}
	}
}

type cases = []struct{ chunk, want string }

// Where Recue is stricter than PUC Lua 5.1 on purpose, or has less.
func TestDiffersFromReference(t *testing.T) {
	check(t, newState(t, Host{MaxString: 1 << 20}), cases{
		{`return tostring(setmetatable({}, {__tostring = function() return {} end}))`, `error "case:1: '__tostring' must return a string"`},
		{`return tostring(setmetatable({}, {__tostring = function() return 12 end}))`, `ok "12"`},
		{`return collectgarbage("step")`, `ok true`},
		{`return collectgarbage("setpause", 100)`, `ok 0`},
		{`return collectgarbage("count") > 0`, `ok true`},
		{`return math.random(2^40, 2^40)`, `ok 1099511627776`},
		{`return string.rep("x", 1e10)`, `error "case:1: resulting string too large: more than 1 MiB (limit --max-string)"`},
		{`return #string.rep("x", 2^20)`, `ok 1048576`},
		{`return string.rep("x", 2^20 + 1)`, `error "case:1: resulting string too large: more than 1 MiB (limit --max-string)"`},
		{`return string.rep("x", 1/0)`, `error "case:1: resulting string too large: more than 1 MiB (limit --max-string)"`},
		{`return #string.rep("", 1/0)`, `ok 0`},
		{`return os.time{year = 2^40, month = 1, day = 1}`, `error "case:1: field 'year' in date table is out of range"`},
	})
}

func TestTextOfUnnamedValues(t *testing.T) {
	L := newState(t, Host{})
	for _, name := range []string{"table", "function"} {
		v := map[string]lua.LValue{"table": L.NewTable(), "function": L.GetGlobal("type")}[name]
		if got := ToString(L, v); !strings.HasPrefix(got, name+": 0x") {
			t.Errorf("a %s is written as %q", name, got)
		}
	}
}

func TestAbsentNamesSaySo(t *testing.T) {
	L := newState(t, Host{})
	check(t, L, cases{
		{`os.execute("ls")`, `error "case:1: os.execute is not available in Recue scripts"`},
		{`os.getenv("HOME")`, `error "case:1: os.getenv is not available in Recue scripts: use vars.NAME, which --var NAME=VALUE sets"`},
		{`io.write("x")`, `error "case:1: io.write is not available in Recue scripts: use print, or log.info for messages"`},
		{`io.stderr:write("x")`, `error "case:1: io.stderr is not available in Recue scripts: use log.error"`},
		{`return package.loaded.x`, `error "case:1: package.loaded is not available in Recue scripts: use require for a module beside the script"`},
		{`dofile("x.lua")`, `error "case:1: dofile is not available in Recue scripts: use require for a module beside the script"`},
		{`return io.nosuch, debug.nosuch`, `ok nil nil`},
		// Tests for a feature never fail.
		{`return not io, not io.open, not os.getenv, not debug, not setfenv, not package`, `ok false false false false false false`},
	})
	for _, a := range absentNames {
		message, ok := Absent(a.name)
		if got := report(L, "return ("+a.name+")()"); !ok || got != `error "case:1: `+strings.ReplaceAll(message, `"`, `\x22`)+`"` {
			t.Errorf("%s: %s; Absent says %q", a.name, got, message)
		}
	}
	if message, ok := Absent("os.time"); ok {
		t.Errorf("Absent knows os.time: %s", message)
	}
}

// Nothing of gopher-lua's own comes along, and nothing is there that Lua 5.1 has not.
func TestGlobalsAreTheListed(t *testing.T) {
	L := newState(t, Host{})
	var names []string
	L.G.Global.ForEach(func(k, v lua.LValue) {
		if !strings.Contains(" _G _VERSION ", " "+k.String()+" ") {
			names = append(names, k.String())
		}
	})
	known := " " + strings.Join([]string{"assert collectgarbage getmetatable ipairs next pairs rawequal rawget rawset select",
		"setmetatable tonumber tostring type unpack string table math os",
		"io debug package dofile loadfile setfenv getfenv module newproxy gcinfo"}, " ") + " "
	for _, name := range names {
		if !strings.Contains(known, " "+name+" ") {
			t.Errorf("unexpected global %s", name)
		}
	}
	if want := len(strings.Fields(known)); len(names) != want {
		t.Errorf("%d globals, want %d: %v", len(names), want, names)
	}
}

func TestStringsShareAMetatableNobodyCanChange(t *testing.T) {
	L := newState(t, Host{})
	check(t, L, cases{
		{`return getmetatable("").__index == string, getmetatable("").__add`, `ok true nil`},
		{`getmetatable("").__index = function() end`, `error "case:1: the metatable of strings cannot be changed"`},
		{`rawset(getmetatable(""), "__index", nil) return ("x"):upper()`, `ok "X"`},
		{`return getmetatable(getmetatable(""))`, `ok false`},
		{`setmetatable(getmetatable(""), {})`, `error "case:1: cannot change a protected metatable"`},
		{`function string.twice(s) return s .. s end return ("x"):twice()`, `ok "xx"`},
	})
}

func TestTraversalAllowsRemoval(t *testing.T) {
	check(t, newState(t, Host{}), cases{
		{`local t, n = {}, 0 for i = 1, 100 do t["k" .. i], t[i] = i, i end for k in pairs(t) do t[k] = nil n = n + 1 end return n, next(t)`, `ok 200 nil`},
		// gopher-lua's own next leaves out the first named entry when the list got shorter than the key.
		{`local t, seen = {1, 2, 3, a = 1, b = 2}, "" for k in pairs(t) do seen = seen .. k if k == 1 then table.remove(t) table.remove(t) table.remove(t) end end return #seen`, `ok 3`},
		{`local t, seen = {1, 2, 3, a = 1, b = 2}, "" for k in pairs(t) do seen = seen .. k if type(k) == "number" then table.remove(t) end end return #seen`, `ok 4`},
		{`local t = {[1.5] = 1, [-1] = 2, [0] = 3, [2^53] = 4, [true] = 5, [-0] = 6} local n = 0 for k, v in pairs(t) do n = n + v end return n, t[0]`, `ok 18 6`},
		{`local t = {x = 1} t.x = nil return next(t, "x")`, `ok nil`},
	})
}

func TestLongTablesAreReadBeyondTheArray(t *testing.T) {
	check(t, newState(t, Host{}), cases{
		{`local t, i = {}, 2^27 t[i], t[i + 1] = "a", "b" return table.concat(t, ",", i, i + 1), unpack(t, i, i + 1)`, `ok "a,b" "a" "b"`},
		{`return table.maxn{[2^27] = 1, 1, 2, x = 1}`, `ok 134217728`},
	})
}

func TestBadComparatorsEnd(t *testing.T) {
	L := newState(t, Host{})
	const invalid = `error "case:1: invalid order function for sorting"`
	check(t, L, cases{
		{`local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function() return true end)`, invalid},
		{`local t = {3, 1, 2, 5, 4} table.sort(t, function(a, b) return a <= b end) return #t`, `ok 5`},
		{`local t = {3, 1, 2, 5} table.sort(t, function() return false end) return #t`, `ok 4`},
		{`local t = {} for i = 1, 200 do t[i] = i * 7 % 13 end table.sort(t, function(a, b) return (a * b) % 3 == 1 end) return #t`, invalid},
	})
	// A comparator that raises leaves the list as it was.
	if got := report(L, `T = {3, 1, 2} table.sort(T, function(a, b) T.x.y = 1 end)`); !strings.HasPrefix(got, "error") {
		t.Errorf("no error: %s", got)
	}
	if got := report(L, `return unpack(T)`); got != "ok 3 1 2" {
		t.Errorf("the list became %s", got)
	}
}

func always(zone *time.Location) func(*lua.LState) *time.Location {
	return func(*lua.LState) *time.Location { return zone }
}

func TestClockAndZoneAreTheHosts(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 30, 0, 0, time.UTC)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	L := newState(t, Host{Now: func() time.Time { return now }, Zone: always(zone)})
	check(t, L, cases{
		{`return os.time(), os.clock()`, `ok 1782909000 0`},
		{`return os.date()`, `ok "Wed Jul  1 08:30:00 2026"`},
		{`return os.date("%Z %z"), os.date("*t").isdst, os.date("!*t").isdst`, `ok "EDT -0400" true false`},
	})
	now = now.Add(90 * time.Second)
	check(t, L, cases{{`return os.time(), os.clock()`, `ok 1782909090 90`}})
	L = newState(t, Host{CPU: func() time.Duration { return 1500 * time.Millisecond }})
	check(t, L, cases{{`return os.clock()`, `ok 1.5`}})
}

// What glibc makes of hours that a clock skips or shows twice, where it does not depend on its last call.
func TestTimesWhereClocksChange(t *testing.T) {
	zone, err := time.LoadLocation(ourZone)
	if err != nil {
		t.Fatal(err)
	}
	check(t, newState(t, Host{Zone: always(zone)}), cases{
		{`return os.time{year = 2024, month = 3, day = 31, hour = 2, min = 30}`, `ok 1711848600`},
		{`return os.time{year = 2024, month = 3, day = 31, hour = 2, min = 30, isdst = true}`, `ok 1711845000`},
		{`return os.time{year = 2024, month = 3, day = 31, hour = 2, min = 30, isdst = false}`, `ok 1711848600`},
		{`return os.time{year = 2024, month = 10, day = 27, hour = 2, min = 30}`, `ok 1729992600`},
		{`return os.time{year = 2024, month = 10, day = 27, hour = 2, min = 30, isdst = true}`, `ok 1729989000`},
		{`return os.time{year = 2024, month = 10, day = 27, hour = 2, min = 30, isdst = false}`, `ok 1729992600`},
	})
	check(t, newState(t, Host{Zone: always(time.UTC)}), cases{
		{`return os.time{year = 2024, month = 1, day = 15, isdst = true}`, `ok 1705316400`},
		{`return os.time{year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 59}`, `ok nil`},
		{`return os.time{year = 2000, month = -11, day = 0, hour = 0}`, `ok 915062400`},
	})
}

func TestRandomFollowsItsSeed(t *testing.T) {
	const chunk = `local r = {} for i = 1, 20 do r[i] = math.random(1, 1e6) end return table.concat(r, " ")`
	first := report(newState(t, Host{Seed: 7}), chunk)
	if again := report(newState(t, Host{Seed: 7}), chunk); again != first {
		t.Errorf("the same seed gave other numbers: %s and %s", first, again)
	}
	if other := report(newState(t, Host{Seed: 8}), chunk); other == first {
		t.Error("another seed gave the same numbers")
	}
	seeded := `math.randomseed(42) ` + chunk
	if a, b := report(newState(t, Host{Seed: 1}), seeded), report(newState(t, Host{Seed: 2}), seeded); a != b {
		t.Error("randomseed does not decide alone")
	}
	check(t, newState(t, Host{}), cases{
		{`for i = 1, 2000 do local r = math.random() if r < 0 or r >= 1 then return r end end return "in range"`, `ok "in range"`},
		{`local seen = {} for i = 1, 2000 do seen[math.random(-1, 2)] = true end return seen[-1], seen[0], seen[1], seen[2], seen[3]`, `ok true true true true nil`},
		{`local seen = {} for i = 1, 2000 do seen[math.random(3)] = true end return seen[0], seen[1], seen[2], seen[3], seen[4]`, `ok nil true true true nil`},
	})
}

func TestLog10OfPowersOfTenIsWhole(t *testing.T) {
	for n := -308; n <= 308; n++ {
		if got := log10(math.Pow10(n)); got != float64(n) {
			t.Errorf("log10(1e%d) = %v", n, got)
		}
	}
}

// A callback may wait: another thread of the state runs meanwhile and uses the same functions.
func TestCallbacksMayWait(t *testing.T) {
	L := newState(t, Host{})
	other, _ := L.NewThread()
	L.SetGlobal("wait", L.NewFunction(func(L *lua.LState) int {
		const busy = `local t = {3, 1, 2} table.sort(t, function(a, b) return a < b end) return ("zyx"):gsub("(.)", "%1-"), ("q"):find("(q)")`
		running := L.G.CurrentThread
		if got := report(other, busy); got != `ok "z-y-x-" 1 1 "q"` {
			t.Errorf("the other thread: %s", got)
		}
		L.G.CurrentThread = running
		return 0
	}))
	check(t, L, cases{
		{`return ("abc"):gsub("(%w)(b?)", function(a, b) wait() return a .. "." end)`, `ok "a.c." 2`},
		{`local t = {4, 2, 3, 1} table.sort(t, function(a, b) wait() return a < b end) return unpack(t)`, `ok 1 2 3 4`},
		{`local r = "" for w in ("a b c"):gmatch("%w") do wait() r = r .. w end return r`, `ok "abc"`},
		{`return tostring(setmetatable({}, {__tostring = function() wait() return "x" end}))`, `ok "x"`},
		{`local r = 0 table.foreach({1, 2}, function(k, v) wait() r = r + v end) return r`, `ok 3`},
	})
}
