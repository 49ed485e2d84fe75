package app

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/firing"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// failurePatience is how long a schedule's on_failure may take.
const failurePatience = time.Minute

// run runs a job once.
func (s *service) run(ctx context.Context, w *served, r firing.Run) error {
	p, err := s.prepare(ctx, w, r)
	if err != nil {
		return err
	}
	return p.start()()
}

func (s *service) env(job script.Job, r firing.Run, client *recorder.Client, log *logrus.Entry) script.Env {
	return script.Env{
		Scope: client.Scope(), TaskID: s.cfg.TaskID, Location: job.Schedule.Zone(), Stdout: lineLog{log}, Log: log, Grace: grace,
		Plan: func(ctx context.Context, at time.Time, task recorder.Task) (func(context.Context) error, error) {
			return s.node.PlanStop(ctx, at, firing.Stop{TaskID: task.TaskID, Subject: task.Subject, Run: r.ID()})
		},
	}
}

// tellFailed logs a run that failed, or was interrupted since the process ends; for people
// the report with the line follows. ctx is that of the run.
func (s *service) tellFailed(ctx context.Context, log *logrus.Entry, err error) {
	if code := fault.CodeOf(err); code != "" {
		log = log.WithField("code", string(code))
	}
	what := "the run has failed"
	if errors.Is(context.Cause(ctx), firing.ErrStopped) {
		what = "the run was interrupted"
	}
	log.Errorf("%s: %v", what, err)
	if s.cfg.LogFormat != config.LogJSON {
		s.app.display.show(err)
	}
}

// runEnded logs what became of a firing.
func (s *service) runEnded(r firing.Run) {
	name, zone := s.declared(r.Job)
	s.metrics.Ended(name, string(r.State), r.Count)
	log := jobLog(s.log, r.Job, r.Due.In(zone)).WithField("run", r.ID())
	switch r.State {
	case firing.Done:
		log.WithField("took", r.Ended.Sub(*r.Began).Round(time.Millisecond).String()).Info("the run is done")
	case firing.Cancelled:
		log.Warnf("the run was cancelled: %s", r.Reason)
	case firing.WasMissed:
		log.WithField("firings", r.Count).Warnf("missed: %s", r.Reason)
	case firing.Skipped:
		log.Warnf("skipped: %s", r.Reason)
	}
}

// failed tells of a run that failed or was interrupted: the schedule's on_failure and
// --on-failure. Where the process ends before they are through they are not told.
func (s *service) failed(ctx context.Context, w *served, r firing.Run, failure error) (told bool) {
	ctx, cancel := context.WithTimeout(ctx, failurePatience)
	defer cancel()
	defer context.AfterFunc(s.late, cancel)()
	if v, job, err := w.enter(r.Job); err == nil {
		r = r.In(job.Schedule.Zone())
		if job.OnFailure != nil {
			log := jobLog(s.log, r.Job, r.Due).WithField("run", r.ID())
			client := s.client(log)
			done := s.left.follow(client)
			if err := job.OnFailure.Run(ctx, s.env(job, r, client, log), job.Failure(r.Due, max(r.Attempt, 1), failure)); err != nil {
				log.Errorf("on_failure has failed: %v", err)
			}
			done()
		}
		v.leave()
	}
	s.notify.tell(ctx, r, failure)
	return s.late.Err() == nil
}

// lineLog writes what a script prints to the log, each line as one.
type lineLog struct{ log *logrus.Entry }

func (l lineLog) Write(b []byte) (int, error) {
	l.log.Info(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// recordings are what the runs of a process have started and nobody has stopped.
type recordings struct {
	mu   sync.Mutex
	live map[*recorder.Client]bool
	left map[recorder.Task]recorder.Recording // of runs that have ended
}

func newRecordings() *recordings {
	return &recordings{live: map[*recorder.Client]bool{}, left: map[recorder.Task]recorder.Recording{}}
}

// follow keeps account of a client's tasks; done ends that.
func (l *recordings) follow(c *recorder.Client) (done func()) {
	c.Scope().Observe(func(e recorder.Exchange) {
		if e.Reply.AppStatus == protocol.Stopped {
			l.mu.Lock()
			delete(l.left, recorder.Task{Subject: e.Subject, TaskID: e.Command.TaskID})
			l.mu.Unlock()
		}
	})
	l.mu.Lock()
	l.live[c] = true
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.live, c)
		for _, r := range c.Scope().Recording() {
			l.left[r.Task] = r
		}
	}
}

// list gives them.
func (l *recordings) list() []recorder.Recording {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []recorder.Recording
	for _, r := range l.left {
		list = append(list, r)
	}
	for c := range l.live {
		list = append(list, c.Scope().Recording()...)
	}
	return list
}
