//go:build soak

package tests

import "testing"

// TestAServeIsEndedOnAFullDisk is TestAServeOutlivesAFullDisk with its good end instead,
// which waits for room for a while.
func TestAServeIsEndedOnAFullDisk(t *testing.T) {
	t.Parallel()
	fillDisk(t, func(w *watched, begin func() *watched) *watched { endsWell(t, w.process); return begin() })
}
