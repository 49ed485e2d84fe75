package recorder

import (
	"time"

	"recue/runtime/protocol"
)

// Exchange is one command of a scope, and its outcome.
type Exchange struct {
	Command protocol.Command
	Subject string
	Sent    time.Time
	Took    time.Duration  // until the outcome was known
	Reply   protocol.Reply // where a valid one came, else zero
	Err     error          // why the command failed (a *fault.Error), or nil
}

// Observe has f told of every command that is sent through s, or through a scope
// within it, once its outcome is known: in the order of the outcomes, which need
// not be that of the commands. f is called from any goroutine, several at once,
// and must not block. Observe belongs before the scope's first command; a second
// call replaces the first.
func (s *Scope) Observe(f func(Exchange)) { s.observer = f }

// observed says whether anybody wants to hear of the scope's commands.
func (s *Scope) observed() bool {
	for at := s; at != nil; at = at.parent {
		if at.observer != nil {
			return true
		}
	}
	return false
}

// tell tells the observers of the scope and of those around it.
func (s *Scope) tell(e Exchange) {
	for at := s; at != nil; at = at.parent {
		if at.observer != nil {
			at.observer(e)
		}
	}
}
