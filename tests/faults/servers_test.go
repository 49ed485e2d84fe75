package faults

import (
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/bus"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/tests/certs"
	"recue/tests/proxy"
	"recue/tests/stage"
)

// The servers on which the faults strike.

// withTLS lets Recue in with TLS, and requires nothing of the recorder.
func withTLS(o *stage.Options) {
	authority := certs.NewAuthority(o.T, o.T.TempDir(), "studio")
	cert := authority.Issue(o.T, "server", certs.Options{})
	o.TLS = true
	o.Server = func(s *server.Options) { s.TLSConfig, s.AllowNonTLS = cert.Server(nil), true }
	o.Bus = func(b *bus.Options) { b.TLSCA = authority.File }
}

// smallPending is a server that drops whoever lags 1 MB behind.
func smallPending(o *stage.Options) {
	o.Server = func(s *server.Options) { s.MaxPayload, s.MaxPending = 1<<20, 1<<20 }
}

// lagBehind keeps from Recue what the server sends, and has the server send more
// than it is willing to keep.
func lagBehind(s *scene) {
	if _, err := s.Client.Scope().Do(s.t.Context(), protocol.NewCommand(protocol.Status, "probe"), recorder.Route{}); err != nil {
		s.t.Fatal(err)
	}
	seen := s.Recorder.Seen()
	inbox := seen[len(seen)-1].Inbox
	stray := inbox[:strings.LastIndex(inbox, ".")] + ".stray"
	s.Proxy.Stall(proxy.ToClient)
	dead := stage.Dead(s.t)
	for s.Server.Lib().NumSlowConsumers() == 0 || s.Server.Lib().NumClients() > 1 {
		select {
		case <-dead:
			s.t.Fatal("the server drops nobody")
		default:
		}
		if err := s.Recorder.Conn.Publish(stray, make([]byte, 500_000)); err != nil {
			s.t.Fatal(err)
		}
		s.Recorder.Flush()
	}
}

// smallPayload is a server that takes a plain command, and not one with a long
// task id.
func smallPayload(o *stage.Options) {
	o.Server = func(s *server.Options) { s.MaxPayload = longName }
}

// everything is what a user without restrictions may do; noCommands may not
// publish, noReplies may not subscribe.
var (
	everything = &server.Permissions{}
	noCommands = &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{stage.Subject}}}
	noReplies  = &server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"_INBOX.>"}}}
)

// users configures a server with the recorder and, unless anna is nil, the user
// as whom Recue logs in.
func users(anna *server.Permissions) func(*server.Options) {
	return func(o *server.Options) {
		o.Users = []*server.User{{Username: "recorder", Password: "pw"}}
		if anna != nil {
			o.Users = append(o.Users, &server.User{Username: "anna", Password: "pw", Permissions: anna})
		}
	}
}

func withUsers(anna *server.Permissions) func(*stage.Options) {
	return func(o *stage.Options) {
		o.Server = users(anna)
		o.Recorder = []nats.Option{nats.UserInfo("recorder", "pw")}
		o.Bus = func(b *bus.Options) { b.User, b.Password = "anna", "pw" }
	}
}

func permit(anna *server.Permissions) func(*scene) {
	return func(s *scene) { s.Server.Reload(users(anna)) }
}

func forbidReplies(s *scene) {
	permit(noReplies)(s)
	s.log("does not let this user receive replies")
}
