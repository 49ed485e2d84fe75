package programs

// coroutine makes one and drives it, past its end too.
func (g *generator) coroutine() {
	name := g.name("co")
	wrapped := g.chance(35)
	var result func() string
	if g.chance(20) { // it yields with its last call
		result = func() string {
			return g.pick("coroutine.yield("+g.list(2)+")", "(coroutine.yield(a))", "(function(...) return coroutine.yield(...) end)(a, 2)", "a, coroutine.yield()")
		}
	}
	if wrapped {
		g.line("local %s = coroutine.wrap(function(a, ...)", name)
	} else {
		g.line("local %s = coroutine.create(function(a, ...)", name)
	}
	g.body(frame{params: []string{"a"}, vararg: true, co: true}, func() {
		g.line("a = num(a)")
		g.declare(number, "a")
		for range 1 + g.IntN(3) {
			g.yielding(name, wrapped)
		}
	}, result)
	g.line("end)")
	if wrapped {
		for range 2 + g.IntN(3) {
			g.line("catch(%s%s)", name, g.given())
		}
		return
	}
	for range 2 + g.IntN(3) {
		g.line("say(coroutine.resume(%s%s))", name, g.given())
		if g.chance(30) {
			g.statement()
		}
		if g.chance(40) {
			g.line("say(coroutine.status(%s), type(coroutine.running()))", name)
		}
	}
}

// given is what a resume gives behind its coroutine: one value, two, or none.
func (g *generator) given() string {
	if g.chance(25) {
		return ""
	}
	return ", " + g.list(1+g.IntN(2))
}

// yielding writes a yield: plain, in an expression, in a nested call, or where 5.1 has none.
func (g *generator) yielding(self string, wrapped bool) {
	values := g.list(1 + g.IntN(2))
	switch g.IntN(14) {
	case 0, 1:
		g.line("say('back', coroutine.yield(%s))", values)
	case 2:
		g.line("a = a + num(coroutine.yield(%s)) + num((coroutine.yield(a)))", values)
	case 3:
		g.line("for i = 1, whole(%s, 1, 3) do", g.num(1))
		g.loop(func() { g.declare(number, "i"); g.line("a = num(coroutine.yield(i, %s))", values) })
		g.line("end")
	case 4: // a deeper Lua function may yield
		g.line("local function deep(n) tick() if n > 0 then return deep(n - 1) end return coroutine.yield(%s) end", g.inner(func() string { return g.list(1) }))
		g.line("say('deep', deep(2))")
	case 5: // across pcall: an error in 5.1
		g.line("say('pcall', pcall(coroutine.yield, %s))", values)
	case 6:
		g.line("catch(function() wait() coroutine.yield(%s) end)", g.inner(func() string { return g.list(1) }))
	case 7: // across a metamethod, an iterator, a comparator, gsub: errors in 5.1
		g.line("%s", g.pick(
			"say('meta', pcall(function() return setmetatable({}, {__add = function() coroutine.yield(1) return 2 end}) + 1 end))",
			"say('index', pcall(function() return setmetatable({}, {__index = function() return coroutine.yield(1) end}).x end))",
			"say('sort', pcall(table.sort, {3, 1, 2}, function(x, y) coroutine.yield(1) return x < y end))",
			"say('gsub', pcall(string.gsub, 'abc', '.', function(c) coroutine.yield(c) end))",
			"say('for', pcall(function() for i in function() return coroutine.yield(1) end do tick() end end))",
			"say(setmetatable({}, {__concat = function() return coroutine.yield(1) end}) .. 'x')",
		))
	case 8: // another coroutine inside
		g.line("local inner = coroutine.wrap(function(...) tick() local b = coroutine.yield(...) say('inner', b) return %s end)", g.inner(func() string { return g.list(1) }))
		g.line("say(inner(%s))", values)
		g.line("coroutine.yield(a)")
		g.line("say(inner(a))")
	case 9:
		if wrapped {
			g.line("catch(%s, 1)", self)
		} else {
			g.line("say(coroutine.status(%s), coroutine.resume(%s))", self, self)
			g.line("coroutine.wrap(function() say(coroutine.status(%s), coroutine.resume(%s)) end)()", self, self)
		}
	case 10:
		g.line("if %s then error(%s) end", g.cond(1), g.raised())
	case 11:
		g.line("do local x, y, z = %s, coroutine.yield(%s) say('given', x, y, z) end", g.num(0), values)
	case 12: // each wants one value, and may get none
		g.line("%s", g.pick(
			"do local x = 5 x = coroutine.yield() say('one', x) end",
			"say('not', not coroutine.yield(), (coroutine.yield()))",
			"if coroutine.yield() then say 'yes' else say 'no' end",
			"do local t = {} say('key', pcall(rawset, t, (coroutine.yield()), 1)) end",
			"say('type', type((coroutine.yield())), coroutine.yield() == nil)",
			"for i = 1, 3 do if not coroutine.yield(i) then break end say(i) end",
		))
	default:
		g.line("wait() coroutine.yield()")
	}
}
