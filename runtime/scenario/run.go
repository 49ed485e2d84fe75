package scenario

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/script"
)

// DefaultTimeout is how long a test may take that says nothing else.
const DefaultTimeout = 30 * time.Second

// Options say what to run, and how.
type Options struct {
	Files  []string // their paths, in the order of the results
	Select Selection
	Jobs   int // files that run side by side; 0 means 1
	Repeat int // how often each file is run; 0 means 1
	// Shuffle mixes the files, and the tests of each, by the Seed.
	Shuffle  bool
	Seed     uint64
	FailFast bool          // after a failure, begin nothing more
	Strict   bool          // warnings are failures
	List     bool          // run nothing: the results are Listed
	Timeout  time.Duration // of tests and hooks that have none of their own; 0 means DefaultTimeout
	Grace    time.Duration // for all after hooks and the clean-up, after the end of ctx
	// Open gives what the file at path runs on. It is called when the file's turn
	// comes, on several goroutines with Jobs. Its error is that of a file which
	// cannot be loaded.
	Open func(ctx context.Context, path string) (*Session, error)
}

// Session is what one file runs on.
type Session struct {
	Program script.Program
	// Host is what the program runs on. Its Env is that of the file's top; Tests,
	// Then, Stdout and Scope are set by this package.
	Host script.Host
	// Log gives a log that writes to w: what a test logs is kept with what it prints.
	Log func(w io.Writer) *logrus.Entry
	// Close ends it; called once, after everything else. May be nil.
	Close func()
}

// Reporter is told what came of the tests. Its methods are called from one
// goroutine: Begin, then the results of each file, each followed by its File,
// then End.
type Reporter interface {
	// Begin is told what will be run.
	Begin(Plan)
	// Start is told that a file's turn in the order of the results has come.
	Start(path string, round int)
	// Result is told of one result, while the file is still running.
	Result(*Result)
	// File is told that a file is done.
	File(*FileResult)
	// End is told that all is done. The error is that of writing the report.
	End(*Summary) error
}

// Plan is what will be run.
type Plan struct {
	Files    []string // in their order
	Repeat   int
	Shuffled bool
	Seed     uint64
	Begun    time.Time
}

// runner is one Run.
type runner struct {
	Options
	failed atomic.Bool // something has
	ended  atomic.Bool // FailFast has left something out
	// last is the context of what runs whatever was interrupted: it ends one grace
	// after the run's own.
	last context.Context
}

// unit is a file in one round.
type unit struct {
	path   string
	round  int
	events *queue
}

// Run runs the files and reports. It returns when everything has ended: after
// the end of ctx, when the after hooks have run and what was started was stopped.
// The cause of ctx is then the summary's Interrupted. The error is the reporter's.
func Run(ctx context.Context, o Options, report Reporter) (*Summary, error) {
	o.Jobs, o.Repeat = max(o.Jobs, 1), max(o.Repeat, 1)
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	r := &runner{Options: o}
	var release func()
	r.last, release = outlasting(ctx, o.Grace)
	defer release()
	if o.Shuffle {
		r.Files = shuffled(o.Files, o.Seed, "")
	}
	summary := &Summary{Repeat: o.Repeat, Shuffled: o.Shuffle, Seed: o.Seed}
	begun := time.Now()
	report.Begin(Plan{r.Files, o.Repeat, o.Shuffle, o.Seed, begun})
	units := r.units()
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(o.Jobs, len(units)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(units); i = next.Add(1) - 1 {
				r.run(ctx, units[i])
			}
		})
	}
	for _, u := range units {
		started := false
		for e := range u.events.all() {
			if !started {
				report.Start(u.path, u.round)
				started = true
			}
			if e.result != nil {
				summary.Counts.add(e.result)
				report.Result(e.result)
			}
			if e.file != nil {
				summary.Files = append(summary.Files, e.file)
				report.File(e.file)
			}
		}
	}
	workers.Wait()
	summary.Took = time.Since(begun)
	summary.Interrupted = context.Cause(ctx)
	summary.Ended = r.ended.Load()
	return summary, report.End(summary)
}

// units lists what to run, in the order of the results.
func (r *runner) units() []unit {
	var units []unit
	for round := range r.Repeat {
		for _, path := range r.Files {
			units = append(units, unit{path, round + 1, newQueue()})
		}
	}
	return units
}

// stopping says why nothing more shall begin, or "".
func (r *runner) stopping(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case r.FailFast && r.failed.Load():
		r.ended.Store(true)
		return "an earlier test failed (--fail-fast)"
	}
	return ""
}

// shuffled mixes a list by the seed; what of must be the same for the same order.
func shuffled[T any](list []T, seed uint64, of string) []T {
	mixed := append([]T(nil), list...)
	salt := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(of) {
		salt = (salt ^ uint64(b)) * 1099511628211
	}
	rand.New(rand.NewPCG(seed, salt)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// outlasting gives a context that ends grace after ctx. release ends it.
func outlasting(ctx context.Context, grace time.Duration) (last context.Context, release func()) {
	last, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	var mu sync.Mutex
	var timer *time.Timer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(grace, func() { cancel(fmt.Errorf("not finished %v after the interrupt", grace)) })
	})
	return last, func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
		cancel(nil)
	}
}
