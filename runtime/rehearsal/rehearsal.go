// Package rehearsal runs the schedules of scripts in virtual time against
// simulated recorders, and finds what would go wrong.
//
// The scripts are the real ones, with their real branches and commands; only the time
// jumps to the next wake-up whenever everything waits, and the commands do not
// travel over NATS. The same scripts, options and seed give the same result.
//
//	result, err := rehearsal.Rehearse(ctx, scripts, rehearsal.Options{From: monday, Till: monday.AddDate(0, 0, 7)})
//
// # Nights on which the clocks change
//
// A firing that such a night moves, or whose fixed time occurs twice, counts as a mistake, though
// it does what schedule says: somebody wrote a time that does not occur that night, or is not
// the only one, and can choose another hour. What follows real time, as every hour does, has a
// note at the hour that occurs twice and is no mistake: it is to fire both times.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/recorder"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// Options say what is rehearsed.
type Options struct {
	From, Till time.Time // firings in [From, Till)
	Seed       uint64    // of the faults
	Faults     []*Fault
	Subject    string
	Timeout    time.Duration // of commands
}

// patience is how long after Till runs may still go on.
const patience = 24 * time.Hour

// busiest is how many wake-ups a minute of virtual time may have; more is taken
// for a script that asks without a pause: at latency it has 60,000.
const busiest = 50_000

// Script is one of the scripts that are rehearsed together. Of its Host the parts are made
// here that belong to a rehearsal: the clock, the recorder, the list of jobs.
type Script struct {
	Name    string
	Program script.Program
	Host    script.Host
}

// part is a script that takes part.
type part struct {
	Script
	declared bool          // it has run, its jobs are known
	over     chan struct{} // closed when it may end
	released bool          // over is closed
	ended    bool
	err      error // of its end
}

// rehearsal is one rehearsal. Its fields are guarded by mu: timers run on the
// goroutine of drive, ends of runs on those of branches.
type rehearsal struct {
	opts    Options
	zone    *time.Location // of what belongs to no job
	clock   *clock.Virtual
	studio  *studio
	own     *cancellable // the context of the scripts themselves
	printed output

	declares script.JobList

	mu       sync.Mutex
	parts    []*part // they run one after the other until each has declared its jobs
	jobs     []*job
	active   int
	declared bool // all scripts have run, their jobs are known
	book     book
	runs     []*Run
}

// Rehearse rehearses scripts together: at least one, with one zone and one log. The error
// is that of a script that does not come to its schedules, or the cause of ctx's end;
// what runs did wrong is in the Result.
func Rehearse(ctx context.Context, scripts []Script, opts Options) (*Result, error) {
	clk := clock.NewVirtual(opts.From)
	r := &rehearsal{opts: opts, clock: clk, zone: scripts[0].Host.Location, own: newCancellable()}
	r.studio = &studio{
		clock:     clk,
		now:       r.now,
		faults:    &Faults{list: opts.Faults, chance: rand.New(rand.NewPCG(opts.Seed, 1))},
		recorders: map[string]*simulator.Recorder{},
		told:      r.note,
	}
	for _, s := range scripts {
		p := &part{Script: s, over: make(chan struct{})}
		p.Host.Clock, p.Host.Stdout, p.Host.Jobs = clk, &r.printed, &r.declares
		p.Host.Recorder = r.client(nil, p)
		p.Host.Then = func(context.Context) error { return r.then(p) }
		r.parts = append(r.parts, p)
	}
	scripts[0].Host.Log.Logger.AddHook(logTime{clk, r.zone})
	stop := context.AfterFunc(ctx, func() { r.interrupt(context.Cause(ctx)) })
	defer stop()
	r.load(r.parts[0])
	r.drive()
	return r.result(r.printed.String()), r.failure()
}

// load lets a script run.
func (r *rehearsal) load(p *part) {
	r.clock.Hold()
	go func() {
		err := p.Program.Run(r.own, p.Host)
		r.mu.Lock()
		p.ended, p.err = true, err
		r.mu.Unlock()
		r.clock.Release()
	}()
}

// failure is the error of the script that did not come to its schedules, or else the
// first one that there is.
func (r *rehearsal) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var failed error
	for _, p := range r.parts {
		if p.err != nil && (failed == nil || !p.declared) {
			failed = p.err
		}
	}
	return failed
}

// logTime gives the lines of the log virtual times.
type logTime struct {
	clock *clock.Virtual
	zone  *time.Location
}

// Levels implements logrus.Hook.
func (logTime) Levels() []logrus.Level { return logrus.AllLevels }

// Fire implements logrus.Hook.
func (t logTime) Fire(e *logrus.Entry) error {
	e.Time = t.clock.Now().In(t.zone)
	return nil
}

func (r *rehearsal) client(run *Run, p *part) *recorder.Client {
	return recorder.NewOn(line{r.studio, run, p.Name}, recorder.Options{Subject: r.opts.Subject, Timeout: r.opts.Timeout, Log: p.Host.Log})
}

// drive lets the time go on until the scripts have ended.
func (r *rehearsal) drive() {
	minute, steps := time.Time{}, 0
	for {
		next, waits := r.clock.Next()
		phase, p := r.phase(next, waits)
		switch {
		case phase == over:
			return
		case phase == ending && !p.released:
			p.released = true
			r.clock.Hold() // then's, which goes on
			close(p.over)
			continue
		case !waits && phase != firing:
			r.own.cancel(errors.New("the script waits for something that never comes"))
			continue
		case !waits:
			r.cancelRuns(errors.New("it waits for something that never comes"))
			continue
		case next.After(r.opts.Till.Add(patience)):
			r.cancelRuns(fmt.Errorf("still running %v after the end of the rehearsal", patience))
			r.own.cancel(errors.New("the script did not end"))
		}
		if next.Sub(minute) >= time.Minute {
			minute, steps = next, 0
		}
		if steps++; steps == busiest {
			err := fmt.Errorf("more than %d commands and waits within a minute, at %s: is a sleep missing in a loop?", busiest, next.In(r.zone).Format(time.DateTime))
			r.cancelRuns(err)
			r.own.cancel(err)
		}
		r.clock.Step()
	}
}

// phase is how far a rehearsal is.
type phase int

const (
	loading phase = iota // a script runs that has not declared all its jobs yet
	firing
	ending // no further firings, no run is left; or a script has failed while it was loaded
	over
)

// phase says how far it is, and of an ending one, which script ends: one after the other.
func (r *rehearsal) phase(next time.Time, waits bool) (phase, *part) {
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := false
	var last *part // of those that have declared their jobs
	for _, p := range r.parts {
		failed = failed || p.ended && !p.declared
		if p.declared && !p.ended && last == nil {
			last = p
		}
	}
	switch finished := r.declared && r.active == 0 && (!waits || !next.Before(r.opts.Till)); {
	case (failed || r.declared) && last == nil:
		return over, nil
	case failed || finished || last != nil && (last.released || r.parts[0].released):
		return ending, last
	case r.declared:
		return firing, nil
	}
	return loading, nil
}

// then is called when a script has run. When all have, their jobs fire.
func (r *rehearsal) then(p *part) error {
	r.mu.Lock()
	declared := r.declares.All()[len(r.jobs):]
	if len(declared) == 0 {
		r.mu.Unlock()
		return &NoJobsError{p.Name}
	}
	p.declared = true
	for _, own := range declared {
		r.jobs = append(r.jobs, &job{Job: own, part: p})
	}
	if i := slices.Index(r.parts, p); i+1 < len(r.parts) {
		r.load(r.parts[i+1])
	} else {
		r.declared = true
		for _, j := range r.jobs {
			r.await(j, r.opts.From.Add(-time.Nanosecond))
		}
	}
	r.mu.Unlock()
	r.clock.Release()
	<-p.over // drive has taken the hold up again
	return nil
}

// NoJobsError is the error for a script that declares no schedule.
type NoJobsError struct{ Script string }

func (e *NoJobsError) Error() string {
	return e.Script + " declares no schedule: there is nothing to rehearse"
}

// interrupt is the end of the caller's context.
func (r *rehearsal) interrupt(cause error) {
	r.own.cancel(cause)
	r.mu.Lock()
	r.opts.Till = r.clock.Now() // no further firings
	r.mu.Unlock()
	r.cancelRuns(cause)
}

func (r *rehearsal) cancelRuns(cause error) {
	r.mu.Lock()
	var runs []*Run
	for _, j := range r.jobs {
		runs = append(runs, j.running...)
		if j.queued != nil {
			j.queued.State, j.queued.Reason = Skipped, "the rehearsal ended before its turn"
			j.queued = nil
		}
	}
	r.mu.Unlock()
	for _, run := range runs {
		run.ctx.cancel(cause)
	}
}
