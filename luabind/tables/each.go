package tables

import (
	"iter"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// All goes over a table in the order in which a script sees it with pairs: the list, then
// the other keys as they came. (gopher-lua's ForEach goes over a Go map, in another
// order every time, and its Next asks a map at each step where it is.) Fields that are added
// meanwhile may be left out.
func All(t *lua.LTable) iter.Seq2[lua.LValue, lua.LValue] {
	p := (*parts)(unsafe.Pointer(t))
	return func(yield func(key, value lua.LValue) bool) {
		for i, v := range p.array {
			if v != lua.LNil && !yield(lua.LNumber(i+1), v) {
				return
			}
		}
		for _, key := range p.keys {
			if v := t.RawGetH(key); v != lua.LNil && !yield(key, v) {
				return
			}
		}
	}
}

// Count is how many entries a table has.
func Count(t *lua.LTable) (n int) {
	for range All(t) {
		n++
	}
	return n
}
