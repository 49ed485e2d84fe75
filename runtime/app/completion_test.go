package app

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recue/runtime/config"
)

var update = flag.Bool("update", false, "write the golden files")

func testConfig(t *testing.T) *config.Config {
	t.Helper()
	cfg, err := config.Resolve(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func completionScript(t *testing.T, shell string) string {
	t.Helper()
	b := newBench(t)
	if code := b.recue("completion", shell); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	return b.stdout.String()
}

func TestBashCompletesCommandsFlagsAndValues(t *testing.T) {
	script := file(t, "completion.bash", completionScript(t, "bash"))
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "night.lua"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ line, want string }{ // the last word is the one to complete
		{"recue st", "start stop status"},
		{"recue ", "run test check next rehearse serve jobs start stop status sim report repl init config reference completion version help"},
		{"recue -s host sta", "start status"},
		{"recue run ni", "night.lua"},
		{"recue run night.lua --stop", "--stop-on-exit"},
		{"recue start cam1 --seg", "--segment-time"},
		{"recue status --seg", ""},
		{"recue sim --del", "--delay"},
		{"recue --output ", "text json"},
		{"recue status --output = j", "json"},
		{"recue status --log-level D", "DEBUG"},
		{"recue --creds ni", "night.lua"},
		{"recue completion z", "zsh"},
		{"recue help ver", "version"},
		{"recue report ni", "night.lua"},
		{"recue start ", ""},
		{"recue status --subject ", ""},
		{"recue run x -- ni", "night.lua"},
	}
	for _, c := range cases {
		words := strings.Split(c.line, " ")
		code := `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _recue; echo "${COMPREPLY[*]}"`
		cmd := exec.Command("bash", append([]string{"--norc", "-c", code, script}, words...)...)
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%q completes to %q, want %q (%v)", c.line, got, c.want, err)
		}
	}
}

// zsh and fish need not be here, so their scripts are compared with ones that were read.
func TestCompletionScriptsForOtherShells(t *testing.T) {
	for _, shell := range []string{"zsh", "fish"} {
		golden := filepath.Join("testdata", "completion."+shell)
		got := completionScript(t, shell)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the script for %s has changed; read the new one and run with -update", shell)
		}
	}
}

func TestHelpNamesEveryCommandFlagAndVariable(t *testing.T) {
	b := newBench(t)
	if code := b.recue("help"); code != 0 || b.stderr.String() != "" {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	run := newBench(t)
	if code := run.recue("help", "run"); code != 0 {
		t.Fatalf("recue help run: exit code %d: %s", code, run.stderr)
	}
	for _, s := range config.Settings() {
		page := b.stdout
		if s.Limit {
			page = run.stdout
		}
		wants(t, "help", page, "  --"+s.Name)
		wants(t, "help", page, s.Env)
	}
	wants(t, "help", b.stdout, "Exit codes:\n  0    all went well\n")
	wants(t, "help", b.stdout, "Examples:\n")
	for _, c := range (&app{}).commands() {
		wants(t, "help", b.stdout, "\n  "+c.Name)
		own := newBench(t)
		if code := own.recue("help", c.Name); code != 0 {
			t.Errorf("recue help %s: exit code %d", c.Name, code)
		}
		for _, f := range c.Flags {
			wants(t, "recue help "+c.Name, own.stdout, "\n  "+dashed(f.Names()[0]))
		}
		wants(t, "recue help "+c.Name, own.stdout, "Exit codes:\n")
	}
}

// What a help text shows as an example must be a line that recue understands.
func TestExamplesInTheHelpAreUnderstood(t *testing.T) {
	g := testGrammar()
	texts := []string{examples}
	for _, c := range g.commands {
		texts = append(texts, c.Description)
	}
	seen := 0
	for _, text := range texts {
		for line := range strings.Lines(text) {
			line, ok := strings.CutPrefix(line, "  recue ")
			if !ok {
				continue
			}
			line, _, _ = strings.Cut(line, "    ") // a remark
			line, _, _ = strings.Cut(line, " | ")
			words, err := exec.Command("sh", "-c", `printf '%s\n' `+line).Output()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := g.arrange(strings.Split(strings.TrimSpace(string(words)), "\n")); err != nil {
				t.Errorf("recue %s: %v", line, err)
			}
			seen++
		}
	}
	if seen < 15 {
		t.Errorf("only %d examples were found", seen)
	}
}

func TestVersionConfigAndReference(t *testing.T) {
	b := newBench(t)
	b.recue("version")
	wants(t, "version", b.stdout, "recue ")
	b = newBench(t)
	b.recue("--version", "--output", "json")
	wants(t, "version", b.stdout, `{"version":"`)
	b = newBench(t)
	b.recue("reference")
	if text, _ := b.engine.Reference(""); b.stdout.String() != text {
		t.Errorf("the reference is %q", b.stdout)
	}
	b = newBench(t)
	b.env["NATS_TOKEN"] = "s3cret"
	b.recue("config", "--subject", "rec.x")
	if strings.Contains(b.stdout.String(), "s3cret") {
		t.Error("a secret is shown")
	}
	table := strings.Split(b.stdout.String(), "\n")
	for i, line := range table {
		table[i] = strings.Join(strings.Fields(line), " ")
	}
	for _, line := range []string{"SETTING VALUE SOURCE", "subject rec.x flag --subject", "token *** environment NATS_TOKEN", "nkey - default"} {
		if !slices.Contains(table, line) {
			t.Errorf("there is no line %q:\n%s", line, b.stdout)
		}
	}
}
