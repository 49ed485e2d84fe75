package stdlib

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// directive is one % item of a format string, as in C's printf.
type directive struct {
	left, plus, space, alternate, zeros bool // the flags - + space # 0
	width                               int
	precision                           int // -1: none given
	verb                                byte
}

// longString is from where on %s without a precision hands a string on as it is, zero bytes included. A shorter one
// passes through C's sprintf in PUC Lua, which ends it at a zero byte.
const longString = 100

func (lib *library) stringFormat(L *lua.LState) int {
	format := checkString(L, 1)
	var buffer [128]byte
	b := buffer[:0]
	poller := lib.poller(L)
	for arg := 1; ; {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			break
		}
		lib.checkSize(L, len(b)+i)
		b = append(b, format[:i]...)
		format = format[i+1:]
		if strings.HasPrefix(format, "%") {
			b = append(b, '%')
			format = format[1:]
		} else {
			if arg++; arg > L.GetTop() {
				ArgError(L, arg, "no value")
			}
			var d directive
			d, format = readDirective(L, format)
			b = lib.directive(L, d, b, arg)
		}
		lib.checkSize(L, len(b))
		poller.tick(16)
	}
	lib.checkSize(L, len(b)+len(format))
	L.Push(lua.LString(append(b, format...)))
	return 1
}

// readDirective reads what follows a % and returns the rest of the format.
func readDirective(L *lua.LState, s string) (directive, string) {
	d := directive{precision: -1}
	i := 0
	for i < len(s) && d.setFlag(s[i]) {
		i++
	}
	if i > 5 { // there are five flags
		Errorf(L, "invalid format (repeated flags)")
	}
	digits := func() (n int) {
		for stop := i + 2; i < len(s) && i < stop && isDigit(s[i]); i++ {
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	d.width = digits()
	if i < len(s) && s[i] == '.' {
		i++
		d.precision = digits()
	}
	if i < len(s) && isDigit(s[i]) {
		Errorf(L, "invalid format (width or precision too long)")
	}
	if i < len(s) {
		d.verb = s[i]
		i++
	}
	return d, s[i:]
}

func (d *directive) setFlag(c byte) bool {
	switch c {
	case '-':
		d.left = true
	case '+':
		d.plus = true
	case ' ':
		d.space = true
	case '#':
		d.alternate = true
	case '0':
		d.zeros = true
	default:
		return false
	}
	return true
}

// directive appends argument number arg.
func (lib *library) directive(L *lua.LState, d directive, b []byte, arg int) []byte {
	switch d.verb {
	case 'c':
		return d.appendByte(b, byte(checkInt(L, arg)))
	case 'd', 'i':
		return d.appendInteger(b, int64(checkInt(L, arg)))
	case 'o', 'u', 'x', 'X':
		return d.appendUnsigned(b, toUnsigned(checkNumber(L, arg)))
	case 'e', 'E', 'f', 'g', 'G':
		return d.appendFloat(b, checkNumber(L, arg))
	case 'q':
		return lib.appendQuoted(L, b, checkString(L, arg))
	case 's':
		s := checkString(L, arg)
		if d.precision < 0 {
			lib.checkSize(L, len(b)+len(s))
		}
		return d.appendString(b, s)
	}
	verb := ""
	if d.verb != 0 {
		verb = string([]byte{d.verb})
	}
	Errorf(L, "invalid option '%%%s' to 'format'", verb)
	return b
}

// toUnsigned cuts the fraction off; negative numbers wrap around, and what does not fit becomes what it becomes in C
// on the usual processors.
func toUnsigned(f float64) uint64 {
	if f >= 1<<63 {
		return uint64(toInteger(f-1<<63)) ^ 1<<63
	}
	return uint64(toInteger(f))
}

// pad appends text in at least d.width bytes.
func (d *directive) pad(b, text []byte) []byte {
	if !d.left {
		b = appendFill(b, ' ', d.width-len(text))
	}
	b = append(b, text...)
	if d.left {
		b = appendFill(b, ' ', d.width-len(text))
	}
	return b
}

func appendFill(b []byte, c byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, c)
	}
	return b
}

// appendByte writes %c. C ends the text at a zero byte, so that one leaves only the padding before it.
func (d *directive) appendByte(b []byte, c byte) []byte {
	if c != 0 {
		return d.pad(b, []byte{c})
	}
	if d.left {
		return b
	}
	return appendFill(b, ' ', d.width-1)
}

func (d *directive) appendString(b []byte, s string) []byte {
	if d.precision < 0 && len(s) >= longString {
		return append(b, s...)
	}
	s = zeroEnds(s)
	if d.precision >= 0 && len(s) > d.precision {
		s = s[:d.precision]
	}
	if d.width <= len(s) {
		return append(b, s...)
	}
	return d.pad(b, []byte(s))
}

// sign returns what stands before a number.
func (d *directive) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case d.plus:
		return "+"
	case d.space:
		return " "
	}
	return ""
}

func (d *directive) appendInteger(b []byte, n int64) []byte {
	magnitude := uint64(n)
	if n < 0 {
		magnitude = -magnitude
	}
	return d.appendNumber(b, d.sign(n < 0), magnitude, 10)
}

func (d *directive) appendUnsigned(b []byte, n uint64) []byte {
	base, prefix := 10, ""
	switch d.verb {
	case 'o':
		base = 8
	case 'x', 'X':
		base = 16
		if d.alternate && n != 0 {
			prefix = "0" + string(d.verb)
		}
	}
	return d.appendNumber(b, prefix, n, base)
}

// appendNumber appends a prefix (a sign or 0x) and the digits of n, padded as the directive says.
func (d *directive) appendNumber(b []byte, prefix string, n uint64, base int) []byte {
	var buffer [128]byte
	digits := strconv.AppendUint(buffer[:0], n, base)
	if d.verb == 'X' {
		digits = bytes.ToUpper(digits)
	}
	if n == 0 && d.precision == 0 {
		digits = digits[:0]
	}
	zeros := d.precision - len(digits)
	if d.verb == 'o' && d.alternate && zeros < 1 && (len(digits) == 0 || digits[0] != '0') {
		zeros = 1
	}
	if d.zeros && !d.left && d.precision < 0 {
		zeros = max(zeros, d.width-len(prefix)-len(digits))
	}
	zeros = max(zeros, 0)
	blanks := d.width - len(prefix) - zeros - len(digits)
	if !d.left {
		b = appendFill(b, ' ', blanks)
	}
	b = append(b, prefix...)
	b = appendFill(b, '0', zeros)
	b = append(b, digits...)
	if d.left {
		b = appendFill(b, ' ', blanks)
	}
	return b
}

func (d *directive) appendFloat(b []byte, f float64) []byte {
	prefix := d.sign(math.Signbit(f))
	upper := d.verb == 'E' || d.verb == 'G'
	if special := strings.TrimPrefix(notFinite(f), "-"); special != "" {
		if upper {
			special = strings.ToUpper(special)
		}
		return d.pad(b, []byte(prefix+special))
	}
	var buffer [512]byte
	digits := d.floatDigits(buffer[:0], math.Abs(f))
	if upper {
		digits = bytes.ToUpper(digits)
	}
	fill := d.width - len(prefix) - len(digits)
	if !d.left && !d.zeros {
		b = appendFill(b, ' ', fill)
	}
	b = append(b, prefix...)
	if !d.left && d.zeros {
		b = appendFill(b, '0', fill)
	}
	b = append(b, digits...)
	if d.left {
		b = appendFill(b, ' ', fill)
	}
	return b
}

// floatDigits writes a number that is finite and not negative.
func (d *directive) floatDigits(b []byte, f float64) []byte {
	precision := d.precision
	if precision < 0 {
		precision = 6
	}
	verb := d.verb | 0x20
	if !d.alternate {
		return strconv.AppendFloat(b, f, verb, precision, 64)
	}
	if verb == 'g' { // as %e or %f with all its digits, which Go has no flag for
		precision = max(precision, 1)
		b = strconv.AppendFloat(b, f, 'e', precision-1, 64)
		exponent, _ := strconv.Atoi(string(b[bytes.IndexByte(b, 'e')+1:]))
		if exponent < -4 || exponent >= precision {
			verb, precision = 'e', precision-1
		} else {
			verb, precision = 'f', precision-1-exponent
		}
		b = b[:0]
	}
	b = strconv.AppendFloat(b, f, verb, precision, 64)
	if bytes.IndexByte(b, '.') >= 0 {
		return b
	}
	end := len(b)
	if e := bytes.IndexByte(b, 'e'); e >= 0 {
		end = e
	}
	exponent := string(b[end:])
	return append(append(b[:end], '.'), exponent...)
}

// appendQuoted writes %q: a string that Lua reads back.
func (lib *library) appendQuoted(L *lua.LState, b []byte, s string) []byte {
	b = append(b, '"')
	poller := lib.poller(L)
	for i := 0; i < len(s); i++ {
		if i%1024 == 0 {
			lib.checkSize(L, len(b))
			poller.tick(1024)
		}
		switch c := s[i]; c {
		case '"', '\\', '\n':
			b = append(b, '\\', c)
		case '\r':
			b = append(b, `\r`...)
		case 0:
			b = append(b, `\000`...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
