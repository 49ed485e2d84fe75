package script

// Source is a script's text.
type Source struct {
	Name string // as findings call it: a path
	Text []byte
	Dir  string // the script's folder, where its modules are; empty for none
	// Reads is told of the path of each module that it requires, also of one that is
	// not there. May be nil.
	Reads func(path string)
}

// Severity says how bad a finding is.
type Severity string

// The severities. A script with an error can only fail when it comes there, and
// is not run; a warning is something to look at.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is a mistake in a script that was found without running it.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1; 0 when no place in the file is meant
	Column   int      `json:"column"` // from 1, in characters
	Code     string   `json:"code"`   // the rule, stable: "unknown-option"
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // one line, without the place
	Hint     string   `json:"hint"`    // what to try, may be empty
	Source   string   `json:"-"`       // the source line, "" where it is not known
	Notice   bool     `json:"-"`       // a warning that is worth showing when the script is run, too
}
