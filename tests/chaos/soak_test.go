//go:build soak

package chaos

import (
	"testing"
	"time"
)

// TestChaosForAMinute is TestChaos at length: 5,001 commands, 50 restarts.
func TestChaosForAMinute(t *testing.T) {
	l := survive(t, plan{tasks: 1667, limit: 100, pause: 1500 * time.Millisecond, timeout: time.Second, restarts: 50, stalls: 24})
	restarts := 0
	for _, o := range l.Outages {
		if o.What == "restart" {
			restarts++
		}
	}
	if restarts != 50 {
		t.Errorf("%d restarts, want 50", restarts)
	}
}
