package dialect

import "recue/luabind/stdlib"

// FormatNumber writes a number as Lua 5.1 does, in C's format %.14g.
func FormatNumber(n float64) string { return stdlib.FormatNumber(n) }

// parseNumber reads a numeral, in source or in a string that meets arithmetic (manual §2.2.1): "010" is ten.
func parseNumber(text string) (float64, bool) { return stdlib.ParseNumber(text) }

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isLetter(c byte) bool   { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }
