package luabind

import "slices"

// Funcs lists every function that scripts can call besides Lua's own, in the
// order of the manual. The list is explicit: what is not here is not there.
func Funcs() []*Func {
	return slices.Concat(
		recorderFuncs(),
		parallelFuncs(),
		controlFuncs(),
		timeFuncs(),
		outputFuncs(),
		dataFuncs(),
		moduleFuncs(),
	)
}
