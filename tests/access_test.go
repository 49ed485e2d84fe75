package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"recue/tests/certs"
)

// access is a server that lets in some only.
type access struct {
	name, config string
	// right are the flags of somebody who is let in, wrong those of others.
	right []string
	wrong map[string][]string
	// secrets must never be printed.
	secrets []string
}

// TestAccess holds that every way to identify oneself works against a server in
// another process: a simulated recorder and a client get in with what is right,
// by flag, by environment and by NATS context; all else ends with 3 and prints no secret.
func TestAccess(t *testing.T) {
	dir := t.TempDir()
	for _, a := range []access{passwordAccess(), tokenAccess(), nkeyAccess(t, dir), tlsAccess(t, dir), mutualTLSAccess(t, dir), credsAccess(t, dir)} {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			config := filepath.Join(t.TempDir(), "server.conf")
			write(t, config, a.config)
			url := address(t, background(t, dir, nil, "nats-server", config))
			sim := background(t, dir, nil, "recue", append([]string{"sim", "--server", url}, a.right...)...)
			address(t, sim)
			said := []string{sim.stdout.String(), sim.stderr.String()}

			ask := func(env []string, flags ...string) result {
				r := recueIn(t, dir, env, append([]string{"status", "cam1", "--server", url}, flags...)...)
				said = append(said, r.stdout, r.stderr)
				return r
			}
			if got := ask(nil, a.right...).must(t).stdout; got != "cam1 stopped\n" {
				t.Errorf("by flag: %q", got)
			}
			if got := ask(asEnvironment(t, a.right)).must(t).stdout; got != "cam1 stopped\n" {
				t.Errorf("by environment: %q", got)
			}
			if got := ask(asContext(t, a.right)).must(t).stdout; got != "cam1 stopped\n" {
				t.Errorf("by NATS context: %q", got)
			}
			for name, flags := range a.wrong {
				if r := ask(nil, flags...); r.code != 3 || r.stdout != "" || !strings.HasPrefix(r.stderr, "recue: connect to NATS at ") {
					t.Errorf("%s: exit code %d, want 3\n%s%s", name, r.code, r.stdout, r.stderr)
				}
			}
			shown := recueIn(t, dir, nil, append([]string{"config"}, a.right...)...).must(t)
			said = append(said, shown.stdout, shown.stderr, sim.stdout.String(), sim.stderr.String())
			for _, secret := range a.secrets {
				if strings.Contains(strings.Join(said, "\n"), secret) {
					t.Errorf("the secret %q was printed:\n%s", secret, strings.Join(said, "\n"))
				}
			}
		})
	}
}

// asEnvironment turns flags into the variables that mean the same.
func asEnvironment(t *testing.T, flags []string) []string {
	names := map[string]string{"--tlscert": "NATS_CERT", "--tlskey": "NATS_KEY", "--tlsca": "NATS_CA"}
	for _, flag := range []string{"user", "password", "token", "nkey", "creds"} {
		names["--"+flag] = "NATS_" + strings.ToUpper(flag)
	}
	var env []string
	for pair := range slices.Chunk(flags, 2) {
		if names[pair[0]] == "" {
			t.Fatalf("no variable is known for %s", pair[0])
		}
		env = append(env, names[pair[0]]+"="+pair[1])
	}
	return env
}

// asContext writes a NATS context, as `nats context` does, that means the same as
// the flags, and gives the variables that select it.
func asContext(t *testing.T, flags []string) []string {
	t.Helper()
	names := map[string]string{"--tlscert": "cert", "--tlskey": "key", "--tlsca": "ca"}
	for _, flag := range []string{"user", "password", "token", "nkey", "creds"} {
		names["--"+flag] = flag
	}
	fields := map[string]string{}
	for pair := range slices.Chunk(flags, 2) {
		fields[names[pair[0]]] = pair[1]
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, "nats", "context"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "nats", "context", "studio.json"), string(text))
	return []string{"XDG_CONFIG_HOME=" + home, "NATS_CONTEXT=studio"}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func passwordAccess() access {
	return access{
		name: "user and password", config: `authorization { users = [ {user: op, password: "right-Zx9"} ] }`,
		right: []string{"--user", "op", "--password", "right-Zx9"},
		wrong: map[string][]string{
			"wrong password": {"--user", "op", "--password", "wrong-Zx9"},
			"wrong user":     {"--user", "other", "--password", "right-Zx9"},
			"nothing":        nil,
		},
		secrets: []string{"right-Zx9", "wrong-Zx9"},
	}
}

func tokenAccess() access {
	return access{
		name: "token", config: `authorization { token: "right-Zx9" }`,
		right:   []string{"--token", "right-Zx9"},
		wrong:   map[string][]string{"wrong token": {"--token", "wrong-Zx9"}, "nothing": nil},
		secrets: []string{"right-Zx9", "wrong-Zx9"},
	}
}

// keyPair makes an nkey of a kind, and gives its public and its secret text.
func keyPair(t *testing.T, create func() (nkeys.KeyPair, error)) (pair nkeys.KeyPair, public, seed string) {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	if public, err = pair.PublicKey(); err != nil {
		t.Fatal(err)
	}
	secret, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return pair, public, string(secret)
}

func nkeyAccess(t *testing.T, dir string) access {
	_, public, right := keyPair(t, nkeys.CreateUser)
	_, _, wrong := keyPair(t, nkeys.CreateUser)
	rightFile, wrongFile := filepath.Join(dir, "right.nk"), filepath.Join(dir, "wrong.nk")
	write(t, rightFile, right)
	write(t, wrongFile, wrong)
	return access{
		name: "nkey", config: fmt.Sprintf(`authorization { users = [ {nkey: %s} ] }`, public),
		right:   []string{"--nkey", rightFile},
		wrong:   map[string][]string{"wrong key": {"--nkey", wrongFile}, "nothing": nil},
		secrets: []string{right, wrong},
	}
}

// credsAccess is a server in operator mode: accounts and users are signed, and
// the server holds their public part only.
func credsAccess(t *testing.T, dir string) access {
	operator, operatorKey, _ := keyPair(t, nkeys.CreateOperator)
	account, accountKey, _ := keyPair(t, nkeys.CreateAccount)
	encode := func(claims jwt.Claims, by nkeys.KeyPair) string {
		text, err := claims.Encode(by)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	credentials := func(file string, by nkeys.KeyPair) (seed string) {
		_, userKey, seed := keyPair(t, nkeys.CreateUser)
		text, err := jwt.FormatUserConfig(encode(jwt.NewUserClaims(userKey), by), []byte(seed))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, file), string(text))
		return seed
	}
	stranger, _, _ := keyPair(t, nkeys.CreateAccount)
	seeds := []string{credentials("right.creds", account), credentials("wrong.creds", stranger)}
	return access{
		name: "creds", config: fmt.Sprintf("operator: %s\nresolver: MEMORY\nresolver_preload: { %s: %s }\n",
			encode(jwt.NewOperatorClaims(operatorKey), operator), accountKey, encode(jwt.NewAccountClaims(accountKey), operator)),
		right: []string{"--creds", filepath.Join(dir, "right.creds")},
		wrong: map[string][]string{
			"a user whom a stranger has signed": {"--creds", filepath.Join(dir, "wrong.creds")},
			"nothing":                           nil,
		},
		secrets: seeds,
	}
}

func tlsAccess(t *testing.T, dir string) access {
	authority, stranger := certs.NewAuthority(t, dir, "studio"), certs.NewAuthority(t, dir, "stranger")
	server := authority.Issue(t, "server", certs.Options{})
	return access{
		name: "TLS", config: fmt.Sprintf("tls { cert_file: %q, key_file: %q }", server.CertFile, server.KeyFile),
		right: []string{"--tlsca", authority.File},
		wrong: map[string][]string{"an authority that did not sign the server": {"--tlsca", stranger.File}, "nothing": nil},
	}
}

func mutualTLSAccess(t *testing.T, dir string) access {
	authority, stranger := certs.NewAuthority(t, dir, "hall"), certs.NewAuthority(t, dir, "outside")
	server := authority.Issue(t, "hallserver", certs.Options{})
	right, wrong := authority.Issue(t, "member", certs.Options{}), stranger.Issue(t, "visitor", certs.Options{})
	secret, err := os.ReadFile(right.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	return access{
		name:   "mutual TLS",
		config: fmt.Sprintf("tls { cert_file: %q, key_file: %q, ca_file: %q, verify: true }", server.CertFile, server.KeyFile, authority.File),
		right:  []string{"--tlsca", authority.File, "--tlscert", right.CertFile, "--tlskey", right.KeyFile},
		wrong: map[string][]string{
			"a certificate of another authority": {"--tlsca", authority.File, "--tlscert", wrong.CertFile, "--tlskey", wrong.KeyFile},
			"no certificate":                     {"--tlsca", authority.File},
		},
		secrets: strings.Split(string(secret), "\n")[1:2],
	}
}
