package firing

import (
	"strings"
	"time"

	"recue/runtime/schedule"
)

// Job is a job's record: what all nodes agree on.
type Job struct {
	Name   string        `json:"name"`
	Spec   schedule.Spec `json:"spec"`
	Zone   string        `json:"zone"`   // of a Spec that names none, where it was registered
	Script string        `json:"script"` // its file's name
	SHA256 string        `json:"sha256"` // of the script
	// EffectiveFrom is since when it fires as it says: what was due before is no
	// concern of this schedule. It changes with the schedule and when a pause ends.
	EffectiveFrom time.Time  `json:"effective_from"`
	Paused        bool       `json:"paused,omitempty"`
	PausedUntil   *time.Time `json:"paused_until,omitempty"` // nil with Paused: until it is resumed
	Retired       bool       `json:"retired,omitempty"`      // its script no longer declares it
	// Stop is set for the planned stop of a recording, which needs no script.
	Stop *Stop `json:"stop,omitempty"`
}

// schedule is what the record's Spec means, in the zone where it was registered.
func (j *Job) schedule() (*schedule.Schedule, error) {
	zone, err := schedule.Zone(j.Zone)
	if err != nil {
		return nil, err
	}
	return schedule.New(j.Spec, zone)
}

// Location is the zone of the job's times.
func (j *Job) Location() *time.Location {
	zone, err := schedule.Zone(j.Zone)
	if err != nil { // of a record by a machine that knows more zones
		return time.UTC
	}
	return zone
}

// Stop is a recording that has to be stopped, whoever is alive by then.
type Stop struct {
	TaskID  string `json:"task_id"`
	Subject string `json:"subject"`
	Run     string `json:"run"` // that started it
}

// Planner is the job whose run started the recording, "" where that is not known.
func (s *Stop) Planner() string { return JobOf(s.Run) }

// JobOf is the job of a run's ID, "" of what is none.
func JobOf(run string) string {
	token, _, _ := strings.Cut(run, ".")
	job, err := jobOf(token)
	if err != nil {
		return ""
	}
	return job
}

// Kind says why a firing is in the stream.
type Kind string

// The kinds of firings.
const (
	Due    Kind = "due"    // its time has come
	Manual Kind = "manual" // somebody asked for it
	Missed Kind = "missed" // it is not to run: its time was while nothing ran
)

// Firing is one message of the stream.
type Firing struct {
	Job    string    `json:"job"`
	Kind   Kind      `json:"kind"`
	Due    time.Time `json:"due"`
	Cursor time.Time `json:"cursor"` // everything due up to here has been decided
	Note   string    `json:"note,omitempty"`
	// Planned says that it is of a planned stop, which may have been taken back.
	Planned bool `json:"planned,omitempty"`
	// Late says that it came due while nothing ran and is made up for; see line. Behind is
	// when the late one was due that runs before it.
	Late   bool       `json:"late,omitempty"`
	Behind *time.Time `json:"behind,omitempty"`
	Reason string     `json:"reason,omitempty"` // of a missed one
	Count  int        `json:"count,omitempty"`  // how many firings a missed one stands for, Due being the last
	Node   string     `json:"node"`             // that published it
}

// State is where a run is.
type State string

// The states of a run. The first two are not the last of it.
const (
	Claimed     State = "claimed" // a node has taken it; nothing has been done
	Running     State = "running"
	Done        State = "done"
	Failed      State = "failed"
	Cancelled   State = "cancelled"   // by somebody's wish, see Store.Cancel: no failure
	Skipped     State = "skipped"     // the job was still running
	WasMissed   State = "missed"      // too late, or not wanted late
	Interrupted State = "interrupted" // its node went away in the middle
)

// Over says whether nothing more will come of a run.
func (s State) Over() bool { return s != Claimed && s != Running }

// Run is a run's record: the history.
type Run struct {
	Job    string    `json:"job"`
	Due    time.Time `json:"due"`
	Kind   Kind      `json:"kind"`
	State  State     `json:"state"`
	Node   string    `json:"node"`
	Note   string    `json:"note,omitempty"`
	Reason string    `json:"reason,omitempty"`
	// Code and Hint are those of the failure with which it ended, and Untold says that its
	// Failed is still to be told of that.
	Code   string `json:"code,omitempty"`
	Hint   string `json:"hint,omitempty"`
	Untold bool   `json:"untold,omitempty"`
	Count  int    `json:"count,omitempty"` // of missed firings in a row that this record stands for
	// Ready says of a claimed run that it begins when it is due, without a further word
	// in this record; see begun.
	Ready bool `json:"ready,omitempty"`
	// Attempt is how often the run was begun: 2 and more where its node went away and
	// another resumed it. Began is the last time.
	Attempt int        `json:"attempt,omitempty"`
	Began   *time.Time `json:"began,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	Cancel  string     `json:"cancel,omitempty"` // why it is to be cancelled
	// Wished says of Cancel that a person asked for it.
	Wished bool `json:"wished,omitempty"`
}

// ID names a run to people and to `recue jobs cancel`.
func (r Run) ID() string { return runKey(r.Job, r.Due, r.Kind) }

// current is what a job runs now, by the keys of the runs' records.
type current struct {
	Running []string `json:"running"`
	Waiting string   `json:"waiting,omitempty"` // overlap "queue" and "replace": at most one
}
