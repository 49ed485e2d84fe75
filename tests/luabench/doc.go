// Package luabench measures what Recue's Lua costs beside gopher-lua as it comes: the same scripts on both sides in one run. Recue runs them
// with all its limits on, as `recue run` does, through its own compiler, libraries and pcall; gopher-lua without a context or
// limits.
//
//	go run ./tests/luabench/cmd               the table; see its flags
//	go run ./tests/luabench/cmd -only gsub    some of it
//
// Begin with [Measure]. Each script runs for so many rounds that a measurement takes some time (Options.Span). The two sides
// take turns; a row has the median of each side's CPU time, the garbage collector's share included, and the median of the ratios of neighbours. Both sides
// must print the same.
package luabench
