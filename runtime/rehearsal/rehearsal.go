// Package rehearsal runs the schedules of a script in virtual time against
// simulated recorders, and finds what would go wrong.
//
// The script is the real one, with its real branches and commands; only the time
// jumps to the next wake-up whenever everything waits, and the commands do not
// travel over NATS. The same script, options and seed give the same result.
//
//	result, err := rehearsal.Rehearse(ctx, program, host, rehearsal.Options{From: monday, Till: monday.AddDate(0, 0, 7)})
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// rehearsal is one rehearsal. Its fields are guarded by mu: timers run on the
// goroutine of drive, ends of runs on those of branches.
type rehearsal struct {
	opts   Options
	host   script.Host
	clock  *clock.Virtual
	studio *studio
	over   chan struct{} // no further firings, no run is left

	declares script.JobList

	mu       sync.Mutex
	jobs     []*job
	active   int
	declared bool // the script has run, its jobs are known
	ended    bool // the program has ended
	book     book
	runs     []*Run
}

// Rehearse rehearses a program. The error is that of a script that does not come to its
// schedules, or the cause of ctx's end; what runs did wrong is in the Result.
func Rehearse(ctx context.Context, program script.Program, host script.Host, opts Options) (*Result, error) {
	clk := clock.NewVirtual(opts.From)
	r := &rehearsal{opts: opts, clock: clk, over: make(chan struct{})}
	r.studio = &studio{
		clock:     clk,
		now:       r.now,
		faults:    &Faults{list: opts.Faults, chance: rand.New(rand.NewPCG(opts.Seed, 1))},
		recorders: map[string]*simulator.Recorder{},
		told:      r.note,
	}
	var printed output
	host.Clock, host.Stdout, host.Then = clk, &printed, r.then
	host.Recorder = r.client(nil, host)
	host.Jobs = &r.declares
	r.host = host
	host.Log.Logger.AddHook(logTime{clk, host.Location})

	own := newCancellable()
	stop := context.AfterFunc(ctx, func() { r.interrupt(own, context.Cause(ctx)) })
	defer stop()
	var failed error
	clk.Hold()
	go func() {
		failed = program.Run(own, host)
		r.mu.Lock()
		r.ended = true
		r.mu.Unlock()
		clk.Release()
	}()
	r.drive(own)
	return r.result(printed.String()), failed
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

func (r *rehearsal) client(run *Run, host script.Host) *recorder.Client {
	return recorder.NewOn(line{r.studio, run}, recorder.Options{Subject: r.opts.Subject, Timeout: r.opts.Timeout, Log: host.Log})
}

// drive lets the time go on until the program has ended.
func (r *rehearsal) drive(own *cancellable) {
	minute, steps := time.Time{}, 0
	for {
		next, waits := r.clock.Next()
		r.mu.Lock()
		ended, finished := r.ended, r.declared && r.active == 0 && (!waits || !next.Before(r.opts.Till))
		declared := r.declared
		r.mu.Unlock()
		switch {
		case ended:
			return
		case finished:
			r.finish()
			continue
		case !waits && !declared:
			own.cancel(errors.New("the script waits for something that never comes"))
			continue
		case !waits:
			r.cancelRuns(errors.New("it waits for something that never comes"))
			continue
		case next.After(r.opts.Till.Add(patience)):
			r.cancelRuns(fmt.Errorf("still running %v after the end of the rehearsal", patience))
			own.cancel(errors.New("the script did not end"))
		}
		if next.Sub(minute) >= time.Minute {
			minute, steps = next, 0
		}
		if steps++; steps == busiest {
			err := fmt.Errorf("more than %d commands and waits within a minute, at %s: is a sleep missing in a loop?", busiest, next.In(r.host.Location).Format(time.DateTime))
			r.cancelRuns(err)
			own.cancel(err)
		}
		r.clock.Step()
	}
}

// then is called when the script has run: its jobs fire from now on.
func (r *rehearsal) then(context.Context) error {
	if len(r.declares.All()) == 0 {
		return ErrNoJobs
	}
	r.mu.Lock()
	r.declared = true
	for _, declared := range r.declares.All() {
		j := &job{Job: declared}
		r.jobs = append(r.jobs, j)
		r.await(j, r.opts.From.Add(-time.Nanosecond))
	}
	r.mu.Unlock()
	r.clock.Release()
	<-r.over // finish has taken the hold up again
	return nil
}

// ErrNoJobs is in the chain of the error for a script that declares no schedule.
var ErrNoJobs = errors.New("the script declares no schedule: there is nothing to rehearse")

// finish lets the program end.
func (r *rehearsal) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.over:
	default:
		r.clock.Hold()
		close(r.over)
	}
}

// interrupt is the end of the caller's context.
func (r *rehearsal) interrupt(own *cancellable, cause error) {
	own.cancel(cause)
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
