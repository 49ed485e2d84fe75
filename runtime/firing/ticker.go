package firing

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/schedule"
)

// ticker publishes the firings of the jobs that this node serves a lead before they are due.
// One goroutine does it for all of them.
type ticker struct {
	store *Store
	clock clock.Clock
	node  string
	log   *logrus.Entry
	told  func(Firing, time.Duration) // of each firing that this node published, and how late

	woken   chan struct{} // there are changes, or it is time
	mu      sync.Mutex
	changes []func() // to run on the ticker's goroutine

	busy  atomic.Pointer[time.Time] // since when it is at work; nil while it waits
	fails atomic.Pointer[error]     // why the last firing could not be published; nil if it was

	since time.Time
	jobs  map[string]*tick
	heap  tickHeap
}

// tick is what the ticker knows of a job.
type tick struct {
	name     string
	schedule *schedule.Schedule
	record   Job
	cursor   time.Time
	seq      uint64
	known    bool      // cursor and seq have been read
	at       time.Time // when it is looked at again
	index    int       // in the heap, -1: never
}

// retryAfter is when what failed for want of the server is tried again.
const retryAfter = time.Second

// maxNap bounds how long the ticker does not look at the clock: it may have been set,
// or the machine may have slept.
const maxNap = 10 * time.Second

// run ticks until ctx ends.
func (t *ticker) run(ctx context.Context) {
	t.since = t.clock.Now()
	t.hold()
	for {
		var timer clock.Timer
		if len(t.heap) > 0 {
			timer = t.clock.AfterFunc(min(t.heap[0].at.Sub(t.clock.Now()), maxNap), t.wake)
		}
		t.release()
		t.busy.Store(nil)
		select {
		case <-ctx.Done():
			t.hold()
		case <-t.woken:
		}
		now := time.Now()
		t.busy.Store(&now)
		if timer != nil {
			timer.Stop()
		}
		if ctx.Err() != nil {
			t.release()
			return
		}
		t.mu.Lock()
		changes := t.changes
		t.changes = nil
		t.mu.Unlock()
		for _, change := range changes {
			change()
		}
		t.fireAll(ctx)
	}
}

// post has f run on the ticker's goroutine. It does not block.
func (t *ticker) post(f func()) {
	t.mu.Lock()
	t.changes = append(t.changes, f)
	t.mu.Unlock()
	t.wake()
}

// wake has run look at the changes and at the time. Virtual time, in tests, stands
// still until it has.
func (t *ticker) wake() {
	t.hold()
	select {
	case t.woken <- struct{}{}:
	default:
		t.release()
	}
}

func (t *ticker) hold() { hold(t.clock) }

func (t *ticker) release() {
	if h, ok := t.clock.(clock.Holder); ok {
		h.Release()
	}
}

// hold keeps virtual time, in tests, from going on until release.
func hold(c clock.Clock) (release func()) {
	h, ok := c.(clock.Holder)
	if !ok {
		return func() {}
	}
	h.Hold()
	return h.Release
}

// fireAll publishes everything whose time it is. What owes one firing, as most jobs do, is
// published together; the others follow.
func (t *ticker) fireAll(ctx context.Context) {
	for ctx.Err() == nil {
		now := t.clock.Now()
		var jobs []*tick
		for len(t.heap) > 0 && !t.heap[0].at.After(now) {
			j := t.heap[0]
			t.set(j, time.Time{})
			jobs = append(jobs, j)
		}
		if len(jobs) == 0 {
			return
		}
		together := t.fireTogether(ctx, jobs, now)
		var away error // the server's silence, which is not waited for again for each job
		failed := 0
		for _, j := range jobs {
			err, done := together[j]
			switch {
			case done:
			case away != nil:
				err = away
			default:
				err = t.fire(ctx, j, now)
			}
			if err == nil {
				t.next(j)
				continue
			}
			if Temporary(err) {
				away = err
			}
			t.fails.Store(&err)
			if failed++; failed <= maxTold {
				t.log.WithField("job", j.name).WithError(err).Warn("a firing could not be published; it is tried again")
			}
			j.known = false // it may have been stored all the same
			t.set(j, now.Add(retryAfter))
		}
		if failed == 0 {
			t.fails.Store(nil)
		}
		if failed > maxTold {
			t.log.WithField("jobs", failed-maxTold).Warn("nor could those of other jobs; they are tried again")
		}
	}
}

// maxTold is how many jobs are named whose firings could not be published at one time.
const maxTold = 5

// learn reads the job's last firing.
func (t *ticker) learn(ctx context.Context, j *tick) error {
	f, seq, err := t.store.last(ctx, j.name)
	if err != nil {
		return err
	}
	j.cursor, j.seq, j.known = f.Cursor, seq, true
	return nil
}

// fire publishes what the job owes until now.
func (t *ticker) fire(ctx context.Context, j *tick, now time.Time) error {
	for {
		if !j.known {
			if err := t.learn(ctx, j); err != nil {
				return err
			}
		}
		firings := decide(j.schedule, j.name, j.from(), now.Add(lead), now, t.since)
		if len(firings) == 0 {
			return nil
		}
		for _, f := range firings {
			f.Node = t.node
			seq, won, err := t.store.publish(ctx, f, j.seq)
			if err != nil {
				j.known = false // it may have been stored all the same
				return err
			}
			if !won {
				j.known = false
				break
			}
			t.stored(j, f, seq)
		}
		if j.known {
			return nil
		}
	}
}

// next sets when the job is looked at again. A cursor in the future, after the clock
// was set back, is waited for: what was fired is not fired again.
func (t *ticker) next(j *tick) {
	r := &j.record
	if r.Retired || r.Paused && r.PausedUntil == nil {
		t.set(j, time.Time{})
		return
	}
	if o, ok := j.schedule.Next(j.from()); ok {
		t.set(j, o.Due.Add(-lead))
		return
	}
	t.set(j, time.Time{})
}

// from is the instant up to which the job owes nothing.
func (j *tick) from() time.Time {
	from := latest(j.cursor, j.record.EffectiveFrom)
	if j.record.Paused && j.record.PausedUntil != nil {
		from = latest(from, j.record.PausedUntil.Add(-1)) // what is due right then fires
	}
	return from
}

// set puts the job into the heap at its time; zero takes it out.
func (t *ticker) set(j *tick, at time.Time) {
	j.at = at
	switch {
	case at.IsZero() && j.index >= 0:
		heap.Remove(&t.heap, j.index)
	case at.IsZero():
	case j.index >= 0:
		heap.Fix(&t.heap, j.index)
	default:
		heap.Push(&t.heap, j)
	}
}

// put tells the ticker of a job, or of a change of its record. Called on its goroutine.
func (t *ticker) put(name string, s *schedule.Schedule, record Job) {
	j := t.jobs[name]
	if j == nil {
		j = &tick{name: name, index: -1}
		t.jobs[name] = j
	}
	j.schedule, j.record = s, record
	if stopped := record.Retired || record.Paused && record.PausedUntil == nil; !j.known && !stopped {
		t.set(j, t.clock.Now()) // its cursor is read then, and what was missed is found
		return
	}
	t.next(j)
}

// drop forgets a job.
func (t *ticker) drop(name string) {
	if j := t.jobs[name]; j != nil {
		t.set(j, time.Time{})
		delete(t.jobs, name)
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// tickHeap has the job first that is looked at next.
type tickHeap []*tick

func (h tickHeap) Len() int           { return len(h) }
func (h tickHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h tickHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *tickHeap) Push(x any) {
	j := x.(*tick)
	j.index = len(*h)
	*h = append(*h, j)
}

func (h *tickHeap) Pop() any {
	n := len(*h) - 1
	j := (*h)[n]
	(*h)[n] = nil
	*h = (*h)[:n]
	j.index = -1
	return j
}
