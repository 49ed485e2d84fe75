package app

import (
	"context"
	"errors"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"recue/runtime/firing"
	"recue/runtime/metrics"
)

// declared gives the name of a job that a script declares, "" for planned stops.
func (s *service) declared(job string) string {
	for _, w := range s.scripts {
		if _, leave, err := w.enter(job); err == nil {
			leave()
			return job
		}
	}
	return ""
}

// fired counts a firing that this node published.
func (s *service) fired(f firing.Firing, _ time.Duration) {
	s.metrics.Fired(s.declared(f.Job), string(f.Kind))
}

// serveMetrics begins to answer at --metrics, if that was given.
func (s *service) serveMetrics(p *place) (end func(), err error) {
	if s.opts.metrics == "" {
		return func() {}, nil
	}
	server, err := s.metrics.Serve(s.opts.metrics, metrics.Probes{
		Healthy: s.healthy,
		Ready: func(ctx context.Context) error {
			switch {
			case s.stopping.Load():
				return errors.New("it is about to end")
			case !s.serving.Load():
				return errors.New("it does not serve yet")
			case !p.state.NATS().IsConnected():
				return errors.New("the NATS server with the state is away")
			case !p.commands.NATS().IsConnected():
				return errors.New("the NATS server of the recorders is away")
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
	if !s.serving.Load() || s.stopping.Load() {
		return nil
	}
	return s.node.Alive(ctx)
}

// petWatchdog tells systemd's watchdog, where the unit has one, that the process works,
// until served is closed. Once ctx has ended only the runs' grace is waited for.
func (s *service) petWatchdog(ctx context.Context, served <-chan struct{}) {
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
		if err := s.node.Alive(probe); err == nil || ctx.Err() != nil {
			sdNotify(s.log, daemon.SdNotifyWatchdog)
		}
		cancel()
	}
}
