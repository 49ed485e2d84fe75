//go:build soak

package faults

import (
	"testing"

	"recue/tests/stage"
)

// TestSettingsMinute strikes with what is noticed by the connection's own times,
// as they are for users: a dead link within 15 s or so, a server that takes
// nothing within 5 s.
func TestSettingsMinute(t *testing.T) {
	for _, k := range kinds {
		if k.name != "the link is half open" && k.name != "the link takes nothing more" {
			continue
		}
		k.set = func(o *stage.Options) { o.Bus = nil }
		for _, moment := range moments {
			t.Run(k.name+"/"+moment.name, func(t *testing.T) {
				t.Parallel()
				moment.play(newScene(t, k, "start"))
			})
		}
	}
}
