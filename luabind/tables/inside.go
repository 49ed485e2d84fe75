package tables

import (
	"reflect"

	lua "github.com/yuin/gopher-lua"
)

// parts is an LTable. It holds for the version in go.mod; another one with another
// layout fails when the program starts.
type parts struct {
	Metatable lua.LValue
	array     []lua.LValue
	dict      map[lua.LValue]lua.LValue
	strdict   map[string]lua.LValue
	keys      []lua.LValue       // in the order in which they came
	k2i       map[lua.LValue]int // where a key stands among them
}

func init() {
	own, theirs := reflect.TypeFor[parts](), reflect.TypeFor[lua.LTable]()
	for i := range max(own.NumField(), theirs.NumField()) {
		if own.NumField() != theirs.NumField() || own.Field(i).Name != theirs.Field(i).Name ||
			own.Field(i).Type != theirs.Field(i).Type || own.Field(i).Offset != theirs.Field(i).Offset {
			panic("tables: gopher-lua's table is not the one that is known")
		}
	}
}
