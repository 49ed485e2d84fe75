package fault

import "errors"

// The exit codes of the process, as the manual lists them.
const (
	ExitOK          = 0
	ExitScript      = 1 // the script failed, or a test did
	ExitUsage       = 2 // wrong usage or configuration, or a script that does not load
	ExitConnect     = 3 // NATS cannot be reached, or does not let us in
	ExitCommand     = 4 // a command failed and the script did not handle it
	ExitInterrupted = 130
	ExitTerminated  = 143
)

// Exit is an error that knows the process's exit code and may carry a hint.
type Exit struct {
	Code int
	Hint string // what to try; may be empty
	Err  error
}

func (e *Exit) Error() string { return e.Err.Error() }

// Unwrap gives the error behind the exit code.
func (e *Exit) Unwrap() error { return e.Err }

// Usage marks err as wrong usage or configuration (exit code 2).
func Usage(err error, hint string) error { return &Exit{Code: ExitUsage, Hint: hint, Err: err} }

// Connect marks err as "NATS cannot be reached, or does not let us in" (exit code 3).
func Connect(err error, hint string) error { return &Exit{Code: ExitConnect, Hint: hint, Err: err} }

// ExitCode gives the exit code for err: what an Exit in its chain says, 4 for a
// failed command, else 1; 0 for nil.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	var exit *Exit
	if errors.As(err, &exit) {
		return exit.Code
	}
	if CodeOf(err) != "" {
		return ExitCommand
	}
	return ExitScript
}

// HintOf gives the first hint in err's chain, or "".
func HintOf(err error) string {
	var exit *Exit
	if errors.As(err, &exit) && exit.Hint != "" {
		return exit.Hint
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Hint
	}
	return ""
}
