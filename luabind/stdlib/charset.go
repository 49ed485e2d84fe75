package stdlib

// charset is a set of bytes.
type charset [256]bool

// The character classes are those of C's "C" locale: bytes above 127 belong to none.

func isDigit(c byte) bool    { return c-'0' < 10 }
func isLower(c byte) bool    { return c-'a' < 26 }
func isUpper(c byte) bool    { return c-'A' < 26 }
func isAlpha(c byte) bool    { return isLower(c | 0x20) }
func isAlnum(c byte) bool    { return isAlpha(c) || isDigit(c) }
func isControl(c byte) bool  { return c < 32 || c == 127 }
func isSpace(c byte) bool    { return c == ' ' || c-'\t' < 5 }
func isPunct(c byte) bool    { return c > 32 && c < 127 && !isAlnum(c) }
func isHexDigit(c byte) bool { return isDigit(c) || (c|0x20)-'a' < 6 }
func isZero(c byte) bool     { return c == 0 }

// classes holds the sets of %a, %d, … and of their complements %A, %D, …; nil where the letter names no class.
var classes = func() (sets [256]*charset) {
	for letter, member := range map[byte]func(byte) bool{
		'a': isAlpha, 'c': isControl, 'd': isDigit, 'l': isLower, 'p': isPunct, 's': isSpace, 'u': isUpper,
		'w': isAlnum, 'x': isHexDigit, 'z': isZero,
	} {
		in, out := new(charset), new(charset)
		for c := range in {
			in[c] = member(byte(c))
			out[c] = !in[c]
		}
		sets[letter], sets[letter-'a'+'A'] = in, out
	}
	return sets
}()

// addClass adds what %letter stands for: a class, or the letter itself.
func (s *charset) addClass(letter byte) {
	set := classes[letter]
	if set == nil {
		s[letter] = true
		return
	}
	for c, in := range set {
		if in {
			s[c] = true
		}
	}
}

func (s *charset) addRange(from, to byte) {
	for c := int(from); c <= int(to); c++ {
		s[c] = true
	}
}

func (s *charset) invert() {
	for c := range s {
		s[c] = !s[c]
	}
}
