package firing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recue/runtime/schedule"
)

// active is a firing that this node has in hand.
type active struct {
	key    string
	ctx    context.Context
	cancel context.CancelCauseFunc
	from   *Run // what it was in the hands of a node that went away; nil: it was not
	inLine bool // see line
	waited bool // for other runs of the job

	mu  sync.Mutex
	msg jetstream.Msg // the latest delivery
	run Run           // the record as this node wrote it last
	rev uint64
}

func (a *active) message() jetstream.Msg {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.msg
}

// take sees to one firing.
func (n *Node) take(ctx context.Context, msg jetstream.Msg) {
	var f Firing
	if err := json.Unmarshal(msg.Data(), &f); err != nil {
		n.opts.Log.WithError(err).Error("a firing is damaged and was put aside")
		_ = msg.Term()
		return
	}
	h, mine := n.lookup(f)
	switch {
	case f.Kind == Missed:
	case !mine && n.takenBack(ctx, f):
		_ = msg.Ack()
		return
	case !mine && n.unserved(ctx, f):
		f.Kind, f.Count, f.Reason = Missed, 1, "no node served it in time"
	case !mine:
		passesOn(msg)
		return
	}
	key := runKey(f.Job, f.Due, f.Kind)
	if !n.adopt(key, msg) {
		return
	}
	a := n.newActive(ctx, key, msg, f)
	err := n.see(a, f, h)
	n.mu.Lock()
	delete(n.active, key)
	n.mu.Unlock()
	a.cancel(nil)
	switch {
	case errors.Is(err, errLost):
		n.opts.Log.WithField("run", key).Debug("another node has the run")
	case errors.Is(err, ErrStopped):
		_ = a.message().Nak() // another node may still be in time
	case err != nil:
		n.opts.Log.WithError(err).WithField("run", key).Warn("a firing is left to be taken again")
		_ = a.message().NakWithDelay(comeAgain)
	default:
		// Without it the firing would be delivered again, and found to be over.
		_ = a.message().DoubleAck(context.WithoutCancel(ctx))
	}
}

// unserved says whether a firing has waited too long for a node that serves its job:
// for the job's grace, but ten minutes at least.
func (n *Node) unserved(ctx context.Context, f Firing) bool {
	late := n.opts.Clock.Now().Sub(f.Due)
	if late <= schedule.DefaultGrace {
		return false
	}
	j, err := n.store.job(ctx, f.Job)
	if err != nil {
		return errors.Is(err, ErrNoJob)
	}
	s, err := j.schedule()
	return err != nil || late > s.Grace
}

// lookup finds who runs a firing on this node. A node that is to end runs nothing new.
func (n *Node) lookup(f Firing) (*Handler, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.handlers[f.Job]
	return h, h != nil && !n.stopping
}

// takenBack says whether the firing is of a planned stop that was not needed: it has no
// record any more. Other jobs always have one, also where a server that is about to become
// a replica says that it knows of none.
func (n *Node) takenBack(ctx context.Context, f Firing) bool {
	if !f.Planned {
		return false
	}
	var j Job
	rev, err := get(ctx, n.store.jobs, token(f.Job), &j)
	return err == nil && rev == 0
}

// adopt says whether a delivery is news: a second one of what this node has in hand
// only replaces the first.
func (n *Node) adopt(key string, msg jetstream.Msg) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.active[key]
	if a == nil {
		return true
	}
	a.mu.Lock()
	a.msg = msg
	a.mu.Unlock()
	return false
}

func (n *Node) newActive(ctx context.Context, key string, msg jetstream.Msg, f Firing) *active {
	own, cancel := context.WithCancelCause(ctx)
	a := &active{key: key, ctx: own, cancel: cancel, msg: msg, run: Run{
		Job: f.Job, Due: f.Due, Kind: f.Kind, State: Claimed, Node: n.opts.Name, Note: f.Note,
	}}
	n.mu.Lock()
	n.active[key] = a
	n.mu.Unlock()
	return a
}

// see claims the run and brings it to its end. An error means that the firing is to
// be delivered again; errLost, that another node has it.
func (n *Node) see(a *active, f Firing, h *Handler) error {
	var before Run
	var rev uint64
	var err error
	if meta, failed := a.message().Metadata(); failed != nil || meta.NumDelivered > 1 || n.store.opts.Unchecked {
		rev, err = get(a.ctx, n.store.runs, a.key, &before)
	} // else nobody has had it before
	if err == nil && rev != 0 && before.Node != n.opts.Name {
		from := before
		a.from = &from
	}
	if err == nil && before.Ready && before.Node != n.opts.Name {
		before, err = n.taking(a.ctx, before)
	}
	switch {
	case n.store.opts.Unchecked:
		a.rev = rev
		if err := n.await(a, &early{firing: f}); err != nil {
			return err
		}
		return n.run(a, h, false)
	case err != nil:
		return err
	case rev != 0 && before.State.Over() && before.Untold:
		return n.tellFor(a, before, rev, h)
	case rev != 0 && before.State.Over():
		return nil // it is over; only the acknowledgement was lost
	case rev != 0 && before.State == Running && before.Node == n.opts.Name:
		// This node wrote it and had no answer: what it runs is not delivered again to it.
		a.run.Attempt = before.Attempt - 1
	case rev != 0 && before.State == Running:
		if reason := n.unresumed(a.from, before, h); reason != "" {
			return n.interrupt(a, before, rev, h, reason)
		}
		a.run.Attempt = before.Attempt
	}
	a.rev = rev
	if f.Kind == Missed {
		a.run.Count = f.Count
		return n.finish(a, WasMissed, f.Reason)
	}
	if f.Kind == Due && f.Due.After(n.opts.Clock.Now()) {
		return n.seeEarly(a, f, h)
	}
	return n.seeNow(a, f, h)
}

// seeNow is see once a firing is due.
func (n *Node) seeNow(a *active, f Firing, h *Handler) error {
	// A run that is resumed did begin in time.
	if late := n.late(f); f.Kind == Due && late > h.Schedule.Grace && a.run.Attempt == 0 {
		return n.finish(a, WasMissed, fmt.Sprintf("its turn came %v late, and its grace is %v", late.Round(time.Second), h.Schedule.Grace))
	}
	if reason := n.passedOver(a, f, h); reason != "" {
		return n.finish(a, WasMissed, reason)
	}
	var reason string
	err := n.line(a, f, h)
	if err == nil {
		reason, err = n.enter(a, h)
	}
	if err == nil && reason == "" && a.waited {
		reason = n.off(f)
	}
	var stays asked
	switch {
	case errors.As(err, &stays):
		return n.finish(a, stays.state(Skipped), stays.Error())
	case err != nil:
		return err
	case reason != "":
		return n.finish(a, Skipped, reason)
	}
	return n.run(a, h, false)
}

// run runs the job. Where it has begun by the node's word, its own record says so later.
func (n *Node) run(a *active, h *Handler, begun bool) error {
	a.run.begin(n.opts.Clock.Now())
	if !begun {
		if err := n.write(a); err != nil {
			return err
		}
	}
	r := a.run
	return n.perform(a, h, begun, func() error { return h.Run(a.ctx, r) })
}

// perform does what brings a run to its end; begun is as in run.
func (n *Node) perform(a *active, h *Handler, begun bool, do func() error) error {
	ended := func() {}
	if begun {
		ended = n.show(a)
	}
	if limit := h.Schedule.Timeout; limit > 0 {
		timer := n.opts.Clock.AfterFunc(limit, func() { a.cancel(fmt.Errorf("cancelled after %v, the timeout of the job", limit)) })
		defer timer.Stop()
	}
	failed := do()
	ended()
	return n.performed(a, h, failed)
}

// performed writes how the job's function ended.
func (n *Node) performed(a *active, h *Handler, failed error) error {
	cause := context.Cause(a.ctx)
	switch {
	case errors.Is(cause, errLost):
		return errLost
	case errors.Is(cause, ErrCancelled):
		// Also where the function took no notice: it did less than it should have.
		return n.finish(a, Cancelled, first(failed, cause).Error())
	case failed == nil:
		return n.finish(a, Done, "")
	}
	state := Failed
	if errors.Is(cause, ErrStopped) {
		if h.Resume {
			return ErrStopped // the firing goes back, for another node
		}
		state = Interrupted
	}
	if err := n.fail(a, h, state, failed); err != nil {
		return err
	}
	return n.tell(a, h, failed)
}

// unresumed says why a run whose node went away in the middle is not run again; ""
// means that it is. from is its record as it was found.
func (n *Node) unresumed(from *Run, before Run, h *Handler) string {
	reason := fmt.Sprintf("the node %s went away while it ran", before.Node)
	if from.Ready { // by the node's word alone
		reason = fmt.Sprintf("the node %s went away when it was to begin, or soon after: nobody knows whether it did", before.Node)
	}
	switch {
	case h == nil || !h.Resume:
		return reason
	case before.Cancel != "":
		return reason + ", after it had been " + before.Cancel
	}
	if next, ok := h.Schedule.Next(before.Due); ok && !next.Due.After(n.opts.Clock.Now()) {
		return reason + ", and the job has been due again since"
	}
	return ""
}

// interrupt closes a run whose node went away in the middle. Its commands are not
// sent again blindly: what it did is not known here.
func (n *Node) interrupt(a *active, before Run, rev uint64, h *Handler, reason string) error {
	gone := before.Node
	a.run, a.rev = before, rev
	a.run.Node, a.run.Ready = n.opts.Name, false
	failure := errors.New(reason)
	if err := n.fail(a, h, Interrupted, failure); err != nil {
		return err
	}
	due := a.run.Due
	if h != nil {
		due = due.In(h.Schedule.Zone())
	}
	n.opts.Log.WithFields(map[string]any{"job": a.run.Job, "due": due.Format(time.RFC3339), "run": a.key, "node": gone}).Error("the run was interrupted: its node went away")
	return n.tell(a, h, failure)
}

// finish writes how the run ended. The job's next finds that out, see prune.
func (n *Node) finish(a *active, state State, reason string) error {
	ended := n.opts.Clock.Now()
	a.run.State, a.run.Reason, a.run.Ended, a.run.Ready = state, reason, &ended, false
	for tries := 1; ; tries++ {
		err := n.write(a)
		if err == nil {
			break
		}
		if errors.Is(err, errLost) || errors.Is(err, nats.ErrConnectionClosed) || n.isStopping() && tries >= lastTries {
			return err
		}
		// The run is over and its end must be known, else it would count as interrupted.
		n.opts.Log.WithError(err).WithField("run", a.key).Warn("the end of a run could not be written; it is tried again")
		n.pause(retryAfter)
	}
	n.opts.Ended(a.run)
	return nil
}

// lastTries is how often a node that is to end tries to write the end of a run.
const lastTries = 5

func (n *Node) pause(d time.Duration) {
	over := make(chan struct{})
	n.opts.Clock.AfterFunc(d, func() { close(over) })
	<-over
}

func (n *Node) isStopping() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stopping
}

// onlyAsked says whether nothing was done with a run since it was read, but somebody may
// have asked for its cancellation.
func (r *Run) onlyAsked(now Run) bool {
	return now.Node == r.Node && now.State == r.State && now.Ready == r.Ready && now.Attempt == r.Attempt
}

// write writes the run's record on condition that it is still this node's, or is still as
// it was when this node took it over. Somebody may have asked for its cancellation
// meanwhile: that is no loss.
func (n *Node) write(a *active) error {
	ctx := context.WithoutCancel(a.ctx)
	for {
		next, ok, err := n.store.putRun(ctx, a.key, a.run, a.rev)
		if err != nil {
			return fmt.Errorf("write the record of the run %s: %w", a.key, err)
		}
		if ok {
			a.rev = next
			return nil
		}
		var now Run
		rev, err := get(ctx, n.store.runs, a.key, &now)
		if err != nil {
			return fmt.Errorf("read the record of the run %s: %w", a.key, err)
		}
		if a.from != nil && a.from.onlyAsked(now) {
			a.rev, a.run.Cancel, a.run.Wished = rev, now.Cancel, now.Wished
			continue
		}
		if rev == 0 || now.Node != n.opts.Name || now.State.Over() && now.State != a.run.State {
			return errLost
		}
		if now.State.Over() {
			a.rev = rev
			return nil // it was written before; only the answer was lost
		}
		a.rev, a.run.Cancel, a.run.Wished = rev, now.Cancel, now.Wished
	}
}
