package rehearsal

import (
	"fmt"
	"time"

	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// Recording is one recording of a rehearsal.
type Recording struct {
	recorder.Task
	From, Till time.Time // Till is zero where nothing stopped it
	By         *Run      // that started it; nil: the script itself
	FilePath   string
}

// Mistake is something that would go wrong, or that somebody should look at.
type Mistake struct {
	At   time.Time
	Kind string // "outside a schedule", "double booking", "never stopped", "overlap", "missed", "failed run", "same instant", "clock change"
	Job  string // "" for the script itself
	Due  time.Time
	Text string
}

// book is what the commands of a rehearsal came to. The rehearsal's lock guards it.
type book struct {
	recordings []*Recording
	open       map[recorder.Task]*Recording
	last       map[recorder.Task]Command // the last start or stop that a recorder got
	mistakes   []Mistake
	commands   int
}

func (b *book) mistake(at time.Time, run *Run, kind, text string) {
	m := Mistake{At: at, Kind: kind, Text: text}
	if run != nil {
		m.Job, m.Due = run.Job, run.Due
	}
	b.mistakes = append(b.mistakes, m)
}

// sameInstant is how close a start and a stop of two runs may come before their
// order is a matter of luck.
const sameInstant = time.Second

// note books a command when its fate is known.
func (r *rehearsal) note(c Command) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &r.book
	b.commands++
	if c.Run == nil {
		b.mistake(c.At, nil, "outside a schedule", fmt.Sprintf("%s %s is sent whenever %s is loaded: it belongs into the function of a schedule", c.Cmd, c.TaskID, c.Script))
	}
	if c.Cmd == protocol.Status || c.Reply.MsgStatus == "" { // nobody was there
		return
	}
	if b.open == nil {
		b.open, b.last = map[recorder.Task]*Recording{}, map[recorder.Task]Command{}
	}
	task := recorder.Task{Subject: c.Subject, TaskID: c.TaskID}
	if before, ok := b.last[task]; ok && before.Cmd != c.Cmd && before.Run != c.Run && c.At.Sub(before.At) < sameInstant {
		b.mistake(c.At, c.Run, "same instant", fmt.Sprintf("its %s of %s comes at the same instant as the %s by %s: which is first is a matter of luck",
			c.Cmd, c.TaskID, before.Cmd, r.name(before.Run)))
	}
	b.last[task] = c
	open := b.open[task]
	switch {
	case c.Cmd == protocol.Start && c.Reply.MsgStatus == protocol.Success:
		open = &Recording{Task: task, From: c.At, By: c.Run}
		b.open[task] = open
		b.recordings = append(b.recordings, open)
	case c.Cmd == protocol.Start && open != nil && c.Fault == "":
		b.mistake(c.At, c.Run, "double booking", fmt.Sprintf("it starts %s, which records already since %s, started by %s",
			c.TaskID, stamp(open.From), r.name(open.By)))
	case c.Cmd == protocol.Stop && c.Reply.MsgStatus == protocol.Success && open != nil:
		open.Till = c.At
		delete(b.open, task)
	}
}

// name is who sent a command.
func (r *rehearsal) name(run *Run) string {
	if run == nil {
		return "the script itself"
	}
	return fmt.Sprintf("%s of %s", run.Job, stamp(run.Due))
}
