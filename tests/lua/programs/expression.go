package programs

import (
	"fmt"
	"strconv"
	"strings"
)

// An expression is made when it is written: until then it is a placeholder, $ with a name and how deep it may still be. So the
// rules of the grammar are plain texts, and what is made of them knows the function that it stands in.
func placeholder(name string, depth int) string { return fmt.Sprintf("$%s%d", name, max(depth, 0)) }

func (g *generator) num(d int) string          { return placeholder("num", d) }
func (g *generator) str(d int) string          { return placeholder("str", d) }
func (g *generator) cond(d int) string         { return placeholder("cond", d) }
func (g *generator) any(d int) string          { return placeholder("any", d) }
func (g *generator) call(d int) string         { return placeholder("call", d) }
func (g *generator) joined(d int) string       { return placeholder("joined", d) }
func (g *generator) listValue(d int) string    { return placeholder("list", d) }
func (g *generator) record(d int) string       { return placeholder("record", d) }
func (g *generator) textFunction(d int) string { return placeholder("text", d) }
func (g *generator) functionValue() string     { return placeholder("function", 0) }
func (g *generator) dots() string              { return placeholder("dots", 0) }

// list is n expressions; the last one may stand for several values.
func (g *generator) list(n int) string { return placeholder("values", n) }

// inner marks an expression as the inside of a function without varargs.
func (g *generator) inner(write func() string) string { return "$in0" + write() + "$out0" }

// expand writes a text with its placeholders filled in, from the left.
func (g *generator) expand(text string) {
	for {
		before, rest, found := strings.Cut(text, "$")
		g.b.WriteString(before)
		if !found {
			return
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' })
		if end <= 0 { // the end of a pattern
			g.b.WriteByte('$')
			text = rest
			continue
		}
		name := rest[:end]
		depth, _ := strconv.Atoi(rest[end : end+1])
		text = rest[end+1:]
		switch name {
		case "in":
			g.funcs = append(g.funcs, frame{co: g.frame().co})
		case "vin":
			g.funcs = append(g.funcs, frame{vararg: true, co: g.frame().co})
		case "out":
			g.funcs = g.funcs[:len(g.funcs)-1]
		default:
			g.expand(g.make(name, depth))
		}
	}
}

func (g *generator) make(name string, d int) string {
	switch name {
	case "num":
		return g.makeNum(d)
	case "str":
		return g.makeStr(d)
	case "cond":
		return g.makeCond(d)
	case "any":
		return g.makeAny(d)
	case "call":
		return g.makeCall(d)
	case "joined":
		return g.makeJoined(d)
	case "list":
		return g.makeList(d)
	case "record":
		return g.makeRecord(d)
	case "text":
		return g.makeText(d)
	case "function":
		return g.makeFunction()
	case "dots":
		return g.makeDots()
	case "values":
		return g.makeValues(d)
	}
	panic("no rule for " + name)
}

// num is an expression that gives a number, or fails.
func (g *generator) makeNum(d int) string {
	if d <= 0 {
		return g.pick(g.variable(number, "1"), g.variable(number, "2"), g.variable(number, "3"), g.numeral(), g.pick("1", "2", "3", "-1"))
	}
	switch g.IntN(15) {
	case 0, 1, 2:
		return g.num(0)
	case 3, 4, 5:
		return "(" + g.num(d-1) + g.pick(" + ", " - ", " * ", "+", "*") + g.num(d-1) + ")"
	case 6:
		return fmt.Sprintf("(%s / den(%s))", g.num(d-1), g.num(d-1))
	case 7:
		return "(" + g.num(d-1) + " % " + g.num(d-1) + ")"
	case 8:
		return g.pick("- "+g.num(0), "- "+g.num(0)+" * 2", "- ("+g.num(d-1)+")", "2^-1", "-2^2", "2^3^2", g.num(0)+"^2", "- -3")
	case 9:
		return g.pick("#L", "#"+g.paren(g.str(d-1)), "#"+g.variable(list, "L"), "#'abc'", "num(L["+g.num(0)+"])", "#{4, 5, n = 6}")
	case 10:
		return "(" + g.cond(d-1) + " and " + g.num(d-1) + " or " + g.num(d-1) + ")"
	case 11:
		return g.pick("tr(", "w(", "(", "num(") + g.num(d-1) + ")"
	case 12:
		return "num(" + g.call(d-1) + ")"
	case 13:
		return "(" + g.numericText() + g.pick(" + ", " * ", " - ", " % ") + g.num(d-1) + ")"
	}
	return g.inner(func() string { return "(function() return " + g.num(d-1) + " end)()" })
}

func (g *generator) paren(s string) string { return "(" + s + ")" }

// numeral is a number in one of its spellings.
func (g *generator) numeral() string {
	return g.pick("0", "7", "0.5", ".25", "3.", "1e2", "1E-2", "5e+0", "0x1F", "0XaB", "1e3", "100", "1e15", "123456789012", "3.14159265358979", "0.1", "255", "256", "65536", "2147483648")
}

// numericText is a text that arithmetic takes for a number.
func (g *generator) numericText() string {
	return g.pick(`"10"`, `"010"`, `"0x10"`, `" 5 "`, `"1e2"`, `"2.50"`, `'\t7\n'`, `"-3"`, `[[4]]`, `".5"`, `"5."`)
}

// str is an expression that gives a text.
func (g *generator) makeStr(d int) string {
	if d <= 0 {
		return g.pick(g.variable(str, "'v'"), g.variable(str, "'v'"), g.literal())
	}
	switch g.IntN(9) {
	case 0, 1:
		return g.str(0)
	case 2, 3:
		return "(" + g.str(d-1) + " .. " + g.joined(d-1) + ")"
	case 4:
		return "(" + g.joined(d-1) + " .. " + g.joined(d-1) + " .. " + g.joined(d-1) + ")"
	case 5:
		return g.textFunction(d)
	case 6:
		return g.pick("tostring(num("+g.num(d-1)+"))", "text("+g.call(d-1)+")", "type("+g.any(d-1)+")", "show("+g.any(d-1)+")")
	case 7:
		return g.pick("tr(", "w(") + g.str(d-1) + ")"
	}
	return "(" + g.cond(d-1) + " and " + g.str(d-1) + " or " + g.str(d-1) + ")"
}

// joined is what may stand beside "..": texts, and numbers whose text is sure.
func (g *generator) makeJoined(d int) string {
	return g.pick(g.str(d), g.str(d), "num("+g.num(d)+")", "12", "0.1", "(1/3)", "-7", "1e15", "1e100", "2^53", "1e14", "123456.789")
}

// literal is a text in one of its spellings.
func (g *generator) literal() string {
	return g.pick("'a'", `"b"`, "'hello world'", `"x\065\n"`, "[[long]]", "[==[l]]o]=]ng]==]", `'it\'s'`, `"say \"x\""`, `'tab\tnew\\'`, `'z\0y'`, `"\a\b\f\v\r"`,
		"''", "'key=value; k2 = v2'", "'  trim  '", "'THE (quick) fox'", "'a,b,,c'", `'\1a\12b\123c'`, "'äö'", "'%d'", "'f(a(b)c)d)'", "'10'", "'2026-11-23'")
}

func (g *generator) makeCond(d int) string {
	if d <= 0 {
		return g.pick("true", "false", "nil", g.variable(number, "1")+" == 1", "1", "''", g.variable(anything, "nil"), g.variable(number, "1")+" > 2")
	}
	switch g.IntN(11) {
	case 0:
		return g.cond(0)
	case 1, 2:
		return g.num(d-1) + g.pick(" < ", " <= ", " > ", " >= ", " == ", " ~= ") + g.num(d-1)
	case 3:
		return "not " + g.pick("("+g.cond(d-1)+")", g.cond(0), "not "+g.cond(0))
	case 4:
		return "(" + g.cond(d-1) + " and " + g.cond(d-1) + ")"
	case 5:
		return "(" + g.cond(d-1) + " or " + g.cond(d-1) + ")"
	case 6:
		return g.cond(d-1) + g.pick(" and ", " or ") + g.cond(d-1) + g.pick(" and ", " or ") + g.cond(d-1)
	case 7:
		return g.pick("tr(", "w(") + g.cond(d-1) + ")"
	case 8:
		return g.str(d-1) + g.pick(" < ", " <= ", " > ", " >= ", " == ", " ~= ") + g.str(d-1)
	case 9:
		return g.any(d-1) + g.pick(" == ", " ~= ") + g.any(d-1)
	}
	return g.call(d - 1)
}

func (g *generator) makeAny(d int) string {
	if d <= 0 {
		return g.pick(g.num(0), g.str(0), g.variable(anything, "G0_any"), "nil", "true", "false", g.dots(), "L", "R")
	}
	switch g.IntN(13) {
	case 0, 1, 2:
		return g.num(d)
	case 3, 4, 5:
		return g.str(d)
	case 6:
		return "(" + g.cond(d) + ")"
	case 7:
		return "nil"
	case 8:
		return g.variable(anything, "G0_any")
	case 9:
		return g.dots()
	case 10:
		return g.pick("true", "false", "L", "tr", "R", "R.t", "R.nothing")
	case 11:
		return "(" + g.cond(d-1) + g.pick(" and ", " or ") + "(" + g.any(d-1) + g.pick(" and ", " or ") + g.any(d-1) + "))"
	}
	return "(" + g.call(d-1) + ")"
}

// makeValues is several expressions; the last one may stand for several values.
func (g *generator) makeValues(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.any(2)
	}
	if g.chance(30) {
		parts[n-1] = g.pick(g.call(2), "("+g.call(2)+")", g.dots(), "select(2, 7, 8, 9)", "unpack(L)", "unpack({1, nil, 3}, 1, 3)")
	}
	return strings.Join(parts, ", ")
}

// dots is the vararg expression in its forms.
func (g *generator) makeDots() string {
	if g.frame().vararg {
		return g.pick("...", "(...)", "select('#', ...)", "(select(-1, 'none', ...))", "#{n = select('#', ...)}")
	}
	return g.num(1)
}

// call is a call of anything, with any number of results.
func (g *generator) makeCall(d int) string {
	f := g.variable(function, "G0_f")
	if d <= 0 {
		return g.pick(f+"()", f+"{1, 2}", f+"'s'", f+"("+g.any(0)+")", "w(1, 2)", "w()")
	}
	switch g.IntN(8) {
	case 0, 1, 2:
		return f + g.pick("("+g.args(d)+")", "("+g.args(d)+")", "()", "{"+g.num(d-1)+"}")
	case 3:
		return "(function(...) return ... end)(" + g.args(d) + ")"
	case 4:
		return "(function(a, b) return b, a end)(" + g.args(d) + ")"
	case 5:
		return "pcall(" + f + ", " + g.args(d) + ")"
	case 6:
		return "tr(" + g.any(d-1) + ")"
	}
	return "w(" + g.args(d) + ")"
}

// args is one to three arguments of a call of depth d.
func (g *generator) args(d int) string {
	parts := make([]string, 1+g.IntN(3))
	for i := range parts {
		parts[i] = g.any(d - 1)
	}
	return strings.Join(parts, ", ")
}

// listValue is a list: numbers and texts without holes.
func (g *generator) makeList(d int) string {
	if g.chance(15) {
		return g.pick("{}", "{unpack(L)}", "{unpack("+g.variable(list, "L")+", 1, 2)}")
	}
	if g.chance(6) { // more than one block of the VM's list instruction
		var b strings.Builder
		for i := range 45 + g.IntN(12) {
			fmt.Fprintf(&b, "%d, ", i)
		}
		return "{" + b.String() + g.pick("7", "w(8, 9)", "unpack(L)") + "}"
	}
	parts := make([]string, 1+g.IntN(5))
	for i := range parts {
		parts[i] = g.pick(g.num(d-1), g.num(0), g.str(0))
	}
	return "{" + strings.Join(parts, g.pick(", ", "; ", ",")) + g.pick("", "", ",", ";") + "}"
}

// record is a table with keys of all kinds, as an argument of fields.
func (g *generator) makeRecord(d int) string {
	var parts []string
	for range g.IntN(6) {
		parts = append(parts, g.pick(g.any(d-1), "x = "+g.any(d-1), "[ "+g.str(0)+" ] = "+g.any(d-1), "[tr("+g.pick("1", "2", "10")+")] = tr("+g.num(0)+")",
			"[true] = "+g.num(0), "["+g.pick("1.5", "-1", "2^53", "1e300", "'1'", "false")+"] = "+g.str(0)))
	}
	if g.chance(40) {
		parts = append(parts, g.pick(g.call(1), g.dots(), "unpack(L)"))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
