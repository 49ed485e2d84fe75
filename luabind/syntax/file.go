package syntax

import (
	"bytes"
	"fmt"
	"strings"
)

// Limits bound what Parse takes. A field that is zero stands for its default.
type Limits struct {
	Source  int // bytes of a source file; default MaxSource
	Nesting int // of blocks, brackets and functions; default MaxNesting
	// Poll is asked every millisecond or so; its error ends Parse, which gives it back. May be nil.
	Poll func() error
}

// Defaults of Limits. MaxNesting is the reference interpreter's LUAI_MAXCCALLS.
const (
	MaxSource  = 1 << 20
	MaxNesting = 200
)

// File is a source file that was parsed.
type File struct {
	Name string // as given to Parse; it begins every error message
	Body []Stmt
	src  *source
}

// Parse reads a source file. A byte order mark and a first line that begins with # are skipped. Every error is an
// *Error.
func Parse(name string, src []byte) (*File, error) { return Limits{}.Parse(name, src) }

// Parse is the function Parse with limits of one's own. An error is an *Error, or that of Poll.
func (l Limits) Parse(name string, src []byte) (*File, error) { return l.read(name, src, parse) }

// ParseEntry reads what was entered at a prompt: a list of expressions, with a = in front or without, which the file then
// returns; or else what Parse reads. Where it is neither, the error is that of the attempt which got further.
func (l Limits) ParseEntry(name string, src []byte) (*File, error) {
	return l.read(name, src, parseEntry)
}

func (l Limits) read(name string, src []byte, parse func(*source, Limits) []Stmt) (f *File, err error) {
	if l.Source <= 0 {
		l.Source = MaxSource
	}
	if l.Nesting <= 0 {
		l.Nesting = MaxNesting
	}
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, recovered(name, r)
		}
	}()
	if err := refuse(name, src, l.Source); err != nil {
		return nil, err
	}
	s := newSource(name, string(bytes.TrimPrefix(src, byteOrderMark)))
	return &File{Name: name, Body: parse(s, l), src: s}, nil
}

// recovered is what a panic of the parser means: an error in the source, or a defect of ours. A script that cannot be
// loaded is no reason to end a server.
func recovered(name string, r any) error {
	if s, ok := r.(stop); ok {
		return s.err
	}
	return &Error{File: name, Message: fmt.Sprintf("internal error, please report it with this file: %v", r)}
}

// Line gives line n of the source, from 1, without its line end; "" outside the file.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.src.lines) {
		return ""
	}
	return f.src.lines[n-1]
}

// Lines is the number of lines; an empty file has one.
func (f *File) Lines() int { return len(f.src.lines) }

// Escape is an escape sequence in a string.
type Escape struct {
	At   Pos
	Text string // `\x41`
}

// LaterEscapes are the escape sequences that later versions of Lua know and 5.1 does not: there the letter stands for
// itself.
func (f *File) LaterEscapes() []Escape { return f.src.later }

// Column turns the place of a node into a column that counts characters, from 1.
func (f *File) Column(p Pos) int { return f.src.column(p) }

// Errorf makes an error at a place of the file.
func (f *File) Errorf(p Pos, near, hint, format string, args ...any) *Error {
	return f.src.errorf(p, near, hint, format, args...)
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// refuse recognises what is no Lua source before the parser says something less helpful about it.
func refuse(name string, src []byte, limit int) error {
	wrong := func(line int, hint, format string, args ...any) error {
		return &Error{File: name, Line: line, Column: min(line, 1), Message: fmt.Sprintf(format, args...), Hint: hint}
	}
	text := "save it as a plain text file in UTF-8"
	switch {
	case len(src) > limit:
		return wrong(0, "put data into a file of its own", "the source is larger than %d KiB (limit --max-source)", limit>>10)
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
