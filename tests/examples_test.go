package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestExampleScripts runs every file of scripts/ against a simulated recorder: it
// ends well and prints what golden/ has for it.
func TestExampleScripts(t *testing.T) {
	dir, err := filepath.Abs("../scripts")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil || len(files) < 6 {
		t.Fatalf("only %d scripts were found: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(text), "-- ") {
				t.Error("it does not begin with a comment that says what it shows")
			}
			if strings.HasSuffix(name, "_test") { // what it prints has times in it
				recue(t, nil, "test", "--sim", "--strict", file).must(t)
				return
			}
			r := recue(t, nil, "run", "--sim", file).must(t)
			golden := filepath.Join("golden", name+".txt")
			if *update {
				write(t, golden, r.stdout)
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v (go test ./tests -run TestExampleScripts -update writes it)", err)
			}
			if r.stdout != string(want) {
				t.Errorf("it printed:\n%s\nwant:\n%s", r.stdout, want)
			}
			if strings.Contains(r.stderr, "still record") {
				t.Errorf("it leaves a recording behind:\n%s", r.stderr)
			}
		})
	}
}

// TestNextOfTheExample holds what the script of schedules says on the night on which
// the clocks go back.
func TestNextOfTheExample(t *testing.T) {
	file, err := filepath.Abs("../scripts/nightly.lua")
	if err != nil {
		t.Fatal(err)
	}
	r := recue(t, nil, "next", file, "--from", "2026-10-24", "--till", "2026-10-26").must(t)
	golden := filepath.Join("golden", "nightly.next.txt")
	if *update {
		write(t, golden, r.stdout)
	}
	want, err := os.ReadFile(golden)
	if err != nil || r.stdout != string(want) {
		t.Errorf("it printed:\n%s\nwant:\n%s (%v)", r.stdout, want, err)
	}
}

// example is a ```lua block of a manual.
type example struct {
	line  int    // of the fence
	kind  string // what follows lua on the fence: "", or "fails"
	code  string
	print string // the block that follows, which is what the example prints; "" if none does
}

var block = regexp.MustCompile("(?ms)^```lua *([a-z]*)\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?")

func examplesOf(text string) []example {
	var all []example
	for _, m := range block.FindAllStringSubmatchIndex(text, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		all = append(all, example{strings.Count(text[:m[0]], "\n") + 1, part(1), part(2), part(3)})
	}
	return all
}

// testFile tells a file of test scenarios from a script.
var testFile = regexp.MustCompile(`(?m)^test\(`)

// TestManuals runs every ```lua block of the manuals as a script of its own,
// beside the data files and modules of scripts/. One whose fence says
// "lua fails" must fail. A block without a language that follows at once is what
// the example prints.
func TestManuals(t *testing.T) {
	beside := t.TempDir()
	if err := os.CopyFS(beside, os.DirFS("../scripts")); err != nil {
		t.Fatal(err)
	}
	for _, manual := range []string{"README.md", "scripts/README.md"} {
		text, err := os.ReadFile(filepath.Join("..", manual))
		if err != nil {
			t.Fatal(err)
		}
		found := examplesOf(string(text))
		if fences := strings.Count("\n"+string(text), "\n```lua"); fences != len(found) || fences == 0 {
			t.Errorf("%s: %d of %d examples were understood", manual, len(found), fences)
		}
		for _, e := range found {
			t.Run(fmt.Sprintf("%s line %d", manual, e.line), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(beside, fmt.Sprintf("%s_%d.lua", strings.ReplaceAll(manual, "/", "_"), e.line))
				write(t, file, e.code)
				command := "run"
				if testFile.MatchString(e.code) {
					command = "test"
				}
				r := recue(t, nil, command, "--sim", file)
				if failed := r.code != 0; failed != (e.kind == "fails") {
					t.Errorf("%s:%d: exit code %d\n%s\n%s", manual, e.line, r.code, r.stdout, r.stderr)
				}
				if e.print != "" && r.stdout != e.print {
					t.Errorf("%s:%d: it prints\n%s\nthe manual says\n%s", manual, e.line, r.stdout, e.print)
				}
			})
		}
	}
}

// scripts is the folder of the examples.
func scripts(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../scripts")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
