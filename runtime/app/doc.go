// Package app is the command line of recue: one file for each command, and what
// they share.
//
//	os.Exit(app.Main(os.Args, engine))
//
// A command line is read in two steps. arrange (arguments.go) brings the words
// into one order, because flags may stand anywhere; the CLI library then picks
// the command and hands its flags over. Everything of the operating system comes
// through a Machine, so that tests run whole command lines in one process.
//
// What goes where:
//
//   - stdout carries results and nothing else (output.go),
//   - stderr carries the log (log.go), progress and errors (display.go),
//   - a command returns its error; execute (app.go) shows it and is the one
//     place that turns it into an exit code.
package app
