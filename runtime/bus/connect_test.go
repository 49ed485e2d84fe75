package bus

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"recue/runtime/fault"
)

// wantConnectError connects in vain and fails unless the error says these
// texts, names no secret, has a hint and gives that exit code.
func wantConnectError(t *testing.T, o Options, exit int, texts ...string) error {
	t.Helper()
	c, err := Connect(t.Context(), o)
	if err == nil {
		closeConn(t, c)
		t.Fatalf("connected, want an error with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error = %v, want %q in it", err, text)
		}
	}
	if strings.Contains(err.Error()+fault.HintOf(err), "s3cret") {
		t.Errorf("error %v, hint %q: a secret is given away", err, fault.HintOf(err))
	}
	if got := fault.ExitCode(err); got != exit {
		t.Errorf("exit code %d, want %d: %v", got, exit, err)
	}
	return err
}

func wantEcho(t *testing.T, o Options) {
	t.Helper()
	c := connect(t, o)
	if _, err := c.NATS().Subscribe("echo", echo); err != nil {
		t.Fatal(err)
	}
	reply, err := c.Do(t.Context(), "echo", []byte("x"), patience)
	if err != nil || string(reply) != "x" {
		t.Errorf("reply = %q, %v", reply, err)
	}
}

func write(t *testing.T, name string, contents []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, contents, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConnectToNothing(t *testing.T) {
	srv := startServer(t, nil)
	address := srv.Addr().String()
	srv.Close()
	err := wantConnectError(t, Options{URL: "nats://anna:s3cret@" + address}, fault.ExitConnect,
		"connect to NATS at nats://"+address, "nothing listens there")
	if !errors.Is(err, nats.ErrNoServers) || fault.HintOf(err) == "" {
		t.Errorf("error = %v, hint %q", err, fault.HintOf(err))
	}
}

func TestConnectTriesTheNextServer(t *testing.T) {
	srv := startServer(t, nil)
	gone := startServer(t, nil)
	gone.Close()
	c := connect(t, Options{URL: gone.ClientURL() + ", " + srv.ClientURL()})
	if c.ConnectedURL() != srv.ClientURL() {
		t.Errorf("connected to %s", c.ConnectedURL())
	}
}

func TestLogin(t *testing.T) {
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := key.PublicKey()
	seed, _ := key.Seed()
	other, _ := nkeys.CreateUser()
	otherSeed, _ := other.Seed()
	account, _ := nkeys.CreateAccount()
	accountSeed, _ := account.Seed()
	users := startServer(t, func(o *server.Options) { o.Users = []*server.User{{Username: "anna", Password: "s3cret"}} })
	token := startServer(t, func(o *server.Options) { o.Authorization = "s3cret" })
	nkey := startServer(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	at := func(login string, srv string) string { return strings.Replace(srv, "://", "://"+login+"@", 1) }

	t.Run("accepted", func(t *testing.T) {
		for _, o := range []Options{
			{URL: users.ClientURL(), User: "anna", Password: "s3cret"},
			{URL: at("anna:s3cret", users.ClientURL())},
			{URL: token.ClientURL(), Token: "s3cret"},
			{URL: at("s3cret", token.ClientURL())},
			{URL: nkey.ClientURL(), NKey: write(t, "user.nk", seed)},
			{InProcess: users, User: "anna", Password: "s3cret"},
		} {
			wantEcho(t, o)
		}
	})
	t.Run("no secret in the connection's address", func(t *testing.T) {
		c := connect(t, Options{URL: at("s3cret", token.ClientURL())})
		if c.ConnectedURL() != token.ClientURL() {
			t.Errorf("ConnectedURL = %q", c.ConnectedURL())
		}
	})
	for name, o := range map[string]Options{
		"--password": {URL: users.ClientURL(), User: "anna", Password: "s3cret2"},
		"address":    {URL: at("anna:s3cret2", users.ClientURL())},
		"--token":    {URL: token.ClientURL(), Token: "s3cret2"},
		"--nkey":     {URL: nkey.ClientURL(), NKey: write(t, "other.nk", otherSeed)},
		"--creds":    {URL: users.ClientURL()}, // nothing given: the hint lists the ways
	} {
		t.Run("refused "+name, func(t *testing.T) {
			err := wantConnectError(t, o, fault.ExitConnect, "refuses the login", "Authorization Violation")
			if !errors.Is(err, nats.ErrAuthorization) || !strings.Contains(fault.HintOf(err), name) {
				t.Errorf("error = %v, hint %q, want it to name %s", err, fault.HintOf(err), name)
			}
		})
	}
	t.Run("wrong files", func(t *testing.T) {
		missing := filepath.Join(t.TempDir(), "missing")
		wantConnectError(t, Options{NKey: missing}, fault.ExitUsage, missing, "no such file")
		wantConnectError(t, Options{NKey: write(t, "x", []byte("s3cret"))}, fault.ExitUsage, "nkey file")
		wantConnectError(t, Options{NKey: write(t, "x", accountSeed)}, fault.ExitUsage, "user seed")
		wantConnectError(t, Options{Creds: missing}, fault.ExitUsage, missing, "no such file")
		wantConnectError(t, Options{Creds: write(t, "x", []byte("s3cret"))}, fault.ExitUsage, "credentials file")
		wantConnectError(t, Options{Creds: "a", NKey: "b"}, fault.ExitUsage, "both")
	})
	t.Run("nkey where the server knows none", func(t *testing.T) {
		wantConnectError(t, Options{URL: users.ClientURL(), NKey: write(t, "user.nk", seed)}, fault.ExitConnect, "nkeys")
	})
}

// A server in operator mode, which trusts JWTs, and a user's credentials file.
func TestLoginWithCredentials(t *testing.T) {
	operator, _ := nkeys.CreateOperator()
	account, _ := nkeys.CreateAccount()
	user, _ := nkeys.CreateUser()
	operatorKey, _ := operator.PublicKey()
	accountKey, _ := account.PublicKey()
	userKey, _ := user.PublicKey()
	accountJWT, err := jwt.NewAccountClaims(accountKey).Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	creds := func(signer nkeys.KeyPair) string {
		userJWT, err := jwt.NewUserClaims(userKey).Encode(signer)
		if err != nil {
			t.Fatal(err)
		}
		seed, _ := user.Seed()
		file, err := jwt.FormatUserConfig(userJWT, seed)
		if err != nil {
			t.Fatal(err)
		}
		return write(t, "user.creds", file)
	}
	resolver := &server.MemAccResolver{}
	if err := resolver.Store(accountKey, accountJWT); err != nil {
		t.Fatal(err)
	}
	srv := startServer(t, func(o *server.Options) {
		o.TrustedKeys, o.AccountResolver = []string{operatorKey}, resolver
	})
	wantEcho(t, Options{URL: srv.ClientURL(), Creds: creds(account)})
	stranger, _ := nkeys.CreateAccount()
	err = wantConnectError(t, Options{URL: srv.ClientURL(), Creds: creds(stranger)}, fault.ExitConnect, "refuses the login")
	if !strings.Contains(fault.HintOf(err), "--creds") {
		t.Errorf("hint = %q", fault.HintOf(err))
	}
}

func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	cert := ca.issue(t, "server", "127.0.0.1")
	elsewhere := ca.issue(t, "elsewhere", "10.1.2.3")
	mine := ca.issue(t, "client", "")
	secure := func(cert tls.Certificate, verify bool) func(*server.Options) {
		return func(o *server.Options) {
			o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			if verify {
				o.TLSVerify = true
				o.TLSConfig.ClientAuth, o.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, ca.pool()
			}
		}
	}
	plain := startServer(t, nil)
	oneSided := startServer(t, secure(cert.pair, false))
	mutual := startServer(t, secure(cert.pair, true))
	otherName := startServer(t, secure(elsewhere.pair, false))
	asTLS := func(url string) string { return strings.Replace(url, "nats://", "tls://", 1) }
	asNATS := func(url string) string { return strings.Replace(url, "tls://", "nats://", 1) }

	t.Run("secure", func(t *testing.T) {
		wantEcho(t, Options{URL: asTLS(oneSided.ClientURL()), TLSCA: ca.file})
		wantEcho(t, Options{URL: asNATS(oneSided.ClientURL()), TLSCA: ca.file})
		wantEcho(t, Options{URL: asTLS(mutual.ClientURL()), TLSCA: ca.file, TLSCert: mine.certFile, TLSKey: mine.keyFile})
	})
	t.Run("never silently plain", func(t *testing.T) {
		for _, o := range []Options{
			{URL: asTLS(plain.ClientURL())},
			{URL: plain.ClientURL(), TLSCA: ca.file},
			{URL: plain.ClientURL(), TLSCert: mine.certFile, TLSKey: mine.keyFile},
			{URL: asTLS(plain.ClientURL()) + "," + plain.ClientURL()},
		} {
			err := wantConnectError(t, o, fault.ExitConnect, "TLS is required", "offers none")
			if !errors.Is(err, nats.ErrSecureConnWanted) || fault.HintOf(err) == "" {
				t.Errorf("error = %v, hint %q", err, fault.HintOf(err))
			}
		}
	})
	for name, c := range map[string]struct {
		o          Options
		text, hint string
	}{
		"unknown authority":     {Options{URL: oneSided.ClientURL()}, "unknown authority", "--tlsca"},
		"plain address":         {Options{URL: asNATS(oneSided.ClientURL())}, "unknown authority", "--tlsca"},
		"other host":            {Options{URL: otherName.ClientURL(), TLSCA: ca.file}, "valid for 10.1.2.3", "host name"},
		"no client certificate": {Options{URL: mutual.ClientURL(), TLSCA: ca.file}, "tls", "--tlscert"},
	} {
		t.Run(name, func(t *testing.T) {
			err := wantConnectError(t, c.o, fault.ExitConnect, "no secure connection", c.text)
			if !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("hint = %q, want %q in it", fault.HintOf(err), c.hint)
			}
		})
	}
	t.Run("wrong files", func(t *testing.T) {
		missing := filepath.Join(t.TempDir(), "missing")
		wantConnectError(t, Options{TLSCA: missing}, fault.ExitUsage, missing, "no such file")
		wantConnectError(t, Options{TLSCA: write(t, "x", []byte("s3cret"))}, fault.ExitUsage, "TLS CA file")
		wantConnectError(t, Options{TLSCert: mine.certFile, TLSKey: missing}, fault.ExitUsage, missing)
		wantConnectError(t, Options{TLSCert: mine.certFile, TLSKey: cert.keyFile}, fault.ExitUsage, "does not match")
		wantConnectError(t, Options{TLSCert: mine.certFile}, fault.ExitUsage, "needs its key")
		wantConnectError(t, Options{TLSKey: mine.keyFile}, fault.ExitUsage, "needs its key")
	})
}

// silent accepts connections and says nothing.
func silent(t *testing.T) (address string, accepted <-chan bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan bool, 10)
	finished := make(chan bool)
	go func() {
		defer close(finished)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
			came <- true
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-finished })
	return l.Addr().String(), came
}

func TestConnectIsBounded(t *testing.T) {
	address, _ := silent(t)
	began := time.Now()
	wantConnectError(t, Options{URL: address, ConnectTimeout: 30 * time.Millisecond}, fault.ExitConnect, address, "no answer in time")
	if took := time.Since(began); took > patience/2 {
		t.Errorf("took %v", took)
	}
}

func TestConnectCanBeInterrupted(t *testing.T) {
	address, accepted := silent(t)
	reason := errors.New("Ctrl-C")
	for name, cause := range map[string]error{"cancelled": nil, "with a cause": reason} {
		ctx, cancel := context.WithCancelCause(t.Context())
		came := make(chan error, 1)
		go func() {
			_, err := Connect(ctx, Options{URL: "nats://s3cret@" + address, ConnectTimeout: time.Hour})
			came <- err
		}()
		wait(t, accepted, "connection")
		cancel(cause)
		err := wait(t, came, "end of Connect")
		if want := context.Cause(ctx); !errors.Is(err, want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: error = %v, want %v", name, err, want)
		}
	}
}

// The login is done, and the server does not confirm the reply subscription.
func TestConnectCanBeInterruptedAfterTheLogin(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pings, finished := make(chan bool, 10), make(chan bool)
	go func() {
		defer close(finished)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write([]byte("INFO {\"headers\":true,\"max_payload\":1000}\r\n"))
		greeted := false
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			switch {
			case lines.Text() != "PING":
			case greeted:
				pings <- true
			default:
				greeted = true
				_, _ = conn.Write([]byte("PONG\r\n"))
			}
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-finished })
	ctx, cancel := context.WithCancel(t.Context())
	came := make(chan error, 1)
	go func() {
		_, err := Connect(ctx, Options{URL: l.Addr().String(), ConnectTimeout: time.Hour})
		came <- err
	}()
	wait(t, pings, "second ping")
	cancel()
	if err := wait(t, came, "end of Connect"); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestConnectToSomethingElse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	finished := make(chan bool)
	go func() {
		defer close(finished)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 mail.example.org ESMTP\r\n"))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-finished })
	wantConnectError(t, Options{URL: l.Addr().String()}, fault.ExitConnect, "does not speak NATS")
}

func TestConnectRefusesWrongAddress(t *testing.T) {
	wantConnectError(t, Options{URL: "nats://anna:s3cret@host:port"}, fault.ExitUsage, `"nats://host:***"`)
}
