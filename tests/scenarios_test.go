package tests

import (
	"path/filepath"
	"regexp"
	"testing"
)

// TestScenarios runs Recue's own tests in Lua, and again in another order: no test
// may need what another has left.
func TestScenarios(t *testing.T) {
	dir, err := filepath.Abs("scenarios")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"in order": {"--strict", "--jobs", "2"},
		// tests_test.lua is about the order.
		"mixed": {"--strict", "--shuffle", "--exclude-tag", "in-order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := recue(t, nil, append([]string{"test", "--sim", dir}, args...)...).must(t)
			if found := regexp.MustCompile(`(?m)^(\d\d+) passed, 1 skipped, 1 flaky in 6 files|^(\d\d+) passed in 6 files`).FindString(r.stdout); found == "" || r.stderr != "" {
				t.Errorf("unexpected end:\n%s%s", r.stdout, r.stderr)
			}
		})
	}
}

// TestAcceptanceTestOverTCP: the acceptance test of a recorder passes on recue sim,
// a process of its own.
func TestAcceptanceTestOverTCP(t *testing.T) {
	sim := background(t, t.TempDir(), nil, "recue", "sim", "--listen", "127.0.0.1:0")
	r := recue(t, nil, "test", scripts(t)+"/recorder_test.lua", "--strict", "--server", address(t, sim), "--var", "prefix=lab_").must(t)
	if !regexp.MustCompile(`(?m)^16 passed in 1 file`).MatchString(r.stdout) || r.stderr != "" {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	if found, err := sim.stderr.match(`start lab_cycle`, sim.ended); err != nil || found == nil {
		t.Errorf("the prefix was not used: %v", err)
	}
}
