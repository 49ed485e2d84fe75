package vm

import (
	"maps"
	"reflect"
	"slices"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Shape makes ordinary tables that begin with the same fields in the same order.
// gopher-lua keeps with each table two Go maps and a list of its keys, and fills
// them field by field: for a reply that is half of all that a command costs.
// A Shape has them ready: its tables get copies, made without hashing a key, and share
// the list until a field is added. It is safe for concurrent use, and needs no baton.
type Shape struct {
	names  []string
	fields map[string]lua.LValue
	places map[lua.LValue]int
	keys   []lua.LValue
}

// The parts of a table, for Shape.
var (
	tableType = reflect.TypeFor[lua.LTable]()
	offFields = offset(tableType, "strdict", reflect.Map)
	offPlaces = offset(tableType, "k2i", reflect.Map)
	offKeys   = offset(tableType, "keys", reflect.Slice)
)

func fieldsOf(t *lua.LTable) *map[string]lua.LValue {
	return (*map[string]lua.LValue)(unsafe.Add(unsafe.Pointer(t), offFields))
}

func placesOf(t *lua.LTable) *map[lua.LValue]int {
	return (*map[lua.LValue]int)(unsafe.Add(unsafe.Pointer(t), offPlaces))
}

func keysOf(t *lua.LTable) *[]lua.LValue {
	return (*[]lua.LValue)(unsafe.Add(unsafe.Pointer(t), offKeys))
}

func init() {
	for name, want := range map[string]reflect.Type{
		"strdict": reflect.TypeFor[map[string]lua.LValue](), "k2i": reflect.TypeFor[map[lua.LValue]int](), "keys": reflect.TypeFor[[]lua.LValue](),
	} {
		if field, _ := tableType.FieldByName(name); field.Type != want {
			panic("vm: gopher-lua's table is not the one that is known: " + name)
		}
	}
}

// NewShape gives the shape of tables with these fields, at least one, and each once.
func NewShape(names ...string) *Shape {
	s := &Shape{
		names: slices.Clone(names),
		// No larger than they must be: gopher-lua would make them for 32 fields.
		fields: make(map[string]lua.LValue, len(names)),
		places: make(map[lua.LValue]int, len(names)),
		keys:   make([]lua.LValue, len(names)),
	}
	for i, name := range names {
		s.fields[name], s.places[lua.LString(name)], s.keys[i] = lua.LFalse, i, lua.LString(name)
	}
	return s
}

// Names are the fields, in order. They must not be changed.
func (s *Shape) Names() []string { return s.names }

// Table makes a table; values has one for each field, none of them nil.
func (s *Shape) Table(values []lua.LValue) *lua.LTable {
	fields := maps.Clone(s.fields)
	for i, name := range s.names {
		fields[name] = values[i]
	}
	t := &lua.LTable{Metatable: lua.LNil}
	*fieldsOf(t) = fields
	*placesOf(t) = maps.Clone(s.places)
	*keysOf(t) = s.keys // full, so that a further one goes into a list of its own
	return t
}
