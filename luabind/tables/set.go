package tables

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// SetElement is RawSetInt. gopher-lua makes room for 32 elements when the first one comes; here it is made for a few, and
// grows.
func SetElement(t *lua.LTable, n int, v lua.LValue) {
	if p := (*parts)(unsafe.Pointer(t)); p.array == nil {
		p.array = make([]lua.LValue, 0, firstElements)
	}
	t.RawSetInt(n, v)
}

const firstElements = 4

// SetField is RawSetString. gopher-lua makes a map for 32 fields when the first one comes; here it is made for a few, and
// grows. A field that is there has its place among the keys: nobody need look.
func SetField(t *lua.LTable, name string, v lua.LValue) {
	p := (*parts)(unsafe.Pointer(t))
	if p.strdict == nil {
		p.strdict = map[string]lua.LValue{}
	} else if v != lua.LNil {
		if _, there := p.strdict[name]; there {
			p.strdict[name] = v
			return
		}
		ownRanks(p.k2i)
	}
	t.RawSetString(name, v)
}
