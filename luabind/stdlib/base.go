package stdlib

import (
	"runtime/metrics"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
)

func (lib *library) baseFuncs() []entry {
	return []entry{
		{"assert", baseAssert},
		{"collectgarbage", baseCollectGarbage},
		{"getmetatable", baseGetMetatable},
		{"next", baseNext},
		{"rawequal", baseRawEqual},
		{"rawget", baseRawGet},
		{"rawset", baseRawSet},
		{"select", baseSelect},
		{"setmetatable", baseSetMetatable},
		{"tonumber", baseToNumber},
		{"tostring", baseToString},
		{"type", baseType},
		{"unpack", baseUnpack},
	}
}

func baseAssert(L *lua.LState) int {
	if !lua.LVAsBool(checkAny(L, 1)) {
		Errorf(L, "%s", optString(L, 2, "assertion failed!"))
	}
	return L.GetTop()
}

// baseCollectGarbage collects nothing: Go's collector needs no help, and a forced collection would hold up every
// branch. It checks its arguments and answers "count" in KiB.
func baseCollectGarbage(L *lua.LState) int {
	option := optString(L, 1, "collect")
	switch option {
	case "stop", "restart", "collect", "count", "step", "setpause", "setstepmul":
	default:
		ArgError(L, 1, "invalid option '"+option+"'")
	}
	OptInt(L, 2, 0)
	switch option {
	case "count":
		L.Push(lua.LNumber(float64(heapBytes()) / 1024))
	case "step":
		L.Push(lua.LTrue) // a cycle is always finished
	default:
		L.Push(number(0))
	}
	return 1
}

// heapBytes does not stop the world, unlike runtime.ReadMemStats.
func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

func baseGetMetatable(L *lua.LState) int {
	L.Push(L.GetMetatable(checkAny(L, 1)))
	return 1
}

func baseSetMetatable(L *lua.LState) int {
	t := checkTable(L, 1)
	mt := L.Get(2)
	if _, ok := mt.(*lua.LTable); !ok && (mt != lua.LNil || L.GetTop() < 2) {
		ArgError(L, 2, "nil or table expected")
	}
	if L.GetMetaField(t, "__metatable") != lua.LNil {
		Errorf(L, "cannot change a protected metatable")
	}
	t.Metatable = mt
	L.Push(t)
	return 1
}

func baseRawEqual(L *lua.LState) int {
	a, b := checkAny(L, 1), checkAny(L, 2)
	L.Push(lua.LBool(L.RawEqual(a, b)))
	return 1
}

func baseRawGet(L *lua.LState) int {
	t := checkTable(L, 1)
	L.Push(t.RawGet(checkAny(L, 2)))
	return 1
}

func baseRawSet(L *lua.LState) int {
	t, key, value := checkTable(L, 1), checkAny(L, 2), checkAny(L, 3)
	if key == lua.LNil {
		raise(L, "table index is nil")
	}
	if n, ok := key.(lua.LNumber); ok && n != n {
		raise(L, "table index is NaN")
	}
	if name, ok := key.(lua.LString); ok {
		tables.SetField(t, string(name), value)
	} else {
		t.RawSet(key, value)
	}
	L.Push(t)
	return 1
}

func baseSelect(L *lua.LState) int {
	top := L.GetTop()
	if s, ok := L.Get(1).(lua.LString); ok && s != "" && s[0] == '#' {
		L.Push(number(top - 1))
		return 1
	}
	n := checkInt(L, 1)
	if n < 0 {
		n += top
	} else if n > top {
		n = top
	}
	if n < 1 {
		ArgError(L, 1, "index out of range")
	}
	return top - n
}

func baseToNumber(L *lua.LState) int {
	base := OptInt(L, 2, 10)
	var f float64
	var ok bool
	if base == 10 {
		f, ok = toNumber(checkAny(L, 1))
	} else {
		s := checkString(L, 1)
		if base < 2 || base > 36 {
			ArgError(L, 2, "base out of range")
		}
		f, ok = parseInBase(s, base)
	}
	if ok {
		L.Push(lua.LNumber(f))
	} else {
		L.Push(lua.LNil)
	}
	return 1
}

func baseToString(L *lua.LState) int {
	v := checkAny(L, 1)
	switch v.(type) {
	case lua.LString:
		L.Push(v)
	default:
		L.Push(lua.LString(ToString(L, v)))
	}
	return 1
}

// ToString returns what tostring writes for a value, by its __tostring metamethod if it has one. That must return a
// string (or a number): Lua 5.1 would hand anything else on, and print would fail on it.
func ToString(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return FormatNumber(float64(v))
	}
	if meta := L.GetMetaField(v, "__tostring"); meta != lua.LNil {
		s, ok := toText(call(L, meta, v))
		if !ok {
			Errorf(L, "'__tostring' must return a string")
		}
		return s
	}
	return v.String()
}

func baseType(L *lua.LState) int {
	L.Push(lua.LString(checkAny(L, 1).Type().String()))
	return 1
}

func baseUnpack(L *lua.LState) int {
	t := checkTable(L, 1)
	from := OptInt(L, 2, 1)
	to := 0
	if L.Get(3) == lua.LNil {
		to = t.Len()
	} else {
		to = checkInt(L, 3)
	}
	if from > to {
		return 0
	}
	n := to - from + 1
	if n <= 0 || n > maxResults-L.GetTop() { // below 1: it overflowed
		Errorf(L, "too many results to unpack")
	}
	for i := from; i < from+n; i++ {
		L.Push(getInt(t, i))
	}
	return n
}
