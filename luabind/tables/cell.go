package tables

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// cell is a table with its maps in one piece of memory, where Go would take five. A map of
// up to eight keys is a head and one group of places, which are taken in turn; once it grows
// beyond, Go gives it other memory.
//
// The places in parts.k2i are the same for all tables of a shape, and only a further key is
// ever written there. So the tables share one group, which is full: Go copies it when it
// puts a ninth key in. Where there are fewer keys, fillers take the other places.
//
// How Go lays its maps out is its own affair and may change with its version: mapsAreKnown
// compares. Where they are not as they are here, tables are made in the ordinary way.
type cell struct {
	parts  parts
	head   mapHead // of parts.strdict
	fields group[string, lua.LValue]
	ranks  mapHead // of parts.k2i
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

// free is what stands in group.control for a place that is not taken.
const free = 0x80

// fillers are keys that no table has.
var fillers = func() (keys [groupSize]*lua.LUserData) {
	for i := range keys {
		keys[i] = &lua.LUserData{Metatable: lua.LNil}
	}
	return keys
}()

// model is what the tables of a shape begin as.
type model struct{ cell cell }

// newModel copies a table of up to eight fields that was filled in their order.
func newModel(t *parts) *model {
	ranks := make(map[lua.LValue]int, groupSize)
	for i, key := range t.keys {
		ranks[key] = i
	}
	for i := len(t.keys); i < groupSize; i++ {
		ranks[fillers[i]] = i
	}
	m := &model{cell{parts: *t, head: *headOf(t.strdict), ranks: *headOf(ranks)}}
	m.cell.fields = *(*group[string, lua.LValue])(m.cell.head.group)
	shared := *(*group[lua.LValue, int])(m.cell.ranks.group) // which may be on this function's stack
	m.cell.ranks.group = unsafe.Pointer(&shared)
	return m
}

// table makes a table like the model with other values.
func (m *model) table(values []lua.LValue) *lua.LTable {
	c := new(cell)
	*c = m.cell
	c.head.group = unsafe.Pointer(&c.fields)
	c.parts.strdict, c.parts.k2i = mapOf[string, lua.LValue](&c.head), mapOf[lua.LValue, int](&c.ranks)
	for i, v := range values {
		c.fields.slots[i].value = v
	}
	return (*lua.LTable)(unsafe.Pointer(&c.parts))
}

// ownRanks gives a map its own group if the one that it has is shared and has fillers, so
// that further keys take their places; Go would double it.
func ownRanks(m map[lua.LValue]int) {
	head := headOf(m)
	if !mapsAreKnown || head == nil || head.used != groupSize || head.groups != 0 {
		return
	}
	shared := (*group[lua.LValue, int])(head.group)
	if shared.slots[groupSize-1].key != lua.LValue(fillers[groupSize-1]) {
		return
	}
	own := *shared
	for i := range own.slots {
		if own.slots[i].key == lua.LValue(fillers[i]) {
			own.slots[i].key = nil
			own.control = own.control&^(0xff<<(8*i)) | free<<(8*i)
			head.used--
		}
	}
	head.group = unsafe.Pointer(&own)
}

// mapsAreKnown says whether Go's maps are laid out as here: a map that was filled has
// what it should where it should, with few fields and with all; and one that grows leaves
// the group that it had as it was.
var mapsAreKnown = isKnown[string, lua.LValue](probeNames, lua.LNumber(1), lua.LTrue) && isKnown[lua.LValue](probeKeys, 1, 2) &&
	leavesItsGroup(probeKeys, lua.LTrue)

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

// leavesItsGroup says whether a map that another shares a full group with can take a
// further key without a trace in it, and whether places are free that are marked so.
func leavesItsGroup(keys []lua.LValue, further lua.LValue) bool {
	m := make(map[lua.LValue]int, len(keys))
	for i, key := range keys {
		m[key] = i
	}
	before := *(*group[lua.LValue, int])(headOf(m).group)
	head := *headOf(m)
	other := mapOf[lua.LValue, int](&head)
	other[further] = -1
	if *(*group[lua.LValue, int])(headOf(m).group) != before || len(m) != len(keys) || len(other) != len(keys)+1 || other[keys[3]] != 3 {
		return false
	}
	head, fewer := *headOf(m), before
	fewer.control = fewer.control&^(0xff<<(8*(groupSize-1))) | free<<(8*(groupSize-1))
	head.used, head.group = groupSize-1, unsafe.Pointer(&fewer)
	other = mapOf[lua.LValue, int](&head)
	_, there := other[keys[groupSize-1]]
	other[further] = -1
	return !there && len(other) == groupSize && other[further] == -1 && fewer.slots[groupSize-1].key == further
}
