package config

import (
	"maps"
	"strings"
	"testing"
)

func TestOneWayToLogInWins(t *testing.T) {
	type texts = map[string]string
	for _, test := range []struct {
		name             string
		flags, env, file texts // file: the variables of .env
		context          map[string]any
		want             string // the way in, as login tells it
		refused          string // or what the error says
	}{
		{name: "user and password of a context", context: map[string]any{"user": "eve", "password": "pw"}, want: "user eve pw"},
		{name: "a token flag replaces a context's user and password", flags: texts{"token": "tk"},
			context: map[string]any{"user": "eve", "password": "pw"}, want: "token tk"},
		{name: "a token flag replaces the user in a URL", flags: texts{"token": "tk"},
			env: texts{"NATS_URL": "nats://eve:pw@h:1"}, want: "token tk"},
		{name: "a user in the environment's URL replaces a context's token",
			env: texts{"NATS_URL": "nats://eve:pw@h:1"}, context: map[string]any{"token": "tk"}, want: "url nats://eve:pw@h:1"},
		{name: "the user in a URL that lost does not count",
			flags: texts{"server": "nats://h:1"}, env: texts{"NATS_URL": "nats://eve:pw@other:1"}, file: texts{"NATS_TOKEN": "tk"}, want: "token tk"},
		{name: "a bare URL keeps the context's credentials",
			flags: texts{"server": "nats://h:1"}, context: map[string]any{"token": "tk"}, want: "token tk"},
		{name: "creds replace .env's user", env: texts{"NATS_CREDS": "/c"},
			file: texts{"NATS_USER": "eve", "NATS_PASSWORD": "pw"}, want: "creds /c"},
		{name: "nkey replaces creds", flags: texts{"nkey": "/n"}, env: texts{"NATS_CREDS": "/c"}, want: "nkey /n"},
		{name: "user by flag, password by the environment", flags: texts{"user": "eve"}, env: texts{"NATS_PASSWORD": "pw"}, want: "user eve pw"},
		{name: "password by flag, user of a context", flags: texts{"password": "new"},
			context: map[string]any{"user": "eve", "password": "old"}, want: "user eve new"},
		{name: "another user does not take the context's password", flags: texts{"user": "bob"},
			context: map[string]any{"user": "eve", "password": "pw"}, want: "user bob "},
		{name: "another user does not take a password from below either", flags: texts{"user": "bob"},
			env: texts{"NATS_USER": "eve"}, file: texts{"NATS_PASSWORD": "pw"}, want: "user bob "},
		{name: "the same user does take it", flags: texts{"user": "eve"},
			context: map[string]any{"user": "eve", "password": "pw"}, want: "user eve pw"},
		{name: "a password below another way in is not taken", flags: texts{"user": "bob"},
			env: texts{"NATS_TOKEN": "tk"}, file: texts{"NATS_PASSWORD": "pw"}, want: "user bob "},
		{name: "a user without a password is allowed", env: texts{"NATS_USER": "eve"}, want: "user eve "},
		{name: "none", want: ""},

		{name: "token and user in the environment", env: texts{"NATS_TOKEN": "tk", "NATS_USER": "eve"},
			refused: "NATS_USER from the environment and NATS_TOKEN from the environment exclude each other"},
		{name: "creds and user as flags", flags: texts{"creds": "/c", "user": "eve"}, refused: "--user and --creds exclude each other"},
		{name: "token and a user in the URL", env: texts{"NATS_TOKEN": "tk", "NATS_URL": "nats://eve:pw@h:1"},
			refused: "the user in NATS_URL from the environment exclude each other"},
		{name: "two ways in a context", context: map[string]any{"creds": "/c", "nkey": "/n"},
			refused: "creds in context prod and nkey in context prod"},
		{name: "two ways that are replaced are no conflict", flags: texts{"nkey": "/n"},
			env: texts{"NATS_TOKEN": "tk", "NATS_USER": "eve"}, want: "nkey /n"},
		{name: "a password alone under a token's layer", flags: texts{"password": "pw"}, env: texts{"NATS_TOKEN": "tk"},
			refused: "--password: there is no user for it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := machine{flags: texts{}, env: texts{}, files: texts{"/c": "", "/n": ""}}
			maps.Copy(m.flags, test.flags)
			maps.Copy(m.env, test.env)
			for name, text := range test.file {
				m.files[".env"] += name + "=" + text + "\n"
			}
			if test.context != nil {
				m.env["NATS_CONTEXT"] = "prod"
				m.files[contexts+"prod.json"] = contextFile(test.context)
			}
			if test.refused != "" {
				m.refuse(t, test.refused)
				return
			}
			if got := login(m.resolve(t)); got != test.want {
				t.Errorf("logs in with %q, want %q", got, test.want)
			}
		})
	}
}

// login tells every way in that a Config has; one, if all is well.
func login(c *Config) string {
	var ways []string
	if c.User != "" || c.Password.Reveal() != "" {
		ways = append(ways, "user "+c.User+" "+c.Password.Reveal())
	}
	if c.Token.Reveal() != "" {
		ways = append(ways, "token "+c.Token.Reveal())
	}
	if c.Creds != "" {
		ways = append(ways, "creds "+c.Creds)
	}
	if c.NKey != "" {
		ways = append(ways, "nkey "+c.NKey)
	}
	if urls := strings.Join(c.Server.URLs(), ","); strings.Contains(urls, "@") {
		ways = append(ways, "url "+urls)
	}
	return strings.Join(ways, " and ")
}

func TestTheUserIsCutOutOfEveryAddress(t *testing.T) {
	c := machine{
		flags: map[string]string{"token": "tk"},
		env:   map[string]string{"NATS_URL": "nats://eve:pw@one:1, two:2,tls://tk0@three"},
	}.resolve(t)
	if got, want := strings.Join(c.Server.URLs(), " "), "nats://one:1 two:2 tls://three"; got != want {
		t.Errorf("addresses %q, want %q", got, want)
	}
}
