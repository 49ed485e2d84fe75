package app

import (
	"context"
	"strings"
	"sync"

	"recue/runtime/config"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// leftovers are the tasks that a run started and that still record when it
// ends. They are never passed over in silence.
type leftovers struct {
	display display
	cfg     *config.Config

	mu      sync.Mutex
	session *session // nil until there is a connection
}

// watch has the session's tasks named.
func (l *leftovers) watch(s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session = s
}

func (l *leftovers) current() *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session
}

// name says which tasks still record, and how to stop each.
func (l *leftovers) name() {
	s := l.current()
	if s == nil {
		return
	}
	nameRecordings(l.display, l.cfg, s.simulated != nil, s.client.Scope().Recording())
}

// countFrom is how many tasks are more than people count by themselves.
const countFrom = 20

// nameRecordings says which tasks still record, how to stop each, and how many they are.
func nameRecordings(d display, cfg *config.Config, simulated bool, list []recorder.Recording) {
	maybe := 0
	defer func() {
		if len(list) >= countFrom {
			d.say("%d tasks in all: %d still record, %d may", len(list), len(list)-maybe, maybe)
		}
	}()
	for _, r := range list {
		state := "still records"
		if r.Maybe {
			state = "may still record"
			maybe++
		}
		if r.FilePath != "" {
			state += " " + visible(r.FilePath)
		}
		if simulated {
			d.say("%s %s; the simulated recorder ends with this run", visible(r.TaskID), state)
			continue
		}
		command, note := followUp(cfg, protocol.Stop, r.Task)
		d.say("%s %s; to stop it: %s%s", visible(r.TaskID), state, command, note)
	}
}

// stop stops the tasks that still record, all at once, and says what came of
// each. It fails where a task may still record afterwards.
func (l *leftovers) stop() error {
	s := l.current()
	scope := s.client.Scope()
	var wait sync.WaitGroup
	for _, r := range scope.Recording() {
		wait.Go(func() {
			command := protocol.NewCommand(protocol.Stop, r.TaskID)
			// The run's own context has ended where it was interrupted; the
			// time limit of the command is what bounds this one.
			reply, err := scope.Do(context.Background(), command, recorder.Route{Subject: r.Subject})
			switch {
			case err == nil:
				l.display.say("stopped: %s", replyText(reply))
			case reply.AppStatus == protocol.Stopped:
				l.display.say("%s was not recording any more", visible(r.TaskID))
			default:
				l.display.show(err)
			}
		})
	}
	wait.Wait()
	if len(scope.Recording()) > 0 {
		return errStillRecording
	}
	return nil
}

// followUp is the command line that stops a task, or asks for its status, from
// where this run was started; and what must be added by hand because it is secret.
//
// Server and subject are named unless they are the default ones. Of the rest,
// only flags are repeated: what comes from the environment is still there.
func followUp(cfg *config.Config, cmd protocol.Cmd, task recorder.Task) (command, note string) {
	return commandLine(connectionFlags(cfg, task.Subject), cmd, task)
}

// commandLine writes a command line with those flags, and says which of them are
// missing in it because they are secret.
func commandLine(flags []config.Value, cmd protocol.Cmd, task recorder.Task) (command, note string) {
	words := []string{"recue", string(cmd)}
	if strings.HasPrefix(task.TaskID, "-") {
		words = append(words, "--task-id="+task.TaskID)
	} else {
		words = append(words, task.TaskID)
	}
	var secret []string
	for _, v := range flags {
		if strings.Contains(v.Value, "***") {
			secret = append(secret, "--"+v.Name)
		} else {
			words = append(words, "--"+v.Name, v.Value)
		}
	}
	for i, word := range words {
		words[i] = shellQuote(word)
	}
	if len(secret) > 0 {
		note = " (add the same " + strings.Join(secret, ", ") + " as for this run)"
	}
	return strings.Join(words, " "), note
}

// connectionFlags are the settings that a further command line must repeat to
// reach the same recorder.
func connectionFlags(cfg *config.Config, subject string) []config.Value {
	defaults := map[string]string{}
	for _, s := range config.Settings() {
		defaults[s.Name] = s.Default
	}
	var flags []config.Value
	for _, v := range cfg.Values() {
		needed := strings.HasPrefix(v.Source, "flag ")
		switch v.Name {
		case "task-id", "timeout", "log-level", "log-format", "journal-sync":
			continue
		case "subject":
			v.Value = subject
			needed = subject != defaults[v.Name]
		case "server":
			// The context, which is named too, brings its server with it.
			needed = v.Value != defaults[v.Name] && !strings.HasPrefix(v.Source, "context ")
		case "context":
			needed = v.Value != ""
		}
		if needed {
			flags = append(flags, v)
		}
	}
	return flags
}
