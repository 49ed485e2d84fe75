//go:build oracle

package scenario

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The parsers of others: xmllint (Debian's libxml2-utils) with the schema, and
// perl's TAP::Parser through prove.

func TestJUnitReportFitsTheSchema(t *testing.T) {
	for name, interrupted := range map[string]error{"whole": nil, "interrupted": errors.New("interrupted (SIGINT)")} {
		file := filepath.Join(t.TempDir(), name+".xml")
		if err := os.WriteFile(file, reported(t, "junit", interrupted), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("xmllint", "--noout", "--schema", "testdata/junit.xsd", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestTAPReportIsUnderstood(t *testing.T) {
	prove := func(interrupted error) (string, error) {
		file := filepath.Join(t.TempDir(), "report.tap")
		// The parser knows versions up to 13, of which 14 is an extension; what it does
		// not read (escaped names) it passes over.
		report := strings.Replace(string(reported(t, "tap", interrupted)), "TAP version 14", "TAP version 13", 1)
		if err := os.WriteFile(file, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("prove", "--verbose", "--exec", "cat", file).CombinedOutput()
		return string(out), err
	}
	out, err := prove(nil)
	if err == nil {
		t.Error("prove takes a report with failures for a good one")
	}
	if strings.Contains(out, "Parse error") || !regexp.MustCompile(`Failed tests:\s+2, 7`).MatchString(out) || !strings.Contains(out, "Failed 2/7 subtests") {
		t.Errorf("prove says:\n%s", out)
	}
	if out, err = prove(errors.New("interrupted (SIGINT)")); err == nil || !strings.Contains(out, "Bailout called") {
		t.Errorf("prove says of an interrupted run: %v\n%s", err, out)
	}
}
