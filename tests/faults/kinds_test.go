package faults

import (
	"time"

	"recue/runtime/bus"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/tests/proxy"
	"recue/tests/stage"
)

// kind is one row of the matrix: a fault, and what a script is told.
//
// The expected codes are for start, stop and status alike; three words mean
// start, stop and status in this order. "ok" is no failure. "a|b" is either: where
// two goroutines of the NATS library race for a lock, both are true.
type kind struct {
	name   string
	before string // of a command that is sent while the fault lasts
	flight string // of a command that the recorder has and has not answered when the fault strikes
	lasts  string // of a status while the fault lasts that struck after a reply
	over   string // of a status once it is over

	delivered string // whether a command that was sent while it lasts reaches the recorder: "yes", "no", "maybe"; "" where the code says it
	passes    bool   // the fault is over before the command's outcome is awaited
	command   string // the task of the command while the fault lasts; "" is cam1

	set     func(*stage.Options)
	prepare func(*scene)
	strike  func(*scene) // the fault is in force when it returns
	arrived func(*scene) // returns when a command without an answer is as far as it can come
	heal    func(*scene) // the fault is over when it returns; nil: strike has ended it, or nothing can
}

// kinds is the matrix.
var kinds = []kind{
	// The server.
	{name: "the server has stopped", before: "not_sent", flight: "timeout", lasts: "not_sent", over: "ok",
		strike: stopServer, heal: startServer},
	{name: "the server is restarted", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: func(s *scene) { stopServer(s); startServer(s) }},
	{name: "the server is a lame duck", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: func(s *scene) { s.Server.LameDuck(); s.log("about to shut down") }, heal: replaceServer},
	{name: "the server comes back without TLS", before: "not_sent", flight: "timeout", lasts: "not_sent", over: "ok",
		set: withTLS, strike: loseTLS, heal: regainTLS},
	{name: "the server drops us as a slow consumer", before: "timeout", flight: "timeout", lasts: "timeout", over: "ok", delivered: "no",
		set: smallPending, strike: lagBehind, heal: func(s *scene) { s.Proxy.Cut(); s.Proxy.Resume(); s.reconnected() }},

	// The link.
	{name: "the link is cut and stays down", before: "not_sent", flight: "timeout", lasts: "not_sent", over: "ok",
		strike: func(s *scene) { s.Proxy.Refuse(); s.Proxy.Cut(); s.log("lost the connection") }, heal: acceptAgain},
	{name: "the link is cut for a moment", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: func(s *scene) { s.Proxy.Cut(); s.reconnected() }},
	{name: "the link stalls for a moment", before: "ok", flight: "ok", lasts: "ok", over: "ok", passes: true,
		strike: stall, heal: func(s *scene) { held(s); s.Proxy.Resume() }},
	{name: "the link stalls for longer than the timeout", before: "timeout", flight: "timeout", lasts: "timeout", over: "ok", delivered: "yes",
		strike: stall, arrived: held, heal: func(s *scene) { s.Proxy.Resume() }},
	{name: "the link is half open", before: "not_sent", flight: "timeout", lasts: "not_sent", over: "ok",
		set: fastPings, strike: func(s *scene) { s.Proxy.Refuse(); stall(s); s.log("lost the connection") },
		heal: func(s *scene) { s.Proxy.Resume(); acceptAgain(s) }},
	{name: "the link is slow: one byte at a time", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: func(s *scene) { s.Proxy.Slice(1) }, heal: func(s *scene) { s.Proxy.Slice(0) }},
	{name: "the link takes nothing more", before: "not_sent|timeout", flight: "timeout", lasts: "not_sent|timeout", over: "ok", delivered: "maybe",
		set: fastWriteTimeout, strike: jam, arrived: func(s *scene) { s.log("lost the connection") },
		heal: func(s *scene) { s.Proxy.Resume(); s.reconnected() }},

	// Who may what.
	{name: "publishing is not permitted", before: "permission_denied", flight: "ok", lasts: "permission_denied", over: "ok",
		set: withUsers(everything), strike: permit(noCommands), heal: permit(everything)},
	{name: "replies are not permitted", before: "permission_denied", flight: "cancelled", lasts: "permission_denied", over: "ok",
		set: withUsers(everything), strike: forbidReplies, heal: func(s *scene) { permit(everything)(s); s.Proxy.Cut(); s.reconnected() }},
	{name: "the login is revoked", before: "permission_denied", flight: "cancelled", lasts: "permission_denied", over: "permission_denied",
		set: withUsers(everything), strike: func(s *scene) { s.Server.Reload(users(nil)); s.wait(s.Conn.Ended()) }},

	// The recorder.
	{name: "nobody listens", before: "no_recorder", flight: "timeout", lasts: "no_recorder", over: "ok",
		strike: func(s *scene) { s.Recorder.Behave(stage.Silent); s.Recorder.Leave() },
		heal:   func(s *scene) { s.Recorder.Behave(nil); s.Recorder.Listen() }},
	{name: "the recorder does not answer", before: "timeout", flight: "timeout", lasts: "timeout", over: "ok", delivered: "yes",
		strike: behave(stage.Silent), heal: behave(nil)},
	{name: "a late reply to an earlier command comes", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		prepare: leaveUnanswered, strike: answerLate},
	{name: "the recorder answers twice", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: behave(stage.Twice), heal: behave(nil)},
	{name: "the recorder answers for another task", before: "invalid_reply", flight: "invalid_reply", lasts: "invalid_reply", over: "ok",
		strike: behave(stage.ForAnother), heal: behave(nil)},
	{name: "the recorder answers with garbage", before: "invalid_reply", flight: "invalid_reply", lasts: "invalid_reply", over: "ok",
		strike: behave(stage.Garbage), heal: behave(nil)},
	{name: "the recorder's reply is huge", before: "ok", flight: "ok", lasts: "ok", over: "ok",
		strike: behave(stage.Huge), heal: behave(nil)},
	{name: "the recorder says success and another state", before: "unexpected_state unexpected_state ok", flight: "unexpected_state unexpected_state ok",
		lasts: "ok", over: "ok", strike: behave(stage.WrongState), heal: behave(nil)},
	{name: "the recorder refuses", before: "rejected", flight: "rejected", lasts: "rejected", over: "ok",
		strike: behave(stage.Refuses), heal: behave(nil)},

	// Recue itself.
	{name: "a command is larger than the server takes", before: "too_large", flight: "ok", lasts: "too_large", over: "ok",
		command: longTask, set: smallPayload, strike: sendTooLarge},
	{name: "Recue closes the connection", before: "cancelled", flight: "cancelled", lasts: "cancelled", over: "cancelled", delivered: "no",
		strike: func(s *scene) { _ = s.Conn.Close(s.t.Context()) }}, // its error says that a command may be lost; that is this test
}

func stopServer(s *scene) {
	s.Server.Stop()
	s.log("lost the connection")
}

func startServer(s *scene) {
	s.Server.Start()
	s.Recorder.Back()
	s.reconnected()
}

// replaceServer starts another server and ends the lame duck.
func replaceServer(s *scene) {
	old := s.Server.Lib()
	s.Server.Start()
	old.Shutdown()
	s.Recorder.Back()
	s.reconnected()
}

func loseTLS(s *scene) {
	s.Server.Configure(nil)
	stopServer(s)
	s.Server.Start()
	s.Recorder.Back()
	s.log("reconnecting to NATS failed, trying again: TLS is required here")
}

func regainTLS(s *scene) {
	s.Server.Configure(s.options.Server)
	s.Server.Stop()
	s.Server.Start()
	s.Recorder.Back()
	s.reconnected()
}

func acceptAgain(s *scene) {
	s.Proxy.Accept()
	s.reconnected()
}

func stall(s *scene) { s.Proxy.Stall(proxy.Both) }

// held returns when a command, or a reply, waits in the stall.
func held(s *scene) {
	if !s.Proxy.WaitHeld(proxy.Both, 1, stage.Dead(s.t)) {
		s.t.Fatal("nothing reached the stalled link")
	}
}

func fastPings(o *stage.Options) {
	o.Bus = func(b *bus.Options) { b.PingInterval = 500 * time.Millisecond }
}

func fastWriteTimeout(o *stage.Options) {
	o.Bus = func(b *bus.Options) { b.WriteTimeout = 300 * time.Millisecond }
}

// jam sends so much that the link, which takes nothing, is full.
func jam(s *scene) {
	stall(s)
	big := protocol.NewCommand(protocol.Start, "big")
	big.Payload.VidStream = longText(900_000)
	sent := make(chan bool)
	go func() {
		defer close(sent)
		for range 6 {
			s.Client.Scope().Send(big, recorder.Route{}, func(protocol.Reply, error) {})
		}
	}()
	s.t.Cleanup(func() { <-sent })
	held(s)
}

func behave(manner stage.Manner) func(*scene) {
	return func(s *scene) { s.Recorder.Behave(manner) }
}

// leaveUnanswered has a command time out before the story begins.
func leaveUnanswered(s *scene) {
	s.Recorder.Hold(true)
	outcome := make(chan error, 1)
	s.Client.Scope().Send(protocol.NewCommand(protocol.Status, "earlier"), recorder.Route{}, func(_ protocol.Reply, err error) { outcome <- err })
	s.earlier = s.Recorder.Next()
	s.Recorder.Hold(false)
	s.clock.Advance(stage.Timeout)
	stage.Wait(s.t, outcome, "the earlier command's timeout")
}

// answerLate answers that command now, and waits until Recue has dropped it.
func answerLate(s *scene) {
	s.Recorder.Answer(s.earlier)
	s.log("after its command had ended")
}

const longName = 256 // bytes of a task id, the most that the protocol lets pass

var longTask = longText(longName)

func sendTooLarge(s *scene) {
	_, err := s.Client.Scope().Do(s.t.Context(), protocol.NewCommand(protocol.Status, longTask), recorder.Route{})
	if got := codeOf(err); got != "too_large" {
		s.t.Errorf("the large command: %s", got)
	}
}
