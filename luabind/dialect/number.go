package dialect

import "recue/luabind/stdlib"

// FormatNumber writes a number as Lua 5.1 does, in C's format %.14g.
func FormatNumber(n float64) string { return stdlib.FormatNumber(n) }

// parseNumber reads a numeral, in source or in a string that meets arithmetic (manual §2.2.1): "010" is ten.
func parseNumber(text string) (float64, bool) { return stdlib.ParseNumber(text) }
