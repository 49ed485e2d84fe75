package dialect

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
)

// stringEvents are the operations of numbers on strings. The VM asks the metatable of strings before it converts by itself, so
// these events in it make "010"+0 ten, as the manual says (§2.2.1), without a cost for numbers.
var stringEvents = []string{"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm"}

// Options are what Install needs from its host.
type Options struct {
	MaxString int // the longest string in bytes that `..` builds; 0 means DefaultMaxString
}

// DefaultMaxString is 64 MiB.
const DefaultMaxString = 64 << 20

// maxStringKey is where the limit stands in the registry of a state, out of reach of scripts.
const maxStringKey = "recue.dialect.maxstring"

// Install prepares a state for code that Load made: it gives strings a metatable with the operations of numbers, which keeps
// __index and __metatable of the one that the string library has made, and notes the limit. Call it once for each state, after the
// libraries are opened. Each thread of the state that is to run such code needs Attach, as L itself does when it was given a
// context since, and its Panic hook should let Explain improve the message.
//
// Scripts must not reach the metatable: the string library has to hide it behind __metatable.
func Install(L *lua.LState, o Options) {
	mt := L.NewTable()
	for _, kept := range []string{"__index", "__metatable"} { // the table itself may be hidden behind the second
		mt.RawSetString(kept, L.GetMetaField(lua.LString(""), kept))
	}
	for _, event := range stringEvents {
		mt.RawSetString(event, L.NewFunction(func(L *lua.LState) int {
			L.Push(arithmetic(L, event, L.Get(1), L.Get(2), 1))
			return 1
		}))
	}
	L.SetMetatable(lua.LString(""), mt)
	Attach(L)
	if o.MaxString <= 0 {
		o.MaxString = DefaultMaxString
	}
	L.G.Registry.RawSetString(maxStringKey, lua.LNumber(o.MaxString))
}

// checkSize raises when a string of n bytes would be too long. Small ones do not pay for looking the limit up.
func checkSize(L *lua.LState, n int) {
	const small = 4 << 10
	if n <= small {
		return
	}
	limit := DefaultMaxString
	if m, ok := L.G.Registry.RawGetString(maxStringKey).(lua.LNumber); ok {
		limit = int(m)
	}
	if n > limit {
		L.RaiseError("%s", stdlib.TooLong(limit))
	}
}

// arithmetic is an operation of which at least one operand is no number: numerals in strings count as numbers, everything
// else needs a handler. The instruction is that of the call at level, whose operands an error names.
func arithmetic(L *lua.LState, event string, a, b lua.LValue, level int) lua.LValue {
	if event == "__unm" {
		b = a
	}
	x, okX := toNumber(a)
	y, okY := toNumber(b)
	if okX && okY {
		return compute(event, x, y)
	}
	if h := binaryHandler(L, a, b, event); h != nil {
		return callHandler(L, h, a, b)
	}
	if okX { // the other one is to blame
		raiseOperand(L, "perform arithmetic on", b, operandName(L, level, 2))
	}
	raiseOperand(L, "perform arithmetic on", a, operandName(L, level, 1))
	return nil
}

func compute(event string, x, y lua.LNumber) lua.LNumber {
	switch event {
	case "__add":
		return x + y
	case "__sub":
		return x - y
	case "__mul":
		return x * y
	case "__div":
		return x / y
	case "__mod":
		return moduloOf(x, y)
	case "__pow":
		return lua.LNumber(math.Pow(float64(x), float64(y)))
	}
	return -x
}

// handlerOf gives the metamethod of v, nil if there is none. Those that Install put into the metatable of strings do not count:
// they are what asks.
func handlerOf(L *lua.LState, v lua.LValue, event string) lua.LValue {
	switch v.(type) {
	case *lua.LTable, *lua.LUserData:
		if h := L.GetMetaField(v, event); h != lua.LNil {
			return h
		}
	}
	return nil
}

// binaryHandler asks the left operand first (manual §2.8).
func binaryHandler(L *lua.LState, a, b lua.LValue, event string) lua.LValue {
	if h := handlerOf(L, a, event); h != nil {
		return h
	}
	return handlerOf(L, b, event)
}

// callHandler calls a metamethod, which may be anything.
func callHandler(L *lua.LState, h, a, b lua.LValue) lua.LValue {
	if h.Type() != lua.LTFunction && L.GetMetaField(h, "__call").Type() != lua.LTFunction {
		L.RaiseError("attempt to call a %s value", h.Type().String())
	}
	L.Push(h)
	L.Push(a)
	L.Push(b)
	L.Call(2, 1)
	v := L.Get(-1)
	L.Pop(1)
	return v
}
