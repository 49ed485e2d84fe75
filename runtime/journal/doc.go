// Package journal writes down what a run asks of recorders and what came of it,
// so that it can be told afterwards, even where the process was killed.
//
//	j, err := journal.Open("recue.jsonl", journal.Options{Begin: journal.Begin{Command: "run", Script: "nightly.lua"}})
//	client := recorder.New(conn, recorder.Options{Journal: j})
//	...
//	err = j.End(0)
//
// # What is promised
//
// The intent of a start or stop is in the file, by a write(2) of its own, before
// the command is sent: whatever kills the process, every command that a recorder
// saw is in the journal. That alone does not outlast a loss of power, since the
// system writes files to the disk some seconds later; with Options.Sync it does
// (fsync before each start and stop, a fraction of a millisecond to ten or more). The end of a run is
// always synced. Outcomes are written with the next intent, or 10 ms after they are
// known: what a killed process leaves of its last commands are intents
// without an outcome, as of those that were in flight.
//
// A file that cannot be written (a full disk) makes Intend fail; the caller then
// refuses starts and lets stops through. Lines that could not be written are kept,
// up to a bound, and tried again.
//
// A start or stop with its outcome costs some 4 µs of processor time, most of it
// the write(2) of the intent. Opening reads the whole file, 1 GB/s and more.
//
// # The file
//
// It is append-only, a JSON object a line, made with mode 0600. Any number of
// processes may append to one file at the same time: each write is of whole lines
// and goes to the end in one piece (O_APPEND; on a local disk, NFS does not
// promise it). No lock is waited for, so a process that hangs holds up no other.
//
// A line that was torn, by a loss of power or a full disk, is never removed:
// the next opening ends it with a newline and says so in a "repair" event.
// Read passes over what it cannot read, but finds a whole line that was
// written behind a torn one.
//
// Every line has, in this order,
//
//	time     when, UTC, RFC 3339 with microseconds
//	run      the run, 12 hexadecimal digits, drawn at random
//	seq      counts the run's lines from 1; a number that is missing is a line that could not be written
//	event    begin, intent, outcome, end, repair or died
//
// and by event
//
//	begin    recue (the command: run, start, …), format (1), version, pid, host, server (without user and
//	         password), subject, simulated (true with --sim), script, sha256 (of the script), args, vars
//	intent   id, subject, at, task_id, cmd, payload: a start or stop that is about to be sent
//	outcome  id, cmd, task_id, subject, at, outcome, app_status, message, duration, payload
//	end      exit: the process's exit code
//	repair   torn: the length in bytes of the last line, which had no end
//	died     of: a run without an end whose process is gone and of which nothing records any more
//
// where
//
//	id          counts the run's commands from 1, joins intent and outcome; a status has no intent
//	at          the place in the script, "nightly.lua:12", where there is one
//	payload     of an intent what is sent, of an outcome what the recorder said; left out above 64 KiB
//	outcome     "done", or the failure's code as scripts know it ("rejected": the recorder refused)
//	app_status  the state of the recording, where the reply was valid
//	message     what happened, where the command failed
//	duration    seconds from the intent to the outcome
//
// Readers pass over fields and events that they do not know.
package journal
