package app

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// lookEvery is how often a script's files are looked at.
const lookEvery = 500 * time.Millisecond

// files are what a version of a script was made from: its own file, the modules that it
// requires, and the data that it reads while it is loaded. Each is remembered in the
// state in which it was before it was read. It is safe for concurrent use.
type files struct {
	state func(path string) string

	mu     sync.Mutex
	states map[string]string // by path
	later  bool              // the script is loaded
}

func (s *service) newFiles() *files {
	return &files{state: s.fileState, states: map[string]string{}}
}

// note is told of a file that is about to be read. Data that is read by a run is read
// anew by the next one, and is of no concern here; a module is read once.
func (f *files) note(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.states[path]; !known && !(f.later && !isModule(path)) {
		f.states[path] = f.state(path)
	}
}

// loaded is told when the script has declared its jobs.
func (f *files) loaded() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.later = true
}

// read gives the files in the states in which they were read.
func (f *files) read() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.states)
}

// changed gives the paths of the files that are not as they were read, in order, and
// what tells this moment from another: "" where all are as they were.
func (f *files) changed() (paths []string, moment string) {
	before := f.read()
	var states []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if now := f.state(path); now != before[path] {
			paths, states = append(paths, path), append(states, path+"\n"+now)
		}
	}
	return paths, strings.Join(states, "\n")
}

func isModule(path string) bool { return filepath.Ext(path) == ".lua" }

// fileState tells one state of a file from another: when it was saved and how large it
// is, and of what may be Lua, which is small, the text.
func (s *service) fileState(path string) string {
	info, err := s.app.stat(path)
	if err != nil {
		return err.Error()
	}
	state := info.ModTime().String() + " " + strconv.FormatInt(info.Size(), 10)
	if info.Size() > int64(limitsOf(s.cfg).Source) {
		return state
	}
	text, err := s.app.readScript(path, limitsOf(s.cfg).Source)
	if err != nil {
		return state + err.Error()
	}
	return state + hashOf(text)
}

// watchFiles has a script read again when one of its files changes, until ctx ends. The
// files are looked at again and again: a notice of the system is not to be had
// everywhere, on a network's file system or for a link that is exchanged.
func (s *service) watchFiles(ctx context.Context, w *served) {
	timer := time.NewTicker(lookEvery)
	defer timer.Stop()
	for before := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		paths, moment := w.files.changed()
		if moment == "" || moment != before { // while it is being written it is half a script
			before = moment
			continue
		}
		before = ""
		s.reload(ctx, w, paths)
	}
}
