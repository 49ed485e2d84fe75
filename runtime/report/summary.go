package report

import (
	"errors"
	"iter"
	"time"

	"recue/runtime/journal"
	"recue/runtime/protocol"
)

// Summary is what a journal says about a run in a few figures.
type Summary struct {
	Number int // in the order in which the runs began, from 1
	ID     string
	journal.Begin
	PID  int
	Host string

	First, Last time.Time // of its lines
	Ended       bool      // it has an end, with the exit code
	Exit        int
	Died        time.Time // when another run found its process gone; else zero

	Commands   int
	Failures   int
	Unanswered int    // starts and stops without an outcome
	Missing    uint64 // lines that were never written

	seq, lines uint64
}

// add takes one line of the run into account.
func (s *Summary) add(e *journal.Event) {
	s.lines++
	s.seq = max(s.seq, e.Seq)
	s.Missing = s.seq - min(s.seq, s.lines)
	if s.First.IsZero() || e.Time.Before(s.First) {
		s.First = e.Time
	}
	if e.Time.After(s.Last) {
		s.Last = e.Time
	}
	switch e.Kind {
	case journal.KindBegin:
		s.Begin, s.PID, s.Host = e.Begin, e.PID, e.Host
	case journal.KindIntent:
		s.Commands++
		s.Unanswered++
	case journal.KindOutcome:
		if protocol.Cmd(e.Cmd) == protocol.Status || s.Unanswered == 0 { // it has no intent, or that is missing
			s.Commands++
		} else {
			s.Unanswered--
		}
		if e.Outcome != journal.Done {
			s.Failures++
		}
	case journal.KindEnd:
		s.Ended, s.Exit = true, e.Exit
	}
}

// ErrNoJournal says that there was not one event.
var ErrNoJournal = errors.New("it is no journal of Recue")

// ErrEmpty says that there was nothing at all.
var ErrEmpty = errors.New("the journal is empty: no run has written to it")

// Damage is what could not be read of a journal.
type Damage struct {
	Places int
	Bytes  int64
}

// runs tells the runs of a journal apart.
type runs struct {
	byID   map[string]*Summary
	list   []*Summary
	damage Damage
}

// each gives every event with its run. The error is the reader's, or that there was no event.
func (r *runs) each(events iter.Seq2[journal.Event, error], do func(*Summary, *journal.Event)) error {
	r.byID = map[string]*Summary{}
	for e, err := range events {
		var unreadable *journal.UnreadableError
		switch {
		case errors.As(err, &unreadable):
			r.damage.Places++
			r.damage.Bytes += unreadable.Length
			continue
		case err != nil:
			return err
		}
		run := r.byID[e.Run]
		if run == nil {
			run = &Summary{Number: len(r.list) + 1, ID: e.Run}
			r.byID[e.Run] = run
			r.list = append(r.list, run)
		}
		run.add(&e)
		if dead := r.byID[e.Of]; e.Kind == journal.KindDied && dead != nil && dead.Died.IsZero() {
			dead.Died = e.Time
		}
		do(run, &e)
	}
	switch {
	case len(r.list) > 0:
		return nil
	case r.damage.Places > 0:
		return ErrNoJournal
	}
	return ErrEmpty
}

// List gives the runs of a journal in the order in which they began. The error
// is the reader's, ErrEmpty or ErrNoJournal.
func List(events iter.Seq2[journal.Event, error]) ([]*Summary, error) {
	var r runs
	err := r.each(events, func(*Summary, *journal.Event) {})
	return r.list, err
}
