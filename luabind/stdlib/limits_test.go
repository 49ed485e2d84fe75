package stdlib

import (
	"context"
	"errors"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Calls that would take very long or very much end with an error that says why.
func TestRunawayCallsFail(t *testing.T) {
	const complex, large = `error "case:1: pattern too complex (limit --max-pattern-steps)"`, `error "case:1: resulting string too large: more than 64 KiB (limit --max-string)"`
	check(t, newState(t, Host{MaxString: 1 << 16, PatternSteps: 1 << 20}), cases{
		{`return ("a"):rep(30):find(("a-"):rep(30) .. "b")`, complex},
		{`return ("a"):rep(30):match(("a*"):rep(30) .. "b")`, complex},
		{`return ("a"):rep(60000):gsub(".-b", "x")`, complex},
		{`for w in ("a"):rep(60000):gmatch(".-.-b") do end`, complex},
		{`return ("("):rep(30000):find("%b()")`, complex},
		{`return ("a"):rep(30000):find(("a?"):rep(25000) .. "b")`, `error "case:1: pattern too complex"`},
		{`return ("a"):rep(60000):gsub("a", "%0%0")`, large},
		{`return ("a"):rep(60000):gsub("a", function(a) return a .. a end)`, large},
		{`local t = {} for i = 1, 100 do t[i] = ("x"):rep(1000) end return table.concat(t)`, large},
		{`return table.concat({("x"):rep(40000), ("x"):rep(40000)})`, large},
		{`local s = ("x"):rep(40000) return string.format("%s%s", s, s)`, large},
		{`return os.date(("%c"):rep(30000))`, large},
		{`return unpack({}, 1, 1e8)`, `error "case:1: too many results to unpack"`},
		{`return unpack({}, -2^62, 2^62)`, `error "case:1: too many results to unpack"`},
		{`return #{unpack({}, 1, 7000)}, select("#", ("x"):rep(7000):byte(1, -1))`, `ok 0 7000`},
		{`return ("x"):find(("[ab]"):rep(16384) .. "x")`, `error "case:1: pattern too long (at most 65536 bytes)"`},
		// What is merely long works: every byte of the subject brings its own steps.
		{`return select(2, ("a b "):rep(16000):gsub("%w+%s*", ""))`, `ok 32000`},
		{`return ("x"):rep(60000):find("y.*z")`, `ok nil`},
	})
}

// interrupted runs a chunk that would take long until the host was asked a few times whether it should end. How long
// it takes between two questions is no matter of a test, which may run on a busy machine: see
// BenchmarkTimeToEndAfterACancellation of package luabind.
func interrupted(t *testing.T, chunk string) {
	t.Helper()
	polls := 0
	L := newState(t, Host{PatternSteps: 1 << 40, Interrupted: func(*lua.LState) error {
		if polls++; polls < 4 {
			return nil
		}
		return errors.New("stopped by the test")
	}})
	got := report(L, chunk)
	if want := `error "case:1: stopped by the test"`; got != want {
		t.Errorf("%s\n got %.200s\nwant %s", chunk, got, want)
	}
}

func TestLongCallsCanBeInterrupted(t *testing.T) {
	for _, chunk := range []string{
		`local s = ("a"):rep(1e5) return s:find(".-b")`,
		`local s = ("a"):rep(1e5) return s:gsub("a-b", "x")`,
		`local s = ("a"):rep(1e6) return s:gsub("a", "b")`,
		`local s = ("("):rep(1e6) return s:find("%b()%b()")`,
		`local t = {} for i = 1, 2e4 do t[i] = i end return table.concat(t) .. table.concat(t) .. table.concat(t)`,
		`local t = {} for i = 1, 2e4 do t[i] = i % 7 + 0.5 end t[1] = 0 / 0 table.sort(t)`,
		`local t = {} for i = 1, 1e5 do t[i] = (i * 7919) % 1e5 end table.sort(t)`,
		`local t, s = {}, ("x"):rep(1e5) for i = 1, 200 do t[i] = s .. (i * 7919) % 200 end table.sort(t)`,
		`local t, s = {}, ("x"):rep(1e5) for i = 1, 200 do t[i] = s .. (i * 7919) % 200 end t[1] = s .. 0 table.sort(t, nil)`,
		`local t = {} for i = 1, 1e5 do t[i] = i end table.foreachi(t, getmetatable)`,
		`local t = {} for i = 1, 1e5 do t[i] = i end table.foreach(t, getmetatable)`,
		`return table.insert({}, -1e12, 1)`,
		`return #("a"):rep(1e6):upper()`,
		`return #("a"):rep(1e6):lower()`,
		`return #("a"):rep(1e6):reverse()`,
		`return ("a"):rep(2e7):find("ab", 1, true)`,
		`local t = {} for i = 1, 1e4 do t["k" .. i] = 1 end return table.maxn(t)`,
	} {
		interrupted(t, chunk)
	}
}

func TestContextEndsLongCalls(t *testing.T) {
	L := newState(t, Host{})
	ctx, cancel := context.WithCancel(t.Context())
	L.SetContext(ctx)
	L.SetGlobal("cancel", L.NewFunction(func(*lua.LState) int { cancel(); return 0 }))
	// The table lookup cancels between two instructions, so that only gsub itself can notice.
	got := report(L, `return ("a"):rep(1e6):gsub("a", setmetatable({}, {__index = cancel}))`)
	if got != `error "case:1: context canceled"` {
		t.Errorf("got %.200s", got)
	}
}

// A plain search works in parts; what lies across two of them is found.
func TestPlainSearchAcrossParts(t *testing.T) {
	lib := newLibrary(Host{})
	L := lua.NewState()
	defer L.Close()
	const window = 1 << 20
	for _, text := range []string{"b", "bb", "ab", strings.Repeat("a", 1000) + "b", strings.Repeat("b", window)} {
		for _, at := range []int{0, 1, window - len(text) - 1, window - len(text), window - 1, window, window + 1, 2*window - 1, 3 * window} {
			if at < 0 {
				continue
			}
			subject := strings.Repeat("a", at) + text + strings.Repeat("a", window)
			if got, want := lib.index(L, subject, text), strings.Index(subject, text); got != want {
				t.Errorf("%.5q at %d: got %d, want %d", text, at, got, want)
			}
		}
		if got := lib.index(L, strings.Repeat("a", 3*window), text); got != -1 {
			t.Errorf("%.5q found at %d", text, got)
		}
	}
}
