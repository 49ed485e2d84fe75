// Package simulator is a simulated recorder: what scripts are rehearsed and
// tested against where no real one may be touched.
//
// It comes in two layers. Recorder is the state machine, one state per task,
// without a network: Handle follows the protocol to the letter, Answer adds the
// faults that Options ask for (delays, rejected commands, lost replies).
// Service puts a Recorder on a NATS subject, where any NATS client can talk to
// it. Begin with
//
//	service, err := simulator.Serve(ctx, nc, "rec.control", simulator.Options{})
//	…
//	service.Close()
//
// Two runs that send the same commands in the same order, with the same Seed,
// meet the same faults: chance is drawn for each command as it arrives.
//
// A test asks for faults instead of leaving them to chance: a Rule makes chosen
// commands go wrong in a chosen Manner, until Reset.
package simulator
