package vm

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// listed is a table as pairs gives it.
func listed(t *lua.LTable) string {
	text := ""
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		text += fmt.Sprintf("%v=%v ", k, v)
	}
	return text
}

func TestATableOfAShapeIsAnOrdinaryTable(t *testing.T) {
	shape := NewShape("ok", "task_id", "payload")
	other := shape.Table([]lua.LValue{lua.LTrue, lua.LString("cam1"), lua.LNumber(1)})
	for name, change := range map[string]func(t *lua.LTable){
		"as it is":                     func(t *lua.LTable) {},
		"a field is changed":           func(t *lua.LTable) { t.RawSetString("task_id", lua.LString("cam3")) },
		"a field is added":             func(t *lua.LTable) { t.RawSetString("note", lua.LString("x")) },
		"a field goes":                 func(t *lua.LTable) { t.RawSetString("ok", lua.LNil) },
		"a field goes and comes back":  func(t *lua.LTable) { t.RawSetString("ok", lua.LNil); t.RawSetString("ok", lua.LFalse) },
		"it is a list too":             func(t *lua.LTable) { t.RawSetInt(1, lua.LString("one")); t.RawSetInt(2, lua.LString("two")) },
		"keys that are no texts":       func(t *lua.LTable) { t.RawSet(lua.LTrue, lua.LNumber(1)); t.RawSet(lua.LNumber(1.5), lua.LNumber(2)) },
		"more than a small map can do": func(t *lua.LTable) { addFields(t, 40) },
	} {
		t.Run(name, func(t *testing.T) {
			want := &lua.LTable{Metatable: lua.LNil}
			want.RawSetString("ok", lua.LTrue)
			want.RawSetString("task_id", lua.LString("cam2"))
			want.RawSetString("payload", lua.LNumber(2))
			got := shape.Table([]lua.LValue{lua.LTrue, lua.LString("cam2"), lua.LNumber(2)})
			change(want)
			change(got)
			sibling := shape.Table([]lua.LValue{lua.LTrue, lua.LTrue, lua.LTrue})
			sibling.RawSetString("own", lua.LTrue) // where got may have put a field of its own
			if listed(got) != listed(want) {
				t.Errorf("it is  %s\nwant   %s", listed(got), listed(want))
			}
			if got.Metatable != lua.LNil {
				t.Errorf("its metatable is %v", got.Metatable)
			}
			for _, table := range []*lua.LTable{other, shape.Table([]lua.LValue{lua.LTrue, lua.LString("cam1"), lua.LNumber(1)})} {
				if listed(table) != "ok=true task_id=cam1 payload=1 " {
					t.Errorf("another table became %s", listed(table))
				}
			}
		})
	}
}

func addFields(t *lua.LTable, n int) {
	for i := range n {
		t.RawSetString(fmt.Sprintf("field%d", i), lua.LNumber(i))
	}
}

func TestAShapeIsGoodForSeveralGoroutines(t *testing.T) {
	shape := NewShape("a", "b")
	done := make(chan string)
	for range 4 {
		go func() {
			var last *lua.LTable
			for i := range 1000 {
				last = shape.Table([]lua.LValue{lua.LNumber(i), lua.LTrue})
				last.RawSetString("c", lua.LNumber(i))
			}
			done <- listed(last)
		}()
	}
	for range 4 {
		if got := <-done; got != "a=999 b=true c=999 " {
			t.Errorf("got %s", got)
		}
	}
}
