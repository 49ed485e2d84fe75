package vm

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
)

// openBase installs the functions of the base library that deal with errors.
func (m *VM) openBase() {
	m.state.SetGlobal("pcall", m.state.NewFunction(pcall))
	m.state.SetGlobal("xpcall", m.state.NewFunction(xpcall))
	m.state.SetGlobal("error", m.state.NewFunction(luaError))
}

func pcall(L *lua.LState) int {
	b := Of(L)
	fn := argument(L, 1)
	results, err := b.protect(fn, rest(L, 2), true)
	return deliver(L, b, results, err)
}

// xpcall calls the handler after the error has unwound: there is no debug
// library through which a script could tell the difference.
func xpcall(L *lua.LState) int {
	b := Of(L)
	fn := argument(L, 1)
	handler := argument(L, 2)
	results, err := b.protect(fn, nil, true)
	if err == nil || b.Cancelled() {
		return deliver(L, b, results, err)
	}
	return deliver(L, b, nil, b.handle(handler, err))
}

// handle gives what a handler makes of an error. What it raises itself it has to handle
// too, as in PUC Lua, and as often as there.
func (b *Branch) handle(handler lua.LValue, err *Error) *Error {
	const tries = 220 // LUAI_MAXCCALLS and an eighth of it, less what stands below
	for range tries {
		if handler.Type() != lua.LTFunction || b.Cancelled() {
			break
		}
		handled, failed := b.protect(handler, []lua.LValue{err.Value}, true)
		switch {
		case failed != nil:
			err = failed
		case len(handled) == 0:
			return &Error{Value: lua.LNil}
		default:
			return &Error{Value: handled[0]}
		}
	}
	return &Error{Value: lua.LString("error in error handling")}
}

// deliver pushes what pcall returns. A cancelled branch does not come back:
// the error goes on to the branch's end.
func deliver(L *lua.LState, b *Branch, results []lua.LValue, err *Error) int {
	if b.Cancelled() {
		Raise(L, lua.LString(b.Cause().Error()))
	}
	if err != nil {
		L.Push(lua.LFalse)
		L.Push(err.Value)
		return 2
	}
	L.Push(lua.LTrue)
	for _, v := range results {
		L.Push(v)
	}
	return 1 + len(results)
}

func rest(L *lua.LState, from int) []lua.LValue {
	n := L.GetTop() - from + 1
	if n <= 0 {
		return nil
	}
	values := make([]lua.LValue, n)
	for i := range values {
		values[i] = L.Get(from + i)
	}
	return values
}

// luaError is error(message [, level]): the position is added to texts only.
func luaError(L *lua.LState) int {
	value := L.Get(1)
	level := stdlib.OptInt(L, 2, 1)
	if text, ok := value.(lua.LString); ok && level > 0 {
		value = lua.LString(At(L, level) + string(text))
	} else if n, ok := value.(lua.LNumber); ok && level > 0 {
		value = lua.LString(At(L, level) + stdlib.FormatNumber(float64(n)))
	}
	Raise(L, value)
	return 0
}

// At is the "file:line: " that goes in front of an error's text, for the Lua
// function at level (1: who called the running Go function); "" where that is
// no Lua function. This is luaL_where of the reference manual.
func At(L *lua.LState, level int) string {
	at, ok := Where(L, level)
	if !ok {
		return ""
	}
	return at.String() + ": "
}

// Raise raises value as it is. It does not return.
func Raise(L *lua.LState, value lua.LValue) {
	L.Error(value, 0) // closes the thread's upvalues, then panics
}

// Rethrow raises an error that was caught, keeping its trace.
func (b *Branch) Rethrow(L *lua.LState, err *Error) {
	b.keep = err.Trace
	Raise(L, err.Value)
}

// argument gives argument n of a base function, which must be there.
func argument(L *lua.LState, n int) lua.LValue {
	if L.GetTop() < n {
		stdlib.ArgError(L, n, "value expected")
	}
	return L.Get(n)
}
