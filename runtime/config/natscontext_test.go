package config

import (
	"strings"
	"testing"
)

func TestAContextGivesServerCredentialsAndTLS(t *testing.T) {
	files := map[string]string{"/keys/c.pem": "", "/keys/k.pem": "", home + "/ca.pem": "", "/keys/x.creds": "",
		contexts + "prod.json": contextFile(map[string]any{
			"name": "prod", "description": "the studio", "url": "tls://one:1,tls://two:2", "creds": "$KEYS/x.creds",
			"cert": "/keys/c.pem", "key": "${KEYS}/k.pem", "ca": "~/ca.pem",
			// natscli writes every field, most of them empty
			"socks_proxy": "", "token": "", "user_jwt": "", "tls_first": false, "windows_ca_certs_match": nil, "color_scheme": "blue",
		})}
	c := machine{flags: map[string]string{"context": "prod"}, env: map[string]string{"KEYS": "/keys"}, files: files}.resolve(t)
	if c.Server.String() != "tls://one:1,tls://two:2" || c.Creds != "/keys/x.creds" || c.Context != "prod" ||
		c.TLSCert != "/keys/c.pem" || c.TLSKey != "/keys/k.pem" || c.TLSCA != home+"/ca.pem" {
		t.Errorf("got %+v", c)
	}
	if got := value(t, c, "server").Source; got != "context prod" {
		t.Errorf("the server comes from %q", got)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %q", c.Warnings)
	}
}

func TestContextsAreUsedOnlyWhenNamed(t *testing.T) {
	m := machine{files: map[string]string{
		contexts + "prod.json":               contextFile(map[string]any{"url": "nats://prod"}),
		home + "/.config/nats/context.txt":   "prod",
		"/xdg/nats/context/prod.json":        contextFile(map[string]any{"url": "nats://xdg"}),
		home + "/.config/nats/context/.json": "{}",
	}}
	if got := m.resolve(t).Server.String(); got != "nats://localhost:4222" {
		t.Errorf("server %s", got)
	}
	m.files[".env"] = "NATS_CONTEXT=prod"
	if got := m.resolve(t).Server.String(); got != "nats://prod" {
		t.Errorf("named in .env: server %s", got)
	}
	m.env = map[string]string{"XDG_CONFIG_HOME": "/xdg"}
	if got := m.resolve(t).Server.String(); got != "nats://xdg" {
		t.Errorf("under XDG_CONFIG_HOME: server %s", got)
	}
}

func TestContextsThatCannotBeUsed(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"prd", "", `NATS_CONTEXT from the environment: there is no context "prd" in ` + strings.TrimSuffix(contexts, "/") + ": known are dev, stage"},
		{"../../secret", "", "is no name of a context"},
		{`a\b`, "", "is no name of a context"},
		{"a\nb", "", "is no name of a context"},
		{"bad", `{"password": "sesame"`, "is no JSON object"},
		{"bad", `["sesame"]`, "is no JSON object"},
		{"bad", ``, "is no JSON object"},
		{"bad", `{"password": 7}`, "password in context bad: must be a text"},
		{"bad", `{"url": "nats://eve:sesame@h:x"}`, "url in context bad: it is no URL"},
		{"bad", `{"token": "op://vault/sesame"}`, "token in context bad: Recue does not look up what op:// refers to"},
		{"bad", `{"creds": "/no/such"}`, `creds in context bad: there is no file "/no/such"`},
		{"bad", `{"tls_first": true}`, "tls_first in context bad: Recue cannot connect with TLS before"},
		{"bad", `{"socks_proxy": "socks5://eve:sesame@h"}`, "socks_proxy in context bad"},
		{"bad", `{"inbox_prefix": "_ME"}`, "inbox_prefix in context bad"},
		{"bad", `{"nsc": "nsc://o/a/u"}`, "nsc in context bad"},
		{"bad", `{"user_jwt": "sesame"}`, "user_jwt in context bad"},
		{"bad", `{"user_seed": "sesame"}`, "user_seed in context bad"},
		{"bad", `{"windows_cert_store": "user"}`, "windows_cert_store in context bad"},
	} {
		t.Run(test.name+" "+test.file, func(t *testing.T) {
			m := machine{env: map[string]string{"NATS_CONTEXT": test.name}, files: map[string]string{
				contexts + "stage.json": "{}", contexts + "dev.json": "{}", contexts + "readme.txt": ""}}
			if test.name == "bad" {
				m.files[contexts+"bad.json"] = test.file
			}
			m.refuse(t, test.want)
			if _, err := Resolve(m.sources()); strings.Contains(err.Error(), "sesame") {
				t.Errorf("shows the secret: %v", err)
			}
		})
	}
	machine{flags: map[string]string{"context": "prod"}}.refuse(t, "none is there")
	if _, err := Resolve(Sources{Flags: map[string]string{"context": "prod"}}); err == nil || !strings.Contains(err.Error(), "set XDG_CONFIG_HOME") {
		t.Errorf("no home directory: %v", err)
	}
}

func TestFieldsThatAreLeftAsideAreWarnedOf(t *testing.T) {
	m := machine{flags: map[string]string{"context": "prod"}, files: map[string]string{
		contexts + "prod.json": contextFile(map[string]any{"jetstream_domain": "hub", "future_field": "sesame", "other": ""})}}
	got := strings.Join(m.resolve(t).Warnings, "; ")
	if want := `"future_field" in context prod is not used; "jetstream_domain" in context prod is not used`; got != want {
		t.Errorf("warnings %q, want %q", got, want)
	}
}
