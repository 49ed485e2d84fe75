package journal

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/protocol"
)

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "journal.jsonl") }

func open(t testing.TB, path string, opts Options) *Journal {
	t.Helper()
	j, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.End(0) })
	return j
}

// die ends a journal as the death of its process does.
func die(t *testing.T, j *Journal) {
	t.Helper()
	j.mu.Lock()
	j.ended = true
	j.mu.Unlock()
	close(j.stop)
	<-j.idle
	if err := j.flush(); err != nil {
		t.Fatal(err)
	}
	if err := j.file.sink.Close(); err != nil {
		t.Fatal(err)
	}
}

func intend(t testing.TB, j *Journal, cmd protocol.Cmd, task string) func(protocol.Reply, error) {
	t.Helper()
	outcome, err := j.Intend(protocol.NewCommand(cmd, task), "rec.control", "")
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

var (
	started = protocol.Reply{TaskID: "t", MsgStatus: protocol.Success, AppStatus: protocol.Started}
	stopped = protocol.Reply{TaskID: "t", MsgStatus: protocol.Success, AppStatus: protocol.Stopped}
)

func failed(code fault.Code) error { return &fault.Error{Code: code, Message: "because"} }

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// events reads a journal: its events, and what of it is none.
func events(t testing.TB, path string) (list []Event, unreadable []UnreadableError) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for e, err := range Read(file) {
		var bad *UnreadableError
		switch {
		case errors.As(err, &bad):
			unreadable = append(unreadable, *bad)
		case err != nil:
			t.Fatal(err)
		default:
			list = append(list, e)
		}
	}
	return list, unreadable
}

func kinds(list []Event) (kinds []Kind) {
	for _, e := range list {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// disk is a sink with room for so many bytes.
type disk struct {
	text   []byte
	room   int
	syncs  int
	broken error // of Sync
	wrote  func([]byte)
}

func (d *disk) Write(b []byte) (int, error) {
	if d.wrote != nil {
		d.wrote(b)
	}
	n := min(len(b), d.room)
	d.text = append(d.text, b[:n]...)
	d.room -= n
	if n < len(b) {
		return n, &os.PathError{Op: "write", Path: "journal.jsonl", Err: syscall.ENOSPC}
	}
	return n, nil
}

func (d *disk) Sync() error  { d.syncs++; return d.broken }
func (d *disk) Close() error { return nil }

// events is what is readable on the disk.
func (d *disk) events(t *testing.T) (list []Event, unreadable int) {
	t.Helper()
	path := temp(t)
	if err := os.WriteFile(path, d.text, 0o600); err != nil {
		t.Fatal(err)
	}
	list, bad := events(t, path)
	return list, len(bad)
}

func on(d *disk, opts Options) *Journal {
	return newJournal("journal.jsonl", "aaaaaaaaaaaa", &appender{sink: d}, opts)
}

// ticking is a clock that goes on by a millisecond whenever it is looked at.
type ticking struct {
	clock.Real
	now time.Time
}

func (c *ticking) Now() time.Time {
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func equal[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
