package lua

import (
	"os"
	"strings"
	"testing"

	"recue/tests/lua/programs"
)

const (
	goldenFile  = "testdata/programs.golden"
	goldenCount = 40 // seeds 1 and up
	goldenEnd   = "===== end of a program\n"
)

// TestRandomProgramsMeanWhatTheyMeant compares a few random programs with what the reference interpreter printed once.
func TestRandomProgramsMeanWhatTheyMeant(t *testing.T) {
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	outputs := strings.Split(string(text), goldenEnd)
	if len(outputs) != goldenCount+1 {
		t.Fatalf("%s has %d outputs for %d programs", goldenFile, len(outputs)-1, goldenCount)
	}
	for i, want := range outputs[:goldenCount] {
		if d := difference(t, programs.Generate(uint64(i+1)), want); d != "" && !tooDeep(want) {
			t.Errorf("SEED=%d: %s", i+1, d)
		}
	}
}

// A comparison that cannot fail is none.
func TestDifferencesAreSeen(t *testing.T) {
	const program = "local print, wait = print, function() sleep(0) end\nprint 'a'\nwait()\nprint 'b'\n"
	if d := difference(t, program, "a\nb\n"); d != "" {
		t.Errorf("no difference is seen as %s", d)
	}
	for _, want := range []string{"a\n", "a\nc\n", "a\nb\nc\n", "a\nb\nuncaught: b\n", ""} {
		if difference(t, program, want) == "" {
			t.Errorf("%q is not told from %q", "a\nb\n", want)
		}
	}
	const failing = "local print, wait = print, function() sleep(0) end\nerror 'x'\n"
	if d := difference(t, failing, "uncaught: prog0.lua:2: x\n"); d != "" {
		t.Errorf("no difference is seen as %s", d)
	}
	for _, want := range []string{"uncaught: prog0.lua:2: y\n", "", "x\n"} {
		if difference(t, failing, want) == "" {
			t.Errorf("an error is not told from %q", want)
		}
	}
}
