package tests

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// readmeBlock is the first of README's blocks in a language.
func readmeBlock(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatalf("README has no block in %s", language)
	}
	return string(found[1])
}

// setting is what a line NAME=VALUE or NAME VALUE of a text says.
func setting(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + `[= ](.*)$`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no line says %s in\n%s", name, text)
	}
	return found[1]
}

// The command of README's unit is run as systemd does, in folders of the test's.
func TestTheUnitOfTheReadmeStarts(t *testing.T) {
	t.Parallel()
	unit := readmeBlock(t, "ini")
	words := strings.Fields(setting(t, unit, "ExecStart"))
	p := servedAsWritten(t, words[1:], map[string]string{
		"/etc/recue/nightly.lua": "show.lua", "/var/lib/recue": "state", "127.0.0.1:9090": "127.0.0.1:0",
	})
	stop, err := time.ParseDuration(setting(t, unit, "TimeoutStopSec") + "s")
	if err != nil {
		t.Fatal(err)
	}
	// The grace of runs, that of their finally functions, and what is told of failures.
	if help := recue(t, nil, "help", "serve").must(t).stdout; !strings.Contains(help, "(default 10s)") || stop <= 30*time.Second {
		t.Errorf("systemd waits %v for the end:\n%s", stop, help)
	}
	endsWell(t, p)
}

// So is the command of README's container.
func TestTheContainerOfTheReadmeStarts(t *testing.T) {
	t.Parallel()
	var words []string
	if err := json.Unmarshal([]byte(setting(t, readmeBlock(t, "dockerfile"), "ENTRYPOINT")), &words); err != nil {
		t.Fatal(err)
	}
	p := servedAsWritten(t, append(words[1:], "/scripts/nightly.lua"), map[string]string{
		"/scripts/nightly.lua": "show.lua", "/store": "state", "0.0.0.0:9090": "127.0.0.1:0",
	})
	endsWell(t, p)
}

// servedAsWritten runs recue with these words, some of which are replaced, and waits until
// systemd is told that it is ready and a probe finds it so.
func servedAsWritten(t *testing.T, words []string, instead map[string]string) *process {
	t.Helper()
	dir := t.TempDir()
	writeScript(t, dir, `schedule("show", {daily = "08:00", tz = "UTC"}, function() end)`)
	for i, word := range words {
		if other, ok := instead[word]; ok {
			words[i] = other
			delete(instead, word)
		}
	}
	if len(instead) > 0 {
		t.Fatalf("%v has not %v", words, instead)
	}
	socket := filepath.Join(dir, "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	s := newStudio(t)
	p := background(t, dir, []string{"NATS_URL=" + s.url, "NOTIFY_SOCKET=" + socket}, "recue", words...)
	found, err := p.stderr.match(`metrics at (http://\S+)/metrics`, p.ended)
	if err != nil {
		t.Fatal(err)
	}
	_ = systemd.SetReadDeadline(time.Now().Add(patience))
	buffer := make([]byte, 100)
	if n, err := systemd.Read(buffer); err != nil || string(buffer[:n]) != "READY=1" {
		t.Fatalf("systemd was told %q, %v\n%s", buffer[:n], err, p.stderr)
	}
	(&watched{p, t, found[1]}).becomes("/readyz", http.StatusOK, "ok")
	return p
}
