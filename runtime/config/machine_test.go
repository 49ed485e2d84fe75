package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"recue/runtime/fault"
)

// machine is a computer for tests: flags, environment and files, nothing of the real one.
type machine struct {
	flags, env, files map[string]string // the files by their absolute path, or relative to the working directory
}

const (
	home     = "/home/ada"
	contexts = home + "/.config/nats/context/"
)

func (m machine) sources() Sources {
	disk := fstest.MapFS{}
	for name, text := range m.files {
		disk[strings.TrimPrefix(name, "/")] = &fstest.MapFile{Data: []byte(text)}
	}
	on := func(name string) string { return strings.TrimPrefix(path.Clean(name), "/") }
	return Sources{
		Flags:     m.flags,
		LookupEnv: func(name string) (string, bool) { v, ok := m.env[name]; return v, ok },
		ReadFile:  func(name string) ([]byte, error) { return disk.ReadFile(on(name)) },
		ReadDir:   func(name string) ([]fs.DirEntry, error) { return disk.ReadDir(on(name)) },
		Home:      home,
	}
}

// resolve gives the Config, or ends the test.
func (m machine) resolve(t *testing.T) *Config {
	t.Helper()
	c, err := Resolve(m.sources())
	if err != nil {
		t.Fatalf("Resolve: %v", err)
	}
	return c
}

// refuse expects an error of exit code 2 with each of the words in it.
func (m machine) refuse(t *testing.T, words ...string) {
	t.Helper()
	c, err := Resolve(m.sources())
	if err == nil {
		t.Fatalf("Resolve gave %+v, want an error", c)
	}
	var exit *fault.Exit
	if !errors.As(err, &exit) || exit.Code != fault.ExitUsage {
		t.Errorf("error %q is not one of usage (exit code 2)", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

// value finds one row of Values.
func value(t *testing.T, c *Config, name string) Value {
	t.Helper()
	for _, v := range c.Values() {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no setting %q among the values", name)
	return Value{}
}

// contextFile is a NATS context as JSON.
func contextFile(fields map[string]any) string {
	data, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(data)
}
