package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/firing"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// loadPatience is how long a script may take to declare its schedules.
const loadPatience = time.Minute

// jobAt is a job of a script.
type jobAt = script.Job

// served is a script that is served: its file, and the version of it that is in force.
type served struct {
	path  string // as it was given
	name  string // the file's name, by which all nodes know the script
	files *files // that the last attempt to load it has read; for one goroutine

	mu      sync.Mutex
	current *version
	was     []string // the hashes of versions that were in force, the last ones
	coming  *version // its jobs are being registered; nil: none
	broken  error    // why a newer version is not in force; nil: there is none
}

// version is a script as it was when it was loaded: its functions can be called until
// it is let go.
type version struct {
	sha   string // of its text, hexadecimal
	read  time.Time
	since time.Time // since when its jobs fire: when it was saved, or its loading began
	list  []script.Job
	jobs  map[string]script.Job

	uses  sync.WaitGroup // runs; guarded by served.mu against being let go meanwhile
	letGo chan struct{}
	end   context.CancelCauseFunc
	ended chan struct{} // closed when its program has ended
	err   error         // of the program; to be read once ended is closed
}

func hashOf(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}

// load reads a script and runs it to the point where its jobs can be called. read is
// told what it reads for that. An error has exit code 2.
func (s *service) load(ctx context.Context, path string, read *files) (*version, error) {
	limits := limitsOf(s.cfg)
	began := time.Now()
	read.note(path)
	source, err := s.app.sourceOf("serve", path, limits.Source)
	if err != nil {
		return nil, err
	}
	program, err := s.app.engine.Load(source.name, source.text, limits)
	if err != nil {
		return nil, err
	}
	found := s.app.engine.Check([]script.Source{{Name: source.name, Text: source.text, Dir: source.dir, Reads: read.note}}, limits)
	if err := s.app.refuseFound(source, found); err != nil {
		return nil, err
	}
	v := &version{sha: hashOf(source.text), read: time.Now(), since: began, letGo: make(chan struct{}), ended: make(chan struct{}), jobs: map[string]script.Job{}}
	var jobs script.JobList
	declared := make(chan struct{})
	// The program goes on after ctx: what it runs has a grace.
	own, end := context.WithCancelCause(context.WithoutCancel(ctx))
	v.end = end
	host := script.Host{
		Env: script.Env{
			TaskID: s.cfg.TaskID, Location: s.app.machine.Zone, Stdout: lineLog{s.log.WithField("script", path)}, Log: s.log.WithField("script", path), Grace: grace,
		},
		Recorder: recorder.NewOn(silence{"serve"}, recorder.Options{Subject: s.cfg.Subject, Timeout: s.cfg.Timeout}),
		Clock:    clock.Real{}, Vars: s.opts.vars, Dir: source.dir, Limits: limits, Seed: s.opts.seed, Jobs: &jobs,
		Reads: func(file string) { read.note(filepath.Join(source.dir, file)) },
		Then: func(context.Context) error {
			read.loaded()
			close(declared)
			<-v.letGo
			return nil
		},
	}
	go func() {
		defer close(v.ended)
		v.err = runProgram(own, program, host)
	}()
	if err := v.await(ctx, declared); err != nil {
		return nil, err
	}
	v.list = jobs.All()
	for _, j := range v.list {
		v.jobs[j.Name] = j
	}
	if err := s.checkJobs(path, v); err != nil {
		v.release()
		return nil, err
	}
	return v, nil
}

// await waits until the script has declared its jobs.
func (v *version) await(ctx context.Context, declared <-chan struct{}) error {
	patience := time.NewTimer(loadPatience)
	defer patience.Stop()
	select {
	case <-declared:
		return nil
	case <-v.ended:
	case <-ctx.Done():
		v.end(context.Cause(ctx))
	case <-patience.C:
		v.end(fmt.Errorf("the script has not declared its schedules within %v: what takes long belongs into their functions", loadPatience))
	}
	<-v.ended
	return fault.Usage(v.err, "")
}

// checkJobs refuses a version that cannot be served beside the other scripts.
func (s *service) checkJobs(path string, v *version) error {
	if len(v.list) == 0 {
		return fault.Usage(errors.New(path+" declares no schedule"), `write schedule("name", {daily = "08:00"}, function() … end) at its top`)
	}
	for _, j := range v.list {
		if err := zoneKnown(j); err != nil {
			return err
		}
		for _, other := range s.scripts {
			if other.path == path {
				continue
			}
			if first, taken := other.inForce().jobs[j.Name]; taken {
				return usage("%v: the name %q is taken by the schedule at %v", j.At, j.Name, first.At)
			}
		}
	}
	return nil
}

// release ends the program once its runs have ended, and waits for it.
func (v *version) release() {
	v.uses.Wait()
	close(v.letGo)
	timer := time.AfterFunc(grace, func() { v.end(errors.New("the script was let go")) })
	<-v.ended
	timer.Stop()
	v.end(nil)
}

// inForce is the version in force.
func (w *served) inForce() *version {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current
}

// breaks notes that a newer version is broken, or with nil that the newest is in force.
func (w *served) breaks(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = err
}

// note says that a newer version is broken, or is "".
func (w *served) note() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken == nil {
		return ""
	}
	why, _, _ := strings.Cut(w.broken.Error(), "\n")
	return fmt.Sprintf("keeps the version that was read at %s; the new one has an error: %s", w.current.read.Format("2006-01-02 15:04:05 -07:00"), why)
}

// enter takes the version in force for a run of a job, or the one that is about to be,
// until it is left.
func (w *served) enter(job string) (v *version, j script.Job, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range []*version{w.coming, w.current} {
		if v == nil {
			continue
		}
		if j, ok := v.jobs[job]; ok {
			v.uses.Add(1)
			return v, j, nil
		}
	}
	return nil, j, fmt.Errorf("%s does not declare the job %q any more", w.path, job)
}

// expect says which version is about to be put in force; nil: none any more.
func (w *served) expect(v *version) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.coming = v
}

// leave undoes an enter.
func (v *version) leave() { v.uses.Done() }

// exchange puts a new version in force and gives the old one, whose runs go on.
func (w *served) exchange(v *version) (old *version) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old, w.current, w.coming = w.current, v, nil
	if old.sha != v.sha {
		w.was = append(slices.Clone(w.was[max(0, len(w.was)-maxWas+1):]), old.sha)
	}
	return old
}

// loadAll loads the scripts.
func (s *service) loadAll(ctx context.Context) error {
	for _, path := range s.opts.scripts {
		w := &served{path: path, name: filepath.Base(path), files: s.newFiles()}
		v, err := s.load(ctx, path, w.files)
		if err != nil {
			s.releaseAll()
			return err
		}
		w.current = v
		s.scripts = append(s.scripts, w)
		s.metrics.Broken(w.name, false)
	}
	return nil
}

// releaseAll lets all scripts go, and waits for those that were exchanged.
func (s *service) releaseAll() {
	for _, w := range s.scripts {
		w.current.release()
	}
	s.releasing.Wait()
}

// reload puts a new version of a script in force, because files of it have changed. Runs
// go on in the version in which they began.
func (s *service) reload(ctx context.Context, w *served, changed []string) {
	log := s.log.WithFields(logrus.Fields{"script": w.path, "files": strings.Join(changed, ", ")})
	w.files = s.newFiles()
	v, err := s.load(ctx, w.path, w.files)
	if err == nil {
		v.since = s.saved(changed, v.since)
		w.expect(v) // its jobs may fire as soon as they are registered
		err = s.again(ctx, "the jobs of the new version cannot be registered", firing.Temporary, func() error { return s.declare(ctx, w, v) })
		if err != nil {
			w.expect(nil)
			v.release()
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			s.app.display.show(unshown(err))
			w.breaks(err)
			s.metrics.Broken(w.name, true)
			log.Error("the new version of the script is broken; the one before stays in force")
		}
		return
	}
	old := w.exchange(v)
	w.breaks(nil)
	s.metrics.Broken(w.name, false)
	s.releasing.Go(old.release)
	log.WithField("jobs", len(v.list)).Info("the script has changed and was read again")
}

// savedBefore bounds how long before a change is seen it may have been saved: a file that
// comes from elsewhere may bring its time along.
const savedBefore = time.Minute

// saved is when the last of files was saved, before their change was seen.
func (s *service) saved(paths []string, seen time.Time) time.Time {
	last := seen.Add(-savedBefore)
	for _, path := range paths {
		if info, err := s.app.stat(path); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	if last.After(seen) {
		return seen
	}
	return last
}

// unshown is an error that still has to be shown, or nil.
func unshown(err error) error {
	var shown *shownError
	if errors.As(err, &shown) {
		return nil
	}
	return err
}
