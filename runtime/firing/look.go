package firing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"recue/runtime/schedule"
)

// Status is a job as `recue jobs` lists it. Its times are in the job's zone; those of a
// planned stop, in that of the job whose recording it is to stop.
type Status struct {
	Job     Job
	Next    time.Time // zero: it fires no more, or is paused without an end
	Last    *Run      // nil: it has not run yet
	Running []Run
}

// Plans lists the jobs by name, planned stops included, without their runs.
func (s *Store) Plans(ctx context.Context, now time.Time) ([]Status, error) {
	var list []Status
	read := schedules{}
	err := readAll(ctx, s.jobs, func(_ string, data []byte) error {
		var j Job
		if err := json.Unmarshal(data, &j); err != nil {
			return err
		}
		list = append(list, Status{Job: j, Next: j.next(now, read)})
		return nil
	})
	if err != nil {
		return nil, storeError("read the jobs", err)
	}
	slices.SortFunc(list, func(a, b Status) int { return cmp.Compare(a.Job.Name, b.Job.Name) })
	inZones(list)
	return list, nil
}

// Jobs is Plans with the runs: it reads the last one of each job and those that go on,
// however many there are.
func (s *Store) Jobs(ctx context.Context, now time.Time) ([]Status, error) {
	list, err := s.Plans(ctx, now)
	if err != nil {
		return nil, err
	}
	last, err := s.firings(ctx, "*", jetstream.DeliverLastPerSubjectPolicy)
	if err != nil {
		return nil, storeError("read the firings", err)
	}
	lastOf := map[string]string{} // the key of the last run, by job
	for _, f := range last {
		lastOf[f.Job] = runKey(f.Job, f.Due, f.Kind)
	}
	if err := s.addRuns(ctx, list, lastOf); err != nil {
		return nil, storeError("read the runs", err)
	}
	inZones(list)
	return list, nil
}

// inZones puts the times of all jobs into their zones.
func inZones(list []Status) {
	names, zones := map[string]string{}, map[string]*time.Location{} // of the jobs' zones; by those names
	for _, st := range list {
		names[st.Job.Name] = st.Job.Zone
		if zones[st.Job.Zone] == nil {
			zones[st.Job.Zone] = st.Job.Location()
		}
	}
	for i := range list {
		st := &list[i]
		zone := zones[st.Job.Zone]
		if st.Job.Stop != nil {
			zone = cmp.Or(zones[names[st.Job.Stop.Planner()]], zone)
		}
		st.in(zone)
	}
}

// in puts the times into a zone.
func (st *Status) in(zone *time.Location) {
	if !st.Next.IsZero() {
		st.Next = st.Next.In(zone)
	}
	st.Job.PausedUntil = inZone(st.Job.PausedUntil, zone)
	if st.Last != nil {
		last := st.Last.In(zone)
		st.Last = &last
	}
	for i, r := range st.Running {
		st.Running[i] = r.In(zone)
	}
}

// In is the run with its times in a zone.
func (r Run) In(zone *time.Location) Run {
	r.Due, r.Began, r.Ended = r.Due.In(zone), inZone(r.Began, zone), inZone(r.Ended, zone)
	return r
}

func inZone(t *time.Time, zone *time.Location) *time.Time {
	if t == nil {
		return nil
	}
	there := t.In(zone)
	return &there
}

// addRuns adds to the jobs what runs and what ran last.
func (s *Store) addRuns(ctx context.Context, list []Status, lastOf map[string]string) error {
	var keys []string
	for _, st := range list {
		keys = append(keys, nowKey(st.Job.Name))
	}
	running, err := getAll[current](ctx, s.runs, keys)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, c := range running {
		for _, key := range c.Running {
			wanted[key] = true
		}
	}
	for _, key := range lastOf {
		wanted[key] = true
	}
	runs, err := s.someRuns(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	byJob := map[string][]Run{}
	for _, r := range runs {
		byJob[r.Job] = append(byJob[r.Job], r)
	}
	for i := range list {
		st := &list[i]
		own := byJob[st.Job.Name]
		begun := func(r Run) bool { return r.ID() == lastOf[st.Job.Name] }
		if lastOf[st.Job.Name] != "" && !slices.ContainsFunc(own, begun) {
			// Its last firing is published ahead, or waits for a node: those before it are looked for.
			before, err := s.history(ctx, st.Job.Name, 1)
			if err != nil {
				return err
			}
			own = append(own, before...)
		}
		st.add(own)
	}
	return nil
}

// add adds runs of the job, some perhaps twice.
func (st *Status) add(runs []Run) {
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID(), b.ID())) })
	runs = slices.CompactFunc(runs, func(a, b Run) bool { return a.ID() == b.ID() })
	for _, r := range runs {
		st.Last = &r
		if r.State == Running {
			st.Running = append(st.Running, r)
		}
	}
}

// schedules are those that records say, by their text: of many jobs most fire at the same
// times as others.
type schedules map[string]*schedule.Schedule

// of is what a record says.
func (s schedules) of(j *Job) (*schedule.Schedule, error) {
	spec, err := json.Marshal(j.Spec)
	if err != nil {
		return nil, err
	}
	key := j.Zone + " " + string(spec)
	if s[key] == nil {
		if s[key], err = j.schedule(); err != nil {
			delete(s, key)
			return nil, err
		}
	}
	return s[key], nil
}

// next is when the job fires next.
func (j *Job) next(now time.Time, read schedules) time.Time {
	if j.Retired || j.Paused && j.PausedUntil == nil {
		return time.Time{}
	}
	s, err := read.of(j)
	if err != nil {
		return time.Time{}
	}
	from := latest(now, j.EffectiveFrom)
	if j.Paused {
		from = latest(from, j.PausedUntil.Add(-1)) // what is due right then fires
	}
	o, _ := s.Next(from)
	return o.Due
}

// Job reads a job. It is ErrNoJob where there is none, or its script declares it no more.
func (s *Store) Job(ctx context.Context, name string) (Job, error) { return s.job(ctx, name) }

// History lists a job's runs, the newest first and their times in the job's zone: at most
// so many, 0 for all. What nobody has asked for is not read, where the job's last firings
// tell which runs those are.
//
// A job that its script declares no more, under that name, still has the history that is
// kept; the error is ErrNoJob only where there is neither.
func (s *Store) History(ctx context.Context, job string, most int) ([]Run, error) {
	j, none := s.job(ctx, job)
	if none != nil && (job == "" || len(job) > longestName || !errors.Is(none, ErrNoJob)) {
		return nil, none
	}
	runs, err := s.history(ctx, job, most)
	if err != nil {
		return nil, storeError("read the runs", err)
	}
	if len(runs) == 0 {
		return nil, none
	}
	slices.SortFunc(runs, func(a, b Run) int { return b.Due.Compare(a.Due) })
	if most > 0 {
		runs = runs[:min(most, len(runs))]
	}
	for i := range runs {
		runs[i] = runs[i].In(j.Location())
	}
	return runs, nil
}

// unbegunLook is how many of a job's last firings may have no record before all of its
// runs are read to find as many as are wanted.
const unbegunLook = 10

// history reads at least so many of a job's runs, the last ones among them.
func (s *Store) history(ctx context.Context, job string, most int) ([]Run, error) {
	if most <= 0 || most >= firingsKept {
		return s.allRuns(ctx, job)
	}
	firings, err := s.firings(ctx, token(job), jetstream.DeliverAllPolicy)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, f := range firings[max(0, len(firings)-most-unbegunLook):] {
		keys = append(keys, runKey(f.Job, f.Due, f.Kind))
	}
	runs, err := s.someRuns(ctx, keys)
	if err != nil || len(runs) >= most {
		return runs, err
	}
	return s.allRuns(ctx, job) // some have no record yet
}

// allRuns reads every run of a job.
func (s *Store) allRuns(ctx context.Context, job string) ([]Run, error) {
	var runs []Run
	err := readKeys(ctx, s.runs, token(job)+".*", func(key string, data []byte) error {
		if key == nowKey(job) {
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
		return nil, err
	}
	return s.begun(ctx, runs)
}

// someRuns reads the runs of keys. Those that have no record are left out.
func (s *Store) someRuns(ctx context.Context, keys []string) ([]Run, error) {
	runs, err := getAll[Run](ctx, s.runs, keys)
	if err != nil {
		return nil, err
	}
	return s.begun(ctx, slices.DeleteFunc(runs, func(r Run) bool { return r.Job == "" }))
}

// firings reads what the stream has of a job's token, or of "*", all jobs.
func (s *Store) firings(ctx context.Context, token string, which jetstream.DeliverPolicy) (list []Firing, err error) {
	err = s.eachFiring(ctx, token, which, func(f Firing, _ uint64) { list = append(list, f) })
	return list, err
}

// eachFiring is firings, with the sequence of each.
func (s *Store) eachFiring(ctx context.Context, token string, which jetstream.DeliverPolicy, see func(f Firing, seq uint64)) error {
	c, err := s.js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{subjects + token}, DeliverPolicy: which, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return err
	}
	defer func() { _ = s.js.DeleteConsumer(context.WithoutCancel(ctx), stream, c.CachedInfo().Name) }() // else it goes by itself
	pending := c.CachedInfo().NumPending
	if pending == 0 {
		return nil
	}
	messages, err := c.Messages()
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		var f Firing
		if err := json.Unmarshal(msg.Data(), &f); err != nil {
			return fmt.Errorf("a firing on %s is damaged: %w", msg.Subject(), err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		see(f, meta.Sequence.Stream)
		if meta.NumPending == 0 {
			return nil
		}
	}
}

// readAll reads every record of a bucket.
func readAll(ctx context.Context, kv jetstream.KeyValue, f func(key string, data []byte) error) error {
	return readKeys(ctx, kv, jetstream.AllKeys, f)
}

// getsAtOnce bounds how many records are asked for at the same time.
const getsAtOnce = 64

// getAll reads the records of keys, in their order; those that are not there are zero.
func getAll[T any](ctx context.Context, kv jetstream.KeyValue, keys []string) ([]T, error) {
	records := make([]T, len(keys))
	var group errgroup.Group
	group.SetLimit(getsAtOnce)
	for i, key := range keys {
		group.Go(func() error {
			_, err := get(ctx, kv, key, &records[i])
			return err
		})
	}
	return records, group.Wait()
}

func readKeys(ctx context.Context, kv jetstream.KeyValue, keys string, f func(key string, data []byte) error) error {
	return readEntries(ctx, kv, keys, func(e jetstream.KeyValueEntry) error { return f(e.Key(), e.Value()) })
}

func readEntries(ctx context.Context, kv jetstream.KeyValue, keys string, f func(jetstream.KeyValueEntry) error) error {
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
			if err := f(e); err != nil {
				return err
			}
		}
	}
}
