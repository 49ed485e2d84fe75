package stdlib

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// The check functions return argument n of the running function or raise the error that Lua 5.1 raises. The opt
// functions return a default where the argument is nil or absent.

func checkAny(L *lua.LState, n int) lua.LValue {
	if n > L.GetTop() {
		ArgError(L, n, "value expected")
	}
	return L.Get(n)
}

// checkString takes numbers too, written as tostring writes them.
func checkString(L *lua.LState, n int) string {
	switch v := L.Get(n).(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return FormatNumber(float64(v))
	}
	TypeError(L, n, "string")
	return ""
}

func optString(L *lua.LState, n int, def string) string {
	if L.Get(n) == lua.LNil {
		return def
	}
	return checkString(L, n)
}

// checkNumber takes strings too that read as a number.
func checkNumber(L *lua.LState, n int) float64 {
	if f, ok := toNumber(L.Get(n)); ok {
		return f
	}
	TypeError(L, n, "number")
	return 0
}

// checkInt cuts the fraction off.
func checkInt(L *lua.LState, n int) int { return toInteger(checkNumber(L, n)) }

// OptInt is argument n as a whole number, which a numeral in a text is too, or def where it is not given.
func OptInt(L *lua.LState, n, def int) int {
	if L.Get(n) == lua.LNil {
		return def
	}
	return checkInt(L, n)
}

func checkTable(L *lua.LState, n int) *lua.LTable {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		TypeError(L, n, "table")
	}
	return t
}

func checkFunction(L *lua.LState, n int) *lua.LFunction {
	f, ok := L.Get(n).(*lua.LFunction)
	if !ok {
		TypeError(L, n, "function")
	}
	return f
}

// toNumber converts a number, or a string that reads as one.
func toNumber(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return ParseNumber(string(v))
	}
	return 0, false
}

// toText converts a string, or a number to the text that tostring writes.
func toText(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		return FormatNumber(float64(v)), true
	}
	return "", false
}

// toInteger cuts the fraction off. What no integer of 64 bits holds (also infinities and NaN) becomes the smallest
// one, as it does in PUC Lua on the usual processors.
func toInteger(f float64) int {
	if f >= -(1<<63) && f < 1<<63 {
		return int(f)
	}
	return math.MinInt64
}

// getInt reads t[i] without metamethods, also where i lies beyond gopher-lua's array part (RawGetInt does not).
func getInt(t *lua.LTable, i int) lua.LValue {
	if i > 0 && i < lua.MaxArrayIndex {
		return t.RawGetInt(i)
	}
	return t.RawGet(lua.LNumber(i))
}

// number makes a Lua value of a small count without allocating.
func number(n int) lua.LValue {
	if n >= 0 && n < len(smallNumbers) {
		return smallNumbers[n]
	}
	return lua.LNumber(n)
}

var smallNumbers = func() (values [1024]lua.LValue) {
	for i := range values {
		values[i] = lua.LNumber(i)
	}
	return values
}()

// call calls a Lua value with arguments and returns its first result. The function may wait.
func call(L *lua.LState, fn lua.LValue, args ...lua.LValue) lua.LValue {
	if _, ok := fn.(*lua.LFunction); !ok {
		if _, ok := L.GetMetaField(fn, "__call").(*lua.LFunction); !ok {
			raise(L, "attempt to call a "+fn.Type().String()+" value")
		}
	}
	L.Push(fn)
	for _, a := range args {
		L.Push(a)
	}
	L.Call(len(args), 1)
	result := L.Get(-1)
	L.Pop(1)
	return result
}
