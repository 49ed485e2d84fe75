package journal

import (
	"encoding/json"
	"time"
)

// Kind is what a line tells.
type Kind string

// The events, see the package's description.
const (
	KindBegin   Kind = "begin"
	KindIntent  Kind = "intent"
	KindOutcome Kind = "outcome"
	KindEnd     Kind = "end"
	KindRepair  Kind = "repair"
	KindDied    Kind = "died"
)

// Done is the outcome of a command that did not fail.
const Done = "done"

// format is the version of the lines' form.
const format = 1

// Begin says what a run is. Nothing secret belongs into it.
type Begin struct {
	Command   string            `json:"recue"` // run, start, …
	Version   string            `json:"version,omitempty"`
	Server    string            `json:"server,omitempty"` // without user and password
	Subject   string            `json:"subject,omitempty"`
	Simulated bool              `json:"simulated,omitempty"`
	Script    string            `json:"script,omitempty"`
	SHA256    string            `json:"sha256,omitempty"` // of the script, hexadecimal
	Args      []string          `json:"args,omitempty"`
	Vars      map[string]string `json:"vars,omitempty"`
}

// Event is one line of a journal. Fields that its Kind does not have are zero.
type Event struct {
	Time time.Time `json:"time"`
	Run  string    `json:"run"`
	Seq  uint64    `json:"seq"`
	Kind Kind      `json:"event"`

	// Of a begin. An intent and an outcome have a Subject too.
	Begin
	Format int    `json:"format"`
	PID    int    `json:"pid"`
	Host   string `json:"host"`

	// Of an intent and an outcome.
	ID        uint64          `json:"id"`
	Cmd       string          `json:"cmd"`
	TaskID    string          `json:"task_id"`
	At        string          `json:"at"`
	Outcome   string          `json:"outcome"`
	AppStatus string          `json:"app_status"`
	Message   string          `json:"message"`
	Duration  float64         `json:"duration"` // seconds
	Payload   json.RawMessage `json:"payload"`

	Exit int    `json:"exit"` // of an end
	Torn int64  `json:"torn"` // of a repair, bytes
	Of   string `json:"of"`   // of a died: a run
}
