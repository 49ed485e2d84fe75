package programs

import (
	"fmt"
	"strings"
)

// makeFunction is an expression that gives a function.
func (g *generator) makeFunction() string {
	return g.pick(
		g.variable(function, "G0_f"),
		"function(...) tick() return $vin0"+g.list(2)+"$out0 end",
		"function(p, q) tick() return $in0"+g.pick("q, p", "(p or 0), (q)", "tr(p)", g.num(2))+"$out0 end",
		g.pick("w", "tr", "type", "select", "tonumber", "show", "pcall", "string.upper", "math.max", "rawlen or w"),
		"function(p) tick() wait() if p then return $in0"+g.call(1)+"$out0 end end",
		"(function() local kept = $in0"+g.num(1)+"$out0 return function(d) kept = kept + num(d) return kept end end)()",
	)
}

// functionStatement defines a function in one of the ways there are.
func (g *generator) functionStatement() {
	name := g.name("f")
	params := g.pick("", "a", "a, b", "...", "a, ...", "a, b, c")
	vararg := params == "..." || params == "a, ..."
	head := func() {
		if params != "" && params != "..." {
			g.line("a = num(a)")
			g.declare(number, "a")
		}
		if params == "a, b" || params == "a, b, c" {
			g.declare(anything, "b")
		}
	}
	var result func() string
	switch g.IntN(4) {
	case 0: // recursion
		result = func() string { return fmt.Sprintf("%s(%s)", name, g.list(1)) }
	case 1:
		result = func() string { return g.pick(g.call(2), "("+g.call(2)+")", g.list(3)) }
	}
	form := g.IntN(5)
	switch form {
	case 0:
		g.line("local function %s(%s)", name, params)
		g.declare(function, name)
	case 1:
		g.line("local %s = function(%s)", name, params)
		if result != nil {
			result = func() string { return g.call(2) } // the name is not in scope
		}
	case 2:
		name = "G0_" + name
		g.line("function %s(%s)", name, params)
	case 3:
		g.line("R.%s = function(%s)", name, params)
		name = "R." + name
	default:
		g.line("function R.f.%s(%s)", name, params)
		name = "R.f." + name
	}
	g.body(frame{params: named(params), vararg: vararg}, head, result)
	g.line("end")
	if form == 1 {
		g.declare(function, name)
	}
	g.line("catch(%s, %s)", name, g.list(2))
	if form != 4 && form != 3 && g.chance(40) {
		g.line("later[#later + 1] = %s", name)
	}
}

// named gives the names in a list of parameters.
func named(params string) []string {
	var names []string
	for _, p := range strings.Split(params, ", ") {
		if p != "" && p != "..." {
			names = append(names, p)
		}
	}
	return names
}

// closures makes functions that share variables, also those of one turn of a loop.
func (g *generator) closures() {
	a, b := g.name("n"), g.name("n")
	switch g.IntN(3) {
	case 0:
		g.line("local %s = %s", a, g.num(2))
		g.declare(number, a)
		g.line("later[#later + 1] = function(i) %s = %s + i say('shared', %s) end", a, a, a)
		g.line("later[#later + 1] = function(i) local function deep() %s = %s * 2 return %s end say('shared', deep(), pcall(deep)) end", a, a, a)
		g.line("catch(function() %s = %s + 1 error(plain($in0%s$out0)) end)", a, a, g.any(1))
		g.statements(1)
		g.line("say(%s)", a)
	case 1:
		g.line("do")
		g.scoped(func() {
			g.line("local fs = {}")
			g.line("for i = 1, 3 do")
			g.loop(func() {
				g.declare(number, "i")
				g.line("local %s = i * 10", a)
				g.line("fs[#fs + 1] = function(d) %s = %s + num(d) i = i + 1 return %s, i end", a, a, a)
				g.declare(number, a)
			})
			g.line("end")
			g.line("for i = 1, #fs do say(fs[i](1)) say(fs[i](i)) end")
		})
		g.line("end")
	default:
		g.line("local function %s_new(%s)", a, b)
		g.body(frame{}, func() { g.line("%s = num(%s)", b, b); g.declare(number, b) }, func() string {
			return fmt.Sprintf("function() %s = %s + 1 return %s end, function(v) %s = v end", b, b, b, b)
		})
		g.line("end")
		g.line("local %s_get, %s_set = %s_new(%s)", a, a, a, g.num(1))
		g.line("if %s_set then say(%s_get(), %s_set(%s), %s_get()) end", a, a, a, g.num(1), a)
	}
}

// varargStatement looks at lists of values, with nil in them and at their ends.
func (g *generator) varargStatement() {
	values := g.pick("nil, nil", "1, nil, 3", "", "nil, 2", "'a', 'b', nil", g.list(3))
	n := g.pick("1", "2", "-1", "-2", "3")
	switch g.IntN(6) {
	case 0:
		g.line("say((function(...) return select('#', ...), ... end)(%s))", values)
	case 1:
		g.line("catch(function(...) return select(%s, ...) end%s)", n, prefixed(values))
	case 2:
		g.line("say((function(...) local t = {n = select('#', ...), ...} return unpack(t, 1, t.n) end)(%s))", values)
	case 3:
		g.line("say((function(a, ...) local b, c = ... return c, b, a, ... end)(%s))", values)
	case 4:
		g.line("say(unpack({%s}, %s, %s))", g.list(2), g.pick("1", "0", "2", "-1"), g.pick("1", "2", "4"))
	default:
		g.line("say((select('#', %s)), (select('#', w(%s))), ((function(...) return (...) end)(%s)))", g.list(1), values, values)
	}
}

func prefixed(values string) string {
	if values == "" {
		return ""
	}
	return ", " + values
}

// class is a table of methods, with inheritance and calls by colon.
func (g *generator) class() {
	name := g.name("Class")
	g.line("local %s = {n = %s}", name, g.num(1))
	g.line("%s.__index = %s", name, name)
	g.line("function %s.new(n) return setmetatable({n = n}, %s) end", name, name)
	g.line("function %s:add(d, ...)", name)
	g.body(frame{params: []string{"d"}, vararg: true}, func() {
		g.line("self.n = num(self.n) + num(d)")
		g.blocks[len(g.blocks)-1][number] = append(g.blocks[len(g.blocks)-1][number], "self.n")
	}, func() string { return g.pick("self", "self, ...", "self") })
	g.line("end")
	g.line("function %s:get() return self.n end", name)
	sub := name + "s"
	g.line("local %s = setmetatable({}, {__index = %s})", sub, name)
	g.line("%s.__index = %s", sub, sub)
	g.line("function %s:get() wait() return 'sub', %s.get(self) end", sub, name)
	g.line("local o = setmetatable({}, %s)", g.pick(name, sub))
	g.line("catch(function() return $in0o:add(%s):add(%s):get()$out0 end)", g.num(1), g.list(1))
	g.line("catch(function() return $in0(o.new or %s.new)(%s):get()$out0 end)", name, g.num(1))
	g.line("catch(function() return $in0o:%s(%s)$out0 end)", g.pick("none", "get", "n", "add"), g.list(1))
	g.line("say(rawget(o, 'n'), o.n, %s.n, rawequal(o, o), getmetatable(o) == %s)", name, name)
}

// iterator writes a generic for over an iterator of its own.
func (g *generator) iterator() {
	name := g.name("n")
	switch g.IntN(3) {
	case 0:
		g.line("for %s, v in (function(n) return function(s, i) wait() if i < s then return i + 1, i * i end end, n, 0 end)(whole(%s, 1, 4)) do", name, g.num(1))
	case 1:
		g.line("for %s, v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, $in0%s$out0) end end) do", name, g.any(1))
	default:
		g.line("for %s, v in setmetatable({}, {__call = function(self, s, i) wait() i = (i or 0) + 1 if i < 4 then return i, $in0%s$out0 end end}) do", name, g.any(1))
	}
	g.loop(func() {
		g.declare(number, name)
		g.declare(anything, "v")
		g.line("say(%s, v)", name)
	})
	g.line("end")
}
