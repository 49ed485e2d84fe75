//go:build soak

package tests

import "testing"

// TestAHundredKillsOfALoneServe is TestAServeThatIsKilledLosesAndDoublesNothing at length.
func TestAHundredKillsOfALoneServe(t *testing.T) {
	t.Parallel()
	killAlone(t, 100)
}

// TestTwoThousandFiringsOnThreeServes is TestEachFiringRunsOnOneOfTwoServes at length.
func TestTwoThousandFiringsOnThreeServes(t *testing.T) {
	t.Parallel()
	if firings := killAmong(t, 3, 30, 40, true, 2000); firings < 2000 {
		t.Errorf("only %d firings were looked at", firings)
	}
}
