package bus

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"recue/runtime/fault"
)

// users makes a server's configuration with the recorder, who may do all, and
// anna with these permissions.
func users(anna *server.Permissions) func(*server.Options) {
	return func(o *server.Options) {
		o.Users = []*server.User{
			{Username: "recorder", Password: "pw"},
			{Username: "anna", Password: "pw", Permissions: anna},
		}
	}
}

func mayPublish(allow ...string) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: allow},
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
	}
}

func mayNotReceive() *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{">"}},
		Subscribe: &server.SubjectPermission{Deny: []string{">"}},
	}
}

func TestPublishNotPermitted(t *testing.T) {
	srv := startServer(t, users(mayPublish("rec.allowed")))
	rec := client(t, srv.ClientURL(), nats.UserInfo("recorder", "pw"))
	seen := make(chan string, 10)
	listen(t, rec, "rec.*", func(m *nats.Msg) { seen <- m.Subject })
	c := connect(t, Options{URL: srv.ClientURL(), User: "anna", Password: "pw"})

	_, allowed := ask(c, "rec.allowed", "x", patience)
	wait(t, seen, "command")
	var refused []chan answer
	for range 3 {
		_, came := ask(c, "rec.denied", "x", patience)
		refused = append(refused, came)
	}
	for _, came := range refused {
		f := wantFault(t, wait(t, came, "refusal").err, fault.PermissionDenied, `publish to "rec.denied"`, "not delivered")
		if f.Hint == "" {
			t.Error("no hint")
		}
	}
	if len(allowed) != 0 {
		t.Errorf("the request to another subject ended too: %v", <-allowed)
	}
	if len(seen) != 0 {
		t.Errorf("%q was delivered", <-seen)
	}
}

func TestRepliesNotPermittedIsKnownBeforeAnythingIsSent(t *testing.T) {
	srv := startServer(t, users(mayNotReceive()))
	rec := client(t, srv.ClientURL(), nats.UserInfo("recorder", "pw"))
	seen := make(chan string, 10)
	listen(t, rec, "rec.>", func(m *nats.Msg) { seen <- m.Subject })
	c := connect(t, Options{URL: srv.ClientURL(), User: "anna", Password: "pw"})
	for range 2 {
		_, err := c.Do(t.Context(), subject, nil, patience)
		wantFault(t, err, fault.PermissionDenied, "receive replies", "_INBOX.", "not sent")
	}
	if err := c.NATS().Publish("rec.end", nil); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, seen, "message"); got != "rec.end" {
		t.Errorf("%q was sent", got)
	}
}

// reloadable is a server whose permissions the test can change while it runs.
func reloadable(t *testing.T, anna *server.Permissions) (url string, reload func(*server.Permissions)) {
	t.Helper()
	options := func(port int, anna *server.Permissions) *server.Options {
		o := &server.Options{ServerName: "test", Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true}
		users(anna)(o)
		return o
	}
	srv, err := server.NewServer(options(server.RANDOM_PORT, anna))
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(srv.WaitForShutdown)
	t.Cleanup(srv.Shutdown)
	return srv.ClientURL(), func(anna *server.Permissions) {
		t.Helper()
		if err := srv.ReloadOptions(options(server.RANDOM_PORT, anna)); err != nil {
			t.Fatal(err)
		}
	}
}

// A command that was let through before the permission was taken away is not
// the one that is refused.
func TestPermissionTakenAwayEndsOnlyWhatWasRefused(t *testing.T) {
	url, reload := reloadable(t, mayPublish("rec.>"))
	got := make(chan *nats.Msg, 10)
	listen(t, client(t, url, nats.UserInfo("recorder", "pw")), subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: url, User: "anna", Password: "pw"})
	_, before := ask(c, subject, "before", patience)
	command := wait(t, got, "command")
	reload(mayPublish("other.>"))
	var refused []chan answer
	for range 3 {
		_, came := ask(c, subject, "after", patience)
		refused = append(refused, came)
	}
	for _, came := range refused {
		wantFault(t, wait(t, came, "refusal").err, fault.PermissionDenied)
	}
	if err := command.Respond([]byte("done")); err != nil {
		t.Fatal(err)
	}
	if a := wait(t, before, "answer"); string(a.reply) != "done" {
		t.Errorf("the earlier request: %q, %v", a.reply, a.err)
	}
}

// The waiting command was delivered, so its outcome is unknown; the next one is
// refused before it is sent.
func TestRepliesForbiddenDuringTheRun(t *testing.T) {
	url, reload := reloadable(t, mayPublish("rec.>"))
	got := make(chan *nats.Msg, 10)
	listen(t, client(t, url, nats.UserInfo("recorder", "pw")), subject, func(m *nats.Msg) { got <- m })
	c := connect(t, Options{URL: url, User: "anna", Password: "pw"})
	_, came := ask(c, subject, "before", patience)
	wait(t, got, "command")
	reload(mayNotReceive())
	f := wantFault(t, wait(t, came, "end").err, fault.Cancelled, "receive replies", "may or may not have acted")
	if !f.Code.OutcomeUnknown() {
		t.Error("a recording that may run would be forgotten")
	}
	_, err := c.Do(t.Context(), subject, []byte("after"), patience)
	wantFault(t, err, fault.PermissionDenied, "not sent")
	if len(got) != 0 {
		t.Error("the refused command was sent")
	}
}

func TestRepliesAreTriedAgainAfterAReconnect(t *testing.T) {
	deaf, open := startServer(t, users(mayNotReceive())), startServer(t, users(nil))
	listen(t, client(t, open.ClientURL(), nats.UserInfo("recorder", "pw")), subject, echo)
	way := &door{}
	way.open(deaf.Addr().String())
	log, entry := newEvents()
	c := connect(t, Options{InProcess: way, User: "anna", Password: "pw", Log: entry})
	_, err := c.Do(t.Context(), subject, nil, patience)
	wantFault(t, err, fault.PermissionDenied)
	way.shut()
	way.open(open.Addr().String())
	log.until(t, "reconnected")
	if _, err := c.Do(t.Context(), subject, []byte("x"), patience); err != nil {
		t.Errorf("after the reconnect: %v", err)
	}
}

// A refusal that belongs to no request is not lost.
func TestOtherRefusalsAreLogged(t *testing.T) {
	srv := startServer(t, users(mayPublish("rec.>")))
	log, entry := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), User: "anna", Password: "pw", Log: entry})
	if err := c.NATS().Publish("else.where", nil); err != nil {
		t.Fatal(err)
	}
	log.until(t, "NATS refused a subject")
}

func TestReadViolation(t *testing.T) {
	for text, want := range map[string][2]string{
		`nats: permissions violation: Permissions Violation for Publish to "rec.control"`:                 {"publish", "rec.control"},
		`nats: permissions violation: Permissions Violation for Publish to "a\"b.\u2028"`:                 {"publish", "a\"b.\u2028"},
		`nats: permissions violation: Permissions Violation for Publish with Reply of "_R_.x"`:            {"publish with reply", "_R_.x"},
		`nats: permissions violation: Permissions Violation for Subscription to "_INBOX.a.*"`:             {"subscription", "_INBOX.a.*"},
		`nats: permissions violation: Permissions Violation for Subscription to "_INBOX.a.*" (sid "1")`:   {"subscription", "_INBOX.a.*"},
		`nats: permissions violation: Permissions Violation for Subscription to "a" using queue "b"`:      {"subscription", "a"},
		`nats: permissions violation: Permissions Violation for Subscription to "a.b.c", too many tokens`: {"subscription", "a.b.c"},
		`nats: permissions violation: Permissions Violation for Publish to "cut`:                          {"", ""},
		`nats: permissions violation: something new`:                                                      {"", ""},
	} {
		if what, subject := readViolation(text); what != want[0] || subject != want[1] {
			t.Errorf("readViolation(%s) = %q, %q", text, what, subject)
		}
	}
}

// newUserKey writes a file with the seed of a new user, and gives the user's public key.
func newUserKey(t *testing.T, file string) string {
	t.Helper()
	key, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := key.Seed()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// The old key's user is turned away by the server; the new one's is let in.
func TestANewKeyInTheFileIsTakenAtTheNextReconnect(t *testing.T) {
	file := filepath.Join(t.TempDir(), "user.nk")
	let := func(port int, user string) *server.Options {
		return &server.Options{ServerName: "test", Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true, Nkeys: []*server.NkeyUser{{Nkey: user}}}
	}
	srv, err := server.NewServer(let(server.RANDOM_PORT, newUserKey(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(srv.WaitForShutdown)
	t.Cleanup(srv.Shutdown)
	events, log := newEvents()
	c := connect(t, Options{URL: srv.ClientURL(), NKey: file, Log: log})
	if err := srv.ReloadOptions(let(server.RANDOM_PORT, newUserKey(t, file))); err != nil {
		t.Fatal(err)
	}
	events.until(t, "reconnected to NATS")
	_, came := ask(c, "nobody", "x", patience)
	wantFault(t, wait(t, came, "answer").err, fault.NoRecorder)

	if err := os.WriteFile(file, []byte("no seed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := srv.ReloadOptions(let(server.RANDOM_PORT, newUserKey(t, filepath.Join(t.TempDir(), "other.nk")))); err != nil {
		t.Fatal(err)
	}
	events.until(t, "cannot be read again")
}
