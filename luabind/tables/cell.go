package tables

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// cell is a table with its two maps in one piece of memory, where Go would take five. A map
// of up to eight keys is a head and one group of places, which are taken in turn;
// once it grows beyond, Go gives it other memory. Of the time that a command and its
// reply took this saved a tenth.
//
// How Go lays its maps out is its own affair and may change with its version: mapsAreKnown
// compares. Where they are not as they are here, tables are made in the ordinary way.
type cell struct {
	parts  parts
	fields mapHead
	places mapHead
	names  group[string, lua.LValue]
	order  group[lua.LValue, int]
}

type mapHead struct {
	used              uint64
	seed              uintptr
	group             unsafe.Pointer
	groups            int // 0: the one
	depth, shift      uint8
	writing, hasTombs uint8
	clearSeq          uint64
}

const groupSize = 8

type group[K, V any] struct {
	control uint64
	slots   [groupSize]struct {
		key   K
		value V
	}
}

func headOf[K comparable, V any](m map[K]V) *mapHead { return *(**mapHead)(unsafe.Pointer(&m)) }

func mapOf[K comparable, V any](head *mapHead) map[K]V { return *(*map[K]V)(unsafe.Pointer(&head)) }

// newCell copies a table of up to eight fields that was filled in their order.
func newCell(t *parts) *cell {
	c := &cell{parts: *t, fields: *headOf(t.strdict), places: *headOf(t.k2i)}
	c.names = *(*group[string, lua.LValue])(c.fields.group)
	c.order = *(*group[lua.LValue, int])(c.places.group)
	return c
}

// table makes a table like the cell's with other values.
func (c *cell) table(values []lua.LValue) *lua.LTable {
	own := new(cell)
	*own = *c
	own.fields.group, own.places.group = unsafe.Pointer(&own.names), unsafe.Pointer(&own.order)
	own.parts.strdict, own.parts.k2i = mapOf[string, lua.LValue](&own.fields), mapOf[lua.LValue, int](&own.places)
	for i, v := range values {
		own.names.slots[i].value = v
	}
	return (*lua.LTable)(unsafe.Pointer(&own.parts))
}

// mapsAreKnown says whether Go's maps are laid out as here: a map that was filled has
// what it should where it should, with few fields and with all.
var mapsAreKnown = isKnown[string, lua.LValue](probeNames, lua.LNumber(1), lua.LTrue) && isKnown[lua.LValue](probeKeys, 1, 2)

var (
	probeNames = []string{"a", "bb", "ccc", "dddd", "e", "ff", "ggg", "hhhh"}
	probeKeys  = func() (keys []lua.LValue) {
		for _, name := range probeNames {
			keys = append(keys, lua.LString(name))
		}
		return keys
	}()
)

func isKnown[K, V comparable](keys []K, value, other V) bool {
	for _, n := range []int{1, 5, groupSize} {
		m := make(map[K]V, n)
		for _, key := range keys[:n] {
			m[key] = value
		}
		head := headOf(m)
		if unsafe.Sizeof(uintptr(0)) != 8 || head.used != uint64(n) || head.groups != 0 || head.writing != 0 || head.group == nil {
			return false
		}
		slots := &(*group[K, V])(head.group).slots
		for i, key := range keys[:n] {
			if slots[i].key != key || slots[i].value != value {
				return false
			}
			if slots[i].value = other; m[key] != other { // it is the map's own, and no copy
				return false
			}
		}
	}
	return true
}
