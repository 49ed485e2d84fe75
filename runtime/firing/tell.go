package firing

import (
	"context"

	"recue/runtime/fault"
)

// fail writes that a run failed, and with that, whether somebody is to be told.
func (n *Node) fail(a *active, h *Handler, state State, failure error) error {
	a.run.Code, a.run.Hint = string(fault.CodeOf(failure)), fault.HintOf(failure)
	a.run.Untold = h != nil && h.Failed != nil
	return n.finish(a, state, failure.Error())
}

// tell tells of a run that failed, and writes that down. The firing is acknowledged after
// that: where the node goes away before, it is delivered anew, and another node tells.
// So each failure is told at least once: a second time where the node went away while it
// told, or before it could write that it had.
func (n *Node) tell(a *active, h *Handler, failure error) error {
	if !a.run.Untold {
		return nil
	}
	r := a.run
	r.Untold = false
	if !h.Failed(context.WithoutCancel(a.ctx), r, failure) {
		return ErrStopped // the firing goes back
	}
	if _, ok, err := n.store.putRun(context.WithoutCancel(a.ctx), a.key, r, a.rev); err != nil {
		n.opts.Log.WithField("run", a.key).WithError(err).Warn("a failure was told, which could not be written down: it may be told again")
	} else if ok {
		a.run.Untold = false
	} // else another node has taken that over, and tells it too
	return nil
}

// tellFor tells of a run that failed in the place of its node, which went away.
func (n *Node) tellFor(a *active, before Run, rev uint64, h *Handler) error {
	if h == nil {
		n.opts.Log.WithField("run", a.key).Error("nobody was told that a run failed: its node went away, and no other serves its job")
		return nil
	}
	var ok bool
	var err error
	before.Untold = h.Failed != nil // else this node has nobody to tell
	a.run = before
	if a.rev, ok, err = n.store.putRun(a.ctx, a.key, before, rev); err != nil {
		return err
	} else if !ok {
		return errLost // another node tells
	}
	return n.tell(a, h, before.failure())
}

// recorded is a failure as the record of its run has it.
type recorded struct {
	text string
	kind *fault.Error // its code and hint
}

func (r recorded) Error() string { return r.text }
func (r recorded) Unwrap() error { return r.kind }

// failure is the failure with which a run ended.
func (r Run) failure() error {
	return recorded{r.Reason, &fault.Error{Code: fault.Code(r.Code), Hint: r.Hint}}
}
