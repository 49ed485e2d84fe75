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
