package tables

import (
	"maps"
	"slices"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Shape makes ordinary tables that begin with the same fields in the same order. Its
// tables get copies of maps that have been filled, made without hashing a key, and share
// the list of keys until one is added. It is safe for concurrent use, and needs no baton.
type Shape struct {
	names []string
	whole parts  // what each table begins as
	model *model // the same in one piece of memory; nil where that cannot be
}

// NewShape gives the shape of tables with these fields, at least one, and each once.
func NewShape(names ...string) *Shape {
	s := &Shape{names: slices.Clone(names), whole: parts{
		Metatable: lua.LNil,
		// No larger than they must be: gopher-lua would make them for 32 fields.
		strdict: make(map[string]lua.LValue, len(names)),
		k2i:     make(map[lua.LValue]int, len(names)),
		keys:    make([]lua.LValue, len(names)), // full, so that a further one goes into a list of its own
	}}
	for i, name := range names {
		s.whole.strdict[name], s.whole.k2i[lua.LString(name)], s.whole.keys[i] = lua.LFalse, i, lua.LString(name)
	}
	if mapsAreKnown && len(names) <= groupSize {
		s.model = newModel(&s.whole)
	}
	return s
}

// Names are the fields, in order. They must not be changed.
func (s *Shape) Names() []string { return s.names }

// Table makes a table; values has one for each field. A field that is nil is not there.
func (s *Shape) Table(values []lua.LValue) *lua.LTable {
	for _, v := range values {
		if v == lua.LNil {
			return s.partly(values)
		}
	}
	if s.model != nil {
		return s.model.table(values)
	}
	return s.copied(values)
}

// copied makes a table of copies of the maps.
func (s *Shape) copied(values []lua.LValue) *lua.LTable {
	t := s.whole
	t.strdict, t.k2i = maps.Clone(t.strdict), maps.Clone(t.k2i)
	for i, name := range s.names {
		t.strdict[name] = values[i]
	}
	return (*lua.LTable)(unsafe.Pointer(&t))
}

// partly makes a table of the fields that are not nil.
func (s *Shape) partly(values []lua.LValue) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	for i, name := range s.names {
		if values[i] != lua.LNil {
			t.RawSetString(name, values[i])
		}
	}
	return t
}
