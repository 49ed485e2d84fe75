// Package runtime is the Go side of Recue; it knows no Lua. There is no code
// here, this is the map of its rooms, from the ground up:
//
//	fault      in which ways a command or a run can fail; hints, exit codes
//	protocol   commands and replies: types, what is valid, the bytes
//	clock      the one source of time; durations and wall-clock times
//	schedule   what a schedule means: which instants it names
//	config     the settings, and where each came from
//	journal    what was asked of recorders and what came of it, a JSON line each
//	report     the timeline of a journal's run as one HTML page
//	natsd      a NATS server inside the process
//	bus        the one NATS connection: many requests at once
//	branch     many tasks at once: limit, policy, cancellation, results in order
//	recorder   start, stop, status as typed calls; what still records
//	simulator  a simulated recorder, with faults by seed and on demand
//	script     the two ports between the command line and a script language
//	scenario   test scenarios: which run, in what order, what came of them
//	rehearsal  the schedules of a script in virtual time
//	firing     durable firing of schedules on JetStream, on any number of nodes
//	metrics    counts of firings and runs for Prometheus, health over HTTP
//	app        the command line, a file a command
//
// Imports go down this list only; tests/layout_test.go holds that. The Lua side
// is luabind, which implements script.Engine.
package runtime
