//go:build race

package schedule

// The race detector makes the brute force ten times as slow, and a package
// without goroutines has nothing to show it: two zones are enough.
const raced = true
