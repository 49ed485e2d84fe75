package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
)

func testGrammar() grammar { return newGrammar((&app{}).commands()) }

// TestEveryGlobalFlagStandsAnywhere covers each name and alias, in each place, in
// each way of writing, for each command.
func TestEveryGlobalFlagStandsAnywhere(t *testing.T) {
	g := testGrammar()
	for command := range g.commands {
		flags := globalFlags()
		if slices.Contains(g.flags["sim"].commands, command) {
			flags = append(flags, simFlag())
		}
		for _, flag := range flags {
			for _, name := range flag.Names() {
				long := dashed(flag.Names()[0])
				written := map[string][]string{long + "=v": {dashed(name), "v"}, long + "=w": {dashed(name) + "=w"}}
				if _, ok := flag.(*cli.BoolFlag); ok {
					written = map[string][]string{long + "=true": {dashed(name)}, long + "=false": {dashed(name) + "=false"}}
				}
				for want, words := range written {
					for _, line := range [][]string{
						slices.Concat(words, []string{command, "x", "y"}),
						slices.Concat([]string{command}, words, []string{"x", "y"}),
						slices.Concat([]string{command, "x"}, words, []string{"y"}),
						slices.Concat([]string{command, "x", "y"}, words),
						slices.Concat(words, []string{command, "x", "--", "y"}),
					} {
						r, err := g.arrange(line)
						if err != nil {
							t.Errorf("recue %s: %v", strings.Join(line, " "), err)
							continue
						}
						if r.command != command || !slices.Equal(r.words, []string{want, "--", "x", "y"}) {
							t.Errorf("recue %s became %s %q", strings.Join(line, " "), r.command, r.words)
						}
					}
				}
			}
		}
	}
}

// A flag before the command is looked up before the command is known.
func TestAFlagMeansTheSameInEveryCommand(t *testing.T) {
	type meaning struct{ kind, names string }
	seen := map[string]meaning{}
	for _, c := range (&app{}).commands() {
		for _, flag := range c.Flags {
			for _, name := range flag.Names() {
				m := meaning{fmt.Sprintf("%T", flag), strings.Join(flag.Names(), ",")}
				if first, ok := seen[name]; ok && first != m {
					t.Errorf("--%s is %v in one command and %v in %s", name, first, m, c.Name)
				}
				seen[name] = m
			}
		}
	}
}

func TestArrange(t *testing.T) {
	cases := []struct {
		line string // words separated by one space; an empty word between two
		want string
	}{
		{"run x.lua", "run -- x.lua"},
		{"run -", "run -- -"},
		{"run x.lua a b", "run -- x.lua a b"},
		{"run x.lua -- --sim -x", "run -- x.lua --sim -x"},
		{"run x.lua a -- b -- c", "run -- x.lua a b -- c"},
		{"run -- x.lua a", "run -- x.lua a"},
		{"run x.lua --", "run -- x.lua"},
		{"run -e print(1) a", "run -e=print(1) -- a"},
		{"run -e -- x", ""},
		{"run -e=--x", "run -e=--x --"},
		{"run -e --comment a", "run -e=--comment -- a"},
		{"run x --var a=1,2 --var=b=c=d", "run --var=a=1,2 --var=b=c=d -- x"},
		{"--var a=1 run x", "run --var=a=1 -- x"},
		{"run x --sim true", "run --sim=true -- x true"},
		{"run x --sim=0", "run --sim=false -- x"},
		{"run --subject= x", "run --subject= -- x"},
		{"run --subject  x", "run --subject= -- x"},
		{"start cam1 --segment-time 10m", "start --segment-time=10m -- cam1"},
		{"--version", "version --"},
		{"--version --output json", "version --output=json --"},
		{"config", "config --"},
	}
	g := testGrammar()
	for _, c := range cases {
		r, err := g.arrange(strings.Split(c.line, " "))
		got := ""
		if err == nil {
			got = strings.Join(append([]string{r.command}, r.words...), " ")
		}
		if got != c.want {
			t.Errorf("recue %s became %q, want %q (error: %v)", c.line, got, c.want, err)
		}
	}
}

func TestHelpIsAskedForInManyWays(t *testing.T) {
	for line, command := range map[string]string{
		"": "", "help": "", "--help": "", "-h": "", "help help": "", "--sim --help": "",
		"help run": "run", "run --help": "run", "--help run": "run", "run -h x.lua": "run", "start cam1 --help": "start",
	} {
		r, err := testGrammar().arrange(strings.Fields(line))
		if err != nil || !r.help || r.command != command {
			t.Errorf("recue %s: %+v, %v; want the help of %q", line, r, err, command)
		}
	}
}

func TestWrongCommandLines(t *testing.T) {
	cases := []struct{ line, message, hint string }{
		{"rnu x.lua", `there is no command "rnu" (did you mean "run"?)`, "recue help lists"},
		{"statsu", `did you mean "status"`, ""},
		{"RUN x", `did you mean "run"`, ""},
		{"frobnicate", `there is no command "frobnicate"`, "recue help"},
		{"tset x.lua", `there is no command "tset"`, ""},
		{"x.lua", `there is no command "x.lua"`, "to run a script: recue run x.lua"},
		{"help rnu", `did you mean "run"`, ""},
		{"--sim", "no command is given", ""},
		{"--", "no command is given", ""},
		{"rnu --foo", `there is no command "rnu"`, ""},
		{"run --sbject a x", `there is no flag --sbject (did you mean "--subject"?)`, "recue help run"},
		{"run -server a", `there is no flag -server (did you mean "--server"?)`, ""},
		{"--foo run", "there is no flag --foo", "recue help"},
		{"run -x", "there is no flag -x", ""},
		{"run ---sim", "there is no flag ---sim", ""},
		{"run --e=1", "there is no flag --e", ""},
		{"run x.lua --frob", "there is no flag --frob", "recue run SCRIPT -- --frob"},
		{"run x.lua -5", "there is no flag -5", "recue run SCRIPT -- -5"},
		{"run -e 1 --frob=3", "there is no flag --frob", "recue run SCRIPT -- --frob"},
		{"run x --subject", "--subject: the value is missing", ""},
		{"run --subject --sim x", "--subject: the value is missing before --sim", "write --subject=--sim"},
		{"run -s --", "-s: the value is missing", ""},
		{"run x -s a --server b", `--server is given twice: as "a" and as "b"`, ""},
		{"--token s3cret run x --token s3cret2", `--token is given twice: as "***" and as "***"`, ""},
		{"run x --sim --sim=false", "--sim is given twice", ""},
		{"run x --sim=maybe", "--sim: it is a switch", ""},
		{"config --sim", "--sim is no flag of recue config", "recue run, recue test, recue serve, recue start, recue stop, recue status"},
		{"sim --sim", "--sim is no flag of recue sim", ""},
		{"run x --delay 1s", "--delay is no flag of recue run", "it belongs to recue sim"},
		{"--segment-time 1 status", "--segment-time is no flag of recue status", "recue start, recue stop"},
	}
	for _, c := range cases {
		r, err := testGrammar().arrange(strings.Fields(c.line))
		if err == nil {
			t.Errorf("recue %s is taken as %+v", c.line, r)
			continue
		}
		if fault.ExitCode(err) != fault.ExitUsage {
			t.Errorf("recue %s: exit code %d", c.line, fault.ExitCode(err))
		}
		if !strings.Contains(err.Error(), c.message) || !strings.Contains(fault.HintOf(err), c.hint) {
			t.Errorf("recue %s: %q, hint %q; want %q, hint %q", c.line, err, fault.HintOf(err), c.message, c.hint)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("recue %s: a secret is shown: %v", c.line, err)
		}
	}
}

// What arrange made of a line must reach the command through the CLI library.
func TestSettingsReachTheCommandFromAnyPlace(t *testing.T) {
	values := map[string]string{
		"server": "nats://other:4222", "subject": "rec.a,b", "timeout": "7s", "task-id": "a,b c",
		"log-level": "DEBUG", "log-format": "json", "user": "me",
	}
	for name, value := range values {
		for _, line := range [][]string{{"--" + name, value, "config", "--output", "json"}, {"--output=json", "config", "--" + name + "=" + value}} {
			b := newBench(t)
			if code := b.recue(line...); code != 0 {
				t.Fatalf("recue %q: exit code %d: %s", line, code, b.stderr)
			}
			wants(t, "recue config", b.stdout, fmt.Sprintf(`{"name":%q,"value":%q,"source":"flag --%s"}`, name, value, name))
		}
	}
}
