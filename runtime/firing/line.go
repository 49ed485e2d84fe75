package firing

import (
	"context"
	"slices"
	"sync"
	"time"

	"recue/runtime/schedule"
)

// line has a late firing of a job with missed "all" wait for its turn. Each of them is
// wanted, so they do not skip, replace or leave out one another, whatever the overlap
// policy does with those that are in time: they run one after the other, in the order of
// their times. With overlap "allow" there is nothing to wait for.
func (n *Node) line(a *active, f Firing, h *Handler) error {
	s := h.Schedule
	if f.Kind != Due || s.Missed != schedule.MissedAll || s.Overlap == schedule.OverlapAllow || a.run.Attempt > 0 || !f.Late && n.inTime(f, h) {
		return nil
	}
	a.inLine = true
	if f.Behind == nil {
		return nil
	}
	key := runKey(f.Job, *f.Behind, Due)
	bell := n.bells.await(key)
	defer n.bells.leave(key, bell)
	since := n.opts.Clock.Now()
	defer n.opts.Clock.AfterFunc(unbegun, func() { n.bells.ring(key) }).Stop()
	for written := false; ; {
		if over, err := n.hasEnded(a.ctx, key, since); over || err != nil {
			return err
		}
		if !written { // whoever looks shall see that it waits
			if err := n.write(a); err != nil {
				return err
			}
			written, a.waited = true, true
		}
		select {
		case <-bell:
		case <-n.ending:
			return ErrStopped // the firing goes back; nothing has been done
		case <-a.ctx.Done():
			return context.Cause(a.ctx)
		}
	}
}

// hasEnded says whether a run has a record that says that it is over. One that had none
// since a while ago is not waited for any longer.
func (n *Node) hasEnded(ctx context.Context, key string, since time.Time) (bool, error) {
	var r Run
	rev, err := get(ctx, n.store.runs, key, &r)
	if rev == 0 {
		return n.opts.Clock.Now().Sub(since) >= unbegun, err
	}
	return r.State.Over(), err
}

// placeInLine is place for a run that stands in line: it waits as long as anything runs.
// One that is in time and replaces what runs goes before it.
func (c *current) placeInLine(key string, policy schedule.Overlap) (verdict, string) {
	if len(c.Running) > 0 || policy == schedule.OverlapReplace && c.Waiting != "" {
		return wait, ""
	}
	return c.place(key, policy)
}

// bells ring for those who wait for a change of a run's record, by its key. The zero value
// is ready to use.
type bells struct {
	mu  sync.Mutex
	all map[string][]chan struct{}
}

// await gives a bell that rings for changes from now on; leave gives it back.
func (b *bells) await(key string) (bell chan struct{}) {
	bell = make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = map[string][]chan struct{}{}
	}
	b.all[key] = append(b.all[key], bell)
	return bell
}

func (b *bells) leave(key string, bell chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := slices.DeleteFunc(b.all[key], func(c chan struct{}) bool { return c == bell })
	if b.all[key] = left; len(left) == 0 {
		delete(b.all, key)
	}
}

// ring rings the bells for a key.
func (b *bells) ring(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bell := range b.all[key] {
		select {
		case bell <- struct{}{}:
		default: // it rings already
		}
	}
}
