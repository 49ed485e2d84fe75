package luabind

import (
	"flag"
	"os"
	"strings"
	"testing"

	"recue/runtime/simulator"
)

var update = flag.Bool("update", false, "write the generated files anew")

// generated holds that a file, or its part between two marks, is what the code makes.
func generated(t *testing.T, path, begin, end, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	text := string(data)
	from, till := 0, len(text)
	if begin != "" {
		from = strings.Index(text, begin)
		till = strings.Index(text, end)
		if from < 0 || till < from {
			t.Fatalf("%s has no part between %q and %q", path, begin, end)
		}
		from += len(begin)
	}
	if text[from:till] == want {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: run `go test ./luabind -update` and look at the difference", path)
	}
	if err := os.WriteFile(path, []byte(text[:from]+want+text[till:]), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEditorStubIsUpToDate(t *testing.T) {
	generated(t, "stubs/recue.d.lua", "", "", Stub())
}

func TestManualIsUpToDate(t *testing.T) {
	generated(t, "../scripts/README.md",
		"<!-- made from the code by `go test ./luabind -update`; do not edit below -->\n",
		"\n<!-- end of what is made from the code -->", Markdown())
}

func TestEveryFunctionIsDocumented(t *testing.T) {
	seen := map[string]bool{}
	text, err := New().Reference("")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range manual() {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if f.Summary == "" || !strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s: the summary %q is no sentence", f.Name, f.Summary)
		}
		if !strings.Contains(text, f.Signature()+"\n") {
			t.Errorf("%s is not in the manual", f.Name)
		}
		for _, p := range f.Params {
			checkParam(t, f.Name, p)
		}
	}
}

func checkParam(t *testing.T, fn string, p Param) {
	t.Helper()
	if p.Doc == "" || p.Type.Name == "" {
		t.Errorf("%s: parameter %s has no description or no type", fn, p.Name)
	}
	for _, f := range p.Fields {
		checkParam(t, fn+" "+p.Name, f)
	}
}

// Every example in the manual runs against the simulated recorder.
func TestExamplesRun(t *testing.T) {
	for _, f := range manual() {
		if f.Example == "" {
			if f.Name != "require" { // its example would need a file; scripts/ has one
				t.Errorf("%s has no example", f.Name)
			}
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			s := newStudio(t, simulator.Options{})
			s.write("cameras.csv", "task_id,segment_time\ncam1,600\n")
			if got := s.tests(f.Example); got.failures != nil || strings.Contains(f.Example, "test(") && got.Counts.Passed == 0 {
				t.Errorf("%s\n%v", f.Example, got.failures)
			}
		})
	}
}

func TestReferenceOfWhatIsNotRecues(t *testing.T) {
	for name, want := range map[string]string{
		"string.format": "https://www.lua.org/manual/5.1/manual.html#pdf-string.format",
		"pairs":         "#pdf-pairs",
		"os.exit":       "os.exit is not available in Recue scripts: use fail",
		"string.fromat": "unknown function",
		"vars":          "vars.NAME is what --var NAME=VALUE gives",
		"stat":          `did you mean "start"`,
	} {
		text, err := New().Reference(name)
		if err != nil {
			text = err.Error()
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", name, text, want)
		}
	}
}
