package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"

	"recue/runtime/scenario"
)

// testMemory knows which tests failed the last time in this folder: what
// --rerun-failed runs. It is a file in the user's cache, one for each folder.
type testMemory struct {
	app  *app
	path string              // "": there is no place for it
	last map[string][]string // names of tests, by the file's path
}

// memory reads what is remembered. What cannot be read is forgotten.
func (a *app) memory() *testMemory {
	m := &testMemory{app: a, last: map[string][]string{}}
	here, err := filepath.Abs(".")
	cache, _ := a.machine.LookupEnv("XDG_CACHE_HOME")
	if cache == "" && a.machine.Home != "" {
		cache = filepath.Join(a.machine.Home, ".cache")
	}
	if err != nil || cache == "" {
		return m
	}
	key := sha256.Sum256([]byte(here))
	m.path = filepath.Join(cache, "recue", "failed", hex.EncodeToString(key[:8])+".json")
	if data, err := a.machine.ReadFile(m.path); err == nil {
		if json.Unmarshal(data, &m.last) != nil {
			m.last = map[string][]string{}
		}
	}
	return m
}

// failed gives the tests of these files that failed; nil where none did.
func (m *testMemory) failed(files []string) map[string][]string {
	var failed map[string][]string
	for _, file := range files {
		if names := m.last[file]; len(names) > 0 {
			if failed == nil {
				failed = map[string][]string{}
			}
			failed[file] = names
		}
	}
	return failed
}

// remember keeps what failed now; of tests that did not run, what is known of them.
func (m *testMemory) remember(d display, s *scenario.Summary) {
	if m.path == "" {
		return
	}
	for _, f := range s.Files {
		failed := m.last[f.Path]
		for _, r := range f.Results {
			failed = slices.DeleteFunc(failed, func(name string) bool { return name == r.Name && r.Status == scenario.Passed && f.Round == 1 })
			if r.Status == scenario.Failed && !r.Other && !slices.Contains(failed, r.Name) {
				failed = append(failed, r.Name)
			}
		}
		if m.last[f.Path] = failed; len(failed) == 0 {
			delete(m.last, f.Path)
		}
	}
	if err := m.write(); err != nil {
		d.say("which tests failed is not remembered for --rerun-failed: %v", err)
	}
}

func (m *testMemory) write() error {
	data, err := json.Marshal(m.last)
	if err != nil {
		return err
	}
	file, err := m.app.machine.Create(m.path)
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	if failed := file.Close(); err == nil {
		err = failed
	}
	return err
}
