package script

import "time"

// Tests takes the tests and hooks that a program declares. Its errors say why
// one is refused.
type Tests interface {
	AddTest(Test) error
	AddHook(Hook) error
}

// Test is one test that a program declared; one of a table of cases is a test
// of its own.
type Test struct {
	Name    string
	At      Position // where it was declared
	End     int      // the last line of it
	Tags    []string
	Timeout time.Duration // 0: the usual one
	Retries int           // how often it may be tried again after a failure
	Only    bool          // where any has it, the others of the file are left out
	Skip    bool
	Reason  string // for Skip; may be empty
	Run     Start
}

// HookKind says when a hook runs.
type HookKind string

// The kinds of hooks, by the names of the functions that declare them.
const (
	BeforeAll  HookKind = "before_all"
	BeforeEach HookKind = "before_each"
	AfterEach  HookKind = "after_each"
	AfterAll   HookKind = "after_all"
)

// HookKinds lists them in the order in which they run.
var HookKinds = []HookKind{BeforeAll, BeforeEach, AfterEach, AfterAll}

// Hook is a function that a program declared to run around its tests.
type Hook struct {
	Kind HookKind
	At   Position
	Run  Start
}

// Trial is the account of one attempt at a test, or of a hook of its file: what
// is run for it writes, and whoever runs it reads when that has ended.
type Trial struct {
	Expectations int // that were finished, met or not
	// Unmet are the expectations that were not met, whether or not anything caught
	// the error: a soft one goes on, and a pcall does not undo a failure. Each has
	// an *Unmet as its Err.
	Unmet []*Error
	// Faults says whether the simulated recorder may be made to fail: not where
	// nobody would know which tests that is meant for.
	Faults bool
}

// Unmet is why an expectation failed: the Err of an *Error.
type Unmet struct {
	Message string
	// Expected and Actual are the two values as Lua writes them, on one line or on
	// many; both are empty where there are no two values to compare.
	Expected, Actual string
}

func (u *Unmet) Error() string { return u.Message }
