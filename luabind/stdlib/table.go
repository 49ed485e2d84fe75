package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

func (lib *library) tableFuncs() []entry {
	return []entry{
		{"concat", lib.tableConcat},
		{"foreach", lib.tableForeach},
		{"foreachi", lib.tableForeachi},
		{"getn", tableGetn},
		{"insert", lib.tableInsert},
		{"maxn", lib.tableMaxn},
		{"remove", tableRemove},
		{"setn", tableSetn},
		{"sort", lib.tableSort},
	}
}

// As in Lua 5.1, the table functions do not ask metatables. The length of a table is what # answers for it.

func (lib *library) tableConcat(L *lua.LState) int {
	separator := optString(L, 2, "")
	t := checkTable(L, 1)
	from := OptInt(L, 3, 1)
	to := 0
	if L.Get(4) == lua.LNil {
		to = t.Len()
	} else {
		to = checkInt(L, 4)
	}
	poller := lib.poller(L)
	var b strings.Builder
	var buffer [32]byte
	for i := from; i <= to; i++ {
		if i > from {
			b.WriteString(separator)
		}
		switch v := getInt(t, i).(type) {
		case lua.LString:
			lib.checkSize(L, b.Len()+len(v))
			b.WriteString(string(v))
		case lua.LNumber:
			b.Write(appendNumber(buffer[:0], float64(v)))
		default:
			Errorf(L, "invalid value (%s) at index %d in table for 'concat'", v.Type(), i)
		}
		lib.checkSize(L, b.Len())
		poller.tick(8)
	}
	L.Push(lua.LString(b.String()))
	return 1
}

func (lib *library) tableForeach(L *lua.LState) int {
	t, fn := checkTable(L, 1), checkFunction(L, 2)
	var key, value lua.LValue = lua.LNil, lua.LNil
	poller := lib.poller(L)
	for {
		poller.tick(16)
		key, value = next(L, t, key)
		if key == lua.LNil {
			return 0
		}
		if result := call(L, fn, key, value); result != lua.LNil {
			L.Push(result)
			return 1
		}
	}
}

func (lib *library) tableForeachi(L *lua.LState) int {
	t, fn := checkTable(L, 1), checkFunction(L, 2)
	n := t.Len()
	poller := lib.poller(L) // fn may be a library function, which runs no instruction
	for i := 1; i <= n; i++ {
		poller.tick(16)
		if result := call(L, fn, number(i), getInt(t, i)); result != lua.LNil {
			L.Push(result)
			return 1
		}
	}
	return 0
}

func tableGetn(L *lua.LState) int {
	L.Push(number(checkTable(L, 1).Len()))
	return 1
}

func tableSetn(L *lua.LState) int {
	checkTable(L, 1)
	Errorf(L, "'setn' is obsolete")
	return 0
}

func (lib *library) tableInsert(L *lua.LState) int {
	t := checkTable(L, 1)
	n := t.Len()
	switch L.GetTop() {
	case 2:
		checkRoom(L, n+1)
		t.RawSetInt(n+1, L.Get(2))
	case 3:
		pos := checkInt(L, 2)
		value := L.Get(3)
		switch {
		case pos > n:
			t.RawSet(lua.LNumber(pos), value)
		case pos >= 1:
			checkRoom(L, n+1)
			t.Insert(pos, value)
		default:
			lib.insertBelow(L, t, n, pos, value)
		}
	default:
		Errorf(L, "wrong number of arguments to 'insert'")
	}
	return 0
}

// checkRoom raises where a list would outgrow gopher-lua's array part. Its length would not grow any more then, and
// every further element would silently replace the last one.
func checkRoom(L *lua.LState, n int) {
	if n >= lua.MaxArrayIndex {
		Errorf(L, "list too long (at most %d elements)", lua.MaxArrayIndex-1)
	}
}

// insertBelow inserts at a position below 1, as Lua 5.1 does: everything from there up to n moves up by one.
func (lib *library) insertBelow(L *lua.LState, t *lua.LTable, n, pos int, value lua.LValue) {
	checkRoom(L, n+1)
	poller := lib.poller(L)
	for i := n + 1; i > pos; i-- {
		t.RawSet(lua.LNumber(i), getInt(t, i-1))
		poller.tick(8)
	}
	t.RawSet(lua.LNumber(pos), value)
}

func tableRemove(L *lua.LState) int {
	t := checkTable(L, 1)
	n := t.Len()
	pos := OptInt(L, 2, n)
	if pos < 1 || pos > n {
		return 0
	}
	L.Push(t.Remove(pos))
	return 1
}

func (lib *library) tableMaxn(L *lua.LState) int {
	t := checkTable(L, 1)
	largest := lua.LNumber(t.MaxN())
	poller := lib.poller(L)
	start := lua.LValue(lua.LNil)
	if largest > 0 {
		start = largest
	}
	for key, _ := t.Next(start); key != lua.LNil; key, _ = t.Next(key) {
		if n, ok := key.(lua.LNumber); ok && n > largest {
			largest = n
		}
		poller.tick(8)
	}
	L.Push(largest)
	return 1
}
