package firing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"recue/runtime/schedule"
)

// enter makes room for the run among those of its job, as the overlap policy says. A
// reason means that it is skipped.
func (n *Node) enter(a *active, h *Handler) (reason string, err error) {
	for claimed := false; ; {
		n.mu.Lock()
		changed, stopping := n.changed, n.stopping
		n.mu.Unlock()
		if stopping {
			return "", ErrStopped // the firing goes back; nothing has been done
		}
		verdict, reason, err := n.tryEnter(a, h.Schedule.Overlap)
		if err != nil || verdict != wait {
			return reason, err
		}
		if !claimed { // whoever looks shall see that it waits
			if err := n.write(a); err != nil {
				return "", err
			}
			claimed, a.waited = true, true
		}
		select {
		case <-changed:
		case <-a.ctx.Done():
			return "", context.Cause(a.ctx)
		}
	}
}

// verdict is what tryEnter came to.
type verdict int

const (
	enters verdict = iota
	skips
	wait
)

// tryEnter looks at what the job runs now, and writes what follows from it.
func (n *Node) tryEnter(a *active, policy schedule.Overlap) (verdict, string, error) {
	defer n.entering.lock(a.run.Job)()
	for {
		var now current
		rev, err := get(a.ctx, n.store.runs, nowKey(a.run.Job), &now)
		if err != nil {
			return 0, "", err
		}
		if err := n.prune(a.ctx, &now, a.key); err != nil {
			return 0, "", err
		}
		settled, err := n.pass(a, &now, policy)
		if err != nil {
			return 0, "", err
		}
		if !settled {
			return wait, "", nil
		}
		place := now.place
		if a.inLine {
			place = now.placeInLine
		}
		v, reason := place(a.key, policy)
		if v == skips {
			return v, reason, nil
		}
		if v == wait && a.inLine {
			return v, "", nil
		}
		_, ok, err := n.store.putRun(a.ctx, nowKey(a.run.Job), now, rev)
		if err != nil {
			return 0, "", err
		}
		if !ok {
			continue
		}
		if v == wait && policy == schedule.OverlapReplace {
			for _, key := range now.Running {
				if err := n.store.cancel(a.ctx, key, asked{why: fmt.Sprintf("replaced by the firing of %s", stamp(a.run.Due))}); err != nil {
					return 0, "", err
				}
			}
		}
		return v, "", nil
	}
}

// place puts the run where its policy has it.
func (c *current) place(key string, policy schedule.Overlap) (verdict, string) {
	switch {
	case len(c.Running) >= maxBehind:
		return skips, fmt.Sprintf("%d runs of the job go on already", len(c.Running))
	case len(c.Running) == 0 || policy == schedule.OverlapAllow:
		c.Running = append(c.Running, key)
		if c.Waiting == key {
			c.Waiting = ""
		}
		return enters, ""
	case policy == schedule.OverlapSkip:
		return skips, "the job was still running"
	case c.Waiting == key:
		return wait, ""
	case c.Waiting == "" || policy == schedule.OverlapReplace && c.Waiting < key:
		c.Waiting = key
		return wait, ""
	case policy == schedule.OverlapReplace:
		return skips, "the job was still running, and a newer firing replaces it"
	}
	return skips, "the job was still running, and another firing waits already"
}

// prune takes out what no longer runs: a node may have died between the end of a run
// and the making of room. own is taken out too.
func (n *Node) prune(ctx context.Context, c *current, own string) error {
	var failed error
	c.Running = slices.DeleteFunc(c.Running, func(key string) bool {
		if key == own {
			return true
		}
		over, err := n.over(ctx, key)
		failed = first(failed, err)
		return over
	})
	if c.Waiting != "" && c.Waiting != own {
		over, err := n.over(ctx, c.Waiting)
		failed = first(failed, err)
		if over {
			c.Waiting = ""
		}
	}
	return failed
}

// pass takes out the runs that are only prepared: for a later time than that of this run,
// which goes before them, or for an earlier one at which their node did not begin them. They
// ask for their place anew if they are still to begin. settled is false where a node is
// just about to be ready for a later one; its record follows.
func (n *Node) pass(a *active, c *current, policy schedule.Overlap) (settled bool, err error) {
	if policy == schedule.OverlapAllow {
		return true, nil // there is room beside them
	}
	var kept []string
	for _, key := range c.Running {
		later, err := n.later(a, key)
		if err != nil || later == unknown {
			return false, err
		}
		if later != passed {
			kept = append(kept, key)
		}
	}
	c.Running = kept
	return true, nil
}

// lateness is how a run that has a place stands to one that wants it.
type lateness int

const (
	runs    lateness = iota
	passed           // it has not begun, and will find out that it has no place any more
	unknown          // it is for later, and its node is not ready yet
)

// later sees to a run that has a place: one that is only prepared loses it.
func (n *Node) later(a *active, key string) (lateness, error) {
	due, err := dueOf(key)
	// One that should have begun a while ago has lost its node, or will find out too.
	if err != nil || !due.After(a.run.Due) && a.run.Due.Sub(due) < lead {
		return runs, nil
	}
	var r Run
	rev, err := get(a.ctx, n.store.runs, key, &r)
	switch {
	case err != nil:
		return runs, err
	case rev == 0 && due.After(n.opts.Clock.Now()):
		return unknown, nil
	case !r.Ready:
		return runs, nil
	}
	if begun, err := n.begunBy(a.ctx, r); begun || err != nil {
		return runs, err
	}
	return passed, nil
}

// giveBack takes a run that is left to another node out of what its job runs: until that
// node has it, others of the job may run.
func (n *Node) giveBack(a *active) error {
	defer n.entering.lock(a.run.Job)()
	ctx := context.WithoutCancel(a.ctx)
	for {
		var now current
		rev, err := get(ctx, n.store.runs, nowKey(a.run.Job), &now)
		at := slices.Index(now.Running, a.key)
		if err != nil || at < 0 {
			return err
		}
		now.Running = slices.Delete(now.Running, at, at+1)
		if _, ok, err := n.store.putRun(ctx, nowKey(a.run.Job), now, rev); ok || err != nil {
			return err
		}
	}
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// over says whether nothing more comes of a run. One that has no record yet is about
// to begin; after a while it is not.
func (n *Node) over(ctx context.Context, key string) (bool, error) {
	var r Run
	rev, err := get(ctx, n.store.runs, key, &r)
	if err != nil || rev != 0 {
		return err == nil && r.State.Over(), err
	}
	due, err := dueOf(key)
	return err != nil || n.opts.Clock.Now().Sub(due) > unbegun, nil
}

// unbegun is how long after its time a run may still be about to begin.
const unbegun = 10 * time.Minute
