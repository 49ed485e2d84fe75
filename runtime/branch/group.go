// Package branch runs many tasks at once: how many at a time, what a failure
// does to the others, cancellation, and the outcome of each in the order of the
// tasks. It knows nothing of what a task is: a Lua function on a goroutine and a
// command that waits for its reply look the same.
//
//	g := branch.Start(n, branch.Options{Limit: 10, Policy: branch.Cancel}, start, finished)
//	… start(g, i) is called for each task, g.Done(i, err) when it has ended …
//	<-finished; errs := g.Errors()
package branch

import (
	"fmt"
	"strings"
	"sync"
)

// Policy is what becomes of the other tasks when one fails.
type Policy string

// The policies, as scripts name them in on_error.
const (
	Wait     Policy = "wait"     // let all finish; the call fails
	Cancel   Policy = "cancel"   // cancel the rest; the call fails
	Collect  Policy = "collect"  // let all finish; the call does not fail
	Rollback Policy = "rollback" // let all finish; the caller undoes them; the call fails
)

// Policies lists the policies, the default first.
var Policies = []Policy{Wait, Cancel, Collect, Rollback}

// ParsePolicy reads a policy's name.
func ParsePolicy(name string) (Policy, error) {
	var names []string
	for _, p := range Policies {
		if string(p) == name {
			return p, nil
		}
		names = append(names, fmt.Sprintf("%q", p))
	}
	return "", fmt.Errorf("must be one of %s, got %q", strings.Join(names, ", "), name)
}

// Options of a Group. The zero value runs all tasks at once and lets them finish.
type Options struct {
	Limit  int // at most so many tasks at once; 0: all
	Policy Policy
	// Cause makes the reason with which the rest is cancelled after a failure
	// (policy Cancel). Needed with that policy.
	Cause func(failed int, err error) error
}

// Group is a set of tasks under way. It is safe for concurrent use.
type Group struct {
	opts     Options
	start    func(g *Group, i int) (cancel func(cause error))
	finished func()

	mu      sync.Mutex
	errs    []error
	cancels []func(error)
	ended   []bool
	next    int // the first task that has not been started
	running int
	pumping bool
	over    bool
	cause   error // of the group's cancellation
}

// Start runs n tasks. start begins task i and returns how to cancel it; it must
// not block. Once task i has ended, Done(i, err) must be called once, also from
// within start. finished is called once, when every task has ended: by the last
// Done, or by Start. Tasks that were never started end with the cause of the
// cancellation that kept them from it.
func Start(n int, opts Options, start func(g *Group, i int) (cancel func(cause error)), finished func()) *Group {
	if opts.Limit <= 0 || opts.Limit > n {
		opts.Limit = n
	}
	g := &Group{
		opts: opts, start: start, finished: finished,
		errs: make([]error, n), cancels: make([]func(error), n), ended: make([]bool, n),
	}
	g.pump()
	return g
}

// pump starts what may be started. Only one goroutine does so at a time; a task
// that ends within its own start is seen by the loop that started it, so that a
// hundred thousand such tasks need no deep stack.
func (g *Group) pump() {
	g.mu.Lock()
	if g.pumping {
		g.mu.Unlock()
		return
	}
	g.pumping = true
	for g.cause == nil && g.next < len(g.errs) && g.running < g.opts.Limit {
		i := g.next
		g.next++
		g.running++
		g.mu.Unlock()
		cancel := g.start(g, i)
		g.mu.Lock()
		if g.ended[i] {
			continue
		}
		g.cancels[i] = cancel
		if cause := g.cause; cause != nil {
			g.mu.Unlock()
			cancel(cause)
			g.mu.Lock()
		}
	}
	g.pumping = false
	over := g.running == 0 && (g.next == len(g.errs) || g.cause != nil) && !g.over
	if over {
		g.over = true
		for i := g.next; i < len(g.errs); i++ {
			g.errs[i] = g.cause
		}
	}
	g.mu.Unlock()
	if over {
		g.finished()
	}
}

// Done says that task i has ended, with nil or its failure.
func (g *Group) Done(i int, err error) {
	g.mu.Lock()
	g.errs[i], g.ended[i], g.cancels[i] = err, true, nil
	g.running--
	cancel := err != nil && g.opts.Policy == Cancel && g.cause == nil
	idle := g.running > 0 && (g.next == len(g.errs) || g.cause != nil) // nothing to start, nor to finish
	g.mu.Unlock()
	if cancel {
		g.Cancel(g.opts.Cause(i, err))
	} else if idle {
		return
	}
	g.pump()
}

// Cancel ends the tasks that run and keeps the others from starting. Only the
// first call counts.
func (g *Group) Cancel(cause error) {
	g.mu.Lock()
	if g.cause != nil || g.over {
		g.mu.Unlock()
		return
	}
	g.cause = cause
	var cancels []func(error)
	for _, cancel := range g.cancels {
		if cancel != nil {
			cancels = append(cancels, cancel)
		}
	}
	g.mu.Unlock()
	for _, cancel := range cancels {
		cancel(cause)
	}
	g.pump()
}

// Errors gives the outcome of each task, in order. Call it after finished.
func (g *Group) Errors() []error { return g.errs }
