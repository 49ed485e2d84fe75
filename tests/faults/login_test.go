package faults

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"recue/runtime/bus"
	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/tests/certs"
	"recue/tests/stage"
)

// recorderLogin lets the recorder in with TLS and a password.
func recorderLogin(ours *certs.Authority, member certs.Issued, user, password string) []nats.Option {
	return []nats.Option{nats.UserInfo(user, password), nats.Secure(&tls.Config{
		RootCAs: ours.Pool(), Certificates: []tls.Certificate{member.Pair}, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12,
	})}
}

// realm is a server in operator mode: one account, whose users are signed.
type realm struct {
	t        *testing.T
	dir      string
	account  nkeys.KeyPair
	operator nkeys.KeyPair
	resolver *server.MemAccResolver
}

func newRealm(t *testing.T) *realm {
	t.Helper()
	r := &realm{t: t, dir: t.TempDir(), resolver: &server.MemAccResolver{}}
	var err error
	if r.operator, err = nkeys.CreateOperator(); err != nil {
		t.Fatal(err)
	}
	if r.account, err = nkeys.CreateAccount(); err != nil {
		t.Fatal(err)
	}
	if err := r.resolver.Store(public(t, r.account), r.claims()); err != nil {
		t.Fatal(err)
	}
	return r
}

// claims is the account as its operator signs it, with these users turned away.
func (r *realm) claims(revoked ...string) string {
	r.t.Helper()
	claims := jwt.NewAccountClaims(public(r.t, r.account))
	for _, user := range revoked {
		claims.Revoke(user)
	}
	text, err := claims.Encode(r.operator)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

func (r *realm) configure(o *server.Options) {
	o.TrustedKeys, o.AccountResolver = []string{public(r.t, r.operator)}, r.resolver
}

// credentials writes a credentials file for a new user, who is let in until ends
// (zero: for ever), and gives the user's public key.
func (r *realm) credentials(file string, ends time.Time) (path, user string) {
	r.t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		r.t.Fatal(err)
	}
	claims := jwt.NewUserClaims(public(r.t, key))
	if !ends.IsZero() {
		claims.Expires = ends.Unix()
	}
	text, err := claims.Encode(r.account)
	if err != nil {
		r.t.Fatal(err)
	}
	seed, err := key.Seed()
	if err != nil {
		r.t.Fatal(err)
	}
	contents, err := jwt.FormatUserConfig(text, seed)
	if err != nil {
		r.t.Fatal(err)
	}
	path = filepath.Join(r.dir, file)
	if err := os.WriteFile(path, contents, 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path, public(r.t, key)
}

// revoke turns a user away who is connected.
func (r *realm) revoke(lib *server.Server, user string) {
	r.t.Helper()
	account, err := lib.LookupAccount(public(r.t, r.account))
	if err != nil {
		r.t.Fatal(err)
	}
	claims, err := jwt.DecodeAccountClaims(r.claims(user))
	if err != nil {
		r.t.Fatal(err)
	}
	lib.UpdateAccountClaims(account, claims)
}

func public(t *testing.T, key nkeys.KeyPair) string {
	t.Helper()
	text, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// statusOn asks for a status, and gives the code of its outcome.
func statusOn(t *testing.T, s *stage.Stage) string {
	_, err := s.Client.Scope().Do(t.Context(), protocol.NewCommand(protocol.Status, "cam1"), recorder.Route{})
	return codeOf(err)
}

// A credentials file that is replaced during a run counts from the next
// reconnect on: when the old user is turned away, or its time is over, the run
// goes on as the new one.
func TestCredentialsAreRotatedDuringARun(t *testing.T) {
	for name, expires := range map[string]bool{"the old user is revoked": false, "the old user's time is over": true} {
		for _, rotated := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", the file is replaced", false: ", the file is not replaced"}[rotated], func(t *testing.T) {
				t.Parallel()
				r := newRealm(t)
				var ends time.Time
				if expires {
					ends = time.Now().Add(3 * time.Second) // a JWT counts whole seconds
				}
				recorderFile, _ := r.credentials("recorder.creds", time.Time{})
				file, user := r.credentials("recue.creds", ends)
				s := stage.New(t, stage.Options{
					T: t, Server: r.configure, Recorder: []nats.Option{nats.UserCredentials(recorderFile)},
					Bus: func(b *bus.Options) { b.Creds = file },
				})
				if got := statusOn(t, s); got != "ok" {
					t.Fatalf("before: %s", got)
				}
				if rotated {
					r.credentials("recue.creds", time.Time{})
				}
				if !expires {
					r.revoke(s.Server.Lib(), user)
				}
				if !rotated {
					stage.Wait(t, s.Conn.Ended(), "the end of the connection")
					if got := statusOn(t, s); got != "permission_denied" {
						t.Errorf("afterwards: %s: %v\n%s", got, s.Conn.Err(), s.Log.Lines())
					}
					return
				}
				s.Log.Until(t, "reconnected to NATS")
				if got := statusOn(t, s); got != "ok" {
					t.Errorf("afterwards: %s\n%s", got, s.Log.Lines())
				}
			})
		}
	}
}

// A login that has expired is refused at the start, and said so.
func TestExpiredCredentials(t *testing.T) {
	t.Parallel()
	r := newRealm(t)
	srv := stage.StartServer(t, r.configure)
	file, _ := r.credentials("old.creds", time.Now().Add(-time.Minute))
	conn, err := bus.Connect(t.Context(), bus.Options{URL: srv.Addr(), Creds: file, ConnectTimeout: stage.Patience})
	if err == nil {
		conn.Close(t.Context())
		t.Fatal("connected")
	}
	if fault.ExitCode(err) != fault.ExitConnect || !strings.Contains(err.Error(), "it refuses the login") || !strings.Contains(fault.HintOf(err), "--creds") {
		t.Errorf("exit code %d: %v; hint %s", fault.ExitCode(err), err, fault.HintOf(err))
	}
}

// The same holds for the TLS files: the server moves to another authority, for
// its own certificate and for those of its clients.
func TestCertificatesAreRotatedDuringARun(t *testing.T) {
	t.Parallel()
	dir, next := t.TempDir(), t.TempDir()
	before, after := certs.NewAuthority(t, dir, "studio"), certs.NewAuthority(t, next, "studio")
	cert, member := before.Issue(t, "server", certs.Options{}), before.Issue(t, "member", certs.Options{})
	newCert, newMember := after.Issue(t, "server", certs.Options{}), after.Issue(t, "member", certs.Options{})
	// The recorder trusts both authorities, and shows no certificate: it is not what this is about.
	pool := before.Pool()
	pem, err := os.ReadFile(after.File)
	if err != nil {
		t.Fatal(err)
	}
	pool.AppendCertsFromPEM(pem)
	s := stage.New(t, stage.Options{
		T: t, TLS: true,
		Server:   func(o *server.Options) { o.TLSConfig = wants(cert, before) },
		Recorder: []nats.Option{nats.Secure(&tls.Config{RootCAs: pool, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})},
		Bus: func(b *bus.Options) {
			b.TLSCA, b.TLSCert, b.TLSKey = before.File, member.CertFile, member.KeyFile
		},
	})
	if got := statusOn(t, s); got != "ok" {
		t.Fatalf("before: %s", got)
	}
	for from, to := range map[string]string{after.File: before.File, newMember.CertFile: member.CertFile, newMember.KeyFile: member.KeyFile} {
		contents, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, contents, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Server.Configure(func(o *server.Options) { o.TLSConfig = wants(newCert, after) })
	s.Server.Stop()
	s.Server.Start()
	s.Recorder.Back()
	s.Log.Until(t, "reconnected to NATS")
	if got := statusOn(t, s); got != "ok" {
		t.Errorf("afterwards: %s", got)
	}
}

// wants is a server that judges the certificates that it is shown, and lets in
// who shows none.
func wants(cert certs.Issued, clients *certs.Authority) *tls.Config {
	c := cert.Server(clients)
	c.ClientAuth = tls.VerifyClientCertIfGiven
	return c
}
