// Package luabind is the Lua side of Recue: it implements script.Engine.
//
// Every function that a script can call is one Func value: its binding, the
// check of its arguments, the manual, the editor's stub and a runnable example
// come from it. Adding a function touches one place.
//
//	funcs.go                 the list of all functions
//	func.go args.go types.go what a Func is; arguments and their errors
//	recorder.go parallel.go control.go time.go output.go data.go module.go   the functions, a family a file
//	engine.go run.go         loading and running a program
//	session.go complete.go   a program that is entered piece by piece
//	errors.go                failed commands as error tables, and errors as people see them
//	convert.go               replies and JSON to Lua tables and back
//	reference.go             the manual and the stub, made from the Funcs
//	project.go project/      what a new project begins with
//	syntax/ dialect/         the language: its grammar, its code
//	stdlib/ vm/ tables/      its libraries, its branches, its tables
//	check.go check/          what check knows of the functions; mistakes found without running
//
// What keeps a command cheap here: a reply's fields go straight from the bytes into
// a table that is a copy of one with such fields (tables.Shape), and into none where the script drops the
// result; commands that are written as tables have no branch, only an entry in
// parallel's list; a branch waits without a goroutine where it can (vm.Branch.Park).
package luabind
