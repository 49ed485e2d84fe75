package stdlib

import (
	lua "github.com/yuin/gopher-lua"
)

// substitution is one run of gsub.
type substitution struct {
	lib     *library
	L       *lua.LState
	m       *luaMatcher
	replace lua.LValue // LString, *LTable or *LFunction
	plain   bool       // replace is text without %
	result  []byte
}

func (lib *library) stringGsub(L *lua.LState) int {
	subject, text := checkString(L, 1), checkString(L, 2)
	limit := OptInt(L, 4, len(subject)+1)
	replace := L.Get(3)
	switch v := replace.(type) {
	case *lua.LTable, *lua.LFunction:
	case lua.LString, lua.LNumber:
		s, _ := toText(v)
		replace = lua.LString(s)
	default:
		ArgError(L, 3, "string/function/table expected")
	}
	p := lib.pattern(L, text, caretAnchors)
	sub := &substitution{lib: lib, L: L, m: lib.matcher(L, subject, p), replace: replace}
	if s, ok := replace.(lua.LString); ok {
		sub.plain = indexPercent(string(s)) < 0
	}
	n := sub.run(limit, p.anchored)
	sub.m.release()
	if n == 0 {
		L.Push(lua.LString(subject))
	} else {
		L.Push(lua.LString(sub.result))
	}
	L.Push(number(n))
	return 2
}

func indexPercent(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			return i
		}
	}
	return -1
}

// run replaces up to limit matches and returns how many there were.
func (s *substitution) run(limit int, anchored bool) int {
	subject, n, at := s.m.subject, 0, 0
	for n < limit && at <= len(subject) {
		from, to := s.m.search(at, anchored)
		if from < 0 {
			break
		}
		if n == 0 {
			s.result = make([]byte, 0, len(subject)+len(subject)/8+16)
		}
		n++
		s.add(subject[at:from])
		s.addReplacement(from, to)
		at = to
		if from == to { // an empty match: step over one byte
			if at < len(subject) {
				s.add(subject[at : at+1])
			}
			at++
		}
		if anchored {
			break
		}
	}
	if n > 0 && at < len(subject) {
		s.add(subject[at:])
	}
	return n
}

func (s *substitution) add(text string) {
	if len(s.result)+len(text) > s.lib.host.MaxString {
		s.lib.tooLong(s.L)
	}
	s.result = append(s.result, text...)
}

// addReplacement adds what stands for the match [from, to).
func (s *substitution) addReplacement(from, to int) {
	var value lua.LValue
	switch r := s.replace.(type) {
	case lua.LString:
		if s.plain {
			s.add(string(r))
		} else {
			s.addTemplate(string(r), from, to)
		}
		return
	case *lua.LTable:
		key := s.m.capture(0, from, to)
		if value = r.RawGet(key); value == lua.LNil {
			value = s.L.GetTable(r, key)
		}
	case *lua.LFunction:
		value = s.callback(r, from, to)
	}
	if !lua.LVAsBool(value) {
		s.add(s.m.subject[from:to])
		return
	}
	text, ok := toText(value)
	if !ok {
		Errorf(s.L, "invalid replacement value (a %s)", value.Type().String())
	}
	s.add(text)
}

func (s *substitution) callback(fn *lua.LFunction, from, to int) lua.LValue {
	s.L.Push(fn)
	n := pushCaptures(s.L, s.m, from, to)
	s.L.Call(n, 1)
	value := s.L.Get(-1)
	s.L.Pop(1)
	return value
}

// addTemplate adds a replacement text, in which %0 is the match, %1 to %9 are captures and % before any other byte
// stands for that byte. A lone % at the end is a zero byte, as in PUC Lua 5.1.
func (s *substitution) addTemplate(template string, from, to int) {
	for {
		i := indexPercent(template)
		if i < 0 {
			s.add(template)
			return
		}
		s.add(template[:i])
		if i+1 == len(template) {
			s.add("\x00")
			return
		}
		switch c := template[i+1]; {
		case c == '0':
			s.add(s.m.subject[from:to])
		case isDigit(c):
			text, _ := toText(s.m.capture(int(c-'1'), from, to))
			s.add(text)
		default:
			s.add(template[i+1 : i+2])
		}
		template = template[i+2:]
	}
}
