package journal

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"recue/runtime/clock"
	"recue/runtime/protocol"
)

// gather is how long an outcome waits for others, or for an intent to take it along.
const gather = 10 * time.Millisecond

// maxPending bounds, in bytes, the lines that wait to be written.
const maxPending = 16 << 20

// Options say how a journal is kept.
type Options struct {
	Begin Begin
	// Sync has each intent wait until it is on the disk and not only with the
	// system: it then outlasts a loss of power.
	Sync  bool
	Clock clock.Clock // nil: the machine's
}

// Journal is one run's hand on a journal file. It is safe for concurrent use.
type Journal struct {
	path  string
	run   string
	opts  Options
	found Found

	// mu guards what is to be written. It is never held while the disk is waited
	// for: outcomes come from the goroutine that all replies come through.
	mu      sync.Mutex
	seq     uint64
	ids     uint64
	pending []byte // whole lines that are not in the file yet
	held    int    // bytes of further lines, which are being written
	lost    int    // lines that were given up
	ended   bool

	// writing guards the file. It is taken before mu.
	writing sync.Mutex
	file    *appender
	batch   []byte // what was written last, to be used again

	wake chan struct{} // has one in it while lines wait
	stop chan struct{} // closed to end the flusher
	idle chan struct{} // closed when it has ended
}

// newRun draws a run's name.
func newRun() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func newJournal(path, run string, file *appender, opts Options) *Journal {
	if opts.Clock == nil {
		opts.Clock = clock.Real{}
	}
	j := &Journal{path: path, run: run, opts: opts, file: file,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), idle: make(chan struct{})}
	go j.flusher()
	return j
}

// Run is the name of this run in the journal.
func (j *Journal) Run() string { return j.run }

// Found is what the file held when it was opened.
func (j *Journal) Found() Found { return j.found }

// sent is a command between its intent and its outcome.
type sent struct {
	journal *Journal
	id      uint64
	cmd     protocol.Cmd
	task    string
	subject string
	at      string
	begun   time.Time
}

// Intend writes down a command before it is sent. at is its place in the script,
// "" for none. The command must be valid.
//
// outcome must be called once, with what came of the command; it does not block.
// err says that the intent of a start or stop is not in the file; outcome is to be
// called then all the same.
func (j *Journal) Intend(cmd protocol.Command, subject, at string) (outcome func(protocol.Reply, error), err error) {
	s := &sent{journal: j, cmd: cmd.Cmd, task: cmd.TaskID, subject: subject, at: at, begun: j.opts.Clock.Now()}
	if cmd.Cmd == protocol.Status { // it changes nothing
		j.mu.Lock()
		j.ids++
		s.id = j.ids
		j.mu.Unlock()
		return s.outcome, nil
	}
	return s.outcome, j.intent(s, cmd)
}

// intent writes what waits and the intent behind it.
func (j *Journal) intent(s *sent, cmd protocol.Command) error {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	j.ids++
	s.id = j.ids
	lines, before := j.pending, len(j.pending)
	lines = intentLine(j.head(lines, s.begun, KindIntent), s.id, cmd, s.subject, s.at)
	j.take(lines)
	j.mu.Unlock()

	whole, err := j.file.append(lines)
	// The intent itself is not tried again: what it announces is not sent, or was without it.
	keep := lines[min(whole, before):before]
	if err == nil && j.opts.Sync {
		err = j.file.sink.Sync()
	}
	return j.wrote(lines, keep, err)
}

// head begins a line of this run. mu is held.
func (j *Journal) head(b []byte, now time.Time, kind Kind) []byte {
	j.seq++
	return head(b, now, j.run, j.seq, kind)
}

// take has others gather lines elsewhere while these are written. Both locks are held.
func (j *Journal) take(lines []byte) {
	j.held, j.pending, j.batch = len(lines), j.batch[:0], nil
}

// wrote puts what could not be written, a part of lines, back in front of what
// has gathered, and keeps memory for the next time. writing is held.
func (j *Journal) wrote(lines, keep []byte, err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.held = 0
	spare := lines
	if len(keep) > 0 {
		spare = j.pending
		j.pending = append(keep, j.pending...)
	}
	if cap(spare) <= 1<<20 { // one burst shall not hold its memory for ever
		j.batch = spare[:0]
	}
	if err != nil {
		return fmt.Errorf("write to the journal %s: %w", j.path, cause(err))
	}
	return nil
}

// outcome writes down what came of the command.
func (s *sent) outcome(reply protocol.Reply, err error) {
	j := s.journal
	now := j.opts.Clock.Now()
	j.add(func(b []byte) []byte {
		return outcomeLine(j.head(b, now, KindOutcome), s, now.Sub(s.begun), reply, err)
	})
}

// add has a line written soon.
func (j *Journal) add(line func(b []byte) []byte) {
	j.mu.Lock()
	switch {
	case j.ended:
	case len(j.pending)+j.held > maxPending:
		j.seq++ // what is missing can be seen
		j.lost++
	default:
		j.pending = line(j.pending)
	}
	j.mu.Unlock()
	select {
	case j.wake <- struct{}{}:
	default: // it is awake, and will look again
	}
}

// flusher writes what waits, where no intent has taken it along before. It lets
// lines gather: woken for each it would cost a parallel run three quarters of its speed.
func (j *Journal) flusher() {
	defer close(j.idle)
	for {
		select {
		case <-j.wake:
		case <-j.stop:
			return
		}
		timer := time.NewTimer(gather)
		select {
		case <-timer.C:
			_ = j.flush() // what failed is kept; the next intent, or End, says why
		case <-j.stop:
			timer.Stop()
			return
		}
	}
}

func (j *Journal) flush() error {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	lines := j.pending
	if len(lines) == 0 {
		j.mu.Unlock()
		return nil
	}
	j.take(lines)
	j.mu.Unlock()
	whole, err := j.file.append(lines)
	return j.wrote(lines, lines[whole:], err)
}

// End writes the run's end with the process's exit code, has all of it on the disk, and
// closes the file. The error says that lines are missing in the file. Only the first
// call does anything.
func (j *Journal) End(exit int) error {
	now := j.opts.Clock.Now()
	j.mu.Lock()
	if j.ended {
		j.mu.Unlock()
		return nil
	}
	j.pending = detail(j.head(j.pending, now, KindEnd), struct {
		Exit int `json:"exit"`
	}{exit})
	j.ended = true
	lost := j.lost
	j.mu.Unlock()

	close(j.stop)
	<-j.idle
	err := j.flush()
	j.writing.Lock()
	defer j.writing.Unlock()
	if syncErr := j.file.sink.Sync(); err == nil && syncErr != nil {
		err = fmt.Errorf("write to the journal %s: %w", j.path, cause(syncErr))
	}
	if closeErr := j.file.sink.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("close the journal %s: %w", j.path, cause(closeErr))
	}
	if err == nil && lost > 0 {
		err = fmt.Errorf("%d lines are missing in the journal %s: for a time it could not be written", lost, j.path)
	}
	return err
}
