package luabind

import (
	"errors"
	"fmt"
	"strings"

	"recue/luabind/dialect"
	"recue/luabind/syntax"
	"recue/runtime/fault"
	"recue/runtime/script"
)

// Engine reads Lua scripts. It is a script.Engine.
type Engine struct{}

// New makes the engine.
func New() Engine { return Engine{} }

var _ script.Engine = Engine{}

// Load reads a script.
func (Engine) Load(name string, source []byte, limits script.Limits) (script.Program, error) {
	chunk, err := load(name, source, limits)
	if err != nil {
		return nil, syntaxError(err, source)
	}
	if chunk.Empty {
		return nil, &script.Error{
			Message: fmt.Sprintf("%s has no statements: there is nothing to run", name),
			Err:     fault.Usage(errors.New("empty script"), ""),
		}
	}
	return &program{chunk: chunk}, nil
}

// load compiles a source within the limits.
func load(name string, source []byte, limits script.Limits) (*dialect.Chunk, error) {
	file, err := syntax.Limits{Source: limits.Source, Nesting: limits.Nesting}.Parse(name, source)
	if err != nil {
		return nil, err
	}
	return dialect.Compile(file, reserved()...)
}

// syntaxError is a file that is no Lua program, as the command line shows it.
func syntaxError(err error, source []byte) *script.Error {
	e := &script.Error{Message: err.Error(), Err: fault.Usage(err, "")}
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		e.Message = wrong.Message
		e.Hint = wrong.Hint
		e.At = script.Position{File: wrong.File, Line: wrong.Line, Column: wrong.Column}
		e.Source = lineOf(source, wrong.Line)
		if e.Source == "" { // at the end of the file: show the last line that says something
			e.At, e.Source = lastLine(e.At, source)
		}
		if wrong.Line == 0 {
			e.Message = wrong.File + ": " + wrong.Message
		}
	}
	return e
}

// lastLine is the place behind the last line up to at that is not blank.
func lastLine(at script.Position, source []byte) (script.Position, string) {
	for n := at.Line; n > 0; n-- {
		if line := lineOf(source, n); strings.TrimSpace(line) != "" {
			return script.Position{File: at.File, Line: n, Column: len([]rune(line)) + 1}, line
		}
	}
	return at, ""
}

func lineOf(source []byte, n int) string {
	if n < 1 {
		return ""
	}
	text := strings.TrimPrefix(string(source), "\ufeff")
	for ; n > 1; n-- {
		_, rest, found := strings.Cut(text, "\n")
		if !found {
			return ""
		}
		text = rest
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r")
}
