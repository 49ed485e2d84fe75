package faults

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the matrix into tests/README.md")

const (
	readme      = "../README.md"
	matrixBegin = "<!-- the matrix: written by go test ./tests/faults -run Readme -update -->\n"
	matrixEnd   = "<!-- end of the matrix -->\n"
)

// TestReadmeHasTheMatrix holds that the table for readers is the one that is tested.
func TestReadmeHasTheMatrix(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), matrixBegin)
	shown, after, ended := strings.Cut(rest, matrixEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the matrix: %s", readme, matrixBegin)
	}
	want := matrixTable()
	if shown == want {
		return
	}
	if !*update {
		t.Fatalf("%s shows another matrix; go test ./tests/faults -run Readme -update writes this one:\n%s", readme, want)
	}
	if err := os.WriteFile(readme, []byte(before+matrixBegin+want+matrixEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func matrixTable() string {
	var b strings.Builder
	b.WriteString("| the fault | a command that is sent meanwhile | one that is in flight when it strikes | a status after it has struck | once it is over |\n| --- | --- | --- | --- | --- |\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", k.name, shownCodes(k.before), shownCodes(k.flight), shownCodes(k.lasts), shownCodes(k.over))
	}
	return b.String()
}

// shownCodes writes codes for readers: "not_sent or timeout"; "start, stop: …".
func shownCodes(codes string) string {
	words := strings.Fields(codes)
	if len(words) != len(commands) {
		return strings.ReplaceAll(codes, "|", " or ")
	}
	for i, word := range words {
		words[i] = commands[i] + ": " + word
	}
	return strings.Join(words, ", ")
}
