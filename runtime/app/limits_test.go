package app

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"recue/runtime/config"
	"recue/runtime/script"
)

// limitsTable is the manual's table of the limits.
func limitsTable() string {
	var b strings.Builder
	b.WriteString("| flag | variable | default | |\n| --- | --- | --- | --- |\n")
	for _, s := range config.Settings() {
		if s.Limit {
			fmt.Fprintf(&b, "| `--%s` | `%s` | `%s` | %s |\n", s.Name, s.Env, s.Default, strings.ReplaceAll(s.Usage, "`", ""))
		}
	}
	return b.String()
}

func TestTheManualListsTheLimits(t *testing.T) {
	const file = "../../scripts/README.md"
	const begin = "<!-- made from the code by `go test ./runtime/app -update`; do not edit up to the next mark -->\n"
	const end = "<!-- end of the limits -->"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	table, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no part between %q and %q", file, begin, end)
	}
	if table == limitsTable() {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: run `go test ./runtime/app -update` and look at the difference", file)
	}
	if err := os.WriteFile(file, []byte(before+begin+limitsTable()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDefaultLimitsAreThoseOfTheSettings(t *testing.T) {
	cfg, err := config.Resolve(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := limitsOf(cfg), script.DefaultLimits(); got != want {
		t.Errorf("settings have %+v, the engine %+v", got, want)
	}
	if got := (script.Limits{}).WithDefaults(); got != script.DefaultLimits() {
		t.Errorf("nothing given becomes %+v", got)
	}
	if got := (script.Limits{Heap: 100 << 20}).WithDefaults().String; got != 25<<20 {
		t.Errorf("in 100 MiB of memory a text may have %d bytes", got)
	}
}

// benchWithHost is a bench that keeps what the script was given.
func benchWithHost(t *testing.T) (*bench, *script.Host) {
	b, host := newBench(t), &script.Host{}
	b.engine.run = func(_ context.Context, h script.Host) error { *host = h; return nil }
	return b, host
}

func TestLimitsAndSeedReachTheScript(t *testing.T) {
	b, host := benchWithHost(t)
	b.env["RECUE_MAX_HEAP"] = "48MiB"
	if code := b.recue("run", "--sim", "-e", "x = 1", "--max-compute", "90s", "--seed", "7"); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	if host.Seed != 7 || host.Limits.Heap != 48<<20 || host.Limits.Compute.Seconds() != 90 || host.Limits.Threads != 200_000 {
		t.Errorf("seed %d, limits %+v", host.Seed, host.Limits)
	}
	for _, wrong := range [][]string{{"--max-compute", "0"}, {"--max-threads", "-1"}, {"--max-heap", "lots"}, {"--seed", "x"}, {"--seed", "-1"}} {
		b := newBench(t)
		if code := b.recue(append([]string{"run", "--sim", "-e", "x = 1"}, wrong...)...); code != 2 || !strings.Contains(b.stderr.String(), wrong[0]+": must") {
			t.Errorf("%v: exit code %d: %s", wrong, code, b.stderr)
		}
	}
}

func TestARandomSeedIsInTheLog(t *testing.T) {
	b, host := benchWithHost(t)
	if code := b.recue("run", "--sim", "-e", "x = 1", "--log-level", "debug"); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	wants(t, "the log", b.stderr, fmt.Sprintf("seed=%d", host.Seed))
}
