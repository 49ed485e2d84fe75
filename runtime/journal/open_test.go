package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"recue/runtime/protocol"
)

// Whatever a journal ends with, the next run's lines can be read, and every byte
// that was there still is.
func TestTornEndIsRepairedAndNothingIsLost(t *testing.T) {
	whole := `{"time":"2026-12-24T18:00:00.001000Z","run":"aaaaaaaaaaaa","seq":1,"event":"end","exit":7}`
	for _, c := range []struct {
		name, text string
		torn       int64
		readable   int // events in text
	}{
		{"nothing", "", 0, 0},
		{"whole lines", whole + "\n" + whole + "\n", 0, 2},
		{"a torn line", whole + "\n" + whole[:50], 50, 1},
		{"a torn line alone", whole[:1], 1, 0},
		{"a whole line without its newline", whole, int64(len(whole)), 1},
		{"zeros, as after a loss of power", whole + "\n" + strings.Repeat("\x00", 4096), 4096, 1},
		{"binary garbage", whole + "\n\xff\xfe\x01\n\x00\x80{", 3, 1},
		{"garbage longer than any line", whole + "\n" + strings.Repeat("x", 3*maxLine+5), 3*maxLine + 5, 1},
		{"long garbage in the middle", strings.Repeat("x", 2*maxLine) + "\n" + whole + "\n", 0, 1},
		{"a line behind a torn one", whole[:60] + whole + "\n", 0, 1},
		{"a line behind one torn near its end", whole[:len(whole)-3] + whole + "\n", 0, 1},
		{"a line behind one torn at its start", whole[:20] + whole + "\n", 0, 1},
		{"empty lines", "\n\n" + whole + "\n\n", 0, 1},
		{"blanks alone", " \n\t\r\n", 0, 0},
		{"zeros alone", strings.Repeat("\x00", 100), 100, 0},
		{"a torn line behind zeros", strings.Repeat("\x00", 100) + whole[:40], 140, 0},
		{"something else before", "hello\n{}\n[]\n" + whole + "\n", 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := temp(t)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			j := open(t, path, Options{Begin: Begin{Command: "run"}})
			if j.Found().Torn != c.torn {
				t.Errorf("the last line was torn at %d bytes, want %d", j.Found().Torn, c.torn)
			}
			intend(t, j, protocol.Start, "t")(started, nil)
			if err := j.End(0); err != nil {
				t.Fatal(err)
			}
			if got := read(t, path); !strings.HasPrefix(got, c.text) {
				t.Error("what was there has changed")
			}
			list, bad := events(t, path)
			want := []Kind{KindBegin, KindIntent, KindOutcome, KindEnd}
			if c.torn > 0 {
				want = append([]Kind{KindRepair}, want...)
			}
			if len(list) < c.readable {
				t.Fatalf("%d events: %v", len(list), bad)
			}
			for _, e := range list[:c.readable] {
				if e.Kind != KindEnd || e.Exit != 7 {
					t.Errorf("%+v", e)
				}
			}
			equal(t, "the run's lines", kinds(list[c.readable:]), want)
			if c.torn > 0 && list[c.readable].Torn != c.torn {
				t.Errorf("repair: %+v", list[c.readable])
			}
			for _, u := range bad {
				if u.Offset < 0 || u.Length <= 0 || u.Offset+u.Length > int64(len(c.text)) {
					t.Errorf("unreadable: %+v of %d bytes", u, len(c.text))
				}
			}
		})
	}
}

func TestWhereThereCanBeNoJournal(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                                   "it is a folder: name a file in it, such as " + filepath.Join(dir, "recue.jsonl"),
		filepath.Join(dir, "no", "such"):      "there is no folder " + filepath.Join(dir, "no"),
		filepath.Join(dir, "pipe"):            "it is no ordinary file",
		filepath.Join(dir, "file", "journal"): "not a directory",
		filepath.Join(dir, strings.Repeat("x", 300)): "file name too long",
	} {
		if _, err := Open(path, Options{}); err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// A file whose mode others chose keeps it.
func TestModeOfAnExistingFileIsKept(t *testing.T) {
	path := temp(t)
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	open(t, path, Options{})
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func FuzzRead(f *testing.F) {
	line := `{"time":"2026-12-24T18:00:00.001000Z","run":"aaaaaaaaaaaa","seq":1,"event":"intent","id":1,"subject":"s","task_id":"t","cmd":"start"}`
	f.Add([]byte(line + "\n" + line[:70]))
	f.Add([]byte(line[:70] + line + "\n\x00\xff\n" + line))
	f.Add([]byte(strings.ReplaceAll(line, `"t"`, `"\`)))
	f.Add([]byte(strings.ReplaceAll(line, "intent", "outcome") + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := survey(bytes.NewReader(text), int64(len(text)), func(string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		if end := bytes.LastIndexByte(text, '\n') + 1; s.torn != int64(len(text)-end) {
			t.Fatalf("torn at %d bytes, want %d", s.torn, len(text)-end)
		}
		repaired := append(append([]byte{}, text...), "\n"+line+"\n"...)
		last, end := Event{}, int64(0)
		for e, err := range Read(bytes.NewReader(repaired)) {
			var u *UnreadableError
			switch {
			case err == nil:
				last = e
			case !errors.As(err, &u):
				t.Fatal(err)
			case u.Offset < end || u.Length <= 0 || u.Offset+u.Length > int64(len(text)):
				t.Fatalf("%+v of %d bytes", u, len(text))
			default:
				end = u.Offset + u.Length
			}
		}
		if last.Run != "aaaaaaaaaaaa" || last.Seq != 1 {
			t.Fatalf("the line behind is read as %+v", last)
		}
	})
}

// What somebody keeps in a file must not get a journal's lines behind it.
func TestAFileThatIsNoJournalIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"a script": "start \"cam1\"\n", "a note without an end": "hello", "JSON": "{}\n[]\n", "another's log": `{"time":1,"msg":"x"}` + "\n",
		"blanks first": "\n\n  -- notes\n", "binary": "\xff\xfe\x01\n", "a long line": strings.Repeat("x", 3*maxLine),
	} {
		t.Run(name, func(t *testing.T) {
			path := temp(t)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path, Options{Begin: Begin{Command: "run"}}); err == nil || !strings.Contains(err.Error(), "it is no journal of Recue") {
				t.Errorf("opened with %v", err)
			}
			if got := read(t, path); got != text {
				t.Errorf("the file holds %q now", got)
			}
		})
	}
}

func TestAFileThatEverybodyMayReadIsReported(t *testing.T) {
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true, 0o602: true} {
		path := temp(t)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		if j := open(t, path, Options{}); j.Found().Public != (want && runtime.GOOS != "windows") { // which has no such modes
			t.Errorf("%v: reported as public: %v", mode, !want)
		}
	}
}

// A run that ends while another begins, between the reading of the file and the question whether its process is there,
// has not died. One that is as long gone has.
func TestARunThatEndsMeanwhileHasNotDied(t *testing.T) {
	path := temp(t)
	ends, dead := open(t, path, Options{}), open(t, path, Options{})
	intend(t, ends, protocol.Start, "a")
	intend(t, dead, protocol.Start, "b")
	die(t, dead)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ended := false
	found, err := look(file, func(run string) bool {
		if !ended {
			ends.End(0)
			ended = true
		}
		return false
	})
	if err != nil || len(found.died) != 0 || len(found.open) != 1 || found.open[0].TaskID != "b" {
		t.Errorf("%+v, %v", found, err)
	}
}
