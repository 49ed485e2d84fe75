package firing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// begun is a node's word that it has begun all runs for which it was ready and which were
// due until then. So one record, and one wait for the disk, is all that stands between the
// time at which a thousand runs are due and their beginning: that the node has each of
// them was written before.
type begun struct {
	Until time.Time `json:"until"`
	// TakenBy is the node that took over a run of the node's last. It writes that before,
	// so that the node's next word is not accepted and it finds out.
	TakenBy string `json:"taken_by,omitempty"`
}

// has says whether a run has begun for which the node was ready.
func (b begun) has(r Run) bool { return !b.Until.IsZero() && !b.Until.Before(r.Due) }

// word reads a node's word; revision 0 means that it has given none.
func (s *Store) word(ctx context.Context, node string) (word begun, revision uint64, err error) {
	if revision, err = get(ctx, s.runs, begunKey(node), &word); err != nil {
		err = fmt.Errorf("read what the node %s has begun: %w", node, err)
	}
	return word, revision, err
}

// begunKey is the key of a node's word, in the bucket of the runs; no job has that token.
func begunKey(node string) string { return "=begun." + token(node) }

// beginnings is the state of this node's word.
type beginnings struct {
	mu       sync.Mutex
	until    time.Time
	revision uint64
	refusals int // of the word; what was made ready before one has to ask for itself
	// giving is closed when the word that is on its way has come through; nil for none. A
	// thousand runs wait for it: a lock would let them go on one after the other only.
	giving chan struct{}
}

// refused counts the refusals so far.
func (b *beginnings) refused() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusals
}

// ready writes down that a run begins when it is due. begin, at that time, has it begin:
// false means that its record has to say so itself.
func (n *Node) ready(a *active) (begin func() bool, err error) {
	before := n.beginnings.refused()
	a.run.Ready = true
	if err := n.write(a); err != nil {
		return nil, err
	}
	return func() bool { return n.begin(context.WithoutCancel(a.ctx), a.run.Due, before) }, nil
}

// begin gives the word for what is due at a time, unless that is done. It is not
// accepted where another node has taken over a run since this one had so many refusals.
func (n *Node) begin(ctx context.Context, due time.Time, refusals int) bool {
	b := &n.beginnings
	b.mu.Lock()
	for b.giving != nil {
		giving := b.giving
		b.mu.Unlock()
		<-giving
		b.mu.Lock()
	}
	given := !due.After(b.until)
	if b.refusals != refusals || given {
		defer b.mu.Unlock()
		return b.refusals == refusals
	}
	revision := b.revision
	b.giving = make(chan struct{})
	b.mu.Unlock()

	revision, ok := n.giveWord(ctx, due, revision)

	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.giving)
	b.giving, b.revision = nil, revision
	if ok {
		b.until = due
	} else {
		b.refusals++
	}
	return ok
}

// giveWord stores the word, on the condition that the last one has a revision, and gives
// that of the one that is last then.
func (n *Node) giveWord(ctx context.Context, due time.Time, revision uint64) (last uint64, ok bool) {
	next, ok, err := n.store.putRun(ctx, begunKey(n.opts.Name), begun{Until: due}, revision)
	if ok {
		return next, true
	}
	word, next, failed := n.store.word(ctx, n.opts.Name)
	if failed != nil {
		next = revision // the next word is refused too
	}
	n.opts.Log.WithError(err).WithField("taken_by", word.TakenBy).Debug("runs begin one by one")
	return next, false
}

// begunBy says whether a run has begun for which another node was ready. If not, that
// node cannot begin it any more without finding out that this one has it.
func (n *Node) begunBy(ctx context.Context, r Run) (bool, error) {
	key := begunKey(r.Node)
	for {
		word, revision, err := n.store.word(ctx, r.Node)
		if err != nil || word.has(r) {
			return err == nil, err
		}
		word.TakenBy = n.opts.Name
		if _, ok, err := n.store.putRun(ctx, key, word, revision); ok || err != nil {
			return false, err
		}
	}
}

// begun makes running those of the runs that are only ready as their records say, and have
// begun by their nodes' word.
func (s *Store) begun(ctx context.Context, runs []Run) ([]Run, error) {
	words := map[string]begun{}
	for i := range runs {
		r := &runs[i]
		if !r.Ready {
			continue
		}
		word, known := words[r.Node]
		if !known {
			var err error
			if word, _, err = s.word(ctx, r.Node); err != nil {
				return nil, err
			}
			words[r.Node] = word
		}
		if word.has(*r) {
			r.begin(r.Due)
		}
	}
	return runs, nil
}

// begin makes a run one that goes on.
func (r *Run) begin(at time.Time) {
	r.State, r.Began, r.Ready, r.Attempt = Running, &at, false, r.Attempt+1
}

// showAfter is how long a run goes on before its own record says that it has begun: of
// the shorter ones it says so together with their end.
const showAfter = 100 * time.Millisecond

// show has the record say so then; ended is to be called at the end of the run.
func (n *Node) show(a *active) (ended func()) {
	shown := make(chan struct{})
	timer := n.opts.Clock.AfterFunc(showAfter, func() {
		go func() {
			defer close(shown)
			if err := n.write(a); errors.Is(err, errLost) {
				a.cancel(errLost)
			} // else its end is written all the same
		}()
	})
	return func() {
		if !timer.Stop() {
			<-shown
		}
	}
}
