//go:build soak

package leaks

import "testing"

// TestSoakCancelledRuns is TestCancelledRunsLeaveNothing at length.
func TestSoakCancelledRuns(t *testing.T) { cancelRuns(t, 1000) }

// TestSoakMemory is TestMemoryStaysTheSame with a million commands.
func TestSoakMemory(t *testing.T) { sameMemory(t, 10_000, 1_000_000) }
