package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/sirupsen/logrus"

	"recue/runtime/firing"
	"recue/runtime/metrics"
)

// declared gives the name and the zone of a job that a script declares, "" and UTC for
// planned stops.
func (s *service) declared(job string) (name string, zone *time.Location) {
	for _, w := range s.scripts {
		if v, j, err := w.enter(job); err == nil {
			v.leave()
			return job, j.Schedule.Zone()
		}
	}
	return "", time.UTC
}

// notes are what is to be known about scripts, by their names: that a new version of one
// is broken.
func (s *service) notes() map[string]string {
	notes := map[string]string{}
	for _, w := range s.scripts {
		if note := w.note(); note != "" {
			notes[w.name] = note
		}
	}
	return notes
}

// pageNotes are the notes as the pages of --metrics show them.
func (s *service) pageNotes() (lines []string) {
	notes := s.notes()
	for _, script := range slices.Sorted(maps.Keys(notes)) {
		lines = append(lines, script+" "+notes[script])
	}
	return lines
}

// maxUnserved is how many jobs are named that nobody serves.
const maxUnserved = 5

// tellUnserved warns of the jobs on the server that nobody serves: what was served before
// under another name, perhaps, or by a machine that is away.
func (s *service) tellUnserved(ctx context.Context, store *firing.Store) {
	jobs, err := store.Plans(ctx, time.Now())
	if err != nil {
		return // the log tells of a server that is away
	}
	serving, err := store.Serving(ctx, needed(jobs))
	switch {
	case ctx.Err() != nil:
		return
	case err != nil, !serving.Has(s.name):
		s.log.WithError(err).Warn("recue jobs cannot find out that this process serves: the NATS user needs the permission to publish to recue.who and _INBOX.>, and to subscribe to recue.who")
		return
	}
	s.tellClash(serving)
	var idle []firing.Job
	for _, st := range jobs {
		if fires(st) && st.Job.Stop == nil && !serving.Serves(st.Job) {
			idle = append(idle, st.Job)
		}
	}
	for _, j := range idle[:min(len(idle), maxUnserved)] {
		s.log.WithFields(logrus.Fields{"job": j.Name, "of": j.Script}).Warn("nobody serves this job, which does not fire: serve its script too, or forget it with recue jobs remove")
	}
	if more := len(idle) - maxUnserved; more > 0 {
		s.log.WithField("jobs", more).Warn("nor other jobs; recue jobs lists them")
	}
}

// fired counts a firing that this node published.
func (s *service) fired(f firing.Firing, _ time.Duration) {
	name, _ := s.declared(f.Job)
	s.metrics.Fired(name, string(f.Kind))
}

// serveMetrics begins to answer at --metrics, if that was given. It does so before there
// is a connection: whoever watches over the process shall see that it waits for one.
func (s *service) serveMetrics() (end func(), err error) {
	if s.opts.metrics == "" {
		return func() {}, nil
	}
	server, err := s.metrics.Serve(s.opts.metrics, metrics.Probes{
		Healthy: s.healthy, Notes: s.pageNotes,
		Ready: func(ctx context.Context) error {
			p := s.serving.Load()
			switch {
			case s.stopping.Load():
				return errors.New("it is about to end")
			case p == nil:
				return errors.New("it does not serve yet: the jobs are not registered on the NATS server")
			case !p.state.NATS().IsConnected():
				return errors.New("the NATS server with the state is away")
			case !p.commands.NATS().IsConnected():
				return errors.New("the NATS server of the recorders is away")
			case p.server != nil && p.server.StoreError() != nil:
				return p.server.StoreError()
			case s.node.Publishing() != nil:
				return s.node.Publishing()
			}
			return s.healthy(ctx)
		},
	})
	if err != nil {
		return nil, err
	}
	s.app.display.say("metrics at http://%s/metrics", server.Addr())
	return server.Close, nil
}

// healthy says whether the process does its work. Before it serves it waits for NATS,
// which is work too.
func (s *service) healthy(ctx context.Context) error {
	if s.serving.Load() == nil || s.stopping.Load() {
		return nil
	}
	return s.node.Alive(ctx)
}

// petWatchdog tells systemd's watchdog, where the unit has one, that the process works,
// three times in the unit's interval and as long as it is alive, until served is closed.
// Once ctx has ended only the runs' grace is waited for.
func petWatchdog(ctx context.Context, log *logrus.Entry, alive func(context.Context) error, served <-chan struct{}) {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		return
	}
	timer := time.NewTicker(every / 3)
	defer timer.Stop()
	for {
		select {
		case <-served:
			return
		case <-timer.C:
		}
		probe, cancel := context.WithTimeout(ctx, every/3)
		if err := alive(probe); err == nil || ctx.Err() != nil {
			sdNotify(log, daemon.SdNotifyWatchdog)
		}
		cancel()
	}
}
