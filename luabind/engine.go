package luabind

import (
	"errors"
	"fmt"

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
	chunk, err := load(name, source, limits, nil)
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

// load compiles a source within the limits. poll, which may be nil, is asked now and then; its error ends the work and
// is given back.
func load(name string, source []byte, limits script.Limits, poll func() error) (*dialect.Chunk, error) {
	file, err := syntax.Limits{Source: limits.Source, Nesting: limits.Nesting, Poll: poll}.Parse(name, source)
	if err != nil {
		return nil, err
	}
	return dialect.Compile(file, poll, reserved()...)
}

// syntaxError is a file that is no Lua program, as the command line shows it.
func syntaxError(err error, source []byte) *script.Error {
	e := &script.Error{Message: err.Error(), Err: fault.Usage(err, "")}
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		e.Message = wrong.Message
		e.Hint = wrong.Hint
		e.At.File = wrong.File
		e.At.Line, e.At.Column, e.Source = wrong.Shown(source)
		if wrong.Line == 0 {
			e.Message = wrong.File + ": " + wrong.Message
		}
	}
	return e
}
