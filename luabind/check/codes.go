package check

import (
	"fmt"
	"strings"

	"recue/runtime/script"
)

// The codes of findings. They are stable: people look for them, and programs read them.
const (
	Syntax         = "syntax"
	Absent         = "absent"
	Undefined      = "undefined"
	UnknownField   = "unknown-field"
	UnknownOption  = "unknown-option"
	WrongArgument  = "wrong-argument"
	ReadOnly       = "read-only"
	Module         = "module"
	Global         = "global"
	UnusedLocal    = "unused-local"
	Unreachable    = "unreachable"
	Empty          = "empty"
	IgnoredFailure = "ignored-failure"
	EarlyCall      = "early-call"
	TopCommand     = "top-command"
	Comparison     = "comparison"
	LaterEscape    = "later-escape"
)

// Rule is a kind of finding.
type Rule struct {
	Code     string
	Severity script.Severity // the highest that it may have
	Doc      string
	Example  string // Lua that has this finding first
}

// Rules lists every kind of finding, the errors first.
func Rules() []Rule {
	return []Rule{
		{Syntax, script.SeverityError, "the file is no Lua program", "start \"cam1"},
		{UnknownOption, script.SeverityError, "one of Recue's functions has no such option", "start(\"cam1\", {vid_birate = 3000})"},
		{WrongArgument, script.SeverityError, "one of Recue's functions never takes this: the wrong type, an impossible value, too much or too little", "start(\"cam1\", {segment_time = -1})"},
		{Undefined, script.SeverityError, "nobody defines this name; an error where it is called, indexed, calculated with, gone over or given to one of Recue's functions, else a warning", "strat \"cam1\""},
		{UnknownField, script.SeverityError, "a library has no such field; an error where it is called or indexed, else a warning", "log.wran \"low\""},
		{Absent, script.SeverityError, "a function of Lua that scripts do not have", "os.exit(1)"},
		{ReadOnly, script.SeverityError, "log, json and the like cannot be changed", "log.info = print"},
		{Module, script.SeverityError, "a required module is not there, or cannot be read", "require \"cameras_of_hall_9\""},
		{Global, script.SeverityWarning, "a global that only one function uses, or that nobody reads: probably a forgotten local or a slip", "local function f()\n  reply = start \"cam1\"\n  print(reply.ok)\nend\nf()"},
		{IgnoredFailure, script.SeverityWarning, "a parallel with on_error = \"collect\" whose results nobody looks at: failures would go unnoticed", "parallel({{cmd = \"stop\"}}, {on_error = \"collect\"})"},
		{EarlyCall, script.SeverityWarning, "a command among the branches of parallel that runs before parallel does", "parallel {start \"cam1\", start \"cam2\"}"},
		{TopCommand, script.SeverityWarning, "a command at the top of a script that declares schedules: it runs when the script is loaded, not when something is due", "start \"cam1\" schedule(\"show\", {daily = \"08:00\"}, function() stop \"cam1\" end)"},
		{Comparison, script.SeverityWarning, "a field of a reply, or of a failure, is compared with what it never is", "print(status(\"cam1\").app_status == \"recording\")"},
		{LaterEscape, script.SeverityWarning, "an escape in a text that came with a later Lua; in Lua 5.1 the letter stands for itself", `print "\x41"`},
		{Unreachable, script.SeverityWarning, "code that is never reached", "while true do sleep(1) end\nprint \"done\""},
		{Empty, script.SeverityWarning, "a script without a statement, which recue run refuses", "-- nothing yet"},
		{UnusedLocal, script.SeverityWarning, "a local that nobody reads; names that begin with _ are left alone", "local reply = start \"cam1\""},
	}
}

// Markdown is the list of rules for the manual.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| code | at most | what it says | for example |\n| --- | --- | --- | --- |\n")
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", r.Code, r.Severity, r.Doc, strings.Join(strings.Fields(r.Example), " "))
	}
	return b.String()
}
