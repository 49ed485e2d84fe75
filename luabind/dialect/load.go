package dialect

import (
	"bytes"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// MaxSource is the largest source file in bytes.
const MaxSource = 1 << 20

// Chunk is a loaded source file.
type Chunk struct {
	Name  string             // as given to Load; it begins every error message of the chunk
	Proto *lua.FunctionProto // for (*lua.LState).NewFunctionFromProto; it may serve several states, one after the other or at once
	Empty bool               // no statement: a valid program that does nothing, which a caller may want to refuse
	lines []string
}

// Line gives line n of the source, from 1, without its line end; "" outside the file.
func (c *Chunk) Line(n int) string {
	if n < 1 || n > len(c.lines) {
		return ""
	}
	return c.lines[n-1]
}

// Load turns a source into code. A byte order mark and a first line that begins with # are skipped. Every error is a
// *SyntaxError.
func Load(name string, src []byte, reserved ...string) (chunk *Chunk, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(fail)
			if !ok { // a defect of ours; a script that cannot be loaded is no reason to end a server
				f.err = &SyntaxError{File: name, Message: fmt.Sprintf("internal error, please report it with this file: %v", r)}
			}
			chunk, err = nil, f.err
		}
	}()
	if err := refuse(name, src); err != nil {
		return nil, err
	}
	s := newSource(name, string(bytes.TrimPrefix(src, byteOrderMark)))
	s.reserved = reserved
	body := parse(s)
	return &Chunk{Name: name, Proto: generate(s, body), Empty: len(body) == 0, lines: s.lines}, nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// refuse recognises what is no Lua source before the parser says something less helpful about it.
func refuse(name string, src []byte) error {
	wrong := func(line int, hint, format string, args ...any) error {
		return &SyntaxError{File: name, Line: line, Column: min(line, 1), Message: fmt.Sprintf(format, args...), Hint: hint}
	}
	text := "save it as a plain text file in UTF-8"
	switch {
	case len(src) > MaxSource:
		return wrong(0, "put data into a file of its own", "the file is larger than %d KiB", MaxSource>>10)
	case bytes.HasPrefix(src, []byte("\x1bLua")):
		return wrong(0, "give the source, not what luac made of it", "this is compiled Lua, not source")
	case bytes.HasPrefix(src, []byte("\xff\xfe")), bytes.HasPrefix(src, []byte("\xfe\xff")):
		return wrong(0, text, "the file is stored as UTF-16")
	case bytes.IndexByte(src, 0) >= 0:
		line := 1 + strings.Count(string(src[:bytes.IndexByte(src, 0)]), "\n")
		return wrong(line, text, "this is a binary file, not Lua source")
	}
	return nil
}

// skipPreamble passes a first line that begins with #, so that a script can be a Unix command.
func (lx *lexer) skipPreamble() {
	if lx.peek(0) == '#' {
		for lx.off < len(lx.src.text) && lx.peek(0) != '\n' && lx.peek(0) != '\r' {
			lx.off++
		}
	}
}
