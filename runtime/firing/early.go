package firing

import (
	"context"
	"errors"
	"time"

	"recue/runtime/schedule"
)

// seeEarly prepares a run before it is due, and waits for that.
func (n *Node) seeEarly(a *active, f Firing, h *Handler) error {
	e := &early{firing: f, handler: h, wanted: h.unwanted(f.Due) == ""}
	defer e.drop()
	var err error
	if e.entered, err = n.enterEarly(a, h); err == nil && e.entered {
		if e.begin, err = n.ready(a); err == nil {
			e.prepare(a)
		}
	}
	if err == nil {
		err = n.await(a, e)
	}
	var stays asked
	if errors.As(err, &stays) {
		return n.finish(a, stays.state(Skipped), stays.Error())
	}
	if err != nil {
		return n.unready(a, err)
	}
	if e.wait != nil {
		a.run.begin(e.at)
		return n.perform(a, h, true, e.wait)
	}
	if !e.same || !e.wanted {
		var reason string
		h, reason, err = n.again(a, f)
		switch {
		case err != nil:
			return n.unready(a, err)
		case h == nil && reason == "":
			return nil
		case reason != "":
			return n.finish(a, Skipped, reason)
		}
	}
	if e.entered && n.inTime(f, h) && e.begin() {
		return n.run(a, h, true)
	}
	// It has no place, or does not know whether it still has: one that was fired by hand
	// meanwhile has gone before it, see pass.
	a.run.Ready = false
	if e.entered {
		if err := n.write(a); err != nil {
			return err
		}
	}
	return n.seeNow(a, f, h)
}

// asked is the end of a run that is to be cancelled, as its record says.
type asked struct {
	why    string
	wished bool // by a person
}

func (a asked) Error() string { return a.why }

// Is has errors.Is find out what a person asked for.
func (a asked) Is(target error) bool { return target == ErrCancelled && a.wished }

// state is that of a run which ends so: the one given, unless a person asked for it.
func (a asked) state(other State) State {
	if a.wished {
		return Cancelled
	}
	return other
}

// ErrCancelled is in the chain of the cause with which the context of a run ends that a
// person has cancelled. That is no failure.
var ErrCancelled = errors.New("cancelled by recue jobs cancel")

// unready takes back that a run begins when it is due, which err keeps from it: the node's
// next word must not be for it too.
func (n *Node) unready(a *active, err error) error {
	if !a.run.Ready || errors.Is(err, errLost) {
		return err
	}
	a.run.Ready = false
	if failed := n.write(a); failed != nil {
		return errors.Join(err, failed)
	}
	if failed := n.giveBack(a); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

// taking is what a run has come to for which another node was ready, before this one
// takes it over.
func (n *Node) taking(ctx context.Context, r Run) (Run, error) {
	begun, err := n.begunBy(ctx, r)
	if begun {
		r.begin(r.Due)
	}
	return r, err
}

// enterEarly makes room for a run before its time, where that keeps no other run away: nothing
// of its job runs, or all may run. Else its policy decides when it is due.
func (n *Node) enterEarly(a *active, h *Handler) (entered bool, err error) {
	defer n.entering.lock(a.run.Job)()
	policy := h.Schedule.Overlap
	var now current
	rev, err := get(a.ctx, n.store.runs, nowKey(a.run.Job), &now)
	if err != nil {
		return false, err
	}
	if err := n.prune(a.ctx, &now, a.key); err != nil {
		return false, err
	}
	if policy != schedule.OverlapAllow && (len(now.Running) > 0 || now.Waiting != "") {
		return false, nil
	}
	if v, _ := now.place(a.key, policy); v != enters {
		return false, nil
	}
	_, entered, err = n.store.putRun(a.ctx, nowKey(a.run.Job), now, rev)
	return entered, err
}

// errUnserved is the end of a firing whose job this node does not serve any more.
var errUnserved = errors.New("this node does not serve the job any more")

// again looks, when a firing is due, at what may have changed since it was published. A
// reason means that it is not to run; no handler, that it was taken back.
func (n *Node) again(a *active, f Firing) (h *Handler, reason string, err error) {
	h, mine := n.lookup(f)
	switch {
	case !mine && n.takenBack(a.ctx, f):
		return nil, "", nil
	case !mine && n.retired(a.ctx, f):
		return nil, "its script does not declare the job any more", nil
	case !mine:
		return nil, "", errUnserved
	}
	return h, h.unwanted(f.Due), nil
}

// retired says whether the job of a firing was taken out of its script.
func (n *Node) retired(ctx context.Context, f Firing) bool {
	_, err := n.store.job(ctx, f.Job)
	return errors.Is(err, ErrNoJob)
}

// unwanted says why the job does not fire at a time, or "".
func (h *Handler) unwanted(due time.Time) string {
	r := &h.record
	o, ok := h.Schedule.Next(due.Add(-time.Nanosecond))
	switch {
	case r.Retired:
		return "its script does not declare the job any more"
	case r.Paused && (r.PausedUntil == nil || due.Before(*r.PausedUntil)):
		return "the job was paused right before"
	case !due.After(r.EffectiveFrom), !ok, !o.Due.Equal(due):
		return "its schedule was changed right before"
	}
	return ""
}
