// Package bus is the one connection to NATS: requests and their answers, many
// at once.
//
//	conn, err := bus.Connect(ctx, bus.Options{URL: "nats://localhost:4222"})
//	defer conn.Close(ctx)
//	reply, err := conn.Do(ctx, "rec.control", command, 2*time.Second)
//
// Request is the form with a callback; a hundred thousand may be in flight.
// There is one reply subscription for all of them and a table of those that
// wait, so a request costs no goroutine and no subscription of its own. Its place
// in the table follows from its number, without a hash (waiting.go). Nor has it a
// timer of its own: requests with the same timeout end in the order of their
// making, so each timeout has a queue and one timer (deadlines.go).
//
// What a failed request is told (a *fault.Error):
//
//	no_recorder        nobody listens on the subject
//	timeout            no answer in time; the recorder may or may not have acted
//	not_sent           not sent, and it will not be sent later
//	permission_denied  NATS refuses the subject, the answers or the login; not delivered
//	too_large          larger than the server takes; not sent
//	cancelled          the caller, Close, or the end of the connection came first;
//	                   the recorder may or may not have acted
//
// The rule behind it: a code that says "not done" is given only when nothing
// can reach the recorder any more. Nothing is held back for after a reconnect.
// A request that was sent when the server went away keeps waiting, because the
// answer may still come once both sides are connected again.
//
// When NATS refuses the login on a reconnect, twice, the connection has ended
// for good: see Ended and Err. Waiting requests are then cancelled (they had
// been sent), later ones are permission_denied.
package bus
