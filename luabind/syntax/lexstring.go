package syntax

import "strings"

var escapes = map[byte]byte{
	'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// quoted reads a string in single or double quotes and gives its value.
func (lx *lexer) quoted(at Pos) string {
	mark := lx.peek(0)
	lx.off++
	var value strings.Builder
	for {
		if lx.off >= len(lx.src.text) {
			lx.unfinished(at, mark)
		}
		switch c := lx.peek(0); c {
		case mark:
			lx.off++
			return value.String()
		case '\n', '\r':
			lx.unfinished(at, mark)
		case '\\':
			lx.escape(&value)
		default:
			value.WriteByte(c)
			lx.off++
		}
	}
}

func (lx *lexer) unfinished(at Pos, mark byte) {
	text := string(mark)
	if at.Line == lx.line { // no line end was escaped inside the string
		text = lx.src.text[lx.lineStart+at.Col-1 : lx.off]
	}
	lx.src.raise(at, text, "close it with "+string(mark)+" on the same line; for text of several lines use [[ and ]]",
		"unfinished string")
}

// escape reads what follows a backslash (manual §2.1). A letter without a meaning stands for itself, as in the reference
// interpreter; \x, \z and \u, which got one later, are noted.
func (lx *lexer) escape(value *strings.Builder) {
	at := lx.pos()
	lx.off++
	c := lx.peek(0)
	switch {
	case lx.off >= len(lx.src.text):
		return // the caller reports the unfinished string
	case c == '\n' || c == '\r':
		value.WriteByte('\n')
		lx.newline()
	case isDigit(c):
		n := 0
		for i := 0; i < 3 && isDigit(lx.peek(0)); i++ {
			n = n*10 + int(lx.peek(0)-'0')
			lx.off++
		}
		if n > 255 {
			text := lx.src.text[lx.lineStart+at.Col-1 : lx.off]
			lx.src.raise(at, text, `a backslash and digits mean one byte, \0 to \255`, "escape sequence %s is too large", text)
		}
		value.WriteByte(byte(n))
	default:
		if text := lx.laterEscape(c); text != "" {
			lx.src.later = append(lx.src.later, Escape{at, text})
		}
		if e, ok := escapes[c]; ok {
			c = e
		}
		value.WriteByte(c)
		lx.off++
	}
}

// laterEscape is the text of the escape that begins with c, where only later versions of Lua know it; else "".
func (lx *lexer) laterEscape(c byte) string {
	switch {
	case c == 'x' && isHexDigit(lx.peek(1)) && isHexDigit(lx.peek(2)):
		return lx.src.text[lx.off-1 : lx.off+3]
	case c == 'z':
		return `\z`
	case c == 'u' && lx.peek(1) == '{':
		return `\u`
	}
	return ""
}

// longBracket reports whether a long bracket [[, [=[, … opens here, and its level.
func (lx *lexer) longBracket() (level int, ok bool) {
	i := 1
	for lx.peek(i) == '=' {
		i++
	}
	return i - 1, lx.peek(i) == '['
}

// long reads a long string or comment of the given level; the reader stands on its first bracket. A line end right
// behind the opening bracket is not part of the value, and every line end counts as \n.
func (lx *lexer) long(at Pos, level int, what string) string {
	lx.off += level + 2
	if c := lx.peek(0); c == '\n' || c == '\r' {
		lx.newline()
	}
	closing := "]" + strings.Repeat("=", level) + "]"
	var value strings.Builder
	for lx.off < len(lx.src.text) {
		switch c := lx.peek(0); {
		case c == ']' && strings.HasPrefix(lx.src.text[lx.off:], closing):
			lx.off += len(closing)
			return value.String()
		case c == '\n' || c == '\r':
			value.WriteByte('\n')
			lx.newline()
		default:
			value.WriteByte(c)
			lx.off++
		}
	}
	err := lx.src.errorf(at, "", "close it with "+closing, "unfinished long %s", what)
	err.Unfinished = true
	panic(stop{err})
}
