package stdlib

import (
	"reflect"

	lua "github.com/yuin/gopher-lua"
)

// openIterators registers pairs and ipairs, which hand out one iterator function each.
func (lib *library) openIterators(L *lua.LState, globals *lua.LTable) {
	next := L.NewFunction(baseNext)
	globals.RawSetString("pairs", L.NewFunction(func(L *lua.LState) int {
		t := checkTable(L, 1)
		L.Push(next)
		L.Push(t)
		L.Push(lua.LNil)
		return 3
	}))
	step := L.NewFunction(ipairsStep)
	globals.RawSetString("ipairs", L.NewFunction(func(L *lua.LState) int {
		t := checkTable(L, 1)
		L.Push(step)
		L.Push(t)
		L.Push(number(0))
		return 3
	}))
}

func ipairsStep(L *lua.LState) int {
	i := checkInt(L, 2)
	t := checkTable(L, 1)
	i++
	v := getInt(t, i)
	if v == lua.LNil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(number(i))
	L.Push(v)
	return 2
}

func baseNext(L *lua.LState) int {
	t := checkTable(L, 1)
	key, value := next(L, t, L.Get(2))
	if key == lua.LNil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(key)
	L.Push(value)
	return 2
}

// next returns the entry after key, or nil at the end. It cures what LTable.Next does with a key that is not there any
// more: entries may be removed during a traversal.
func next(L *lua.LState, t *lua.LTable, key lua.LValue) (lua.LValue, lua.LValue) {
	if key == lua.LNil || t.RawGet(key) != lua.LNil {
		return t.Next(key)
	}
	if n, ok := key.(lua.LNumber); ok && isArrayIndex(float64(n)) && (int(n) <= arraySpace(t) || wasKey(t, key)) {
		// table.remove may have made the array shorter than this key: LTable.Next would then leave out the first
		// entry of the other part. Go on after the last element there is.
		last := t.MaxN()
		if int(n) < last {
			return t.Next(key)
		}
		if last == 0 {
			return t.Next(lua.LNil)
		}
		return t.Next(lua.LNumber(last))
	}
	if !wasKey(t, key) {
		raise(L, "invalid key to 'next'")
	}
	return t.Next(key)
}

// arraySpace is how many elements the table's array has had, at most.
func arraySpace(t *lua.LTable) int { return reflect.ValueOf(t).Elem().FieldByName("array").Cap() }

func isArrayIndex(f float64) bool {
	return f >= 1 && f < float64(lua.MaxArrayIndex) && f == float64(int(f))
}

// wasKey tells whether key is or once was a key of the table's other part than the array. LTable keeps such keys, and
// goes back to the start for a key that it does not know. Reflection is the only way to look; it is needed only when
// the current entry of a traversal was removed.
func wasKey(t *lua.LTable, key lua.LValue) bool {
	return reflect.ValueOf(t).Elem().FieldByName("k2i").MapIndex(reflect.ValueOf(key)).IsValid()
}
