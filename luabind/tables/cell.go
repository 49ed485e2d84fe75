package tables

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// cell is a table with its two maps in two pieces of memory, where Go would take five. A
// map of up to eight keys is a head and one group of places, which are taken in turn;
// once it grows beyond, Go gives it other memory. Two pieces and not one, because the
// garbage collector is quick with pieces of up to 512 bytes.
//
// How Go lays its maps out is its own affair and may change with its version: mapsAreKnown
// compares. Where they are not as they are here, tables are made in the ordinary way.
type cell struct {
	parts  parts
	head   mapHead // of parts.strdict
	fields group[string, lua.LValue]
}

// ranks is the map parts.k2i.
type ranks struct {
	head mapHead
	keys group[lua.LValue, int]
}

// mapHead is what a map points to.
type mapHead struct {
	used, seed uint64
	group      unsafe.Pointer
	groups     int       // 0: the one
	state      [2]uint64 // nothing, while a map is small and nobody writes
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

// model is what the tables of a shape begin as.
type model struct {
	cell  cell
	ranks ranks
}

// newModel copies a table of up to eight fields that was filled in their order.
func newModel(t *parts) *model {
	m := &model{cell: cell{parts: *t, head: *headOf(t.strdict)}, ranks: ranks{head: *headOf(t.k2i)}}
	m.cell.fields = *(*group[string, lua.LValue])(m.cell.head.group)
	m.ranks.keys = *(*group[lua.LValue, int])(m.ranks.head.group)
	return m
}

// table makes a table like the model with other values.
func (m *model) table(values []lua.LValue) *lua.LTable {
	c, r := new(cell), new(ranks)
	*c, *r = m.cell, m.ranks
	c.head.group, r.head.group = unsafe.Pointer(&c.fields), unsafe.Pointer(&r.keys)
	c.parts.strdict, c.parts.k2i = mapOf[string, lua.LValue](&c.head), mapOf[lua.LValue, int](&r.head)
	for i, v := range values {
		c.fields.slots[i].value = v
	}
	return (*lua.LTable)(unsafe.Pointer(&c.parts))
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
		if unsafe.Sizeof(uintptr(0)) != 8 || head.used != uint64(n) || head.seed == 0 || head.groups != 0 || head.group == nil || head.state != [2]uint64{} {
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
