package firing

import (
	"context"
	"testing"
	"time"

	"recue/runtime/clock"
)

func TestANodeIsAliveWhileItsTickerGetsOn(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		busy time.Duration // how long it has been at work; 0: it waits, or does not run at all
		want bool
	}{
		"it has just begun something":      {time.Millisecond, true},
		"it waits for a server":            {publishPatience, true},
		"it has been at it for too long":   {time.Hour, false},
		"it does not run, and answers not": {0, false},
	} {
		n := NewNode(nil, NodeOptions{Clock: clock.Real{}})
		if c.busy > 0 {
			since := time.Now().Add(-c.busy)
			n.ticker.busy.Store(&since)
		}
		if err := n.Alive(ended); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	n := NewNode(nil, NodeOptions{Clock: clock.Real{}})
	ctx, end := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { defer close(over); n.ticker.run(ctx) }()
	if err := n.Alive(t.Context()); err != nil {
		t.Errorf("a ticker that runs: %v", err)
	}
	end()
	<-over
}
