package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// pattern is a Lua pattern, read once. It never changes after, so that it may be shared and kept.
type pattern struct {
	items    []item
	anchored bool // it began with ^, where that means the start of the subject
}

type itemKind byte

const (
	kindChar      itemKind = iota // one byte: c
	kindAny                       // any byte
	kindSet                       // a byte of set
	kindOpen                      // start of a capture
	kindPosition                  // a position capture
	kindClose                     // end of a capture
	kindBalance                   // %b: from c to the balancing other
	kindFrontier                  // %f: between a byte outside set and one inside
	kindBack                      // %1 to %9: the text of capture number c (from 0) again
	kindEnd                       // $ at the end: the end of the subject
	kindMalformed                 // the error message. As in Lua, it is raised only where matching gets this far
)

// item is one step of a pattern. Only kindChar, kindAny and kindSet have a repeat: '?', '*', '+', '-', or 0 for once.
type item struct {
	kind    itemKind
	repeat  byte
	c       byte
	other   byte
	set     *charset
	message string
}

// magic are the bytes that make a string more than plain text to search for.
const magic = "^$*+?.([%-"

// zeroEnds cuts a pattern at a zero byte: Lua 5.1 sees no further (%z is how to say zero).
func zeroEnds(text string) string {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return text[:i]
	}
	return text
}

// anchor says what a leading ^ is: the start of the subject in find, match and gsub, but a byte like others in gmatch.
type anchor bool

const (
	caretAnchors anchor = true
	caretIsPlain anchor = false
)

const (
	// maxPatternBytes bounds a pattern, which takes up to a hundred times its length in memory when it is read.
	maxPatternBytes = 64 << 10

	keptPatterns     = 256 // how many patterns a library keeps
	keptPatternBytes = 512 // and how long each may be
)

type patternKey struct {
	text   string
	anchor anchor
}

// pattern returns a pattern ready to run.
func (lib *library) pattern(L *lua.LState, text string, a anchor) *pattern {
	if len(text) > maxPatternBytes {
		Errorf(L, "pattern too long (at most %d bytes)", maxPatternBytes)
	}
	if p := lib.patterns[patternKey{text, a}]; p != nil {
		return p
	}
	p := readPattern(zeroEnds(text), a)
	if len(text) <= keptPatternBytes {
		if len(lib.patterns) >= keptPatterns {
			clear(lib.patterns)
		}
		// A clone, since text may be a small part of a large string.
		lib.patterns[patternKey{strings.Clone(text), a}] = p
	}
	return p
}

// readPattern reads a pattern without zero bytes. It does not fail: a mistake becomes an item that fails.
func readPattern(text string, a anchor) *pattern {
	p := &pattern{}
	if a == caretAnchors && strings.HasPrefix(text, "^") {
		p.anchored = true
		text = text[1:]
	}
	for text != "" {
		it, n := readItem(text)
		p.items = append(p.items, it)
		text = text[n:]
	}
	return p
}

// readItem reads the item at the start of text and says how many bytes it takes.
func readItem(text string) (item, int) {
	switch text[0] {
	case '(':
		if strings.HasPrefix(text, "()") {
			return item{kind: kindPosition}, 2
		}
		return item{kind: kindOpen}, 1
	case ')':
		return item{kind: kindClose}, 1
	case '$':
		if len(text) == 1 {
			return item{kind: kindEnd}, 1
		}
	case '%':
		if len(text) > 1 {
			switch c := text[1]; {
			case c == 'b':
				return readBalance(text)
			case c == 'f':
				return readFrontier(text)
			case isDigit(c):
				return item{kind: kindBack, c: c - '1'}, 2
			}
		}
	}
	it, n := readSingle(text)
	if n < len(text) && strings.IndexByte("?*+-", text[n]) >= 0 {
		it.repeat = text[n]
		n++
	}
	return it, n
}

func readBalance(text string) (item, int) {
	if len(text) < 4 {
		return malformed(text, "unbalanced pattern")
	}
	return item{kind: kindBalance, c: text[2], other: text[3]}, 4
}

func readFrontier(text string) (item, int) {
	if len(text) < 3 || text[2] != '[' {
		return malformed(text, "missing '[' after '%f' in pattern")
	}
	it, n := readSet(text[2:])
	if it.kind == kindSet {
		it.kind = kindFrontier
	}
	return it, n + 2
}

// readSingle reads what stands for one byte.
func readSingle(text string) (item, int) {
	switch c := text[0]; c {
	case '.':
		return item{kind: kindAny}, 1
	case '[':
		return readSet(text)
	case '%':
		if len(text) == 1 {
			return malformed(text, "malformed pattern (ends with '%')")
		}
		if set := classes[text[1]]; set != nil {
			return item{kind: kindSet, set: set}, 2
		}
		return item{kind: kindChar, c: text[1]}, 2
	default:
		return item{kind: kindChar, c: c}, 1
	}
}

// readSet reads [set]. A ] right after [ or [^ is a member.
func readSet(text string) (item, int) {
	start := 1
	if strings.HasPrefix(text, "[^") {
		start = 2
	}
	end := start
	for first := true; first || end >= len(text) || text[end] != ']'; first = false {
		if end >= len(text) {
			return malformed(text, "malformed pattern (missing ']')")
		}
		if text[end] == '%' {
			end++ // the next byte ends nothing
		}
		end++
	}
	set := new(charset)
	for i := start; i < end; i++ {
		switch {
		case text[i] == '%':
			i++
			set.addClass(text[i])
		case text[i+1] == '-' && i+2 < end:
			set.addRange(text[i], text[i+2])
			i += 2
		default:
			set[text[i]] = true
		}
	}
	if start == 2 {
		set.invert()
	}
	return item{kind: kindSet, set: set}, end + 1
}

// malformed ends the pattern here.
func malformed(text, message string) (item, int) {
	return item{kind: kindMalformed, message: message}, len(text)
}
