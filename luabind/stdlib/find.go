package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// luaMatcher is a matcher that works for a Lua call.
type luaMatcher struct {
	matcher
	lib *library
	L   *lua.LState
}

func (m *luaMatcher) poll()               { m.lib.poll(m.L) }
func (m *luaMatcher) fail(message string) { Errorf(m.L, "%s", message) }

// sparedMatchers is how many matchers a library keeps for the next calls. Each is in use by one call only: a callback
// of gsub that searches gets another.
const sparedMatchers = 8

// matcher returns a matcher with the steps of one call.
func (lib *library) matcher(L *lua.LState, subject string, p *pattern) *luaMatcher {
	var m *luaMatcher
	if n := len(lib.spare); n > 0 {
		m, lib.spare = lib.spare[n-1], lib.spare[:n-1]
	} else {
		m = &luaMatcher{lib: lib}
		m.host = m
	}
	m.L, m.subject, m.items, m.level = L, subject, p.items, 0
	// The part for the subject lets a long text be worked through.
	m.fuel, m.reserve = 0, lib.host.PatternSteps+32*len(subject)
	return m
}

// release gives a matcher back. One whose call raised is left to the garbage collector.
func (m *luaMatcher) release() {
	m.L, m.subject, m.items = nil, "", nil
	if len(m.lib.spare) < sparedMatchers {
		m.lib.spare = append(m.lib.spare, m)
	}
}

// subjectArgs reads the arguments that find and match share. start counts from 0 and lies in the subject or at its end.
func subjectArgs(L *lua.LState) (subject, pattern string, start int) {
	subject, pattern = checkString(L, 1), checkString(L, 2)
	start = fromEnd(OptInt(L, 3, 1), len(subject)) - 1
	return subject, pattern, min(max(start, 0), len(subject))
}

func (lib *library) stringFind(L *lua.LState) int {
	subject, text, start := subjectArgs(L)
	if lua.LVAsBool(L.Get(4)) || !strings.ContainsAny(zeroEnds(text), magic) {
		i := lib.index(L, subject[start:], text)
		if i < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(number(start + i + 1))
		L.Push(number(start + i + len(text)))
		return 2
	}
	p := lib.pattern(L, text, caretAnchors)
	m := lib.matcher(L, subject, p)
	defer m.release()
	from, to := m.search(start, p.anchored)
	if from < 0 {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(number(from + 1))
	L.Push(number(to))
	for i := range m.level {
		L.Push(m.capture(i, from, to))
	}
	return 2 + m.level
}

// index is strings.Index, in parts that overlap, and polls between them.
func (lib *library) index(L *lua.LState, subject, text string) int {
	window := max(1<<20, 2*len(text))
	for at := 0; ; {
		part := subject[at:min(at+window, len(subject))]
		if i := strings.Index(part, text); i >= 0 {
			return at + i
		}
		if at+len(part) == len(subject) {
			return -1
		}
		at += window - len(text) + 1
		lib.poll(L)
	}
}

func (lib *library) stringMatch(L *lua.LState) int {
	subject, text, start := subjectArgs(L)
	p := lib.pattern(L, text, caretAnchors)
	m := lib.matcher(L, subject, p)
	defer m.release()
	from, to := m.search(start, p.anchored)
	if from < 0 {
		L.Push(lua.LNil)
		return 1
	}
	return pushCaptures(L, m, from, to)
}

func (lib *library) stringGmatch(L *lua.LState) int {
	subject := checkString(L, 1)
	p := lib.pattern(L, checkString(L, 2), caretIsPlain)
	start := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if start > len(subject) {
			return 0
		}
		m := lib.matcher(L, subject, p)
		defer m.release()
		from, to := m.search(start, false)
		if from < 0 {
			start = len(subject) + 1
			return 0
		}
		start = to
		if from == to {
			start++ // else the same empty match would be found again
		}
		return pushCaptures(L, m, from, to)
	}))
	return 1
}

// pushCaptures pushes the captures of a match, or the whole match if the pattern has none.
func pushCaptures(L *lua.LState, m *luaMatcher, from, to int) int {
	n := max(m.level, 1)
	for i := range n {
		L.Push(m.capture(i, from, to))
	}
	return n
}

// capture returns capture i (from 0) of the match [from, to). The first one of a pattern without captures is the whole
// match.
func (m *matcher) capture(i, from, to int) lua.LValue {
	if i >= m.level {
		if i > 0 {
			m.host.fail("invalid capture index")
		}
		return lua.LString(m.subject[from:to])
	}
	c := m.captures[i]
	switch c.length {
	case captureOpen:
		m.host.fail("unfinished capture")
	case capturePosition:
		return number(c.start + 1)
	}
	return lua.LString(m.subject[c.start : c.start+c.length])
}
