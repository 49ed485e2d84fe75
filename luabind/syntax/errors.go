package syntax

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error says why a source file is not a Lua program. It is written for people who do not program for a living:
// Message is a sentence, Hint is what to do about it.
type Error struct {
	File    string // the name given to Parse
	Line    int    // from 1; 0 when no place in the file is meant
	Column  int    // from 1, in characters, for a mark under the line
	Message string // what is wrong, without the place
	Near    string // the text that was found there, "" when there is none to show
	Hint    string // what to try, "" when nothing sensible can be said
	// Unfinished says that the source ends where more could follow that makes it whole.
	Unfinished bool
}

// Error gives the place and the message in one line, as the reference interpreter does: `nightly.lua:12: …`.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Shown gives the place to show to people and its line in the source src. An error at the end of the file is shown behind
// the last line that says something.
func (e *Error) Shown(src []byte) (line, column int, text string) {
	lines := splitLines(string(bytes.TrimPrefix(src, byteOrderMark)))
	at := func(n int) string {
		if n < 1 || n > len(lines) {
			return ""
		}
		return lines[n-1]
	}
	if text := at(e.Line); text != "" {
		return e.Line, e.Column, text
	}
	for n := min(e.Line, len(lines)); n > 0; n-- {
		if text := at(n); strings.TrimSpace(text) != "" {
			return n, utf8.RuneCountInString(text) + 1, text
		}
	}
	return e.Line, e.Column, ""
}

// Pos is a place in the source: line and byte column, both from 1.
type Pos struct{ Line, Col int }

// stop ends parsing; Parse recovers it.
type stop struct{ err error }

// source is the text of a file and its lines.
type source struct {
	name  string
	text  string
	lines []string
	later []Escape
}

func newSource(name, text string) *source {
	return &source{name: name, text: text, lines: splitLines(text)}
}

// splitLines cuts at every line end that Lua knows: \n, \r, \r\n and \n\r (manual §2.1 leaves this to the lexer).
func splitLines(text string) []string {
	var lines []string
	start := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\n' && c != '\r' {
			continue
		}
		lines = append(lines, text[start:i])
		if i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r') && text[i+1] != c {
			i++
		}
		start = i + 1
	}
	return append(lines, text[start:])
}

// raise reports an error at p and does not return.
func (s *source) raise(p Pos, near, hint, format string, args ...any) {
	panic(stop{s.errorf(p, near, hint, format, args...)})
}

func (s *source) errorf(p Pos, near, hint, format string, args ...any) *Error {
	return &Error{
		File:    s.name,
		Line:    p.Line,
		Column:  s.column(p),
		Message: fmt.Sprintf(format, args...),
		Near:    near,
		Hint:    hint,
	}
}

// column turns a byte column into one that counts characters.
func (s *source) column(p Pos) int {
	if p.Line < 1 || p.Line > len(s.lines) {
		return 1
	}
	line := s.lines[p.Line-1]
	return utf8.RuneCountInString(line[:min(max(p.Col-1, 0), len(line))]) + 1
}

// indent counts the blanks before the first character of a line; a tab counts as one.
func (s *source) indent(line int) int {
	if line < 1 || line > len(s.lines) {
		return 0
	}
	text := s.lines[line-1]
	return len(text) - len(strings.TrimLeft(text, " \t"))
}
