// Command lateness measures how late jobs run that are due at the same time, and prints
// a table:
//
//	go run ./tests/lateness                                        1,000 jobs in the same second
//	go run ./tests/lateness -jobs 10000 -same 0 -during 10m        10,000 jobs, evenly over ten minutes
//
// Late is from the time at which a job is due to the call of its function, and then to the
// arrival of the function's first command at the recorder. The sides take turns on one
// machine, because a machine's speed drifts and others use it too; their ratio says more
// than the milliseconds.
//
//	gocron   github.com/go-co-op/gocron/v2, whose functions look at the clock and do nothing:
//	         no state, no disk, no command
//	store    recue serve --store DIR: each firing and each run is safe on the disk
//	server   recue serve on a NATS server with JetStream as it is by default
//
// recue is the real command in a process of its own. Its jobs (jobs.lua) ask for the
// status of a task; the task's name says which firing it is and how late the function was
// called. The NATS server, the recorder and the clock that is read on arrival are in the
// measuring process, which shares the machine.
//
// Where the time goes, for a thousand jobs at once in one process: some 2 ms until the
// node's word is on the disk, then 12 to 27 ms of processor time of serve's process
// until the last function has been called, nearly all of it in Lua and in the sending of
// their commands. Before runs were prepared ahead of their time it was 70 to 150 ms: a
// third of it the collector's, which began in that moment; a sixth for the Lua thread
// and the goroutine of each run; the rest for timers, logs, clients, and for the ends of
// the first runs, which came before the last had begun. On two cores, interleaved, p99
// of the call, medians of three rounds: 126 ms before and 31 after with --store, 98 and 30
// on a server.
//
//	main.go       what is measured, and in which order
//	sides.go      recue's process, and what a process has used
//	gocron.go     the gocron side, a process of this program
//	recorder.go   the server and the recorder
//	table.go      the figures
package main
