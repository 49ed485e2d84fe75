package dialect

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

// Chunk is a loaded source file.
type Chunk struct {
	Name  string             // as given to Load; it begins every error message of the chunk
	Proto *lua.FunctionProto // for (*lua.LState).NewFunctionFromProto; it may serve several states, one after the other or at once
	Empty bool               // no statement: a valid program that does nothing, which a caller may want to refuse
	file  *syntax.File
}

// Line gives line n of the source, from 1, without its line end; "" outside the file.
func (c *Chunk) Line(n int) string { return c.file.Line(n) }

// Load turns a source into code. A byte order mark and a first line that begins with # are skipped. The names in
// reserved are globals that the program may read but not assign. Every error is a *syntax.Error.
func Load(name string, src []byte, reserved ...string) (*Chunk, error) {
	file, err := syntax.Parse(name, src)
	if err != nil {
		return nil, err
	}
	return Compile(file, nil, reserved...)
}

// Compile is Load for a file that was parsed. poll, which may be nil, is asked every millisecond or so; its error ends the
// work and is given back.
func Compile(file *syntax.File, poll func() error, reserved ...string) (chunk *Chunk, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(fail)
			if !ok { // a defect of ours; a script that cannot be loaded is no reason to end a server
				f.err = &syntax.Error{File: file.Name, Message: fmt.Sprintf("internal error, please report it with this file: %v", r)}
			}
			chunk, err = nil, f.err
		}
	}()
	return &Chunk{Name: file.Name, Proto: generate(&program{file: file, reserved: reserved, poll: poll, shapes: map[string]*lua.LUserData{}}), Empty: len(file.Body) == 0, file: file}, nil
}
