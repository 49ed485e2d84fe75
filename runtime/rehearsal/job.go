package rehearsal

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"recue/runtime/clock"
	"recue/runtime/schedule"
	"recue/runtime/script"
)

// job is a schedule of the script, and what it is about.
type job struct {
	script.Job
	part    *part
	running []*Run
	queued  *Run // overlap "queue": at most one
}

// State is how a run ended.
type State string

// The states of a run.
const (
	Done    State = "done"
	Failed  State = "failed"
	Skipped State = "skipped" // its job was still running
	Missed  State = "missed"  // it came to its turn later than its grace allows
)

// Run is one firing of a job and what became of it.
type Run struct {
	Job    string
	Due    time.Time
	Note   string // what the clock change did to the firing, "" for nothing
	State  State
	Reason string // why it was skipped or missed
	Began  time.Time
	Ended  time.Time
	Err    error // of a failed run: a *script.Error
	Output output

	ctx   *cancellable
	limit clock.Timer // of the job's timeout
	job   *job
}

// output keeps what a run prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// await sets the timer for the job's first firing after an instant. Locked.
func (r *rehearsal) await(j *job, after time.Time) {
	next, ok := j.Schedule.Next(after)
	if !ok || !next.Due.Before(r.opts.Till) {
		return
	}
	r.clock.AfterFunc(next.Due.Sub(r.clock.Now()), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !next.Due.Before(r.opts.Till) { // interrupted meanwhile
			return
		}
		run := &Run{Job: j.Name, Due: next.Due, Note: next.Note, job: j}
		if next.Change.Avoidable() {
			r.book.mistake(run.Due, run, "clock change", run.Note)
		}
		r.fire(j, run)
		r.await(j, next.Due)
	})
}

// fire does what the job's overlap policy says. Locked.
func (r *rehearsal) fire(j *job, run *Run) {
	r.runs = append(r.runs, run)
	if len(j.running) == 0 {
		r.begin(run)
		return
	}
	last := j.running[len(j.running)-1]
	since := fmt.Sprintf("the run of %s still runs", stamp(last.Due))
	switch j.Schedule.Overlap {
	case schedule.OverlapAllow:
		r.begin(run)
		return
	case schedule.OverlapQueue:
		if j.queued == nil {
			j.queued = run
			r.book.mistake(run.Due, run, "overlap", since+"; it waits for its end")
			return
		}
		since = fmt.Sprintf("the run of %s still runs, and that of %s waits already", stamp(last.Due), stamp(j.queued.Due))
	case schedule.OverlapReplace:
		r.book.mistake(run.Due, run, "overlap", since+" and is replaced")
		j.queued = run
		r.clock.AfterFunc(0, func() { last.ctx.cancel(errReplaced) }) // not from here: ends of runs take the lock
		return
	}
	run.State, run.Reason, run.Began, run.Ended = Skipped, since, run.Due, run.Due
	r.book.mistake(run.Due, run, "overlap", since+"; this one is skipped")
}

var errReplaced = errors.New("replaced by the next firing of its job")

// begin starts a run. Locked.
func (r *rehearsal) begin(run *Run) {
	j := run.job
	j.running = append(j.running, run)
	r.active++
	run.Began = r.now(run)
	run.ctx = newCancellable()
	env := j.part.Host.Env
	env.Scope, env.Stdout, env.Location = r.client(run, j.part).Scope(), &run.Output, j.Schedule.Zone()
	env.Log = env.Log.WithField("job", j.Name)
	if limit := j.Schedule.Timeout; limit > 0 {
		run.limit = r.clock.AfterFunc(limit, func() {
			run.ctx.cancel(fmt.Errorf("cancelled after %v, the timeout of the job", limit))
		})
	}
	j.Run(run.ctx, env, func(err error) { r.end(run, env, err) }, j.Firing(run.Due, 1))
}

// end is called within the end of the run.
func (r *rehearsal) end(run *Run, env script.Env, err error) {
	r.mu.Lock()
	run.Ended, run.State = r.now(run), Done
	if run.limit != nil {
		run.limit.Stop()
	}
	if err != nil {
		run.State, run.Err = Failed, err
		if !errors.Is(err, errReplaced) {
			r.book.mistake(run.Ended, run, "failed run", err.Error())
		}
	}
	handler := run.job.OnFailure
	r.mu.Unlock()
	if err != nil && handler != nil {
		handler(newCancellable(), env, func(failed error) { r.leave(run, failed) }, run.job.Failure(run.Due, 1, err))
		return
	}
	r.leave(run, nil)
}

// leave takes a run out of its job, and begins the one that waits for that. failed
// is the error of on_failure.
func (r *rehearsal) leave(run *Run, failed error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if failed != nil {
		r.book.mistake(r.now(run), run, "failed run", "its on_failure failed too: "+failed.Error())
	}
	j := run.job
	for i, other := range j.running {
		if other == run {
			j.running = append(j.running[:i:i], j.running[i+1:]...)
			break
		}
	}
	r.active--
	next := j.queued
	if next == nil {
		return
	}
	j.queued = nil
	late := r.clock.Now().Sub(next.Due)
	if grace := j.Schedule.Grace; late > grace {
		next.State, next.Began, next.Ended = Missed, r.now(next), r.now(next)
		next.Reason = fmt.Sprintf("its turn came %v late, and its grace is %v", late.Round(time.Second), grace)
		r.book.mistake(r.now(next), next, "missed", next.Reason)
		return
	}
	r.begin(next)
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// now is the virtual instant, in the zone of a run's job; nil: of the script itself.
func (r *rehearsal) now(run *Run) time.Time {
	if run == nil {
		return r.clock.Now().In(r.zone)
	}
	return r.clock.Now().In(run.job.Schedule.Zone())
}
