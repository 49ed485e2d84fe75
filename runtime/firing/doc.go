// Package firing makes schedules fire durably, on JetStream.
//
// Every node that serves a script ticks: a second before a job is due it publishes
// the firing to the stream RECUE_FIRES, on the condition that the job's last message
// is still the one it knows. One node wins, the others read what the winner
// published. So the stream arbitrates, and needs no leader of ours. The last message
// of a job is its durable cursor: everything up to it has been decided.
//
// Workers take firings from the stream's one consumer. A run is claimed by making its
// record in the bucket recue_runs, and each further step of it is made on the condition
// that the record is the one that the worker wrote last: who has lost a run to another
// node finds out, and stops.
//
// A worker that has a firing before its time prepares the run and waits (early.go); a
// pause or a new schedule that comes meanwhile counts. When the time comes the node
// writes one record, its word that all runs for which it was ready have begun (begin.go),
// and calls their functions. Another node that takes over such a run first writes that
// into the record of the word: what has not begun by then cannot begin without asking.
//
// What is due at the same time waits for one moment (moment.go): one timer, one goroutine that
// gives the word and then calls what was prepared, one after the other, while all else
// sleeps. Everything that can be done before that, or after all have begun, is.
//
// A firing that is more than ten seconds late at its turn came due while nothing ran, for
// whatever reason, and so did all but the newest of a job that are due at once: the job's
// missed and grace decide which of them run (decide.go). With missed "all" each is wanted:
// they run one after the other, in the order of their times, except with overlap "allow"
// (line.go). What is in time meets them as its overlap policy says: "skip" finds the job
// running, "queue" waits for it, "replace" cancels the one that runs. The line of a second
// time away does not wait for the end of that of the first.
//
// A run that is only prepared does not run: what is fired by hand in the second before goes
// before it, and the policy decides when it is due (overlap.go).
//
// That somebody is to be told of a failed run is part of the record of its end, and its
// firing is acknowledged after that: each failure is told at least once (tell.go).
//
// A disk takes its time for each message that is to be safe on it. So what is due at
// the same time is published as one batch, and the records that many runs write at the
// same time are stored as one (batch.go): the disk is waited for once. Such a batch is
// stored as a whole or not at all; where a condition fails, it is tried again without
// those that lost, or each by itself. Servers before 2.12 have no batches.
//
// Who serves which jobs is not written down. Who wants to know asks, and the nodes that are
// alive answer (serving.go).
//
//	store, err := firing.Open(ctx, nc, firing.Options{})
//	node := firing.NewNode(store, firing.NodeOptions{Clock: clock.Real{}, Env: env})
//	err = node.Serve(ctx)
//
// What it cannot promise: that a start is sent exactly once to a recorder which
// does not tell doubles apart; a takeover faster than the server's own election
// and the consumer's AckWait; anything while no node is alive.
package firing
