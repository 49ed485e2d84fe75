package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"recue/runtime/clock"
	"recue/runtime/protocol"
)

// Faults are what befalls the recorders of a rehearsal.
type Faults struct {
	list   []*Fault
	chance *rand.Rand
}

// Fault is one kind of trouble, when it comes, and what it strikes.
type Fault struct {
	text string
	kind string

	cmd    protocol.Cmd // "": every one
	task   string       // "": every one
	share  float64      // of the commands that it could strike, 0 … 1
	delay  time.Duration
	window *[2]time.Duration // of the day in the zone of the job, from and till; nil: always

	struck int // commands
}

// The kinds of faults, as ParseFault takes them.
const (
	away   = "away"   // nobody listens
	reject = "reject" // the recorder answers with an error and does nothing
	lose   = "lose"   // the command is carried out, and its reply lost
	slow   = "slow"   // the reply takes longer
)

// FaultText explains the form of a fault to people.
const FaultText = `away, reject, lose or slow, and then in any order: start, stop or status; task=NAME; a share such as 10%; ` +
	`the time that slow takes, such as 3s; hours such as 02:00-03:00, in the zone of the job. Examples: "away 02:00-03:00", "reject start 10%", "lose task=cam1", "slow 3s status"`

// ParseFault reads a fault such as "reject start 10% 02:00-03:00".
func ParseFault(text string) (*Fault, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil, fmt.Errorf("must be %s", FaultText)
	}
	f := &Fault{text: text, kind: words[0], share: 1}
	switch f.kind {
	case away, reject, lose, slow:
	default:
		return nil, fmt.Errorf("%q is no kind of fault: it must be %s", f.kind, FaultText)
	}
	for _, word := range words[1:] {
		if err := f.take(word); err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
	}
	if f.kind == slow && f.delay == 0 {
		return nil, fmt.Errorf("%q: slow needs the time that a reply takes, such as \"slow 3s\"", text)
	}
	return f, nil
}

func (f *Fault) take(word string) error {
	switch cmd := protocol.Cmd(word); cmd {
	case protocol.Start, protocol.Stop, protocol.Status:
		f.cmd = cmd
		return nil
	}
	if task, ok := strings.CutPrefix(word, "task="); ok && task != "" {
		f.task = task
		return nil
	}
	if share, ok := strings.CutSuffix(word, "%"); ok {
		n, err := strconv.ParseFloat(share, 64)
		if err != nil || !(n >= 0 && n <= 100) {
			return fmt.Errorf("%q must be between 0%% and 100%%", word)
		}
		f.share = n / 100
		return nil
	}
	if from, till, ok := strings.Cut(word, "-"); ok {
		a, errA := timeOfDay(from)
		b, errB := timeOfDay(till)
		if errA != nil || errB != nil || a == b {
			return fmt.Errorf("%q must be hours such as 02:00-03:00", word)
		}
		f.window = &[2]time.Duration{a, b}
		return nil
	}
	if d, err := clock.ParseDuration(word); err == nil && d > 0 && f.kind == slow {
		f.delay = d
		return nil
	}
	return fmt.Errorf("%q is not understood: it must be %s", word, FaultText)
}

func timeOfDay(text string) (time.Duration, error) {
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	at, err := time.Parse("15:04", text)
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, err
}

// fate is what becomes of one command.
type fate struct {
	name     string // the fault's text
	away     bool
	rejected bool
	lost     bool
	delay    time.Duration
}

// idle lists the faults that struck no command.
func (f *Faults) idle() []string {
	var texts []string
	for _, fault := range f.list {
		if fault.struck == 0 {
			texts = append(texts, fault.text)
		}
	}
	return texts
}

// draw draws the same amount of chance for every command, so that a fault of one
// task does not change what befalls another.
func (f *Faults) draw(now time.Time, c protocol.Command) fate {
	var its fate
	var names []string
	for _, fault := range f.list {
		struck := f.chance.Float64() < fault.share
		if !struck || !fault.concerns(now, c) {
			continue
		}
		fault.struck++
		names = append(names, fault.text)
		switch fault.kind {
		case away:
			its.away = true
		case reject:
			its.rejected = true
		case lose:
			its.lost = true
		case slow:
			its.delay += fault.delay
		}
	}
	its.name = strings.Join(names, ", ")
	return its
}

func (f *Fault) concerns(now time.Time, c protocol.Command) bool {
	if f.cmd != "" && f.cmd != c.Cmd || f.task != "" && f.task != c.TaskID {
		return false
	}
	if f.window == nil {
		return true
	}
	from, till := f.window[0], f.window[1]
	h, m, s := now.Clock()
	day := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if from < till {
		return from <= day && day < till
	}
	return day >= from || day < till // over midnight
}
