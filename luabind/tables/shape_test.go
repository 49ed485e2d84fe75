package tables

import (
	"fmt"
	"runtime"
	"testing"
	"unsafe"

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

// ways gives a shape's two ways to make a table.
func ways(names ...string) map[string]*Shape {
	copied := NewShape(names...)
	copied.model = nil
	return map[string]*Shape{"in one piece": NewShape(names...), "of copies": copied}
}

func TestATableOfAShapeIsAnOrdinaryTable(t *testing.T) {
	for name, shape := range ways("ok", "task_id", "payload") {
		t.Run(name, func(t *testing.T) { isOrdinary(t, shape) })
	}
}

func isOrdinary(t *testing.T, shape *Shape) {
	other := shape.Table([]lua.LValue{lua.LTrue, lua.LString("cam1"), lua.LNumber(1)})
	for name, change := range map[string]func(t *lua.LTable){
		"as it is":                    func(t *lua.LTable) {},
		"a field is changed":          func(t *lua.LTable) { t.RawSetString("task_id", lua.LString("cam3")) },
		"a field is added":            func(t *lua.LTable) { t.RawSetString("note", lua.LString("x")) },
		"a field goes":                func(t *lua.LTable) { t.RawSetString("ok", lua.LNil) },
		"a field goes and comes back": func(t *lua.LTable) { t.RawSetString("ok", lua.LNil); t.RawSetString("ok", lua.LFalse) },
		"it is a list too":            func(t *lua.LTable) { t.RawSetInt(1, lua.LString("one")); t.RawSetInt(2, lua.LString("two")) },
		"keys that are no texts":      func(t *lua.LTable) { t.RawSet(lua.LTrue, lua.LNumber(1)); t.RawSet(lua.LNumber(1.5), lua.LNumber(2)) },
		"a field is changed quickly":  func(t *lua.LTable) { SetField(t, "task_id", lua.LString("cam3")) },
		"a field is added quickly":    func(t *lua.LTable) { SetField(t, "note", lua.LString("x")) },
		"a field goes quickly":        func(t *lua.LTable) { SetField(t, "ok", lua.LNil); SetField(t, "not there", lua.LNil) },
		"both ways in turns": func(t *lua.LTable) {
			for i := range 40 {
				set := []func(*lua.LTable, string, lua.LValue){SetField, (*lua.LTable).RawSetString}[i%2]
				set(t, fmt.Sprintf("field%d", i), lua.LNumber(i))
				set(t, fmt.Sprintf("field%d", i/2), lua.LNumber(-i))
			}
		},
		"the list's key comes before a field": func(t *lua.LTable) { t.RawSet(lua.LTrue, lua.LNumber(1)); SetField(t, "note", lua.LTrue) },
		"as many as it can do, quickly": func(t *lua.LTable) {
			for i := range 5 {
				SetField(t, fmt.Sprintf("field%d", i), lua.LNumber(i))
			}
		},
		"more than a small map can do": func(t *lua.LTable) { addFields(t, 40) },
		"as many as it can do":         func(t *lua.LTable) { addFields(t, 5) },
		"one more than it can do":      func(t *lua.LTable) { addFields(t, 6) },
		"it grows and shrinks": func(t *lua.LTable) {
			addFields(t, 40)
			for i := range 40 {
				t.RawSetString(fmt.Sprintf("field%d", i), lua.LNil)
			}
			t.RawSetString("late", lua.LTrue)
		},
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
			SetField(shape.Table([]lua.LValue{lua.LTrue, lua.LTrue, lua.LTrue}), "mine", lua.LTrue)
			runtime.GC() // finds what was laid out wrongly
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

// The list of a shape's keys has fillers, which nobody may ever see; a field more takes the place of one.
func TestAFurtherFieldTakesAFillersPlace(t *testing.T) {
	table := NewShape("a", "b").Table([]lua.LValue{lua.LTrue, lua.LTrue})
	ranks := func() mapHead { return *headOf((*parts)(unsafe.Pointer(table)).k2i) }
	if shared := ranks(); shared.used != groupSize {
		t.Errorf("%d places are taken at first", shared.used)
	}
	for i := range groupSize - 2 {
		SetField(table, fmt.Sprint("f", i), lua.LTrue)
		if now := ranks(); now.used != uint64(3+i) || now.groups != 0 {
			t.Errorf("with %d fields %d places are taken in %d tables", 3+i, now.used, now.groups)
		}
	}
	for k := range All(table) {
		if k.Type() != lua.LTString {
			t.Errorf("a key is %v", k)
		}
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

// Go may lay its maps out in another way one day; then tables take longer, and somebody should know.
func TestMapsAreAsTheyAreKnown(t *testing.T) {
	if !mapsAreKnown {
		t.Error("Go's maps have another layout now: see cell.go")
	}
	if s := NewShape("1", "2", "3", "4", "5", "6", "7", "8"); s.model == nil {
		t.Error("eight fields are not made in one piece")
	}
	if s := NewShape("1", "2", "3", "4", "5", "6", "7", "8", "9"); s.model != nil {
		t.Error("nine fields are made in one piece, which holds eight")
	}
}

func TestTablesOfAnyNumberOfFields(t *testing.T) {
	for n := 1; n <= 20; n++ {
		var names []string
		var values []lua.LValue
		want := ""
		for i := range n {
			names, values = append(names, fmt.Sprint("f", i)), append(values, lua.LNumber(i))
			want += fmt.Sprintf("f%d=%d ", i, i)
		}
		for name, shape := range ways(names...) {
			if got := listed(shape.Table(values)); got != want {
				t.Errorf("%d fields, %s: %s, want %s", n, name, got, want)
			}
		}
	}
}

func TestAFieldThatIsNilIsNotThere(t *testing.T) {
	for name, shape := range ways("a", "b", "c") {
		table := shape.Table([]lua.LValue{lua.LTrue, lua.LNil, lua.LFalse})
		table.RawSetString("b", lua.LNumber(2))
		if got := listed(table); got != "a=true c=false b=2 " {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A table outlives the shape, and the garbage collector follows its parts wherever they are held.
func TestATableLivesAsLongAsItsParts(t *testing.T) {
	var tables []*lua.LTable
	for i := range 2000 {
		shape := NewShape("name", "inner")
		inner := shape.Table([]lua.LValue{lua.LString(fmt.Sprint("inner", i)), lua.LNumber(i)})
		tables = append(tables, shape.Table([]lua.LValue{lua.LString(fmt.Sprint("outer", i)), inner}))
		if i%500 == 0 {
			runtime.GC()
		}
	}
	runtime.GC()
	for i, table := range tables {
		inner := table.RawGetString("inner").(*lua.LTable)
		if got, want := listed(inner), fmt.Sprintf("name=inner%d inner=%d ", i, i); got != want {
			t.Fatalf("it is %s, want %s", got, want)
		}
	}
}

func TestAllGivesWhatNextGives(t *testing.T) {
	empty := &lua.LTable{Metatable: lua.LNil}
	mixed := NewShape("a", "b").Table([]lua.LValue{lua.LTrue, lua.LNumber(1)})
	for i := 1; i <= 5; i++ {
		mixed.RawSetInt(i, lua.LNumber(10*i))
	}
	mixed.RawSetInt(3, lua.LNil)
	mixed.RawSet(lua.LTrue, lua.LString("yes"))
	mixed.RawSetString("a", lua.LNil)
	mixed.RawSet(lua.LNumber(-1), lua.LString("below"))
	for _, table := range []*lua.LTable{empty, mixed} {
		text := ""
		for k, v := range All(table) {
			text += fmt.Sprintf("%v=%v ", k, v)
		}
		if text != listed(table) {
			t.Errorf("it gives %s, next gives %s", text, listed(table))
		}
	}
	for k := range All(mixed) {
		if k != lua.LNumber(1) {
			t.Error("it goes on after a break")
		}
		break
	}
}

func BenchmarkTable(b *testing.B) {
	values := []lua.LValue{lua.LTrue, lua.LString("cam1"), lua.LString("success"), lua.LString("started"), lua.LNumber(5)}
	names := []string{"ok", "task_id", "msg_status", "app_status", "payload"}
	for name, shape := range ways(names...) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				shape.Table(values)
			}
		})
	}
	b.Run("field by field", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t := &lua.LTable{Metatable: lua.LNil}
			for i, name := range names {
				t.RawSetString(name, values[i])
			}
		}
	})
}

func TestWhatIsSetFirstTakesLittleRoom(t *testing.T) {
	table := &lua.LTable{Metatable: lua.LNil}
	for i := 1; i <= 100; i++ {
		SetElement(table, i, lua.LNumber(i))
		SetField(table, fmt.Sprint("f", i), lua.LNumber(i))
	}
	SetElement(table, 100, lua.LNil)
	SetField(table, "f1", lua.LNil)
	if table.Len() != 99 || Count(table) != 198 || table.RawGetString("f1") != lua.LNil {
		t.Errorf("%d elements, %d entries", table.Len(), Count(table))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		t := &lua.LTable{Metatable: lua.LNil}
		SetElement(t, 1, lua.LTrue)
		SetField(t, "a", lua.LTrue)
	}
	runtime.ReadMemStats(&after)
	if bytes := (after.TotalAlloc - before.TotalAlloc) / 1000; bytes > 1000 { // gopher-lua's own way takes 2,600
		t.Errorf("a table with an element and a field takes %d bytes", bytes)
	}
}
