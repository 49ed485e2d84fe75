// Package firing makes schedules fire durably, on JetStream.
//
// Every node that serves a script ticks: at the time at which a job is due it
// publishes the firing to the stream RECUE_FIRES, on the condition that the job's
// last message is still the one it knows. One node wins, the others read what the
// winner published. So the stream arbitrates, and needs no leader of ours. The last
// message of a job is its durable cursor: everything up to it has been decided.
//
// Workers take firings from the stream's one consumer. A run is claimed by making
// its record in the bucket recue_runs, and each further step of it is made on the
// condition that the record is the one that the worker wrote last: who has lost a
// run to another node finds out, and stops.
//
//	store, err := firing.Open(ctx, nc, firing.Options{})
//	node := firing.NewNode(store, firing.NodeOptions{Clock: clock.Real{}, Env: env})
//	err = node.Serve(ctx)
//
// What it cannot promise: that a start is sent exactly once to a recorder which
// does not tell doubles apart; a takeover faster than the server's own election
// and the consumer's AckWait; anything while no node is alive.
package firing
