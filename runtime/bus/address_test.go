package bus

import (
	"slices"
	"strings"
	"testing"

	"recue/runtime/fault"
)

func TestSplitURL(t *testing.T) {
	for list, want := range map[string][]string{
		"nats://localhost:4222":               {"nats://localhost:4222"},
		"localhost":                           {"localhost"},
		"10.0.0.1:4222, tls://b:1 ,,":         {"10.0.0.1:4222", "tls://b:1"},
		"nats://u:p@[::1]:4222":               {"nats://u:p@[::1]:4222"},
		"ws://host:80/path,wss://host":        {"ws://host:80/path", "wss://host"},
		"nats://t0ken@студия.example.org:422": {"nats://t0ken@студия.example.org:422"},
	} {
		got, err := splitURL(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("splitURL(%q) = %q, %v", list, got, err)
		}
	}
}

func TestSplitURLRefusesWithoutRepeatingSecrets(t *testing.T) {
	for list, want := range map[string]string{
		"":                                 "names no server",
		" , ":                              "names no server",
		"http://localhost:4222":            "must begin with nats://",
		"nats://":                          "host is missing",
		"nats://:4222":                     "host is missing",
		"nats://localhost:99999":           "from 1 to 65535",
		"nats://localhost:0":               "from 1 to 65535",
		"nats://local host":                "not a valid address",
		"nats://anna:s3cret@local host":    "not a valid address",
		"nats://anna:s3cret":               "not a valid address", // the host was forgotten
		"nats://anna:%zzs3cret@host:1":     "not a valid address",
		"nats://anna:x,s3cret@host:4222":   "not a valid address", // taken apart at the comma
		"nats://ok:1,nats://s3cret@h:port": "not a valid address",
		"anna:s3cret@host:x":               "not a valid address",
		"nats://anna:s3cret@/x@host:y":     "", // whatever is wrong with it
	} {
		got, err := splitURL(list)
		if err == nil {
			if want != "" {
				t.Errorf("splitURL(%q) = %q, want an error", list, got)
			}
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "anna:") && !strings.Contains(err.Error(), "***") {
			t.Errorf("splitURL(%q) error = %v, want %q and no secret", list, err, want)
		}
		if fault.ExitCode(err) != fault.ExitUsage || fault.HintOf(err) == "" {
			t.Errorf("splitURL(%q): exit code %d, hint %q", list, fault.ExitCode(err), fault.HintOf(err))
		}
	}
}

func TestRedact(t *testing.T) {
	for list, want := range map[string]string{
		"nats://localhost:4222":             "nats://localhost:4222",
		"localhost:4222":                    "localhost:4222",
		"nats://anna:pw@localhost:4222":     "nats://localhost:4222",
		"nats://t0ken@localhost:4222":       "nats://localhost:4222",
		"t0ken@localhost":                   "localhost",
		"nats://u:p@a:1,tls://u:p@b:2, c:3": "nats://a:1,tls://b:2,c:3",
		"nats://u:p,w@a:1":                  "nats://a:1",
		"nats://u:p@w@a:1":                  "nats://a:1",
		"nats://u:p/w@a:1":                  "nats://a:1",
		"ws://a:1/path?token=x":             "ws://a:1",
		"nats://[::1]:4222":                 "nats://[::1]:4222",
		"nats://[::1]:pw":                   "nats://[::1]:***",
		"nats://anna:pw:x":                  "nats://anna:***",
	} {
		if got := redact(list); got != want {
			t.Errorf("redact(%q) = %q, want %q", list, got, want)
		}
	}
}
