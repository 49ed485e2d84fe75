package firing

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// publication is a job's one firing that is due.
type publication struct {
	job    *tick
	firing Firing
	write  *write
}

// maxTogether is how often firings are published together before each is published by
// itself: every time, another node may be faster with one of them.
const maxTogether = 3

// fireTogether publishes the firings of those jobs that owe one, in batches: the disk
// is waited for once. It gives the jobs that it has seen to, with what went wrong.
//
// A batch of which another node was faster with one firing is refused as a whole. Mostly
// it was then faster with all of them: what the jobs owe now is looked at again.
func (t *ticker) fireTogether(ctx context.Context, jobs []*tick, now time.Time) map[*tick]error {
	done := map[*tick]error{}
	t.learnMany(ctx, jobs)
	for range maxTogether {
		list := t.owed(jobs, now, done)
		jobs = nil
		for len(list) > 0 {
			batch := list[:min(len(list), maxBatch)]
			list = list[len(batch):]
			jobs = append(jobs, t.publish(ctx, batch, done)...)
		}
		if len(jobs) == 0 {
			break
		}
	}
	return done
}

// publish publishes at most maxBatch firings. The jobs that it gives are to be looked at
// again: the batch was refused.
func (t *ticker) publish(ctx context.Context, batch []publication, done map[*tick]error) (again []*tick) {
	if len(batch) >= minBatch && t.store.fireWrites.enabled {
		switch err := t.store.fireWrites.together(ctx, writes(batch)); {
		case err == nil:
			t.published(batch, done)
			return nil
		case conflict(err):
			return t.learnAll(ctx, batch, done)
		case !refused(err):
			for _, p := range batch {
				done[p.job] = err
			}
			return nil
		}
	}
	t.store.fireWrites.singly(ctx, writes(batch))
	t.published(batch, done)
	return nil
}

// owed gives the publications of the jobs that owe one firing. A job that owes nothing,
// because another node has published it, is done.
func (t *ticker) owed(jobs []*tick, now time.Time, done map[*tick]error) []publication {
	var list []publication
	for _, j := range jobs {
		if !j.known {
			continue
		}
		firings := j.owes(now)
		if len(firings) == 0 {
			done[j] = nil
		}
		if len(firings) != 1 {
			continue
		}
		f := firings[0]
		f.Node = t.node
		w, err := t.store.firing(f, j.seq)
		if err != nil {
			done[j] = err
			continue
		}
		list = append(list, publication{j, f, w})
	}
	return list
}

func writes(list []publication) []*write {
	all := make([]*write, len(list))
	for i, p := range list {
		all[i] = p.write
	}
	return all
}

// published takes account of what became of publications.
func (t *ticker) published(list []publication, done map[*tick]error) {
	for _, p := range list {
		switch {
		case p.write.err != nil:
			done[p.job] = p.write.err
		case !p.write.won:
			p.job.known = false // fire looks at it again, and finds what the winner has published
		default:
			t.stored(p.job, p.firing, p.write.seq)
			done[p.job] = nil
		}
	}
}

// stored takes account of a firing that this node has published.
func (t *ticker) stored(j *tick, f Firing, seq uint64) {
	j.learnt(f, seq)
	t.told(f, max(0, t.clock.Now().Sub(f.Due)))
}

// many is of how many jobs the last firings are read in one go; those of fewer are read
// one by one.
const many = 64

// lookPatience is how long the server may take to give all last firings.
const lookPatience = 2 * publishPatience

// learnMany reads the last firings of all jobs where there are many of which they are not
// known: when the node begins. Where that fails each is read by itself.
func (t *ticker) learnMany(ctx context.Context, jobs []*tick) {
	unknown := map[string]*tick{}
	for _, j := range jobs {
		if !j.known {
			unknown[j.name] = j
		}
	}
	if len(unknown) < many {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	last := map[string]Firing{}
	seqs := map[string]uint64{}
	err := t.store.eachFiring(ctx, "*", jetstream.DeliverLastPerSubjectPolicy, func(f Firing, seq uint64) { last[f.Job], seqs[f.Job] = f, seq })
	if err != nil {
		t.log.WithError(err).Debug("the last firings could not be read in one go")
		return
	}
	for name, j := range unknown { // one that is not there has none
		j.learnt(last[name], seqs[name])
	}
}

// readers is how many records are read at the same time.
const readers = 32

// learnAll reads the last firing of each job, and gives the jobs of which that is known.
// A server that does not answer one question is asked no more.
func (t *ticker) learnAll(ctx context.Context, list []publication, done map[*tick]error) (jobs []*tick) {
	errs := make([]error, len(list))
	var away atomic.Pointer[error]
	var reading sync.WaitGroup
	for first := range readers {
		reading.Go(func() {
			for i := first; i < len(list); i += readers {
				list[i].job.known = false
				if silent := away.Load(); silent != nil {
					errs[i] = *silent
					continue
				}
				if errs[i] = t.learn(ctx, list[i].job); Temporary(errs[i]) {
					away.Store(&errs[i])
				}
			}
		})
	}
	reading.Wait()
	for i, p := range list {
		if errs[i] != nil {
			done[p.job] = errs[i]
			continue
		}
		jobs = append(jobs, p.job)
	}
	return jobs
}
