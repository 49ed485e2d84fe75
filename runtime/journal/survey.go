package journal

import (
	"io"
	"time"
)

// Unsettled is a task that a run started, whose process then died: nothing in the
// journal says that it was stopped.
type Unsettled struct {
	Server  string // as the run's begin has it
	Subject string
	TaskID  string
	Maybe   bool // the outcome of the start, or of a stop, is not known
	Run     string
	Since   time.Time // when the start was sent
	Script  string    // of the run, "" for none
}

// surveyed is what a journal says about runs that have no end.
type surveyed struct {
	torn int64 // bytes of the last line, which has no end
	some bool  // there is an event
	open []Unsettled
	died []string // dead runs of which nothing records any more
}

// survey reads the journal's first size bytes. Journals grow without bound, so
// lines are not decoded (read.go, textOf), and where every run has ended, which
// is the rule, there is no second reading.
//
// underWay says whether a run's process is still there.
func survey(file io.ReaderAt, size int64, underWay func(run string) bool) (surveyed, error) {
	var s surveyed
	unended := map[string]int64{} // a run, and where its first line is
	for l, err := range lines(io.NewSectionReader(file, 0, size)) {
		if err != nil {
			return s, err
		}
		if l.torn {
			s.torn = l.unreadable + int64(len(l.text))
		}
		if l.text == nil {
			continue
		}
		s.some = true
		switch kind := textOf(l.text, nameEvent); Kind(kind) {
		case KindEnd:
			delete(unended, string(runOf(l.text)))
		case KindDied:
			delete(unended, string(textOf(l.text, nameOf)))
		default:
			if _, known := unended[string(runOf(l.text))]; !known {
				unended[string(runOf(l.text))] = l.offset
			}
		}
	}
	t := newTally()
	from := size
	for run, offset := range unended {
		if !underWay(run) {
			t.dead[run] = &deadRun{}
			from = min(from, offset)
		}
	}
	for l, err := range lines(io.NewSectionReader(file, from, size-from)) {
		if err != nil {
			return s, err
		}
		if l.text != nil {
			t.count(l.text)
		}
	}
	s.open, s.died = t.result()
	return s, nil
}

// Members as they stand in a line.
var (
	nameEvent     = []byte(`,"event":"`)
	nameOf        = []byte(`,"of":"`)
	nameServer    = []byte(`,"server":"`)
	nameScript    = []byte(`,"script":"`)
	nameSubject   = []byte(`,"subject":"`)
	nameTask      = []byte(`,"task_id":"`)
	nameCmd       = []byte(`,"cmd":"`)
	nameOutcome   = []byte(`,"outcome":"`)
	nameAppStatus = []byte(`,"app_status":"`)
	nameSimulated = []byte(`,"simulated":true`)
	nameID        = []byte(`,"id":`)
	nameDuration  = []byte(`,"duration":`)
)
