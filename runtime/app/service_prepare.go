package app

import (
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/firing"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// prepared is a run of a job with all that it needs to be called. Many are due at the same
// time: what can be done before that is not in the way of their beginning.
type prepared struct {
	service *service
	version *version
	job     script.Job
	run     firing.Run

	ctx    context.Context
	log    *logrus.Entry
	begins *announcement
	began  func(late time.Duration) (ended func()) // counts it
	client *recorder.Client
	env    script.Env
	done   func() // ends the account of what it starts
}

// prepare prepares a run that is about to begin.
func (s *service) prepare(ctx context.Context, w *served, r firing.Run) (*prepared, error) {
	v, job, err := w.enter(r.Job)
	if err != nil {
		return nil, err
	}
	p := &prepared{service: s, version: v, job: job, run: r, ctx: ctx, began: s.metrics.Run(r.Job)}
	p.begins = &announcement{log: jobLog(s.log, r.Job, r.Due.In(job.Schedule.Zone())).WithField("run", r.ID())}
	p.log = p.begins.before()
	p.client = s.client(p.log)
	p.env = s.env(job, r, p.client, p.log)
	p.done = s.left.follow(p.client)
	return p, nil
}

// prepareEarly prepares a run that is due soon. What keeps it from that is said when it
// is due.
func (s *service) prepareEarly(ctx context.Context, w *served, r firing.Run) firing.Prepared {
	p, err := s.prepare(ctx, w, r)
	if err != nil {
		return firing.Prepared{}
	}
	return firing.Prepared{Drop: p.drop, Start: func() func() error {
		if w.inForce() == p.version {
			return p.start()
		}
		// The script has been read again meanwhile.
		return func() error {
			p.drop()
			return s.run(ctx, w, r)
		}
	}}
}

// drop ends a run that is not called.
func (p *prepared) drop() {
	p.done()
	p.version.leave()
}

// start calls the job's function; wait waits for its end.
func (p *prepared) start() (wait func() error) {
	said := func() {}
	if p.run.Attempt > 1 {
		p.log.WithField("attempt", p.run.Attempt).Warn("the run is resumed: its node went away, and it begins anew")
	} else {
		said = p.begins.after(showAfter)
	}
	counted := p.began(time.Since(p.run.Due))
	over := make(chan error, 1)
	p.job.Run(p.ctx, p.env, func(err error) { over <- err }, p.job.Firing(p.run.Due, p.run.Attempt))
	return func() error {
		err := <-over
		p.ended(err)
		counted()
		said()
		p.drop()
		return err
	}
}

// ended says what is to be said of a run's end.
func (p *prepared) ended(err error) {
	for _, rec := range p.client.Scope().Recording() {
		text := "the run has ended, and what it started still records"
		if !p.service.opts.sim {
			command, note := followUp(p.service.cfg, protocol.Stop, rec.Task)
			text += "; to stop it: " + command + note
		}
		p.log.WithField("task_id", rec.TaskID).Warn(text)
	}
	if err != nil && !errors.Is(context.Cause(p.ctx), firing.ErrCancelled) {
		p.service.tellFailed(p.ctx, p.log, err)
	}
}

// maxCollected is up to how many bytes of memory in use the garbage is collected early:
// about as much as the collector looks at within a tenth of a second.
const maxCollected = 128 << 20

// collectEarly has the garbage collected that was made in preparing many runs, before they
// are due: the collector would begin in the middle of their beginning, and take a third
// of the processors' time.
func collectEarly() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	if inUse[0].Value.Kind() == metrics.KindUint64 && inUse[0].Value.Uint64() <= maxCollected {
		runtime.GC()
	}
}
