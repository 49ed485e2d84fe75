package natsd

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"recue/runtime/fault"
)

func start(t *testing.T, o Options) *Server {
	t.Helper()
	srv, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

// echo sends one request through the server and fails if no answer comes back.
func echo(t *testing.T, url string, opts ...nats.Option) {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := nc.Subscribe("echo", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	m, err := nc.Request("echo", []byte("hi"), 5*time.Second)
	if err != nil || string(m.Data) != "hi" {
		t.Fatalf("echo = %v, %v", m, err)
	}
}

func TestStartListensOnAFreePort(t *testing.T) {
	srv := start(t, Options{Listen: "127.0.0.1:0"})
	if !strings.HasPrefix(srv.ClientURL(), "nats://127.0.0.1:") || strings.HasSuffix(srv.ClientURL(), ":0") {
		t.Errorf("ClientURL = %q", srv.ClientURL())
	}
	if got := "nats://" + srv.Addr().String(); got != srv.ClientURL() {
		t.Errorf("Addr = %q, ClientURL = %q", got, srv.ClientURL())
	}
	echo(t, srv.ClientURL())
}

func TestStartWithoutPortServesThisProcessOnly(t *testing.T) {
	srv := start(t, Options{})
	if srv.Addr() != nil || srv.ClientURL() != "" {
		t.Errorf("Addr = %v, ClientURL = %q, want none", srv.Addr(), srv.ClientURL())
	}
	echo(t, "", nats.InProcessServer(srv))
}

func TestListenWithoutHostStaysOnLoopback(t *testing.T) {
	srv := start(t, Options{Listen: ":0"})
	if ip := srv.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		t.Errorf("listens on %v, want loopback", ip)
	}
}

func TestStartRefusesWrongAddress(t *testing.T) {
	for address, want := range map[string]string{
		"4222":              "not host:port",
		"127.0.0.1":         "not host:port",
		"127.0.0.1:70000":   "from 0 to 65535",
		"127.0.0.1:-1":      "from 0 to 65535",
		"127.0.0.1:nats":    "from 0 to 65535",
		"192.0.2.1:0":       "assign requested address", // a documentation address, never ours
		"no such host:4222": "listen",
	} {
		srv, err := Start(Options{Listen: address})
		if err == nil {
			srv.Close()
			t.Errorf("Start(%q) succeeded", address)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), address) {
			t.Errorf("Start(%q) error = %v, want %q in it", address, err, want)
		}
		if fault.ExitCode(err) != fault.ExitUsage || fault.HintOf(err) == "" {
			t.Errorf("Start(%q): exit code %d, hint %q", address, fault.ExitCode(err), fault.HintOf(err))
		}
	}
}

func TestStartNamesThePortThatIsInUse(t *testing.T) {
	first := start(t, Options{Listen: "127.0.0.1:0"})
	address := first.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	srv, err := Start(Options{Listen: address})
	if err == nil {
		srv.Close()
		t.Fatal("two servers on one port")
	}
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "port "+port+" is in use") {
		t.Errorf("error = %v", err)
	}
	if hint := fault.HintOf(err); !strings.Contains(hint, "--listen 127.0.0.1:0") {
		t.Errorf("hint = %q", hint)
	}
	if fault.ExitCode(err) != fault.ExitUsage {
		t.Errorf("exit code %d", fault.ExitCode(err))
	}
	echo(t, first.ClientURL()) // the first one is not harmed
}

func TestConfigureSetsUsersAndLimits(t *testing.T) {
	srv := start(t, Options{Listen: "127.0.0.1:0", Configure: func(o *server.Options) {
		o.Username, o.Password, o.MaxPayload = "anna", "pw", 100
	}})
	if _, err := nats.Connect(srv.ClientURL()); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("connect without login: %v", err)
	}
	nc, err := nats.Connect(srv.ClientURL(), nats.UserInfo("anna", "pw"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if nc.MaxPayload() != 100 {
		t.Errorf("max payload = %d", nc.MaxPayload())
	}
}

func TestStartRefusesContradictoryOptions(t *testing.T) {
	srv, err := Start(Options{Configure: func(o *server.Options) { o.MaxPayload = maxPending + 1 }})
	if err == nil {
		srv.Close()
		t.Fatal("a payload limit above the pending limit passes")
	}
	if fault.ExitCode(err) != fault.ExitUsage {
		t.Errorf("exit code %d of %v", fault.ExitCode(err), err)
	}
}

func TestCloseFreesThePortAndDropsClients(t *testing.T) {
	srv := start(t, Options{Listen: "127.0.0.1:0"})
	address := srv.Addr().String()
	nc, err := nats.Connect(srv.ClientURL(), nats.NoReconnect())
	if err != nil {
		t.Fatal(err)
	}
	dropped := nc.StatusChanged(nats.CLOSED)
	srv.Close()
	srv.Close() // a second time does nothing
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case <-dropped:
	case <-ctx.Done():
		t.Fatal("the client is still connected")
	}
	echo(t, start(t, Options{Listen: address}).ClientURL())
	if _, err := srv.InProcessConn(); err == nil {
		t.Error("a closed server gives connections")
	}
}

func TestLogHandsOnWhatTheServerSays(t *testing.T) {
	logger, hook := logtest.NewNullLogger()
	logger.SetLevel(logrus.DebugLevel)
	srv := start(t, Options{Listen: "127.0.0.1:0", Log: logrus.NewEntry(logger), Configure: func(o *server.Options) {
		o.Authorization = "s3cret"
	}})
	if _, err := nats.Connect(srv.ClientURL(), nats.Token("wr0ng")); err == nil {
		t.Fatal("a wrong token passes")
	}
	srv.Close()
	var warned bool
	for _, e := range hook.AllEntries() {
		if strings.Contains(e.Message, "s3cret") || strings.Contains(e.Message, "wr0ng") {
			t.Errorf("the log gives a token away: %s", e.Message)
		}
		warned = warned || e.Level == logrus.WarnLevel && strings.Contains(e.Message, "authentication error")
	}
	if !warned {
		t.Error("no warning about the refused client")
	}
}
