package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

// maxHistory is how many lines are kept, and at least as many again before the file is
// cut back to them.
const maxHistory = 1000

// history is the lines that were typed at the prompt, in this session and before it. It
// is a file in the user's state folder, which others cannot read; lines in which something
// looks secret are not written to it.
type history struct {
	lines []string // the oldest first
	hide  mask
	root  *os.Root // the folder of the file; nil: there is no place for it
}

const historyFile = "repl_history"

// openHistory reads what was typed before. Where that cannot be, the history begins anew.
func (a *app) openHistory(hide mask) *history {
	h := &history{hide: hide}
	state, _ := a.machine.LookupEnv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) && a.machine.Home != "" { // a relative one is to be ignored, says the XDG specification
		state = filepath.Join(a.machine.Home, ".local", "state")
	}
	if !filepath.IsAbs(state) {
		return h
	}
	root, err := a.machine.Folder(filepath.Join(state, "recue"))
	if err != nil {
		return h
	}
	h.root = root
	h.load()
	return h
}

// load reads the file, and cuts it back where it has become long.
func (h *history) load() {
	text, err := h.root.ReadFile(historyFile)
	if err != nil {
		return
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	h.lines = lines[max(len(lines)-maxHistory, 0):]
	if len(lines) > 2*maxHistory {
		_ = h.root.WriteFile(historyFile, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600) // it is only long
	}
}

// Add implements term.History.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || strings.HasSuffix(line, abandoned) || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if h.root == nil || h.hide.text(line) != line || secretName(line) {
		return
	}
	file, err := h.root.OpenFile(historyFile, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	_, _ = io.Copy(file, bytes.NewReader([]byte(line+"\n"))) // a line that is lost has to be typed again
	_ = file.Close()
}

// Len implements term.History.
func (h *history) Len() int { return len(h.lines) }

// At implements term.History: 0 is the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

func (h *history) close() {
	if h.root != nil {
		_ = h.root.Close()
	}
}

var _ term.History = (*history)(nil)
