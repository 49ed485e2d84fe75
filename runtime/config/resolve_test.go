package config

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaultsNeedNothing(t *testing.T) {
	for _, s := range []Sources{{}, machine{}.sources()} {
		c, err := Resolve(s)
		if err != nil {
			t.Fatal(err)
		}
		if c.Server.String() != "nats://localhost:4222" || c.Subject != "rec.control" || c.Timeout != 2*time.Second ||
			c.TaskID != "task01" || c.LogLevel != slog.LevelInfo || c.LogFormat != LogText || c.EnvFile != "" {
			t.Errorf("defaults are %+v", c)
		}
		for _, v := range c.Values() {
			if v.Source != "default" {
				t.Errorf("%s comes from %q", v.Name, v.Source)
			}
		}
	}
}

// A place is somewhere a setting can be given.
type place struct {
	name   string
	source func(set Setting) string // as Values tells it
	has    func(set Setting) bool
	put    func(m machine, set Setting, value string)
}

const testEnvFile = "/etc/recue.env" // named in the test, so that no other file takes part

func appendEnv(m machine, set Setting, value string) {
	m.env["RECUE_ENV_FILE"] = testEnvFile
	m.files[testEnvFile] += set.Env + "=" + value + "\n"
}

func putContext(m machine, set Setting, value string) {
	m.env["NATS_CONTEXT"] = "studio"
	file := contexts + "studio.json"
	field := fmt.Sprintf("%q: %q", set.context, value)
	if before, ok := strings.CutSuffix(m.files[file], "}"); ok {
		field = strings.TrimPrefix(before, "{") + ", " + field
	}
	m.files[file] = "{" + field + "}"
}

// From the strongest to the weakest.
var places = []place{
	{"flag", func(s Setting) string { return "flag --" + s.Name }, func(Setting) bool { return true },
		func(m machine, s Setting, v string) { m.flags[s.Name] = v }},
	{"environment", func(s Setting) string { return "environment " + s.Env }, func(Setting) bool { return true },
		func(m machine, s Setting, v string) { m.env[s.Env] = v }},
	{".env", func(Setting) string { return testEnvFile + ":" }, func(s Setting) bool { return s.Name != "env-file" },
		appendEnv},
	{"context", func(Setting) string { return "context studio" }, func(s Setting) bool { return s.context != "" },
		putContext},
	{"default", func(Setting) string { return "default" }, func(s Setting) bool { return s.Default != "" },
		func(m machine, s Setting, v string) {
			if s.Name == "env-file" {
				m.files[s.Default] = ""
			}
		}},
}

// samples are two values for a setting, and the weaker one differs from the default.
var samples = map[string][2]string{
	"server":       {"nats://one:1", "nats://two:2"},
	"subject":      {"rec.one", "rec.two"},
	"timeout":      {"11s", "12s"},
	"task-id":      {"cam1", "cam2"},
	"log-level":    {"DEBUG", "ERROR"},
	"log-format":   {"json", "text"},
	"context":      {"one", "two"},
	"creds":        {"/one", "/two"},
	"nkey":         {"/one", "/two"},
	"user":         {"one", "two"},
	"password":     {"one", "two"},
	"token":        {"one", "two"},
	"tlscert":      {"/one", "/two"},
	"tlskey":       {"/one", "/two"},
	"tlsca":        {"/one", "/two"},
	"journal":      {"/one", "/two"},
	"journal-sync": {"end", "each"},
	"env-file":     {"/one", "/two"},

	"max-compute":       {"1s", "2s"},
	"max-heap":          {"100MiB", "3GiB"},
	"max-threads":       {"100", "200"},
	"max-string":        {"1MiB", "2MiB"},
	"max-pattern-steps": {"1000", "2000"},
	"max-source":        {"64KiB", "2MiB"},
	"max-nesting":       {"50", "60"},
	"max-output":        {"4KiB", "2GiB"},
}

// partner is what a setting cannot be without.
var partner = map[string]string{"password": "user", "tlscert": "tlskey", "tlskey": "tlscert"}

// plain gives the value as it is stored, secrets included.
func plain(t *testing.T, c *Config, name string) string {
	switch name {
	case "password":
		return c.Password.Reveal()
	case "token":
		return c.Token.Reveal()
	}
	return value(t, c, name).Value
}

func TestPrecedenceOfEverySettingInEveryPairOfPlaces(t *testing.T) {
	for _, set := range Settings() {
		for i, strong := range places {
			for _, weak := range places[i+1:] {
				if !strong.has(set) || !weak.has(set) {
					continue
				}
				t.Run(set.Name+"/"+strong.name+" over "+weak.name, func(t *testing.T) {
					m := machine{map[string]string{}, map[string]string{}, map[string]string{
						"/one": "", "/two": "", contexts + "one.json": "{}", contexts + "two.json": "{}",
					}}
					for k, p := range []place{weak, strong} {
						p.put(m, set, samples[set.Name][1-k])
						if other, ok := partner[set.Name]; ok {
							p.put(m, setting(t, other), samples[other][1-k])
						}
					}
					c := m.resolve(t)
					if got, want := plain(t, c, set.Name), samples[set.Name][0]; got != want {
						t.Errorf("%s is %q, want %q", set.Name, got, want)
					}
					if got := value(t, c, set.Name).Source; !strings.HasPrefix(got, strong.source(set)) {
						t.Errorf("source is %q, want %q", got, strong.source(set))
					}

					// And the weak one alone is heard, else the test above shows nothing.
					if weak.name == "default" {
						return
					}
					m.flags, m.env, m.files = map[string]string{}, map[string]string{}, maps.Clone(m.files)
					delete(m.files, testEnvFile)
					delete(m.files, contexts+"studio.json")
					weak.put(m, set, samples[set.Name][1])
					if other, ok := partner[set.Name]; ok {
						weak.put(m, setting(t, other), samples[other][1])
					}
					if got, want := plain(t, m.resolve(t), set.Name), samples[set.Name][1]; got != want {
						t.Errorf("alone: %s is %q, want %q", set.Name, got, want)
					}
				})
			}
		}
	}
}

func setting(t *testing.T, name string) Setting {
	t.Helper()
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no setting %q", name)
	}
	return settings[i]
}

func TestSettingsHaveEachNameOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, set := range Settings() {
		for _, name := range append([]string{set.Name, set.Env}, set.Aliases...) {
			if name == "" || seen[name] {
				t.Errorf("name %q of %s is empty or taken", name, set.Name)
			}
			seen[name] = true
		}
		if strings.Count(set.Usage, "`") != 2 {
			t.Errorf("the usage of %s does not mark its value: %s", set.Name, set.Usage)
		}
	}
}

func TestValuesAreRead(t *testing.T) {
	for _, test := range []struct {
		variable, text, name, shown string
	}{
		{"NATS_TIMEOUT", "2", "timeout", "2s"},
		{"NATS_TIMEOUT", "0.5", "timeout", "500ms"},
		{"NATS_TIMEOUT", "1m", "timeout", "1m0s"},
		{"LOG_LEVEL", "debug", "log-level", "DEBUG"},
		{"LOG_LEVEL", "Warn", "log-level", "WARNING"},
		{"LOG_LEVEL", "WARNING", "log-level", "WARNING"},
		{"RECUE_LOG_FORMAT", "JSON", "log-format", "json"},
		{"RECUE_MAX_HEAP", "1.5 GiB", "max-heap", "1536MiB"},
		{"RECUE_MAX_STRING", "1000000", "max-string", "1000000B"},
		{"RECUE_MAX_OUTPUT", "1mb", "max-output", "1000000B"},
		{"RECUE_MAX_COMPUTE", "1m", "max-compute", "1m0s"},
		{"NATS_URL", "", "server", "nats://localhost:4222"},
		{"NATS_CREDS", "~/x.creds", "creds", home + "/x.creds"},
	} {
		m := machine{env: map[string]string{test.variable: test.text}, files: map[string]string{home + "/x.creds": ""}}
		if got := value(t, m.resolve(t), test.name).Value; got != test.shown {
			t.Errorf("%s=%q shows as %q, want %q", test.variable, test.text, got, test.shown)
		}
	}
	c := machine{env: map[string]string{"LOG_LEVEL": "warn", "NATS_TIMEOUT": "1.5"}}.resolve(t)
	if c.LogLevel != slog.LevelWarn || c.Timeout != 1500*time.Millisecond {
		t.Errorf("level %v, timeout %v", c.LogLevel, c.Timeout)
	}
}

func TestAValueThatMakesNoSenseIsAnError(t *testing.T) {
	for _, test := range []struct {
		variable, text string
		want           string
	}{
		{"NATS_TIMEOUT", "soon", `NATS_TIMEOUT from the environment: "soon" is no duration: write seconds`},
		{"NATS_TIMEOUT", "0", "must be longer than 0"},
		{"NATS_TIMEOUT", "-1s", "must not be negative"},
		{"NATS_SUBJECT", "rec.*", "NATS_SUBJECT from the environment: must"},
		{"NATS_SUBJECT", "rec..control", "must"},
		{"NATS_SUBJECT", "rec control", "must"},
		{"NATS_SUBJECT", "rec.>", "must"},
		{"NATS_SUBJECT", "rec\r\nPUB", "must"},
		{"TASK_ID", strings.Repeat("x", 257), "TASK_ID from the environment: must"},
		{"TASK_ID", "a\tb", "must"},
		{"LOG_LEVEL", "LOUD", `"LOUD" is no log level: write DEBUG, INFO, WARNING or ERROR`},
		{"RECUE_LOG_FORMAT", "xml", `"xml" is no log format: write text or json`},
		{"NATS_CREDS", "/no/such.creds", `NATS_CREDS from the environment: there is no file "/no/such.creds"`},
		{"NATS_NKEY", "/no/such.nk", "NATS_NKEY"},
		{"NATS_CA", "/no/such.pem", "NATS_CA"},
		{"RECUE_ENV_FILE", "/no/such.env", `RECUE_ENV_FILE from the environment: there is no file "/no/such.env"`},
		{"RECUE_MAX_COMPUTE", "0", "RECUE_MAX_COMPUTE from the environment: must be 50ms or more, got 0"},
		{"RECUE_MAX_COMPUTE", "-1s", "must not be negative"},
		{"RECUE_MAX_HEAP", "0", "must be a size from 32MiB to 64TiB, such as 64MiB, got \"0\""},
		{"RECUE_MAX_HEAP", "1e400", "must be a size"},
		{"RECUE_MAX_STRING", "2GiB", "must be a size from 4KiB to 1GiB"},
		{"RECUE_MAX_STRING", "many", "must be a size"},
		{"RECUE_MAX_THREADS", "0", "must be a whole number from 1 to 10000000, got \"0\""},
		{"RECUE_MAX_THREADS", "1.5", "must be a whole number"},
		{"RECUE_MAX_NESTING", "1001", "must be a whole number from 10 to 1000"},
		{"NATS_PASSWORD", "pw", "NATS_PASSWORD from the environment: there is no user for it"},
	} {
		t.Run(test.variable+"="+test.text, func(t *testing.T) {
			machine{env: map[string]string{test.variable: test.text}}.refuse(t, test.variable, test.want)
		})
	}
}

func TestFlagErrorsNameTheFlag(t *testing.T) {
	machine{flags: map[string]string{"timeout": "soon"}}.refuse(t, "--timeout: ")
	machine{flags: map[string]string{"token": ""}}.refuse(t, "--token: must not be empty")
	machine{flags: map[string]string{"tiemout": "1s"}}.refuse(t, `"tiemout"`)
}

func TestCertificateAndKeyBelongTogether(t *testing.T) {
	files := map[string]string{"/c": "", "/k": "", "/c2": "", contexts + "prod.json": contextFile(map[string]any{"cert": "/c", "key": "/k"})}
	t.Run("certificate alone", func(t *testing.T) {
		machine{env: map[string]string{"NATS_CERT": "/c"}, files: files}.refuse(t, "NATS_CERT from the environment", "--tlskey")
	})
	t.Run("key alone", func(t *testing.T) {
		machine{env: map[string]string{"NATS_KEY": "/k"}, files: files}.refuse(t, "NATS_KEY from the environment", "--tlscert")
	})
	t.Run("another certificate does not take the context's key", func(t *testing.T) {
		machine{flags: map[string]string{"context": "prod", "tlscert": "/c2"}, files: files}.refuse(t, "--tlscert")
	})
	t.Run("halves from two places", func(t *testing.T) {
		c := machine{flags: map[string]string{"tlscert": "/c2"}, env: map[string]string{"NATS_KEY": "/k"}, files: files}.resolve(t)
		if c.TLSCert != "/c2" || c.TLSKey != "/k" {
			t.Errorf("certificate %q, key %q", c.TLSCert, c.TLSKey)
		}
	})
}

func TestASecretInPlaceOfAFileIsNotShown(t *testing.T) {
	seed := "SU" + strings.Repeat("AB2CD3EF", 7)
	for _, text := range []string{seed, "-----BEGIN NATS USER JWT-----\n" + seed, "eyJ0eXAiOiJKV1Qi" + seed} {
		_, err := Resolve(machine{env: map[string]string{"NATS_NKEY": text}}.sources())
		if err == nil || strings.Contains(err.Error(), seed[:20]) || !strings.Contains(err.Error(), "looks like the secret itself") {
			t.Errorf("error %v", err)
		}
	}
}
