// Package stdlib gives a Lua state the standard libraries of Lua 5.1: right and safe.
//
// "Right" is what the reference interpreter (PUC Lua 5.1.5) does, in results and in the text of its errors. "Safe" is
// that no call allocates without bound, computes for ever, or reaches the machine outside: no files, no processes, no
// environment.
//
// Begin with [Open]: it puts every function into the state's globals from one explicit list and opens nothing of what
// gopher-lua itself brings. A zero [Host] is a working one.
//
// Not here, since they are part of how a script is loaded and run: pcall, xpcall, error, print, require, load,
// loadstring and the coroutine table. Whoever builds those finds here what they share with the rest: [ArgError],
// [TypeError] and [Errorf] for errors that read like Lua's own, [ToString] for print, [FormatNumber] and [ParseNumber]
// for every place where a number meets text.
//
// # Files
//
//	host.go        what the libraries ask of the program around them, and Open
//	base.go        assert, select, tonumber, tostring, unpack, …; iterate.go has next, pairs, ipairs
//	strings.go     the plain string functions; find.go, gsub.go, format.go the others
//	pattern.go     Lua patterns: reading them; charset.go has their classes, match.go runs them
//	table.go       the table functions; sort.go has sort
//	math.go        the math functions; random.go has random and randomseed
//	os.go          the clock; strftime.go writes dates, mktime.go reads them
//	absent.go      what Lua 5.1 has and a Recue script has not, with the error that says so
//	args.go errors.go number.go    argument checks, error positions, numbers and text
//
// # Waiting inside a callback
//
// Functions that call back into Lua (gsub, sort, foreach, tostring) do so with LState.Call, so a callback may wait and
// other branches may run meanwhile. Nothing is kept between two calls except compiled patterns, which never change,
// and the random generator. All functions of one state must be called under its baton, as everything that touches Lua.
package stdlib
