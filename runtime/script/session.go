package script

import (
	"context"
	"errors"
)

// Session is a program that is given piece by piece, each when the one before has ended. What an
// entry assigns to globals is there for the entries after it.
//
// A session belongs to one goroutine at a time.
type Session interface {
	// Read reads one entry, which may grow by a line from call to call. Where more lines must
	// follow to make it whole, ErrIncomplete is in the error's chain; all says that none will.
	// The error is an *Error with exit code 2; nothing has run then.
	Read(text string, all bool) (Entry, error)
	// Complete says what may stand at the end of text, which is an entry so far: each candidate
	// takes the place of text[from:]. They are sorted.
	Complete(text string) (from int, candidates []string)
	// Close ends the session.
	Close()
}

// ErrIncomplete says that an entry ends where more could follow that makes it whole.
var ErrIncomplete = errors.New("the entry is not complete")

// Entry is what was entered in one go: expressions, whose values are printed, or statements.
type Entry struct {
	// Locals are the variables that end with the entry.
	Locals []string
	// Run runs the entry, once, as Program.Run runs a program: until all that it started has
	// ended, and its finally functions have run.
	Run func(ctx context.Context) error
}
