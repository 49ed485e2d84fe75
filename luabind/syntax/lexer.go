package syntax

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"recue/luabind/stdlib"
)

// Kind is what a token is: a keyword or a symbol stands for itself ("while", "=="), the others are named below.
type Kind string

const (
	kEOF    Kind = "<eof>"
	kName   Kind = "<name>"
	kNumber Kind = "<number>"
	kString Kind = "<string>"
)

// IsKeyword says whether a word is one of Lua's own, and so no name.
func IsKeyword(word string) bool { return keywords[word] }

var keywords = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true,
	"function": true, "if": true, "in": true, "local": true, "nil": true, "not": true, "or": true, "repeat": true,
	"return": true, "then": true, "true": true, "until": true, "while": true,
}

// symbols, the longest first so that "..." is not read as "..".
var symbols = []string{
	"...", "..", "==", "~=", "<=", ">=",
	"+", "-", "*", "/", "%", "^", "#", "<", ">", "=", "(", ")", "{", "}", "[", "]", ";", ":", ",", ".",
}

// token is one word of the source. text is the name or the value of a string; num the value of a number.
type token struct {
	kind Kind
	text string
	num  float64
	pos  Pos
	end  int // offset in the source behind the token
}

// lexer cuts a source into tokens by the rules of manual §2.1.
type lexer struct {
	src       *source
	off       int
	line      int
	lineStart int // offset at which the current line begins
}

func newLexer(src *source) *lexer {
	lx := &lexer{src: src, line: 1}
	lx.skipPreamble()
	return lx
}

func (lx *lexer) pos() Pos { return Pos{lx.line, lx.off - lx.lineStart + 1} }

// peek gives the byte n places ahead, 0 behind the end (sources with NUL bytes outside strings never get here unseen:
// next reports them).
func (lx *lexer) peek(n int) byte {
	if lx.off+n < len(lx.src.text) {
		return lx.src.text[lx.off+n]
	}
	return 0
}

// newline passes one line end, which may be two bytes.
func (lx *lexer) newline() {
	c := lx.peek(0)
	lx.off++
	if n := lx.peek(0); (n == '\n' || n == '\r') && n != c {
		lx.off++
	}
	lx.line++
	lx.lineStart = lx.off
}

func (lx *lexer) next() token {
	lx.skipBlanks()
	at := lx.pos()
	if lx.off >= len(lx.src.text) {
		return token{kind: kEOF, pos: at, end: lx.off}
	}
	c := lx.peek(0)
	switch {
	case isLetter(c):
		return lx.word(at)
	case isDigit(c), c == '.' && isDigit(lx.peek(1)):
		return lx.number(at)
	case c == '"' || c == '\'':
		return lx.finish(token{kind: kString, text: lx.quoted(at), pos: at})
	case c == '[':
		if level, ok := lx.longBracket(); ok {
			return lx.finish(token{kind: kString, text: lx.long(at, level, "string"), pos: at})
		}
	}
	for _, s := range symbols {
		if strings.HasPrefix(lx.src.text[lx.off:], s) {
			lx.off += len(s)
			return lx.finish(token{kind: Kind(s), pos: at})
		}
	}
	lx.unknown(at)
	panic("unreachable")
}

func (lx *lexer) finish(t token) token {
	t.end = lx.off
	return t
}

func (lx *lexer) word(at Pos) token {
	start := lx.off
	for isLetter(lx.peek(0)) || isDigit(lx.peek(0)) {
		lx.off++
	}
	text := lx.src.text[start:lx.off]
	if keywords[text] {
		return lx.finish(token{kind: Kind(text), pos: at})
	}
	return lx.finish(token{kind: kName, text: text, pos: at})
}

var duration = regexp.MustCompile(`^\d+(ms|[smhd])$`)

// number reads as far as the reference lexer does, so that "3x" and "1..2" are one malformed number and not two tokens.
func (lx *lexer) number(at Pos) token {
	start := lx.off
	for isDigit(lx.peek(0)) || lx.peek(0) == '.' {
		lx.off++
	}
	if lx.peek(0)|0x20 == 'e' {
		lx.off++
		if c := lx.peek(0); c == '+' || c == '-' {
			lx.off++
		}
	}
	for isLetter(lx.peek(0)) || isDigit(lx.peek(0)) {
		lx.off++
	}
	text := lx.src.text[start:lx.off]
	value, ok := stdlib.ParseNumber(text)
	if !ok {
		hint := ""
		if strings.Contains(text, "..") {
			hint = "to join a number to text, put blanks around the two dots: 1 .. \"x\""
		} else if duration.MatchString(text) {
			hint = fmt.Sprintf("a duration is a text: %q", text)
		}
		lx.src.raise(at, text, hint, "malformed number %q", text)
	}
	return lx.finish(token{kind: kNumber, num: value, text: text, pos: at})
}

// skipBlanks passes blanks, line ends and comments.
func (lx *lexer) skipBlanks() {
	for {
		switch c := lx.peek(0); {
		case c == '\n' || c == '\r':
			lx.newline()
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			lx.off++
		case c == '-' && lx.peek(1) == '-':
			lx.comment()
		default:
			return
		}
	}
}

func (lx *lexer) comment() {
	at := lx.pos()
	lx.off += 2
	if lx.peek(0) == '[' {
		if level, ok := lx.longBracket(); ok {
			lx.long(at, level, "comment")
			return
		}
	}
	for lx.off < len(lx.src.text) && lx.peek(0) != '\n' && lx.peek(0) != '\r' {
		lx.off++
	}
}

// unknown reports a byte that begins no token.
func (lx *lexer) unknown(at Pos) {
	r, size := utf8.DecodeRuneInString(lx.src.text[lx.off:])
	rest := lx.src.text[lx.off:]
	near := rest[:size]
	hint := ""
	for _, h := range unknownHints {
		if strings.HasPrefix(rest, h.text) {
			near, hint = h.text, h.hint
			break
		}
	}
	if hint == "" && r > 127 {
		hint = "names are made of the letters a to z, digits and _; other letters may stand only inside quotes"
	}
	if r < ' ' || r == utf8.RuneError {
		near = fmt.Sprintf("\\%d", rest[0])
	}
	lx.src.raise(at, near, hint, "unexpected character %s", quote(near))
}

// skipPreamble passes a first line that begins with #, so that a script can be a Unix command.
func (lx *lexer) skipPreamble() {
	if lx.peek(0) == '#' {
		for lx.off < len(lx.src.text) && lx.peek(0) != '\n' && lx.peek(0) != '\r' {
			lx.off++
		}
	}
}
