package luabind

import (
	"slices"
	"strings"
	"sync"
)

// luasOwn are Funcs that Lua 5.1 has too; a script may replace them, as in any Lua.
var luasOwn = []string{"print", "require", "load", "loadstring"}

// reserved lists the globals that a script cannot assign: a slip like
// status = 3 must not cost it a command.
func reserved() []string {
	reservedOnce.Do(func() {
		for _, f := range Funcs() {
			name, _, _ := strings.Cut(f.Name, ".")
			if !slices.Contains(luasOwn, name) && !slices.Contains(reservedNames, name) {
				reservedNames = append(reservedNames, name)
			}
		}
	})
	return slices.Clip(reservedNames)
}

var ( // loadstring asks for them each time, and Funcs makes everything anew
	reservedOnce  sync.Once
	reservedNames []string
)

// Funcs lists every function that scripts can call besides Lua's own, in the
// order of the manual. The list is explicit: what is not here is not there.
func Funcs() []*Func {
	return slices.Concat(
		recorderFuncs(),
		parallelFuncs(),
		controlFuncs(),
		timeFuncs(),
		scheduleFuncs(),
		outputFuncs(),
		dataFuncs(),
		moduleFuncs(),
		testFuncs(),
		expectFuncs(),
		simFuncs(),
	)
}
