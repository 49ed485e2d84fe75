// Command bench compares what a Lua script costs with what a Go program costs
// that does the same by hand, and prints a table:
//
//	go run ./tests/bench
//
// It starts a NATS server and a recorder in a process of their own, reached over
// loopback TCP. Every figure comes from a fresh process of one side, so that CPU
// time and peak memory are its own. The sides take turns, in changing order;
// each figure is the median of the rounds, and a ratio is the median of the
// ratios within each round, because a machine's speed drifts.
//
// The work is the same for all: for each task start, status, stop, one after the
// other, and as many tasks at once as the column "in flight" says; again and
// again until there were enough commands. Every reply is decoded, checked (the
// task, the statuses) and its file path read.
//
//	hand-written Go   a goroutine for each task, nc.RequestMsg, encoding/json both ways
//	Lua branches      parallel(tasks, function(task) start(task) status(task) stop(task) end)
//	Lua commands      parallel{{cmd = "start", task_id = "cam1"}, …}, then status, then stop
//	flood limit       what one connection can do at all: one reply subscription, no
//	                  goroutine for a command, nothing encoded and nothing decoded
//
// With one in flight, hand-written Go and "Lua sequential" are plain loops.
//
// The recorder is no simulator but the least that answers as one does: it looks
// for the task and the command in the bytes and fills them into a fixed reply.
// It keeps the server's process cheap, since that shares the machine.
//
// The Lua sides run the real command, `recue run`, inside the measured process.
//
// Where the time of the Lua sides goes, by their profiles (-profile): of commands in
// tables, at 1,000 in flight, a sixth into the tables of replies, a seventh into sending, a
// sixth into the garbage collector, a ninth into reading from the connection, a tenth into
// making and reading the tables of the commands. With 100,000 branches the collector takes
// no more than that, since a branch that waits keeps little (luabind/vm/aside.go). How much
// memory there is for garbage is set in luabind/vm/garbage.go: speed and memory are exchanged
// for each other there. A command takes less than half of the CPU time that it takes in
// hand-written Go, and another 5 microseconds in the process of server and recorder, the same
// for all sides; so the speeds lie closer together than the CPU times where that process has no
// processor of its own.
//
//	server.go           the server and the recorder
//	hand.go flood.go    the two sides in Go
//	lua.go *.lua        the sides in Lua
//	measure.go usage*.go  one measured process: what it did, in which time, with how much
//	plan.go             which processes are run, in which order
//	table.go            the figures as a table and as JSON
package main
