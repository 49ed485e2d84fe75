// Package report shows what a journal says about a run: one HTML page that needs
// nothing beside it, with a timeline of the recordings and a table of the commands.
//
//	run, err := report.Collect(journal.Read(file), report.Choice{}) // the last run
//	...
//	err = run.Write(page, report.Options{Zone: zone})
//
// The package reads events and writes text; it knows no files and no clock. The
// same events and options give the same bytes.
//
// # What counts as a recording
//
// A recording is what a run has started: from when its start was sent until the
// recorder said that it is stopped, in the reply to a stop or a status. It is sure
// while the recorder's last word on it is "started", and maybe
//
//   - after a start whose outcome is not known, or not known yet,
//   - after a stop whose outcome is not known,
//
// until a reply settles it. What another run in the same journal says about the
// task counts too: it may have stopped what this one has left.
//
// # Large journals
//
// Events are read once and not kept; of a run some 300 bytes a command are. The page
// is bounded: it draws at most maxLanes tasks, merges marks that would lie on
// each other, and of more commands than fit into maxTable bytes it leaves out the
// oldest of those that went well. What is left out is said on it.
package report
