package faults

import (
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"recue/runtime/bus"
	"recue/runtime/protocol"
	"recue/tests/stage"
)

// clustered is a server of a cluster of two; with is another one that is there.
func clustered(t *testing.T, name string, with *server.Server) *server.Server {
	t.Helper()
	o := &server.Options{
		ServerName: name, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		Cluster:          server.ClusterOpts{Name: "studio", Host: "127.0.0.1", Port: server.RANDOM_PORT},
		LameDuckDuration: time.Nanosecond, LameDuckGracePeriod: -time.Nanosecond,
	}
	if with != nil {
		o.Routes = []*url.URL{{Scheme: "nats", Host: with.ClusterAddr().String()}}
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(stage.Patience) {
		t.Fatal("the server is not ready")
	}
	return s
}

// Recue knows one server of a cluster; the other it hears of. When the first one
// says goodbye, Recue moves on, and the recorder is where it was.
func TestLameDuckLeadsToTheRestOfTheCluster(t *testing.T) {
	t.Parallel()
	second := clustered(t, "second", nil)
	first := clustered(t, "first", second)
	rec, err := nats.Connect(second.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rec.Close)
	reply := protocol.Reply{TaskID: "cam1", MsgStatus: protocol.Success, AppStatus: protocol.Started}.AppendJSON(nil)
	if _, err := rec.Subscribe(stage.Subject, func(m *nats.Msg) { _ = m.Respond(reply) }); err != nil {
		t.Fatal(err)
	}
	log := stage.NewLog()
	conn, err := bus.Connect(t.Context(), bus.Options{URL: first.ClientURL(), Log: log.Entry()})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	status := func() error {
		_, err := conn.Do(t.Context(), stage.Subject, protocol.NewCommand(protocol.Status, "cam1").AppendJSON(nil), stage.Patience)
		return err
	}
	for dead := stage.Dead(t); ; { // until both servers know where the recorder is, and Recue of both servers
		err := status()
		if err == nil && len(conn.NATS().DiscoveredServers()) > 0 {
			break
		}
		select {
		case <-dead:
			t.Fatalf("the cluster is not one: %v", err)
		default:
		}
	}
	first.LameDuckShutdown()
	log.Until(t, "about to shut down")
	log.Until(t, "reconnected to NATS")
	if got := conn.ConnectedURL(); got != second.ClientURL() {
		t.Errorf("connected to %s, want %s", got, second.ClientURL())
	}
	if err := status(); err != nil {
		t.Error(err)
	}
}
