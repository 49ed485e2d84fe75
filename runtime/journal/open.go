package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
)

// Found is what a journal held when it was opened.
type Found struct {
	Torn      int64       // length in bytes of the last line, which had no end and was given one; 0: all was well
	Unsettled []Unsettled // what runs that were killed have left recording, oldest first
	Public    bool        // every user of the machine may read or write the file
	// Err says why nothing could be written now. Starts are refused until it can be.
	Err error
}

// Open opens the journal at path, makes it where there is none, and begins a run
// in it. The error says why there can be no journal there, and what would be right.
// A file that can be opened and not be written just now is no error, see Found.
func Open(path string, opts Options) (*Journal, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	j, err := begin(path, file, opts)
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return j, nil
}

func openFile(path string) (*os.File, error) {
	// Looked at before it is opened: opening a pipe waits for its other end.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("open the journal %s: %w", path, cause(err))
	case info.IsDir():
		return nil, fmt.Errorf("open the journal %s: it is a folder: name a file in it, such as %s", path, filepath.Join(path, "recue.jsonl"))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open the journal %s: it is no ordinary file", path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the journal %s: there is no folder %s", path, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open the journal %s: %w", path, cause(err))
	}
	return file, nil
}

// begin looks at what is in the file, and writes what is to be said about it
// and the run's first line, in one piece.
func begin(path string, file *os.File, opts Options) (*Journal, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open the journal %s: %w", path, cause(err))
	}
	found, err := look(file, func(run string) bool { return underWay(file, run) })
	if err != nil {
		return nil, fmt.Errorf("read the journal %s: %w", path, cause(err))
	}
	if !found.some && !mayBecomeJournal(file) {
		return nil, fmt.Errorf("open the journal %s: it is no journal of Recue: name another file, or one that does not exist yet", path)
	}
	run := newRun()
	announce(file, run) // before its first line, so that no other process takes it for dead
	j := newJournal(path, run, &appender{sink: file, torn: found.torn > 0}, opts)
	j.found = Found{Torn: found.torn, Unsettled: found.open, Public: public(info)}
	now := j.opts.Clock.Now()
	j.mu.Lock()
	if found.torn > 0 {
		j.pending = detail(j.head(j.pending, now, KindRepair), struct {
			Torn int64 `json:"torn"`
		}{found.torn})
	}
	for _, run := range found.died {
		j.pending = detail(j.head(j.pending, now, KindDied), struct {
			Of string `json:"of"`
		}{run})
	}
	j.pending = beginLine(j.head(j.pending, now, KindBegin), opts.Begin)
	j.mu.Unlock()
	j.found.Err = j.flush()
	return j, nil
}

// look surveys a file to which others may add meanwhile. A run can come to its end after the
// file was read and before its process is looked for: its end then stands behind what was
// read. So where runs seem to have died the file is read once more, and only they are taken for dead.
func look(file *os.File, underWay func(run string) bool) (surveyed, error) {
	gone := map[string]bool{}
	found, err := surveyAll(file, func(run string) bool {
		there := underWay(run)
		if !there {
			gone[run] = true
		}
		return there
	})
	if err != nil || len(gone) == 0 {
		return found, err
	}
	return surveyAll(file, func(run string) bool { return !gone[run] })
}

func surveyAll(file *os.File, underWay func(run string) bool) (surveyed, error) {
	info, err := file.Stat()
	if err != nil {
		return surveyed{}, err
	}
	return survey(file, info.Size(), underWay)
}

// mayBecomeJournal reports whether a file without any event may be added to: one
// that is blank, or that began as a journal and was cut off in its first line. After a
// loss of power, zeros may stand where nothing had been written yet.
func mayBecomeJournal(file io.ReaderAt) bool {
	in := bufio.NewReader(io.NewSectionReader(file, 0, math.MaxInt64))
	for {
		b, err := in.ReadByte()
		if err != nil {
			return true // nothing but blanks
		}
		if b == 0 || b == '\n' || b == '\r' || b == ' ' || b == '\t' {
			continue
		}
		_ = in.UnreadByte() // a byte was just read
		begin, _ := in.Peek(len(mark))
		return bytes.HasPrefix(mark, begin)
	}
}

// public reports whether users outside of the file's group may read or write it.
// Windows has no such modes.
func public(info fs.FileInfo) bool { return runtime.GOOS != "windows" && info.Mode().Perm()&0o006 != 0 }
