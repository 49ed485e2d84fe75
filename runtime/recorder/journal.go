package recorder

import (
	"fmt"

	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// unsent is the call of a command that was not sent: there is nothing to cancel.
type unsent struct{}

func (unsent) Cancel(error) {}

// journal writes the command down before it is sent, and gives the done that
// writes down its outcome. Where it could not be written a start fails, since
// nobody could find out afterwards that it was sent; a stop goes on, since a
// recording that cannot be stopped is worse than a line that is missing.
func (c *Client) journal(cmd protocol.Command, route Route, done func(protocol.Reply, error)) (func(protocol.Reply, error), *fault.Error) {
	outcome, err := c.opts.Journal.Intend(cmd, route.Subject, route.At)
	both := func(reply protocol.Reply, err error) {
		outcome(reply, err)
		done(reply, err)
	}
	switch {
	case err != nil && cmd.Cmd == protocol.Start:
		return both, &fault.Error{
			Code: fault.NotSent, Cmd: string(cmd.Cmd), TaskID: cmd.TaskID, Subject: route.Subject, Err: err,
			Message: fmt.Sprintf("it was not sent, because it could not be written down first: %v", err),
			Hint:    "make room for the journal, or run without one; stops are sent all the same",
		}
	case err != nil:
		c.opts.Log.WithError(err).WithFields(logrus.Fields{"task_id": cmd.TaskID, "subject": route.Subject}).
			Warnf("%s %s is sent without having been written down", cmd.Cmd, cmd.TaskID)
	}
	return both, nil
}
