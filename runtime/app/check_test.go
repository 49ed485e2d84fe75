package app

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"recue/runtime/script"
)

func TestARunIsRefusedForErrorsAndNotForWarnings(t *testing.T) {
	path := file(t, "nightly.lua", "strat()\n")
	ran := false
	run := func(findings ...script.Finding) (*bench, int) {
		b := newBench(t)
		b.engine.findings = findings
		ran = false
		b.engine.run = func(context.Context, script.Host) error { ran = true; return nil }
		return b, b.recue("run", "--sim", path)
	}
	warning := script.Finding{File: path, Line: 1, Column: 1, Code: "undefined", Severity: script.SeverityWarning, Message: "looks odd"}
	if b, code := run(warning); code != 0 || !ran || strings.Contains(b.stderr.String(), "odd") {
		t.Errorf("a warning: exit code %d, ran %v: %s", code, ran, b.stderr)
	}
	wrong := warning
	wrong.Severity, wrong.Message, wrong.Source = script.SeverityError, "strat is not defined", "strat()"
	b, code := run(warning, wrong)
	if code != 2 || ran || b.stdout.String() != "" || strings.Contains(b.stderr.String(), "odd") {
		t.Errorf("an error: exit code %d, ran %v: %s", code, ran, b.stderr)
	}
	wants(t, "stderr", b.stderr, ":1:1: error: strat is not defined (undefined)\n  1 | strat()\n    | ^\n")
	if b.engine.checked[0].Name != path || b.engine.checked[0].Dir == "" {
		t.Errorf("checked %+v", b.engine.checked)
	}
	many := make([]script.Finding, 30)
	for i := range many {
		many[i] = wrong
		many[i].Message = fmt.Sprintf("mistake %d.", i)
	}
	b, _ = run(many...)
	wants(t, "stderr", b.stderr, "mistake 19.")
	wants(t, "stderr", b.stderr, "and 10 more")
	if strings.Contains(b.stderr.String(), "mistake 20.") {
		t.Errorf("all are shown:\n%s", b.stderr)
	}
}

func TestCheckNeedsNoSettings(t *testing.T) {
	b := newBench(t)
	b.env["NATS_TIMEOUT"] = "soon"
	if code := b.recue("check", file(t, "a.lua", "")); code != 0 || len(b.engine.checked) != 1 {
		t.Errorf("exit code %d: %s", code, b.stderr)
	}
}

func TestAFindingCannotForgeTheTerminal(t *testing.T) {
	b := newBench(t)
	b.engine.findings = []script.Finding{{File: "a\x1b[2J.lua", Line: 1, Column: 3, Code: "undefined", Severity: script.SeverityError,
		Message: "x\x1b[31m\ny", Hint: "\x07", Source: "\x1b]0;owned\x07"}}
	if code := b.recue("check", file(t, "a.lua", "")); code != 2 {
		t.Errorf("exit code %d", code)
	}
	if out := b.stdout.String(); strings.ContainsAny(out, "\x1b\x07") {
		t.Errorf("%q", out)
	}
}
