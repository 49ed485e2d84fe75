package dialect

import (
	"math"
	"strconv"
	"strings"
)

// ParseNumber reads a numeral as Lua 5.1 converts text to a number (manual §2.2.1): decimal with an optional fraction
// and exponent, or hexadecimal; blanks around it and a sign are allowed. "010" is ten. It reports false for
// everything else, also for "inf", "nan" and "1_000": the host's own ideas of a number are not Lua's.
func ParseNumber(text string) (float64, bool) {
	text = strings.Trim(text, " \t\n\v\f\r")
	body := text
	if body != "" && (body[0] == '-' || body[0] == '+') {
		body = body[1:]
	}
	if len(body) > 2 && body[0] == '0' && (body[1] == 'x' || body[1] == 'X') {
		return parseHex(text, body[2:])
	}
	if !isDecimal(body) {
		return 0, false
	}
	value, _ := strconv.ParseFloat(text, 64) // the only error left is overflow, and then the value is an infinity, as in C
	return value, true
}

// parseHex reads a hexadecimal numeral whose digits, after sign and "0x", are body. The reference interpreter leaves
// it to C's strtod, which takes a fraction and a binary exponent too.
func parseHex(text, body string) (float64, bool) {
	mantissa, exponent, hasExponent := body, "", false
	if i := strings.IndexAny(body, "pP"); i >= 0 {
		mantissa, exponent, hasExponent = body[:i], body[i+1:], true
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	if digits == "" || !all(digits, isHexDigit) {
		return 0, false
	}
	if !hasExponent {
		text += "p0"
	} else if !isExponent(exponent) {
		return 0, false
	}
	value, _ := strconv.ParseFloat(text, 64)
	return value, true
}

func isDecimal(text string) bool {
	mantissa := text
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if !isExponent(text[i+1:]) {
			return false
		}
		mantissa = text[:i]
	}
	digits := strings.Replace(mantissa, ".", "", 1)
	return digits != "" && all(digits, isDigit)
}

func isExponent(text string) bool {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	return text != "" && all(text, isDigit)
}

func all(text string, is func(byte) bool) bool {
	for i := 0; i < len(text); i++ {
		if !is(text[i]) {
			return false
		}
	}
	return true
}

// FormatNumber writes a number as Lua 5.1 does, in C's format %.14g; a NaN keeps its sign, as the C library shows it.
func FormatNumber(n float64) string {
	switch {
	case math.IsInf(n, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(n, 'g', -1, 64)), "+")
	case n != n && math.Signbit(n):
		return "-nan"
	case n != n:
		return "nan"
	case n == math.Trunc(n) && math.Abs(n) < 1e14 && n != 0:
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'g', 14, 64)
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isLetter(c byte) bool   { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }
