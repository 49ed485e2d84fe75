// Package clock is the one source of time: what waits in Recue asks a Clock,
// so that a rehearsal can run the same code in virtual time.
package clock

import "time"

// Clock tells the time and wakes callers. It is safe for concurrent use.
type Clock interface {
	// Now is the present instant. Differences between two readings are not
	// disturbed by a wall clock that is set.
	Now() time.Time
	// AfterFunc calls f on a goroutine of its own once d has passed.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending AfterFunc.
type Timer interface {
	// Stop keeps f from being called; it reports whether it came in time.
	Stop() bool
}

// Real is the machine's clock.
type Real struct{}

// Now is time.Now.
func (Real) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc.
func (Real) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
