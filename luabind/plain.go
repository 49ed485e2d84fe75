package luabind

import (
	"slices"
	"strconv"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/runtime/protocol"
)

// plainFields is how many fields a table for a payload has room for: one group of
// Go's map, more than known recorders send.
const plainFields = 8

// members holds the fields of a flat JSON object on their way into a table.
type members struct {
	names  [plainFields][]byte
	values [plainFields]lua.LValue
	n      int
}

// plainTable is decodeJSON for a flat object of a few fields, several times as fast;
// nil for everything else. The table's texts share one string.
func plainTable(L *lua.LState, object []byte) *lua.LTable {
	var p members
	text := string(object)
	if !protocol.Flat(object, func(name []byte, value protocol.Scalar) bool {
		from := cap(object) - cap(value.Text) // value.Text lies within object
		v, ok := plainValue(value.Kind, text, from, len(value.Text))
		if !ok || p.n == plainFields {
			return false
		}
		if v != lua.LNil { // a field that is null is not there
			p.names[p.n], p.values[p.n] = name, v
			p.n++
		}
		return true
	}) {
		return nil
	}
	t := p.table(L)
	t.Metatable = mark(L, objectMark)
	return t
}

// plainValue is a scalar whose text is so long a part of another.
func plainValue(kind byte, text string, from, length int) (v lua.LValue, ok bool) {
	switch kind {
	case '"':
		return lua.LString(text[from : from+length]), true
	case '0':
		n, err := strconv.ParseFloat(text[from:from+length], 64)
		return lua.LNumber(n), err == nil
	case 't', 'f':
		return lua.LBool(kind == 't'), true
	}
	return lua.LNil, true
}

// table makes a table, of a shape that is known where that can be.
func (p *members) table(L *lua.LState) *lua.LTable {
	if p.n > 0 {
		if shape := payloadShapes.of(p.names[:p.n]); shape != nil {
			return shape.Table(p.values[:p.n])
		}
	}
	t := L.CreateTable(0, p.n)
	for i := range p.n {
		t.RawSetString(string(p.names[i]), p.values[i])
	}
	return t
}

// payloadShapes are those that replies had. A recorder sends one or two; one that
// sends its fields in another order each time has no use of them.
var payloadShapes shapes

// What is kept, and looked through, is bounded.
const (
	maxShapes    = 16
	maxShapeName = 64 // bytes
)

// shapes is a list that is read for every reply and seldom grows.
type shapes struct {
	list atomic.Pointer[[]*tables.Shape]
}

// of gives the shape with these names, or nil where there are too many already.
func (s *shapes) of(names [][]byte) *tables.Shape {
	for {
		before := s.list.Load()
		var known []*tables.Shape
		if before != nil {
			known = *before
		}
		for _, shape := range known {
			if slices.EqualFunc(shape.Names(), names, func(a string, b []byte) bool { return a == string(b) }) {
				return shape
			}
		}
		if len(known) == maxShapes {
			return nil
		}
		own := make([]string, len(names))
		for i, name := range names {
			if len(name) > maxShapeName {
				return nil
			}
			own[i] = string(name)
		}
		shape := tables.NewShape(own...)
		more := append(slices.Clip(known), shape)
		if s.list.CompareAndSwap(before, &more) {
			return shape
		}
	}
}
