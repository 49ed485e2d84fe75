//go:build soak

package tests

import "testing"

// TestTwoHundredKilledRuns is TestKilledRuns at length.
func TestTwoHundredKilledRuns(t *testing.T) { killRuns(t, 200) }
