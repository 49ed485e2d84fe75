package protocol

import (
	"bytes"
	"unicode/utf8"
)

// The replies of known recorders are flat and plain: an object, in it at most
// one more, in those texts without escapes, short numbers, true, false and null.
// A cursor reads just these, without allocating, several times as fast as a
// reader of all of JSON; of everything else, right or wrong, it says that it
// does not know, and jsontext decides. So it may be narrow, but what it takes
// jsontext must take, with the same meaning; a fuzz test compares the two.
type cursor struct {
	data     []byte
	at       int
	nonASCII bool // was in a text
}

// Scalar is a value within a flat object.
type Scalar struct {
	Kind byte   // as jsontext.Kind: '"', '0', 't', 'f', 'n'
	Text []byte // a text without its quotes, or a number as it was written
}

// maxMembers bounds the members of a flat object, which are compared each with each.
const maxMembers = 16

// Flat calls f for the members of a flat JSON object, in order. It gives false,
// perhaps after some calls of f, where the value is anything else; f may give
// false to end it too. Name and value belong to f only as long as data is not changed.
func Flat(data []byte, f func(name []byte, value Scalar) bool) bool {
	c := cursor{data: data}
	return c.object(func(name []byte) bool {
		value, ok := c.scalar()
		return ok && f(name, value)
	}) && c.end()
}

// object reads an object; member reads each value, and gives false to end it.
func (c *cursor) object(member func(name []byte) bool) bool {
	var names [maxMembers][]byte
	if !c.is('{') {
		return false
	}
	if c.is('}') {
		return true
	}
	for n := range names {
		c.space()
		name, ok := c.text()
		if !ok || !c.is(':') {
			return false
		}
		for _, other := range names[:n] {
			if bytes.Equal(name, other) {
				return false
			}
		}
		names[n] = name
		c.space()
		if !member(name) {
			return false
		}
		if c.is('}') {
			return true
		}
		if !c.is(',') {
			return false
		}
	}
	return false
}

// end says whether nothing but white space follows, and all texts are UTF-8.
func (c *cursor) end() bool {
	c.space()
	return c.at == len(c.data) && (!c.nonASCII || utf8.Valid(c.data))
}

func (c *cursor) space() {
	for c.at < len(c.data) {
		switch c.data[c.at] {
		case ' ', '\t', '\n', '\r':
			c.at++
		default:
			return
		}
	}
}

// is takes the character, after white space, if it comes next.
func (c *cursor) is(char byte) bool {
	c.space()
	if c.at < len(c.data) && c.data[c.at] == char {
		c.at++
		return true
	}
	return false
}

// text takes a text without escapes.
func (c *cursor) text() ([]byte, bool) {
	if c.at == len(c.data) || c.data[c.at] != '"' {
		return nil, false
	}
	from := c.at + 1
	for i := from; i < len(c.data); i++ {
		char := c.data[i]
		if plain[char] {
			continue
		}
		switch {
		case char == '"':
			c.at = i + 1
			return c.data[from:i], true
		case char == '\\' || char < ' ':
			return nil, false
		}
		c.nonASCII = true
	}
	return nil, false
}

// plain are the ASCII characters that stand for themselves in a JSON text, except DEL,
// which is a control character.
var plain = func() (p [256]bool) {
	for char := ' '; char <= '~'; char++ {
		p[char] = char != '"' && char != '\\'
	}
	return p
}()

// isPlain says whether all of a text is plain.
func isPlain(s string) bool {
	for i := range len(s) {
		if !plain[s[i]] {
			return false
		}
	}
	return true
}

func (c *cursor) scalar() (Scalar, bool) {
	if c.at == len(c.data) {
		return Scalar{}, false
	}
	switch char := c.data[c.at]; char {
	case '"':
		text, ok := c.text()
		return Scalar{'"', text}, ok
	case 'n':
		return Scalar{Kind: char}, c.word("null")
	case 't':
		return Scalar{Kind: char}, c.word("true")
	case 'f':
		return Scalar{Kind: char}, c.word("false")
	}
	number, ok := c.number()
	return Scalar{'0', number}, ok
}

func (c *cursor) word(word string) bool {
	if !bytes.HasPrefix(c.data[c.at:], []byte(word)) {
		return false
	}
	c.at += len(word)
	return true
}

// maxNumber keeps numbers short enough that none can be out of range.
const maxNumber = 20 // characters

// number takes a number without an exponent.
func (c *cursor) number() ([]byte, bool) {
	from := c.at
	if c.data[c.at] == '-' {
		c.at++
	}
	whole := c.digits()
	if whole == 0 || whole > 1 && c.data[c.at-whole] == '0' {
		return nil, false
	}
	if c.at < len(c.data) && c.data[c.at] == '.' {
		c.at++
		if c.digits() == 0 {
			return nil, false
		}
	}
	if c.at < len(c.data) && (c.data[c.at]|0x20) == 'e' {
		return nil, false
	}
	return c.data[from:c.at], c.at-from <= maxNumber
}

func (c *cursor) digits() (n int) {
	for c.at < len(c.data) && c.data[c.at]-'0' <= 9 {
		c.at++
		n++
	}
	return n
}
