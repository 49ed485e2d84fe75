package stdlib

import (
	"math"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// failedMatch is what a matcher outside of Lua ends with.
type failedMatch string

type fuzzHost struct{}

func (fuzzHost) poll()               {}
func (fuzzHost) fail(message string) { panic(failedMatch(message)) }

// FuzzPattern holds that matching never panics, ends, and finds only what lies in the subject.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"", "a*b", "^(%w+)%s*=%s*(.-)$", "%b()", "%f[%a]%a+", "(()", "[^%]a-z]*", "[a-", "%1", "(a*)%1", "a-$", "%"} {
		f.Add("key = (value) aab", p)
	}
	f.Fuzz(func(t *testing.T, subject, text string) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(failedMatch); !ok {
					panic(r)
				}
			}
		}()
		p := readPattern(zeroEnds(text), caretAnchors)
		m := &matcher{subject: subject, items: p.items, reserve: 1 << 18, host: fuzzHost{}}
		from, to := m.search(0, p.anchored)
		if from < 0 {
			return
		}
		if from > to || to > len(subject) || (p.anchored && from != 0) {
			t.Fatalf("found [%d, %d) in %d bytes", from, to, len(subject))
		}
		for _, c := range m.captures[:m.level] {
			if c.length >= 0 && (c.start < from || c.start+c.length > to) {
				t.Fatalf("capture %v outside of [%d, %d)", c, from, to)
			}
		}
	})
}

// FuzzStrings holds that every function of the string library ends in a result or in a Lua error, whatever it is given, and that those that look
// for the same thing agree.
func FuzzStrings(f *testing.F) {
	for _, c := range []struct {
		s, p, r string
		n       float64
	}{
		{"hello world", "o", "0", 1}, {"key = value", "^(%w+)%s*=%s*(%w+)$", "%2=%1", -3}, {"THE (quick) fox", "%f[%a]%a+", "<%0>", 2}, {"f(a(b)c)", "%b()", "", 0},
		{"", "", "x", 1e300}, {"aaa", "a-", "%%", -1e300}, {"x", "%", "%9", 0.5}, {"\x00\xff", "[%z-\xff]", "%", 100}, {"a\nb", "()", "%1", math.NaN()},
	} {
		f.Add(c.s, c.p, c.r, c.n)
	}
	const chunk = `local s, p, r, n = ...
		local function both(f, ...) local ok, a, b = pcall(f, ...) return ok, a, b end
		for _, f in ipairs{"byte", "sub", "rep", "find", "match", "gsub", "char", "upper", "lower", "reverse", "len", "gmatch"} do
			f = string[f]
			both(f, s, n) both(f, s, n, -n) both(f, s, p) both(f, s, p, n) both(f, s, p, r, n) both(f, n, s) both(f, s)
		end
		if string.find(p, "%z") or not string.find(p, "[%^%$%*%+%?%.%(%[%%%-]") then return end -- find looks for it as plain text, match reads it as a pattern
		local found, from, to = both(string.find, s, p)
		local matched = both(string.match, s, p)
		if found ~= matched then return "find and match do not agree" end
		if not found then return end
		local numbered = string.sub(p, 1, 1) == "^" or string.find(p, "%%%d")
		local ok, at = both(string.match, s, "()" .. p)
		if from and ok and not numbered and at ~= from then return "find says " .. from .. ", match " .. tostring(at) end
		local replaced, text, count = both(string.gsub, s, p, "%0")
		if replaced and text ~= s then return "gsub of everything by itself changes the text" end
		if replaced and (count > 0) ~= (from ~= nil) then return "gsub finds " .. count .. ", find " .. tostring(from) end
		if from and string.sub(s, from, to) ~= string.sub(s, from, from - 1) .. string.sub(s, from, to) then return "sub" end`
	L := newState(f, Host{MaxString: 1 << 20, PatternSteps: 1 << 16})
	var broken error
	L.SetGlobal("pcall", L.NewFunction(func(L *lua.LState) int {
		if err := L.PCall(L.GetTop()-1, lua.MultRet, nil); err != nil {
			if strings.Contains(err.Error(), "runtime error") {
				broken = err
			}
			L.SetTop(0)
			L.Push(lua.LFalse)
			return 1
		}
		L.Insert(lua.LTrue, 1)
		return L.GetTop()
	}))
	fn, err := L.LoadString(chunk)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s, p, r string, n float64) {
		if len(s)+len(p) > 500 {
			return
		}
		broken = nil
		L.SetTop(0)
		L.Push(fn)
		for _, v := range []lua.LValue{lua.LString(s), lua.LString(p), lua.LString(r), lua.LNumber(n)} {
			L.Push(v)
		}
		L.Call(4, 1)
		if wrong, ok := L.Get(-1).(lua.LString); ok || broken != nil {
			t.Fatalf("%q %q %q %v: %s %v", s, p, r, n, wrong, broken)
		}
	})
}

// FuzzFormat holds that format ends in a string of bounded length or in a Lua error, never in a Go panic.
func FuzzFormat(f *testing.F) {
	for _, format := range []string{"%d", "%5.1f|%-8s|%q", "%#x %+g %e", "%99.99f", "%", "%y", "%%", "%-+ #0d"} {
		f.Add(format, "12", 3.7)
	}
	L := newState(f, Host{})
	f.Fuzz(func(t *testing.T, format, s string, n float64) {
		L.SetTop(0)
		L.Push(L.GetField(L.GetGlobal("string"), "format"))
		L.Push(lua.LString(format))
		for range 3 {
			L.Push(lua.LNumber(n))
			L.Push(lua.LString(s))
		}
		if err := L.PCall(7, 1, nil); err != nil {
			if e, ok := err.(*lua.ApiError); !ok || e.Type != lua.ApiErrorRun {
				t.Fatalf("not a Lua error: %v", err)
			}
			return
		}
		if got := len(L.CheckString(1)); got > len(format)+6*(500+2*len(s)) {
			t.Fatalf("%d bytes out of %q", got, format)
		}
	})
}

// FuzzParseNumber holds that a number read from text is written as text that reads as about the same number.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1", " -0x1p4 ", "1e5", "1e999", "inf", "nan(1)", "1_0", "0x", ".", "1\x00z", "-.5e-3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if !ok {
			if n != 0 {
				t.Fatalf("%q: no number, yet %v", s, n)
			}
			return
		}
		if strings.Contains(zeroEnds(s), "_") && n == n {
			t.Fatalf("%q was read as %v", s, n)
		}
		again, ok := ParseNumber(FormatNumber(n))
		if !ok || (n == n && !math.IsInf(again, 0) && math.Abs(again-n) > math.Abs(n)*1e-13 && math.Abs(again-n) > 1e-320) {
			t.Fatalf("%q: %v was written as %s", s, n, FormatNumber(n))
		}
	})
}
