package rehearsal

import (
	"context"
	"slices"
	"sync"
	"time"
)

// cancellable is a context whose cancellation has been acted on when cancel
// returns: what AfterFunc registered runs within cancel, not on goroutines of its
// own, so that virtual time cannot go on in between.
type cancellable struct {
	mu    sync.Mutex
	done  chan struct{}
	cause error
	after []*func() // in the order of registration; of those that wait
}

func newCancellable() *cancellable { return &cancellable{done: make(chan struct{})} }

// cancel ends the context; only the first cause counts.
func (c *cancellable) cancel(cause error) {
	c.mu.Lock()
	if c.cause != nil {
		c.mu.Unlock()
		return
	}
	c.cause = cause
	close(c.done)
	after := c.after
	c.after = nil
	c.mu.Unlock()
	for _, f := range after {
		(*f)()
	}
}

func (c *cancellable) Deadline() (time.Time, bool) { return time.Time{}, false }
func (c *cancellable) Done() <-chan struct{}       { return c.done }
func (c *cancellable) Value(any) any               { return nil }

// Err is the cause itself; context.Cause gives the same.
func (c *cancellable) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// AfterFunc has f called by cancel, or at once where that has been.
func (c *cancellable) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	if c.cause != nil {
		c.mu.Unlock()
		f()
		return func() bool { return false }
	}
	defer c.mu.Unlock()
	c.after = append(c.after, &f)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.after, &f)
		if i >= 0 {
			c.after = slices.Delete(c.after, i, i+1)
		}
		return i >= 0
	}
}

var _ context.Context = (*cancellable)(nil)
