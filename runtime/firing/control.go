package firing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Status is a job as `recue jobs` lists it.
type Status struct {
	Job     Job
	Next    time.Time // zero: it fires no more, or is paused without an end
	Last    *Run      // nil: it has not run yet
	Running []Run
}

// ErrNoJob is in the chain of the error for a job or run that is not there.
var ErrNoJob = errors.New("there is none of that name")

// Jobs lists the jobs by name, planned stops included.
func (s *Store) Jobs(ctx context.Context, now time.Time) ([]Status, error) {
	var list []Status
	byName := map[string]*Status{}
	err := readAll(ctx, s.jobs, func(_ string, data []byte) error {
		var j Job
		if err := json.Unmarshal(data, &j); err != nil {
			return err
		}
		list = append(list, Status{Job: j, Next: j.next(now)})
		return nil
	})
	if err != nil {
		return nil, storeError("read the jobs", err)
	}
	slices.SortFunc(list, func(a, b Status) int { return cmp.Compare(a.Job.Name, b.Job.Name) })
	for i := range list {
		byName[list[i].Job.Name] = &list[i]
	}
	runs, err := s.allRuns(ctx, jetstream.AllKeys)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		st := byName[r.Job]
		if st == nil {
			continue
		}
		if st.Last == nil || r.Due.After(st.Last.Due) {
			st.Last = &r
		}
		if r.State == Running {
			st.Running = append(st.Running, r)
		}
	}
	return list, nil
}

// next is when the job fires next.
func (j *Job) next(now time.Time) time.Time {
	if j.Retired || j.Paused && j.PausedUntil == nil {
		return time.Time{}
	}
	s, err := j.schedule()
	if err != nil {
		return time.Time{}
	}
	from := latest(now, j.EffectiveFrom)
	if j.Paused {
		from = latest(from, *j.PausedUntil)
	}
	o, _ := s.Next(from)
	return o.Due
}

// History lists a job's runs, the newest first.
func (s *Store) History(ctx context.Context, job string) ([]Run, error) {
	if _, err := s.job(ctx, job); err != nil {
		return nil, err
	}
	runs, err := s.allRuns(ctx, token(job)+".*")
	slices.SortFunc(runs, func(a, b Run) int { return b.Due.Compare(a.Due) })
	return runs, err
}

func (s *Store) allRuns(ctx context.Context, keys string) ([]Run, error) {
	var runs []Run
	err := readKeys(ctx, s.runs, keys, func(key string, data []byte) error {
		if strings.HasSuffix(key, ".now") {
			return nil
		}
		var r Run
		if err := json.Unmarshal(data, &r); err != nil {
			return fmt.Errorf("the record %q is damaged: %w", key, err)
		}
		runs = append(runs, r)
		return nil
	})
	if err != nil {
		return nil, storeError("read the runs", err)
	}
	return runs, nil
}

// Pause keeps a job from firing until a time, or until it is resumed.
func (s *Store) Pause(ctx context.Context, job string, until *time.Time) error {
	if _, err := s.job(ctx, job); err != nil {
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
	if _, err := s.job(ctx, job); err != nil {
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
		if _, won, err := s.publish(ctx, f, seq); err != nil {
			return "", storeError("publish the firing", err)
		} else if won {
			return runKey(job, f.Due, Manual), nil
		}
	}
}

// Cancel asks the node that has a run in hand to cancel it.
func (s *Store) Cancel(ctx context.Context, run, reason string) error {
	var r Run
	rev, err := get(ctx, s.runs, run, &r)
	switch {
	case err != nil:
		return storeError("read the run", err)
	case rev == 0 || r.Job == "":
		return fmt.Errorf("run %q: %w; `recue jobs history JOB` lists them", run, ErrNoJob)
	case r.State.Over():
		return fmt.Errorf("run %q is over: it is %s", run, r.State)
	}
	return s.cancel(ctx, run, reason)
}

// cancel marks a run that is not over.
func (s *Store) cancel(ctx context.Context, run, reason string) error {
	for {
		var r Run
		rev, err := get(ctx, s.runs, run, &r)
		if err != nil || rev == 0 || r.State.Over() || r.Cancel != "" {
			return err
		}
		r.Cancel = reason
		if _, ok, err := put(ctx, s.runs, run, r, rev); ok || err != nil {
			return err
		}
	}
}

// job reads a job's record.
func (s *Store) job(ctx context.Context, name string) (Job, error) {
	var j Job
	rev, err := get(ctx, s.jobs, token(name), &j)
	if err != nil {
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

// readAll reads every record of a bucket.
func readAll(ctx context.Context, kv jetstream.KeyValue, f func(key string, data []byte) error) error {
	return readKeys(ctx, kv, jetstream.AllKeys, f)
}

func readKeys(ctx context.Context, kv jetstream.KeyValue, keys string, f func(key string, data []byte) error) error {
	w, err := kv.Watch(ctx, keys, jetstream.IgnoreDeletes())
	if err != nil {
		return err
	}
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case e, ok := <-w.Updates():
			if !ok || e == nil {
				return nil
			}
			if err := f(e.Key(), e.Value()); err != nil {
				return err
			}
		}
	}
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05 -07:00") }
