// Package scenario runs test scenarios: it takes the tests that the programs of
// some files declare, chooses among them, runs each with the hooks around it,
// and reports what came of them.
//
//	summary := scenario.Run(ctx, scenario.Options{
//		Files: []string{"cameras_test.lua"},
//		Open:  open, // a program, and what it runs on
//	}, reporter)
//
// Each file has a program, a runtime and a session of its own, so that files know
// nothing of each other and may run side by side. Results are handed to the
// reporter from one goroutine, in the order of the files, whatever ran first.
//
// What happens to one test, in this order:
//
//	before_each hooks   the first that fails ends this; the test is not run then
//	the test
//	after_each hooks    all of them, whatever happened before
//	clean-up            what it started and did not stop is stopped
//
// The before_all hooks run before the first of these, the after_all hooks after
// the last, also when everything was interrupted.
package scenario
