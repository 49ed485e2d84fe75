package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/journal"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// maxUnsettled bounds how many tasks of dead runs are named.
const maxUnsettled = 20

// logbook is the journal of one command; nil where none was asked for.
type logbook struct {
	journal *journal.Journal
	log     *logrus.Entry
}

// openJournal begins a run in the journal that the settings name, and says what
// was found in it; nil where they name none. task is left out of what is said: the
// command is about it anyway. The error is wrong usage; nothing was sent then.
func (a *app) openJournal(c *cli.Context, cfg *config.Config, log *logrus.Entry, begin journal.Begin, task string) (*logbook, error) {
	if cfg.Journal == "" {
		return nil, nil
	}
	begin.Command = c.Command.Name
	begin.Version, _ = build()
	begin.Subject, begin.Simulated = cfg.Subject, c.Bool("sim")
	if !begin.Simulated {
		begin.Server = cfg.Server.String()
	}
	j, err := journal.Open(cfg.Journal, journal.Options{Begin: begin, Sync: cfg.JournalSync == config.SyncEach})
	if err != nil {
		return nil, fault.Usage(err, "nothing was sent; without --journal (RECUE_JOURNAL) there is no journal")
	}
	a.tellFound(cfg, log, j.Found(), task)
	return &logbook{j, log}, nil
}

// recorderJournal is the journal as the recorder's client takes it.
func (l *logbook) recorderJournal() recorder.Journal {
	if l == nil {
		return nil
	}
	return l.journal
}

// end writes the end of the run.
func (l *logbook) end(exit int) {
	if l == nil {
		return
	}
	if err := l.journal.End(exit); err != nil {
		l.log.Warnf("the journal is not complete: %v", err)
	}
}

// tellFound says what was found in the journal: that it was damaged, that it
// cannot be written, what dead runs have left recording.
func (a *app) tellFound(cfg *config.Config, log *logrus.Entry, found journal.Found, except string) {
	if found.Torn > 0 {
		log.Warnf("the journal %s ended in the middle of a line (%d bytes), as after a loss of power or on a full disk; a new line was begun", cfg.Journal, found.Torn)
	}
	if found.Public {
		log.Warnf("every user of this machine may read the journal %s; to keep it for yourself: chmod 600 %s", cfg.Journal, shellQuote(cfg.Journal))
	}
	if found.Err != nil {
		log.WithError(found.Err).Warn("the journal cannot be written: no start will be sent until it can be; stops will")
	}
	left := slices.DeleteFunc(slices.Clone(found.Unsettled), func(u journal.Unsettled) bool {
		return u.TaskID == except && u.Subject == cfg.Subject && u.Server == cfg.Server.String()
	})
	slices.SortStableFunc(left, func(a, b journal.Unsettled) int { // what records for sure comes first
		switch {
		case a.Maybe == b.Maybe:
			return 0
		case a.Maybe:
			return 1
		}
		return -1
	})
	for i, u := range left {
		if i == maxUnsettled {
			page := fmt.Sprintf("recue report %s --run %s -o left.html", shellQuote(cfg.Journal), u.Run)
			a.display.say("… and %d more tasks of runs that were cut off; the page of such a run lists all that it left: %s", len(left)-i, page)
			return
		}
		a.tellUnsettled(cfg, u)
	}
}

func (a *app) tellUnsettled(cfg *config.Config, u journal.Unsettled) {
	state := "still records, as far as the journal knows"
	if u.Maybe {
		state = "may still record"
	}
	by := ""
	if u.Script != "" {
		by = " by " + visible(u.Script)
	}
	task := recorder.Task{Subject: u.Subject, TaskID: u.TaskID}
	stop, note := followUpOn(cfg, u.Server, protocol.Stop, task)
	status, _ := followUpOn(cfg, u.Server, protocol.Status, task)
	a.display.say("%s %s: started%s at %s in a run that was cut off; to stop it: %s; if it has ended, this settles it: %s%s",
		visible(u.TaskID), state, by, u.Since.Local().Format("2006-01-02 15:04:05"), stop, status, note)
}

// scriptBegin is what a journal says about a run of a script.
func scriptBegin(cfg *config.Config, s source, vars map[string]string) journal.Begin {
	hash := sha256.Sum256(s.text)
	begin := journal.Begin{Script: s.name, SHA256: hex.EncodeToString(hash[:])}
	hide := newMask(cfg)
	begin.Args = hide.words(s.args)
	for name, value := range vars {
		if begin.Vars == nil {
			begin.Vars = map[string]string{}
		}
		begin.Vars[name] = hide.value(name, value)
	}
	return begin
}

// followUpOn is followUp for a task on a server that need not be this command's.
func followUpOn(cfg *config.Config, server string, cmd protocol.Cmd, task recorder.Task) (command, note string) {
	if server == cfg.Server.String() {
		return followUp(cfg, cmd, task)
	}
	flags := []config.Value{{Name: "server", Value: server}}
	for _, v := range connectionFlags(cfg, task.Subject) {
		if v.Name == "subject" || v.Name == "journal" { // the others are about this command's server
			flags = append(flags, v)
		}
	}
	return commandLine(flags, cmd, task)
}
