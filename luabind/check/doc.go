// Package check finds mistakes in scripts without running them. Begin with [Library.Check].
//
// It knows Lua and its scopes. What Recue's functions are called and take, and which names a script finds, arrives as a
// [Library]; nothing about them is written down here a second time.
//
//	library.go    what is known about functions and names
//	codes.go      the kinds of findings
//	program.go    files and the modules they require; Check
//	scope.go      variables, functions, mentions of globals
//	resolve.go    which name means which variable; what a file defines and asks for (resolve_call.go: by its calls)
//	rules.go      the walk that applies the rules of the other files
//	names.go      names and fields that nobody defines; globals that were meant local
//	calls.go      arguments of Recue's functions; commands.go those of try, pcall and parallel
//	reply.go      fields of replies and of expectations; schedule.go schedules
//	value.go      what is known of an expression's value
//	flow.go       code that is never reached
//
// # Errors and warnings
//
// An error is what can only fail when it is reached, so that a script with one can be refused. All else is a warning.
// Where the outcome is caught on purpose (inside pcall, xpcall, expect), where code cannot be reached, or where the
// script may have replaced what it calls, an error is shown as a warning. When in doubt there is no finding: a script
// that works must not be refused.
package check
