package programs

import "fmt"

// raised is an error value of any type.
func (g *generator) raised() string {
	return g.pick("'message'", g.str(1), "42", "0.5", "nil", "true", "false", "{code = 7}", "setmetatable({}, {__tostring = function() return 'object' end})", "tr", "'a\\nb'", "num("+g.num(1)+")")
}

// failure raises and catches, at any level.
func (g *generator) failure() {
	level := g.pick("", "", ", 0", ", 1", ", 2", ", 3")
	switch g.IntN(8) {
	case 0:
		g.line("catch(error, %s%s)", g.raised(), level)
	case 1:
		g.line("catch(function() error(%s%s) end)", g.inner(g.raised), level)
	case 2:
		g.line("local function raise(v) error(v%s) end", level)
		g.line("catch(function()")
		g.scoped(func() {
			g.line("tick()")
			g.line("raise(%s)", g.inner(g.raised))
			g.line("return 1")
		})
		g.line("end)")
	case 3:
		g.line("say(pcall(pcall, error, %s))", g.raised())
	case 4: // raised again on its way out
		g.line("catch(function()")
		g.scoped(func() {
			g.line("local ok, e = pcall(function() error(%s%s) end)", g.inner(g.raised), level)
			g.line("say('inner', ok, e)")
			g.line("error(e%s)", g.pick("", ", 0", ", 2"))
		})
		g.line("end)")
	case 5:
		g.line("say(xpcall(function() %s end, function(m) say('handler', m) return %s end))", g.inner(func() string {
			return g.pick("error("+g.raised()+level+")", "return "+g.list(2), "local x = "+g.wrongValue())
		}),
			g.inner(func() string { return g.pick("m", "type(m)", g.list(2), "") }))
	case 6:
		g.line("catch(function() return assert(%s) end)", g.inner(func() string {
			return g.pick("nil", "false, (("+g.str(1)+"):gsub('%z', '0'))", "1, 2, 3", "nil, {}", "false, 42", g.cond(1)+", 'why'", "nil, nil")
		}))
	default:
		g.line("catch(function(...) local function deep(n) tick() if n == 0 then error(%s%s) end deep(n - 1) return n end deep(%d) end)", g.inner(g.raised), level, g.IntN(4))
	}
}

// protected runs statements under xpcall, or pcall in a tower.
func (g *generator) protected() {
	if g.chance(50) {
		g.line("say(xpcall(function()")
		g.body(frame{}, nil, nil)
		g.line("end, function(m) wait() return 'handled ' .. show(m) end))")
		return
	}
	g.line("catch(pcall, pcall, function(...)")
	g.body(frame{vararg: true}, nil, nil)
	g.line("end, %s)", g.list(2))
}

// wrong is a statement that mostly fails; its message names what went wrong.
func (g *generator) wrong() {
	if g.chance(25) {
		g.line("catch(function() %s end)", g.pick("local t = nil t.x = 1", "G0_none.x = 1", "R.none.x = 1", "L[nil] = 1", "R[0/0] = 1", "local s = 'x' s.y = 1", "R.t.x.y.z = 1",
			"for i = 'x', 1 do end", "for i = 1, {} do end", "for i = 1, 2, nil do end", "for i = nil, 2 do end", "for i in 5 do end", "for i in nil do end", "G0_none()", "R.none()", "R:none()", "local x x()"))
		return
	}
	g.line("catch(function() return %s end)", g.wrongValue())
}

func (g *generator) wrongValue() string {
	n, s := g.variable(number, "G0_n"), g.variable(str, "G0_s")
	switch g.IntN(4) {
	case 0:
		return g.pick("G0_none()", "R.none.x", "R:none()", "R.x.y.z", n+"()", "nil + "+n, n+" + {}", "{} + {}", "R + 1", s+" + 1 + 'x'", "1 - 'x'", "G0_none + 1", "R.none * 2", "- R.none",
			"'x' .. {}", n+" .. nil", "R.none .. 'x'", "#"+n, "#G0_none", "-R", "-G0_none", "-'x'", "G0_none.x", "G0_none[1]", "2 ^ R.t", "tr.x", "tr + 1", "L[1][2][3]")
	case 1:
		return g.pick("1 < 'x'", "R < R", "nil > 1", "R <= 1", "true < false", "{} < {}", "tr < tr", "'a' <= 1", "1 > nil", "type < 1", "tr >= {}", "R < 'x'", "nil < nil")
	case 2: // arguments of the library
		return g.pick("('x'):rep({})", "('x'):rep()", "string.sub()", "('x'):sub('y')", "string.format('%d', 'x')", "string.format('%d')", "string.format('%y', 1)", "tonumber()", "tonumber('1', 99)", "tonumber({}, 10)", "setmetatable(1, {})", "setmetatable({}, 1)",
			"ipairs()", "ipairs(nil)", "pairs(nil)", "next({}, 'none')", "next(nil)", "select(0)", "select('x')", "select(-5, 1)", "unpack()", "unpack(nil)", "unpack('x')", "table.concat({1, {}, 3})", "table.concat({1, 2}, nil, 1, 3)", "table.concat({}, {})",
			"table.insert({1}, 1, 2, 3)", "table.insert(nil, 1)", "table.insert({})", "table.sort({1, 'x', 2})", "table.sort({1, 2}, 1)", "table.sort({{}, {}})", "table.remove(nil)", "math.floor('x')", "math.floor()", "math.max()", "math.max(1, 'x')", "math.fmod(1)",
			"rawset(1, 2, 3)", "rawget(nil, 1)", "rawequal(1)", "type()", "tostring()", "getmetatable()", "string.char(256)", "string.char(-1)", "string.char('x')", "('x'):byte({})", "string.len()", "string.upper(nil)", "string.find('a')", "('a'):find('[a')", "('a'):find('%')", "('a'):match('(a')",
			"('a'):gsub('a', 'x%2')", "('a'):gsub('a')", "('a'):gsub('a', true)", "('a'):gsub('(', '')", "('a'):find('%f')", "('a'):find('%b')", "('a'):gmatch()", "coroutine.create()", "coroutine.create(tostring)", "coroutine.resume(1)", "coroutine.wrap(nil)", "coroutine.status()", "coroutine.status({})", "pcall()", "xpcall(tr)",
			"('a'):gsub('a', {a = {}})", "('a'):gsub('a', function() return {} end)", "error()", "assert()", "assert(nil)", "assert(false)", "('x'):nope()", "('x').y.z", "('x')()", "string.rep('x', -1):none()", "math.ldexp(1)", "math.abs(nil)", "table.maxn()", "table.foreach({})")
	}
	return fmt.Sprintf("%s(%s)", g.pick("string.rep", "string.sub", "string.format", "tonumber", "math.min", "table.concat", "select", "ipairs", "setmetatable", "rawget", "string.byte", "string.find", "unpack", "table.remove", "math.floor", "next", "string.gsub", "table.insert"),
		g.pick("nil", "{}", "true", "tr", "1, {}", "'x', {}", "{}, 'x'", "'x', nil, {}", "{}, {}", "1, 2", ""))
}
