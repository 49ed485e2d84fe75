package programs

// numberStatement looks at the edges of numbers.
func (g *generator) numberStatement() {
	n := g.num(2)
	switch g.IntN(11) {
	case 0:
		g.line("catch(tonumber, %s%s)", g.numberText(), g.pick("", "", ", 10", ", 16", ", 2", ", 36", ", 8"))
	case 1:
		g.line("say(%s)", g.pick("1/0, -1/0, 0/0 == 0/0, 0/0 ~= 0/0", "1e308 * 10, -1e308 * 10", "2^53, 2^53 + 1, 2^63, 2^1023 * 2", "5 % 3, -5 % 3, 5 % -3, -5 % -3, 5.5 % 2, -0.5 % 1", "5 % (1/0) ~= 5, 1 % 0 ~= 1 % 0, 1e15 % 7",
			"0.1 + 0.2, 0.1 + 0.2 == 0.3, 1/3, 100/3", "1e14, 1e15, 1e16, 123456789012345, 1234567890123456", "1e100, 1e-100, 5e-324, 1.7976931348623157e308", "2^0.5, 2^-1, (-2)^2, -2^2, 4^0.5", "1e15 + 0.5, 1e14 + 0.5, 99999999999999.9", "0x10, 0xff, 0XABCDEF, 0xffffffff",
			"1 < 1/0, -1/0 < 1/0, 0/0 < 1, 1 < 0/0, 0/0 >= 0/0", "math.huge == 1/0, -math.huge == -1/0, math.pi", "3 == 3.0, '3' == 3, '3' + 0 == 3, 10 .. '' == '10'", "0 == -0, 1e3 == 1000, 0.1 == 1/10"))
	case 2:
		g.line("say(math.floor(%s), math.ceil(%s), math.abs(%s))", n, n, g.num(1))
	case 3:
		g.line("say(math.max(%s, %s), math.min(%s, %s))", g.num(1), g.num(1), g.num(1), g.num(1))
	case 4:
		g.line("say(math.modf(num(%s)), math.fmod(num(%s), den(num(%s))), math.frexp(num(%s)), math.ldexp(%s, %s))", n, g.num(1), g.num(1), g.num(1), g.num(0), g.pick("2", "-3", "10"))
	case 5:
		g.line("say(%s)", g.pick("math.sqrt(16), math.sqrt(2), math.deg(math.pi), math.rad(180)", "math.exp(0), math.log(1), math.log10(1000)", "math.sin(0), math.cos(0), math.tan(0)", "math.pow(2, 10), math.mod(7, 3)", "math.floor(-0.5), math.ceil(0.5), math.floor(2^31 + 0.5)"))
	case 6:
		g.line("say(tostring(num(%s)), num(%s) .. '', #tostring(num(%s)))", n, n, g.num(1))
	case 7:
		g.line("do local c = 0 for i = %s, %s, %s do tick() c = c + i end say(c) end", g.pick("0", "1", "0.1", "-1", "10", "1e15"), g.pick("1", "3", "0.95", "-3", "1e15 + 3", "-1/0"), g.pick("1", "0.1", "0.25", "-0.5", "-1", "2"))
	case 8:
		g.line("say(%s + %s, %s * 1, -%s)", g.numericText(), g.num(1), g.numericText(), g.numericText())
	case 9:
		g.line("catch(function() return %s + 1 end)", g.numberText())
	default:
		g.line("say(%s == %s, %s < %s, %s)", n, g.num(1), n, g.num(1), n)
	}
}

// numberText is a text that may be a number.
func (g *generator) numberText() string {
	return g.pick("'10'", "' 10 '", "'1e5'", "'0x1F'", "'0x'", "''", "' '", "'1 2'", "'1e'", "'.'", "'.5'", "'5.'", "'+5'", "'-5'", "'- 5'", "'1_000'", "'010'", "'ff'", "'zz'", "'7'", "'101'", "'8'", "'1.5'", "'0x1p4'", "'1e400'", "'-0x10'", "'10\\0'", "'\\t9\\n'", "nil", "true", "{}", "12", "1.5", "'1,5'", "'0b1'", "'infx'")
}
