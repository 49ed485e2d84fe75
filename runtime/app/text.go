package app

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible shows what a terminal would obey or hide: control characters, marks
// that reverse the direction of text and bytes that are no UTF-8 come out as
// \x1b, \u202e and the like. Line ends and tabs count as such characters too.
func visible(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		_, size := utf8.DecodeRuneInString(s)
		b.WriteString(visibleRune(s[:size]))
		s = s[size:]
	}
	return b.String()
}

// visibleRune is visible for the text of one character.
func visibleRune(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size <= 1:
		return fmt.Sprintf(`\x%02x`, s[0])
	case unicode.IsPrint(r):
		return s
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// cells is how many columns of a terminal a printable character takes.
func cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		return 2
	}
	return 1
}

// shellQuote writes a word so that a shell takes it as it is.
func shellQuote(word string) string {
	special := func(r rune) bool {
		return r < utf8.RuneSelf && !strings.ContainsRune("_@%+=:,./-", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) ||
			r >= utf8.RuneSelf && !unicode.IsLetter(r)
	}
	if word != "" && !strings.HasPrefix(word, "=") && strings.IndexFunc(word, special) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
