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
	ended   bool

	busy  atomic.Pointer[time.Time] // since when it is at work; nil while it waits
	fails atomic.Pointer[error]     // why the last firing could not be published; nil if it was

	jobs map[string]*tick
	heap tickHeap
}

// tick is what the ticker knows of a job.
type tick struct {
	name     string
	schedule *schedule.Schedule
	record   Job
	cursor   time.Time
	seq      uint64
	late     *time.Time // when its last firing was due, if that is a late one
	known    bool       // cursor, seq and late have been read
	at       time.Time  // when it is looked at again
	index    int        // in the heap, -1: never
}

// retryAfter is when what failed for want of the server is tried again.
const retryAfter = time.Second

// maxNap bounds how long the ticker does not look at the clock: it may have been set,
// or the machine may have slept.
const maxNap = 2 * time.Second

// run ticks until ctx ends.
func (t *ticker) run(ctx context.Context) {
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
			t.end()
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
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.hold()
	select {
	case t.woken <- struct{}{}:
	default:
		t.release()
	}
}

// end has nobody wait for the ticker any more.
func (t *ticker) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	select {
	case <-t.woken:
		t.release()
	default:
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
	j.learnt(f, seq)
	return nil
}

// learnt takes account of the job's last firing.
func (j *tick) learnt(f Firing, seq uint64) {
	j.cursor, j.seq, j.known, j.late = f.Cursor, seq, true, nil
	if f.Late {
		j.late = &f.Due
	}
}

// owes says what to publish for the job; see decide. Late ones are told which late one is
// before them, of those that others have published too.
func (j *tick) owes(now time.Time) []Firing {
	firings := decide(j.schedule, j.name, j.from(), now.Add(lead), now)
	before := j.late
	for i := range firings {
		f := &firings[i]
		f.Planned = j.record.Stop != nil
		if !f.Late {
			continue
		}
		if before != nil && now.Sub(*before) <= j.schedule.Grace {
			f.Behind = before
		}
		before = &f.Due
	}
	return firings
}

// fire publishes what the job owes until now.
func (t *ticker) fire(ctx context.Context, j *tick, now time.Time) error {
	for {
		if !j.known {
			if err := t.learn(ctx, j); err != nil {
				return err
			}
		}
		firings := j.owes(now)
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
