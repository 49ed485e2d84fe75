package dialect

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// The functions that generated code calls where an instruction of the VM does not do what the manual says. They stand among
// the constants of a prototype, so no script can see or replace them; they keep no state and serve all Lua states.
var (
	concatHelper = newHelper(concatValues) // upstream writes numbers in Go's format
	moduloHelper = newHelper(modulo)       // upstream computes C's fmod
	lengthHelper = newHelper(length)       // upstream lets a table's __len decide, which came with 5.2
	forHelper    = newHelper(forValues)    // upstream refuses numerals in strings
)

func newHelper(fn lua.LGFunction) *lua.LFunction { return &lua.LFunction{IsG: true, GFunction: fn} }

// concatValues joins its arguments from the right (manual §2.5.4, event "concat" in §2.8).
func concatValues(L *lua.LState) int {
	i := L.GetTop()
	acc := L.Get(i)
	for i--; i > 0; {
		first := i + 1
		size := textSize(acc)
		for size >= 0 && first > 1 {
			n := textSize(L.Get(first - 1))
			if n < 0 {
				break
			}
			size += n
			first--
		}
		if first <= i {
			checkSize(L, size)
			acc = join(L, first, i, acc, size)
			i = first - 1
			continue
		}
		acc = concatPair(L, i, L.Get(i), acc)
		i--
	}
	L.Push(acc)
	return 1
}

// textSize bounds the length of v as text; negative when v is neither string nor number.
func textSize(v lua.LValue) int {
	switch v := v.(type) {
	case lua.LString:
		return len(v)
	case lua.LNumber:
		return 24
	}
	return -1
}

// join writes arguments first to last and acc in a row.
func join(L *lua.LState, first, last int, acc lua.LValue, size int) lua.LValue {
	if first == last {
		if l, ok := L.Get(first).(lua.LString); ok {
			if r, ok := acc.(lua.LString); ok {
				return l + r
			}
		}
	}
	var b strings.Builder
	b.Grow(size)
	for i := first; i <= last; i++ {
		writeText(&b, L.Get(i))
	}
	writeText(&b, acc)
	return lua.LString(b.String())
}

func writeText(b *strings.Builder, v lua.LValue) {
	if n, ok := v.(lua.LNumber); ok {
		b.WriteString(FormatNumber(float64(n)))
		return
	}
	b.WriteString(string(v.(lua.LString)))
}

// concatPair joins argument i and what is right of it by a metamethod.
func concatPair(L *lua.LState, i int, l, r lua.LValue) lua.LValue {
	if h := binaryHandler(L, l, r, "__concat"); h != nil {
		return callHandler(L, h, l, r)
	}
	if textSize(l) >= 0 { // the other one is to blame
		l = r
		i++
	}
	raiseOperand(L, "concatenate", l, helperOperand(L, i))
	return nil
}

// modulo is a - floor(a/b)*b, by definition (manual §2.5.1), with its rounding.
func modulo(L *lua.LState) int {
	if a, ok := L.Get(1).(lua.LNumber); ok {
		if b, ok := L.Get(2).(lua.LNumber); ok {
			L.Push(moduloOf(a, b))
			return 1
		}
	}
	L.Push(arithmetic(L, "__mod", L.Get(1), L.Get(2), helperOperand))
	return 1
}

func moduloOf(a, b lua.LNumber) lua.LNumber {
	q := lua.LNumber(math.Floor(float64(a / b))) // the conversions keep the compiler from fusing the operations
	p := lua.LNumber(float64(q * b))
	return a - p
}

// length is the operator #: a table's is the primitive one whatever its metatable says (manual §2.8, event "len").
func length(L *lua.LState) int {
	switch v := L.Get(1).(type) {
	case lua.LString:
		L.Push(lua.LNumber(len(v)))
	case *lua.LTable:
		L.Push(lua.LNumber(v.Len()))
	default:
		h := handlerOf(L, v, "__len")
		if h == nil {
			raiseOperand(L, "get length of", v, helperOperand(L, 1))
		}
		L.Push(callHandler(L, h, v, lua.LNil))
	}
	return 1
}

// forValues prepares initial value, limit and step of a numeric for.
func forValues(L *lua.LState) int {
	for i, what := range []string{"initial value", "limit", "step"} {
		v := L.Get(i + 1)
		n, ok := toNumber(v)
		if !ok {
			L.RaiseError("'for' %s must be a number", what)
		}
		L.Push(n)
	}
	return 3
}

// toNumber converts as arithmetic does (manual §2.2.1).
func toNumber(v lua.LValue) (lua.LNumber, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return v, true
	case lua.LString:
		n, ok := parseNumber(string(v))
		return lua.LNumber(n), ok
	}
	return 0, false
}
