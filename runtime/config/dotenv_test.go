package config

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/joho/godotenv"
)

func TestDotEnvIsReadWhereItIs(t *testing.T) {
	text := "\ufeff# studio\r\nexport TASK_ID='cam 1'\r\nEDITOR=vi\r\nNOTE=\"two\r\nNATS_TIMEOUT=9s\"\r\nNATS_TIMEOUT: 3\r\nNATS_SUBJECT=\r\n"
	c := machine{files: map[string]string{".env": text}}.resolve(t)
	for _, want := range []Value{
		{"task-id", "cam 1", ".env:2"},
		{"timeout", "3s", ".env:6"}, // line 5 is inside NOTE
		{"subject", "rec.control", "default"},
		{"env-file", ".env", "default"},
	} {
		if got := value(t, c, want.Name); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestTheLastLineOfAVariableCounts(t *testing.T) {
	c := machine{files: map[string]string{".env": "TASK_ID=a\nTASK_ID=b"}}.resolve(t)
	if got, want := value(t, c, "task-id"), (Value{"task-id", "b", ".env:2"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnotherEnvFileReplacesDotEnv(t *testing.T) {
	files := map[string]string{".env": "TASK_ID=a\nLOG_LEVEL=ERROR", home + "/b.env": "TASK_ID=b\nRECUE_ENV_FILE=/other"}
	c := machine{flags: map[string]string{"env-file": "~/b.env"}, files: files}.resolve(t)
	if got, want := value(t, c, "task-id"), (Value{"task-id", "b", home + "/b.env:1"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := value(t, c, "log-level"); got.Source != "default" || c.EnvFile != home+"/b.env" {
		t.Errorf("log level %+v, file %q", got, c.EnvFile)
	}
	c = machine{files: map[string]string{".env": "RECUE_ENV_FILE=/other", "/other": "TASK_ID=c"}}.resolve(t)
	if c.EnvFile != ".env" || c.TaskID != "task01" {
		t.Errorf("a .env file led to file %q, task %q", c.EnvFile, c.TaskID)
	}
	// What would be missing without the file is not blamed: the file is.
	machine{flags: map[string]string{"env-file": ".env"}, env: map[string]string{"NATS_PASSWORD": "pw"}}.
		refuse(t, `--env-file: there is no file ".env"`)
}

func TestAnUnreadableEnvFileIsAnError(t *testing.T) {
	failing := func(cause error) Sources {
		return Sources{ReadFile: func(name string) ([]byte, error) {
			return nil, &fs.PathError{Op: "read", Path: name, Err: cause}
		}}
	}
	if _, err := Resolve(failing(syscall.EACCES)); err == nil || !strings.Contains(err.Error(), `cannot read file ".env": permission denied`) {
		t.Errorf("no permission: %v", err)
	}
	if _, err := Resolve(failing(syscall.EISDIR)); err != nil {
		t.Errorf("a folder called .env: %v", err)
	}
	named := failing(syscall.EISDIR)
	named.Flags = map[string]string{"env-file": "dir"}
	if _, err := Resolve(named); err == nil || !strings.Contains(err.Error(), `"dir"`) {
		t.Errorf("a folder that was named: %v", err)
	}
}

// Each file has "sesame" on the wrong line: no error may show it.
func TestAWrongEnvFileNamesTheLineAndShowsNothing(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"NATS_PASSWORD=\"sesame\n", ".env: line 1 is wrong"},
		{"TASK_ID=a\n\nsesame\n", ".env: line 3 is wrong"},
		{"TASK_ID=a\nsesame", ".env: line 2 is wrong"},
		{"A='x\ny'\nNATS-TOKEN=sesame\nB=c\n", ".env: line 3 is wrong"},
		{"A=\"x\" sesame\nB=c\n", ".env: line 1 is wrong"},
		{"A=sesame" + strings.Repeat("x", maxEnvFile), "too large"},
	} {
		_, err := Resolve(machine{files: map[string]string{".env": test.text}}.sources())
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%.30q: error %v, want %q", test.text, err, test.want)
		}
	}
}

func TestErrorsInDotEnvNameFileAndLine(t *testing.T) {
	machine{files: map[string]string{".env": "\nNATS_TIMEOUT=soon\n"}}.refuse(t, `NATS_TIMEOUT from .env:2: "soon" is no duration`)
}

// The line numbers come from reading the file piece by piece; that must agree
// with the library's reading of the whole.
func FuzzParseEnv(f *testing.F) {
	for _, seed := range []string{"A=1\n", "A='1\n2'\nB=3", "export A: \"x\\\"y\"\n#c\n", "A", "A=\"", "=\n", "A=$B\nB=${A}\r\n", "'=\n'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		whole, bad := godotenv.Unmarshal(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"))
		_, nameless := whole[""]
		variables, lines, err := parseEnv([]byte(text))
		if (err != nil) != (bad != nil || nameless) {
			t.Fatalf("%q: error %v, the library's is %v (a name is missing: %v)", text, err, bad, nameless)
		}
		if err != nil {
			return
		}
		if len(whole) != len(variables) {
			t.Errorf("read %v, want %v", variables, whole)
		}
		for name := range whole {
			if lines[name] < 1 || lines[name] > strings.Count(text, "\n")+1 {
				t.Errorf("%q is on line %d", name, lines[name])
			}
		}
	})
}

func TestAVariableThatIsAlmostOneOfOursIsReported(t *testing.T) {
	for name, near := range map[string]string{
		"NATS_TIMOUT": "NATS_TIMEOUT", "nats_url": "NATS_URL", "RECUE_JOURNL": "RECUE_JOURNAL", "TASKID": "TASK_ID", "NATS_SUBJETC": "NATS_SUBJECT",
		"NATS_TIMEOUT": "", "RECUE_MAX_HEAP": "", "NATS_PORT": "", "NATS_HOST": "", "DATABASE_URL": "", "PORT": "", "LOG_FILE": "", "TASK": "",
	} {
		if got := nearVariable(name); got != near {
			t.Errorf("%s is taken for %q, want %q", name, got, near)
		}
	}
}
