package app

import (
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/sirupsen/logrus"

	"recue/runtime/config"
)

func TestLogLinesForPeople(t *testing.T) {
	out := newBuffer()
	log := newLog(out, &config.Config{LogLevel: slog.LevelInfo, LogFormat: config.LogText}, false)
	log.WithFields(logrus.Fields{"place": "hall 2", "count": 3, "bad": "a\x1bb", "empty": ""}).Info("ready\nfake line")
	log.Debug("unseen")
	log.Warn("careful")
	want := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO    ready\\nfake line  bad="a\\x1bb" count=3 empty="" place="hall 2"
\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARNING careful
$`)
	if !want.MatchString(out.String()) {
		t.Errorf("the log is %q", out)
	}
}

func TestLogLinesForProgramsAreJSONWhateverTheFields(t *testing.T) {
	out := newBuffer()
	log := newLog(out, &config.Config{LogLevel: slog.LevelDebug, LogFormat: config.LogJSON}, false)
	log.WithFields(logrus.Fields{"a": math.NaN(), "b": math.Inf(1), "c": 1.5}).Debug("<m>")
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if line["msg"] != "<m>" || line["level"] != "debug" || line["a"] != "NaN" || line["b"] != "+Inf" || line["c"] != 1.5 || line["time"] == nil {
		t.Errorf("the line is %s", out)
	}
}

func TestSettingsThatWereLeftAsideAreLogged(t *testing.T) {
	b := newBench(t)
	home := t.TempDir()
	b.env["XDG_CONFIG_HOME"] = home
	folder := filepath.Join(home, "nats", "context")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	context := `{"url":"nats://studio:4222","made_up":"x"}`
	if err := os.WriteFile(filepath.Join(folder, "studio.json"), []byte(context), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := b.recue("config", "--context", "studio"); code != 0 {
		t.Errorf("exit code %d: %s", code, b.stderr)
	}
	wants(t, "stderr", b.stderr, `WARNING "made_up" in context studio is not used`)
	wants(t, "stdout", b.stdout, "nats://studio:4222  context studio")
}
