package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const evening = `{"time":"2026-12-24T18:00:00.000000Z","run":"5b1c09d2e7fa","seq":1,"event":"begin","recue":"run","script":"evening.lua","format":1,"pid":1}
{"time":"2026-12-24T18:00:00.100000Z","run":"5b1c09d2e7fa","seq":2,"event":"end","exit":0}
`

// HTML is nothing to read on a terminal.
func TestReportGoesBesideTheJournalOnATerminal(t *testing.T) {
	b := newBench(t)
	b.OutTerminal = true
	name := file(t, "evening.jsonl", evening)
	page := filepath.Join(filepath.Dir(name), "evening-5b1c09d2e7fa.html")
	for range 2 { // the second time over the first
		if code := b.recue("report", name); code != 0 || b.stdout.String() != "" {
			t.Fatalf("exit code %d, %q on stdout: %s", code, b.stdout, b.stderr)
		}
		wants(t, "stderr", b.stderr, "recue: the report is in "+page+"\n")
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.HasPrefix(string(text), "<!DOCTYPE html>") {
		t.Errorf("%.40q, %v", text, err)
	}
	if err := os.WriteFile(page, []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := b.recue("report", name); code != 2 {
		t.Errorf("exit code %d for a file that is no report", code)
	}
	if code := b.recue("report", name, "-o", "-"); code != 0 || !strings.HasPrefix(b.stdout.String(), "<!DOCTYPE html>") {
		t.Errorf("exit code %d, %.40q on stdout", code, b.stdout)
	}
}

func TestReportFromStandardInput(t *testing.T) {
	b := newBench(t)
	b.Stdin = strings.NewReader(evening)
	if code := b.recue("report", "-"); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	wants(t, "stdout", b.stdout, "<h1>recue run evening.lua</h1>")
}
