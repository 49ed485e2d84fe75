package stage

import (
	"sync"
	"time"

	"recue/runtime/clock"
)

// Clock is a clock on which time passes only when the test says so.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	timers  map[*timer]bool
	changed chan struct{} // closed at the next change
}

type timer struct {
	clock *Clock
	due   time.Time
	f     func()
}

// NewClock makes a clock that stands at the machine's time.
func NewClock() *Clock {
	return &Clock{now: time.Now(), timers: map[*timer]bool{}, changed: make(chan struct{})}
}

var _ clock.Clock = (*Clock)(nil)

// Now is the instant at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc is part of clock.Clock.
func (c *Clock) AfterFunc(d time.Duration, f func()) clock.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{clock: c, due: c.now.Add(d), f: f}
	c.timers[t] = true
	close(c.changed)
	c.changed = make(chan struct{})
	return t
}

// Stop is part of clock.Timer.
func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	pending := t.clock.timers[t]
	delete(t.clock.timers, t)
	return pending
}

// Advance moves the clock on and calls what is due, each on its own goroutine;
// it returns when they have returned.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []*timer
	for t := range c.timers {
		if !t.due.After(c.now) {
			due = append(due, t)
			delete(c.timers, t)
		}
	}
	c.mu.Unlock()
	var calls sync.WaitGroup
	for _, t := range due {
		calls.Go(t.f)
	}
	calls.Wait()
}

// Rush moves the clock on by d whenever something waits for it, until the
// function that it returns is called.
func (c *Clock) Rush(d time.Duration) (stop func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c.mu.Lock()
			waiting, changed := len(c.timers), c.changed
			c.mu.Unlock()
			if waiting > 0 {
				c.Advance(d)
				continue
			}
			select {
			case <-changed:
			case <-over:
				return
			}
		}
	}()
	return func() { close(over); <-done }
}
