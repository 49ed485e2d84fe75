package stdlib

import (
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

func (lib *library) stringFuncs() []entry {
	return []entry{
		{"byte", stringByte},
		{"char", stringChar},
		{"find", lib.stringFind},
		{"format", lib.stringFormat},
		{"gmatch", lib.stringGmatch},
		{"gsub", lib.stringGsub},
		{"len", stringLen},
		{"lower", lib.stringLower},
		{"match", lib.stringMatch},
		{"rep", lib.stringRep},
		{"reverse", lib.stringReverse},
		{"sub", stringSub},
		{"upper", lib.stringUpper},
	}
}

// protectStrings makes the string functions methods of every string. The metatable that does it is shared by all
// strings, so scripts get a stand-in to read instead of it: changing "".x for everyone is an error.
func protectStrings(L *lua.LState, text *lua.LTable) {
	readable := L.CreateTable(0, 1)
	readable.RawSetString("__index", text)
	guard := L.CreateTable(0, 3)
	guard.RawSetString("__index", readable)
	guard.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		Errorf(L, "the metatable of strings cannot be changed")
		return 0
	}))
	guard.RawSetString("__metatable", lua.LFalse)
	standIn := L.CreateTable(0, 0)
	standIn.Metatable = guard

	mt := L.CreateTable(0, 2)
	mt.RawSetString("__index", text)
	mt.RawSetString("__metatable", standIn)
	L.SetMetatable(lua.LString(""), mt)
}

// fromEnd turns a position that counts from the end (-1 is the last byte) into one from the start; 0 is before it.
func fromEnd(pos, length int) int {
	if pos < 0 {
		pos += length + 1
	}
	return max(pos, 0)
}

func stringLen(L *lua.LState) int {
	L.Push(number(len(checkString(L, 1))))
	return 1
}

func stringSub(L *lua.LState) int {
	s := checkString(L, 1)
	from := max(fromEnd(checkInt(L, 2), len(s)), 1)
	to := min(fromEnd(OptInt(L, 3, -1), len(s)), len(s))
	if from > to {
		L.Push(lua.LString(""))
	} else {
		L.Push(lua.LString(s[from-1 : to]))
	}
	return 1
}

func stringByte(L *lua.LState) int {
	s := checkString(L, 1)
	from := fromEnd(OptInt(L, 2, 1), len(s))
	to := min(fromEnd(OptInt(L, 3, from), len(s)), len(s))
	from = max(from, 1)
	if from > to {
		return 0
	}
	n := to - from + 1
	if n > maxResults-L.GetTop() {
		Errorf(L, "stack overflow (string slice too long)")
	}
	for _, c := range []byte(s[from-1 : to]) {
		L.Push(number(int(c)))
	}
	return n
}

func stringChar(L *lua.LState) int {
	b := make([]byte, L.GetTop())
	for i := range b {
		c := checkInt(L, i+1)
		if c < 0 || c > 255 {
			ArgError(L, i+1, "invalid value")
		}
		b[i] = byte(c)
	}
	L.Push(lua.LString(b))
	return 1
}

func (lib *library) stringLower(L *lua.LState) int { return lib.changeCase(L, isUpper) }
func (lib *library) stringUpper(L *lua.LState) int { return lib.changeCase(L, isLower) }

// changeCase changes the case of the ASCII letters that wrong tells. It leaves a string alone that has none.
func (lib *library) changeCase(L *lua.LState, wrong func(byte) bool) int {
	s := checkString(L, 1)
	changed := false
	result := lib.build(L, len(s), func(part []byte, at int) {
		for i, c := range []byte(s[at : at+len(part)]) {
			if wrong(c) {
				c ^= 0x20
				changed = true
			}
			part[i] = c
		}
	})
	if !changed {
		result = s
	}
	L.Push(lua.LString(result))
	return 1
}

func (lib *library) stringReverse(L *lua.LState) int {
	s := checkString(L, 1)
	L.Push(lua.LString(lib.build(L, len(s), func(part []byte, at int) {
		for i := range part {
			part[i] = s[len(s)-1-at-i]
		}
	})))
	return 1
}

// build makes a string of n bytes in parts, which fill writes, and polls between them.
func (lib *library) build(L *lua.LState, n int, fill func(part []byte, at int)) string {
	if n == 0 {
		return ""
	}
	const most = 4096
	whole := make([]byte, n)
	poller := lib.poller(L)
	for at := 0; at < n; at += most {
		part := whole[at:min(at+most, n)]
		fill(part, at)
		poller.tick(len(part) / cheapSteps)
	}
	return unsafe.String(&whole[0], n) // without a copy: nobody else has these bytes
}

func (lib *library) stringRep(L *lua.LState) int {
	s := checkString(L, 1)
	f := checkNumber(L, 2)
	if s == "" || !(f >= 1) { // also NaN
		L.Push(lua.LString(""))
		return 1
	}
	if f >= float64(lib.host.MaxString/len(s)+1) {
		lib.tooLong(L)
	}
	L.Push(lua.LString(strings.Repeat(s, int(f))))
	return 1
}
