package firing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrNoJob is in the chain of the error for a job or run that is not there.
var ErrNoJob = errors.New("there is none of that name")

// ErrOver is in the chain of the refusal to cancel a run that has ended.
var ErrOver = errors.New("it is over")

// ErrPlanned is in the chain of the refusal to keep a planned stop from happening.
var ErrPlanned = errors.New("it is a planned stop: it ends a recording if nobody else does, and goes by itself when the recording has ended")

// ownJob is nil for a job that a script has declared.
func (s *Store) ownJob(ctx context.Context, name string) error {
	j, err := s.job(ctx, name)
	if err == nil && j.Stop != nil {
		return fmt.Errorf("job %q: %w", name, ErrPlanned)
	}
	return err
}

// Pause keeps a job from firing until a time, or until it is resumed.
func (s *Store) Pause(ctx context.Context, job string, until *time.Time) error {
	if err := s.ownJob(ctx, job); err != nil {
		return err
	}
	return s.update(ctx, job, func(j *Job) bool {
		j.Paused, j.PausedUntil = true, until
		return true
	})
}

// Resume has a job fire again, from now on: what was due during the pause is not made
// up for.
func (s *Store) Resume(ctx context.Context, job string, now time.Time) error {
	if _, err := s.job(ctx, job); err != nil {
		return err
	}
	return s.update(ctx, job, func(j *Job) bool {
		if !j.Paused {
			return false
		}
		j.Paused, j.PausedUntil, j.EffectiveFrom = false, nil, now.UTC()
		return true
	})
}

// Remove forgets a job that no script declares any more: its history stays. A node that
// still serves its script declares it anew when it begins.
func (s *Store) Remove(ctx context.Context, job string) error {
	if err := s.ownJob(ctx, job); err != nil {
		return err
	}
	return s.update(ctx, job, func(j *Job) bool {
		j.Retired = true
		return true
	})
}

// Fire has a job run now, besides its schedule, and gives the run's id.
func (s *Store) Fire(ctx context.Context, job string, now time.Time) (string, error) {
	if _, err := s.job(ctx, job); err != nil {
		return "", err
	}
	for {
		before, seq, err := s.last(ctx, job)
		if err != nil {
			return "", storeError("read the firings", err)
		}
		f := Firing{Job: job, Kind: Manual, Due: now.Truncate(time.Millisecond).UTC(), Cursor: before.Cursor, Node: "recue jobs fire"}
		if before.Kind == Manual && !f.Due.After(before.Due) { // a run is known by its time
			f.Due = before.Due.Add(time.Millisecond)
		}
		if _, won, err := s.publish(ctx, f, seq); err != nil {
			return "", storeError("publish the firing", err)
		} else if won {
			return runKey(job, f.Due, Manual), nil
		}
	}
}

// Cancel asks the node that has a run in hand to cancel it, by a person's wish.
func (s *Store) Cancel(ctx context.Context, run string) error {
	var r Run
	rev, err := get(ctx, s.runs, run, &r)
	switch {
	case errors.Is(err, jetstream.ErrInvalidKey): // the name of a job, say
		return fmt.Errorf("run %q: %w; `recue jobs history JOB` lists the runs of a job", run, ErrNoJob)
	case err != nil:
		return storeError("read the run", err)
	case rev == 0 || r.Job == "":
		return fmt.Errorf("run %q: %w; `recue jobs history JOB` lists them", run, ErrNoJob)
	case r.State.Over():
		return fmt.Errorf("run %q: %w: it is %s", run, ErrOver, r.State)
	}
	return s.cancel(ctx, run, asked{ErrCancelled.Error(), true})
}

// cancel marks a run that is not over.
func (s *Store) cancel(ctx context.Context, run string, why asked) error {
	for {
		var r Run
		rev, err := get(ctx, s.runs, run, &r)
		if err != nil || rev == 0 || r.State.Over() || r.Cancel != "" {
			return err
		}
		r.Cancel, r.Wished = why.why, why.wished
		if _, ok, err := s.putRun(ctx, run, r, rev); ok || err != nil {
			return err
		}
	}
}

// longestName is more than a job's name may have.
const longestName = 1000

// job reads a job's record.
func (s *Store) job(ctx context.Context, name string) (Job, error) {
	var j Job
	if len(name) > longestName {
		return j, fmt.Errorf("job %.40q…: %w; `recue jobs` lists them", name, ErrNoJob)
	}
	rev, err := get(ctx, s.jobs, token(name), &j)
	if err != nil && !errors.Is(err, jetstream.ErrInvalidKey) { // such as the name ""
		return j, storeError("read the job", err)
	}
	if rev == 0 || j.Retired {
		return j, fmt.Errorf("job %q: %w; `recue jobs` lists them", name, ErrNoJob)
	}
	return j, nil
}

// update changes a job's record, making it if need be; change says whether there is
// anything to write.
func (s *Store) update(ctx context.Context, name string, change func(*Job) bool) error {
	for {
		var j Job
		rev, err := get(ctx, s.jobs, token(name), &j)
		if err != nil {
			return err
		}
		if !change(&j) {
			return nil
		}
		if _, ok, err := put(ctx, s.jobs, token(name), j, rev); ok || err != nil {
			return err
		}
	}
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05 -07:00") }
