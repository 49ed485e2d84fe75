package programs

import (
	"fmt"
	"strings"
)

// makeText is an expression of the string library that gives a text.
func (g *generator) makeText(d int) string {
	s := g.pick("("+g.str(d-1)+")", "("+g.str(0)+")")
	return g.pick(
		s+":upper()", s+":lower()", s+":reverse()", s+":sub("+g.position()+g.pick("", ", "+g.position())+")",
		"("+s+":rep("+g.pick("0", "1", "2", "3", "-1")+"))", "string.char("+g.pick("65, 66", "", "97", "('a'):byte()", "0, 255")+")",
		"("+s+":gsub("+g.pattern()+", "+g.pick("'<%0>'", "'%%'", "'x'", "''")+"))",
		"string.format("+g.format()+")", "text("+s+":match("+g.pattern()+"))", "table.concat({"+s+", "+g.joined(d-1)+"}, "+g.pick("','", "''", "'--'")+")",
	)
}

func (g *generator) position() string {
	return g.pick("1", "2", "-1", "-2", "0", "3", "5", "100", "-100", "1.7", "'2'", "nil or 1", "whole("+g.num(0)+", -9, 9)")
}

// pattern is a literal with a pattern; now and then it is malformed.
func (g *generator) pattern() string {
	single := func() string {
		switch g.IntN(8) {
		case 0:
			return "."
		case 1, 2:
			return "%" + g.pick("a", "d", "s", "w", "l", "u", "p", "c", "x", "z", "A", "D", "S", "W", "P", ".", "%", "(", "-")
		case 3:
			return "[" + g.pick("", "^") + g.pick("a-z", "%w_", "abc", "%s,", "]", "%]", "a-", "-a", "%d.", "^x", "0-9a-f") + "]"
		}
		return g.pick("a", "b", "l", "o", "e", " ", "1", "x", ",", "=")
	}
	var b strings.Builder
	b.WriteString(g.pick("", "", "", "^"))
	for range 1 + g.IntN(3) {
		switch g.IntN(12) {
		case 0, 1:
			b.WriteString("(" + single() + g.pick("", "*", "+", "-", "?") + ")")
		case 2:
			b.WriteString("()")
		case 3:
			b.WriteString("%b" + g.pick("()", "ao", "((", "el"))
		case 4:
			b.WriteString("%f[" + g.pick("%a", "%w", "^%a", "%z", "ab", "%s", "%d") + "]")
		case 5:
			b.WriteString("(" + single() + g.pick("*", "+") + single() + ")%1")
		case 6:
			if g.chance(15) {
				b.WriteString(g.pick("(", ")", "[", "%", "%1", "%b", "%f", "[a", "[%", "(()"))
			}
		default:
			b.WriteString(single() + g.pick("", "", "*", "+", "-", "?"))
		}
	}
	b.WriteString(g.pick("", "", "", "$"))
	return quoted(b.String())
}

func quoted(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }

// format is arguments for string.format, with directives that C defines for what they get.
func (g *generator) format() string {
	var text strings.Builder
	var args []string
	for range 1 + g.IntN(3) {
		text.WriteString(g.pick("", "a", " ", "%%", "|"))
		switch g.IntN(7) {
		case 0:
			text.WriteString("%" + g.pick("", "-", "+", " ", "0", "+0") + g.pick("", "5", "12") + g.pick("", ".3") + g.pick("d", "i"))
			args = append(args, g.pick("whole("+g.num(1)+", -1e9, 1e9)", "42", "-7", "'12'", "3.0"))
		case 1:
			text.WriteString("%" + g.pick("", "#", "0", "-") + g.pick("", "8") + g.pick("x", "X", "o", "u"))
			args = append(args, g.pick("whole("+g.num(1)+", 0, 1e9)", "255", "0", "65536"))
		case 2, 3:
			text.WriteString("%" + g.pick("", "-", "+", "0", "#", " ") + g.pick("", "10", "15") + g.pick("", ".0", ".2", ".5", ".14") + g.pick("e", "f", "g", "G", "E"))
			args = append(args, g.pick("num("+g.num(1)+")", "0.1", "1/3", "1e100", "123456", "-2.5", "1e-10", "'0x10'"))
		case 4:
			text.WriteString("%" + g.pick("", "-", "5", "-10", ".2", "10.3") + "s")
			args = append(args, g.pick(g.str(1), "num("+g.num(1)+")", g.str(0)))
		case 5:
			text.WriteString("%q")
			args = append(args, g.pick(g.str(1), "'a\\nb\\0c\"d\\\\'", "12"))
		default:
			text.WriteString("%" + g.pick("", "5", "-5") + "c")
			args = append(args, g.pick("65", "97.9", "'66'", "10"))
		}
	}
	return strings.Join(append([]string{quoted(text.String())}, args...), ", ")
}

// textStatement shows what a function of the string library gives.
func (g *generator) textStatement() {
	s := g.str(1)
	switch g.IntN(10) {
	case 0, 1:
		g.line("catch(string.find, %s, %s%s)", s, g.pattern(), g.pick("", "", ", "+g.position(), ", "+g.position()+", true", ", 1, false"))
	case 2:
		g.line("catch(string.match, %s, %s%s)", s, g.pattern(), g.pick("", ", "+g.position()))
	case 3:
		g.line("catch(string.gsub, %s, %s, %s%s)", s, g.pattern(), g.replacement(), g.pick("", "", ", 0", ", 1", ", 2", ", -1"))
	case 4:
		g.line("catch(function() for a, b in (%s):gmatch(%s) do tick() say(a, b) end end)", g.inner(func() string { return g.str(1) }), g.pattern())
	case 5:
		g.line("catch(string.format, %s)", g.format())
	case 6:
		g.line("say((%s):byte(%s, %s))", s, g.position(), g.position())
	case 7:
		g.line("say(#(%s), (%s):len(), (%s) < (%s))", s, g.str(1), g.str(0), g.str(1))
	case 8:
		g.line("local a%d, b%d = (%s):match('^(%%w+)%%s*=%%s*(%%w+)')", g.n, g.n, s)
		g.line("say(a%d, b%d)", g.n, g.n)
	default:
		g.line("say(%s)", g.textFunction(2))
	}
}

func (g *generator) replacement() string {
	return g.pick("'-'", "'%0%0'", "'<%1>'", "'%2'", "'%%'", "'x%'", "'%a'", "'%9'", "42", "{a = 1, b = false, l = 'LL', o = 0}", "R", "string.upper", "string.byte", "function(a, b) wait() return b or a end", "function() end", "function(a) return a == 'l' and 'L' end",
		"function(...) say('with', ...) return nil end", "setmetatable({}, {__index = function(t, k) return '<' .. k .. '>' end})", "function(a) return (a .. '.'):gsub('.', '%0%0') end")
}

// gsubFunction replaces by a function of random code.
func (g *generator) gsubFunction() {
	g.line("catch(string.gsub, %s, %s, function(a, b)", g.str(1), g.pick("'.'", "'%w+'", "'(%w)(%w)'", "'()(%a)'", "'%f[%w]%w+'", g.pattern()))
	g.body(frame{params: []string{"a", "b"}}, func() { g.line("say('gsub', a, b)") }, func() string {
		return g.pick("a", "b", "nil", "false", g.str(1), g.num(0), fmt.Sprintf("text(%s)", g.call(1)))
	})
	g.line("end)")
}
