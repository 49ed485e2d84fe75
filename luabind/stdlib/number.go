package stdlib

import (
	"math"
	"strconv"
	"strings"
)

// FormatNumber writes a number as Lua does: "%.14g".
func FormatNumber(f float64) string {
	var buffer [32]byte
	return string(appendNumber(buffer[:0], f))
}

func appendNumber(b []byte, f float64) []byte {
	if f > -1e14 && f < 1e14 && f == math.Trunc(f) {
		if f == 0 && math.Signbit(f) {
			return append(b, "-0"...)
		}
		return strconv.AppendInt(b, int64(f), 10)
	}
	if special := notFinite(f); special != "" {
		return append(b, special...)
	}
	return strconv.AppendFloat(b, f, 'g', 14, 64)
}

// notFinite names infinities and NaN as the C library does, or returns "". A NaN has a sign: 0/0 is "-nan" on amd64.
func notFinite(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == f:
		return ""
	case math.Signbit(f):
		return "-nan"
	}
	return "nan"
}

// ParseNumber reads a string as a number the way Lua converts strings: as C's strtod does, with white space around it.
// So "0x1F", "1e5", "inf" and "nan" are numbers and "1_000" is not. What follows a zero byte is not looked at.
func ParseNumber(s string) (float64, bool) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	s = strings.Trim(s, whiteSpace)
	if f, ok := parseDigits(s); ok {
		return f, true
	}
	sign, body := splitSign(s)
	switch {
	case body == "":
		return 0, false
	case isAlpha(body[0]):
		f, ok := parseWord(body)
		return math.Copysign(f, sign), ok
	case len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x':
		exponent, ok := scanFloat(body[2:], isHexDigit, 'p')
		if !ok {
			return 0, false
		}
		if !exponent {
			s += "p0" // Go wants one
		}
	default:
		if _, ok := scanFloat(body, isDigit, 'e'); !ok {
			return 0, false
		}
	}
	f, _ := strconv.ParseFloat(s, 64) // the only error left is the range, and the value is then an infinity
	return f, true
}

const whiteSpace = " \t\n\v\f\r"

// parseDigits is the short way for a short row of digits, the usual case.
func parseDigits(s string) (float64, bool) {
	if len(s) == 0 || len(s) > 15 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return float64(n), true
}

func splitSign(s string) (sign float64, rest string) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			return -1, s[1:]
		}
		return 1, s[1:]
	}
	return 1, s
}

// parseWord reads inf, infinity, nan and nan(letters), in any case.
func parseWord(s string) (float64, bool) {
	word := strings.ToLower(s)
	switch {
	case word == "inf" || word == "infinity":
		return math.Inf(1), true
	case word == "nan":
		return math.NaN(), true
	case strings.HasPrefix(word, "nan(") && strings.HasSuffix(word, ")"):
		for i := 4; i < len(word)-1; i++ {
			if !isAlnum(word[i]) && word[i] != '_' {
				return 0, false
			}
		}
		return math.NaN(), true
	}
	return 0, false
}

// scanFloat tells whether the whole of s is digits with at most one point and at least one digit, then perhaps an
// exponent, and whether there was an exponent.
func scanFloat(s string, digit func(byte) bool, mark byte) (exponent, ok bool) {
	i, digits := 0, 0
	for points := 0; i < len(s); i++ {
		if s[i] == '.' && points == 0 {
			points++
		} else if digit(s[i]) {
			digits++
		} else {
			break
		}
	}
	if digits == 0 || i == len(s) {
		return false, digits > 0
	}
	if s[i]|0x20 != mark {
		return false, false
	}
	_, power := splitSign(s[i+1:])
	for j := 0; j < len(power); j++ {
		if !isDigit(power[j]) {
			return false, false
		}
	}
	return true, power != ""
}

// parseInBase reads a whole number in a base from 2 to 36 as C's strtoul does: a minus wraps around in 64 bits, and a
// number that is too large becomes the largest.
func parseInBase(s string, base int) (float64, bool) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	sign, body := splitSign(strings.Trim(s, whiteSpace))
	if base == 16 && len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x' && isHexDigit(body[2]) {
		body = body[2:]
	}
	if body == "" {
		return 0, false
	}
	for i := 0; i < len(body); i++ {
		if digitValue(body[i]) >= base {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(body, base, 64)
	if err == nil && sign < 0 {
		n = -n
	}
	return float64(n), true // out of range: ParseUint answers the largest
}

func digitValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case isLower(c):
		return int(c-'a') + 10
	case isUpper(c):
		return int(c-'A') + 10
	}
	return 99
}
