package dialect

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator writes random programs that end: every loop and function counts down a budget. Values are mostly of the type that
// an operation wants, and now and then not, so that error texts are compared too.
type generator struct {
	r      *rand.Rand
	b      strings.Builder
	scopes [][]string // names of numbers in scope, a slice for each block
	depth  int
	loops  []int // open loops, for each function
	vararg []bool
	n      int
}

const generatedPrelude = `local budget = 150
local function tick() budget = budget - 1 if budget < 0 then error("budget", 0) end return true end
local function tr(x) emit("tr", x) return x end
local mt = {}
mt.__index = function(t, k) return k end
mt.__add = function(a, b) return 100 end mt.__concat = function(a, b) return "<cat>" end mt.__call = function(self, x, y) return x, y end
mt.__eq = function() return true end mt.__lt = function() return true end mt.__unm = function() return -7 end mt.__mod = function() return 9 end
mt.__newindex = function(t, k, v) rawset(t, k, v) end mt.__len = function() return 42 end
local T, S, O = {1, 2, 3, x = 5, y = "s"}, "str", setmetatable({}, mt)
local fs = {}
`

func (g *generator) pick(choices ...string) string { return choices[g.r.IntN(len(choices))] }
func (g *generator) chance(percent int) bool       { return g.r.IntN(100) < percent }
func (g *generator) line(format string, args ...any) {
	fmt.Fprintf(&g.b, "%s%s\n", strings.Repeat(" ", g.depth), fmt.Sprintf(format, args...))
}

func generateProgram(seed uint64) string {
	g := &generator{r: rand.New(rand.NewPCG(seed, 1)), loops: []int{0}, vararg: []bool{true}}
	g.b.WriteString(generatedPrelude)
	g.scopes = [][]string{{"G1", "G2"}}
	g.line("G1, G2 = 1, 2")
	g.block(4 + g.r.IntN(8))
	g.line("for i = 1, #fs do emit(catch(fs[i])) end")
	g.line("emit(G1, G2, T.x, T.y, T[1], T[2], T[3], T[4], S)")
	return g.b.String()
}

func (g *generator) names() []string {
	var all []string
	for _, s := range g.scopes {
		all = append(all, s...)
	}
	return all
}

func (g *generator) name() string { return g.pick(g.names()...) }

func (g *generator) declare(names ...string) {
	top := len(g.scopes) - 1
	g.scopes[top] = append(g.scopes[top], names...)
}

// fresh gives a name that often shadows another.
func (g *generator) fresh() string { return g.pick("a", "b", "c", "d", "e", "G1") }

func (g *generator) scoped(f func()) {
	g.scopes = append(g.scopes, nil)
	g.depth++
	f()
	g.depth--
	g.scopes = g.scopes[:len(g.scopes)-1]
}

func (g *generator) block(n int) {
	for i := 0; i < n; i++ {
		g.statement()
	}
}

func (g *generator) body() { g.scoped(func() { g.block(1 + g.r.IntN(3)) }) }

func (g *generator) loopBody(first string) {
	g.loops[len(g.loops)-1]++
	g.scoped(func() {
		g.line("tick()")
		if first != "" {
			g.declare(first)
		}
		g.block(1 + g.r.IntN(3))
		if g.chance(15) {
			g.line("break")
		}
	})
	g.loops[len(g.loops)-1]--
}

func (g *generator) statement() {
	kind := g.r.IntN(24)
	if g.depth > 4 {
		kind = g.r.IntN(10)
	}
	switch kind {
	case 0, 1:
		n := g.fresh()
		g.line("local %s = %s", n, g.num(3))
		g.declare(n)
	case 2:
		n, m := g.fresh(), g.fresh()
		g.line("local %s, %s = %s", n, m, g.list(1+g.r.IntN(3)))
		g.line("%s, %s = %s or 0, %s or 0", n, m, n, m)
		g.declare(n, m)
	case 3:
		g.line("%s = %s", g.lhs(), g.num(3))
	case 4:
		g.line("%s, %s = %s", g.lhs(), g.lhs(), g.list(1+g.r.IntN(3)))
	case 5:
		g.line("%s, %s, %s = %s", g.lhs(), g.lhs(), g.lhs(), g.list(2+g.r.IntN(2)))
	case 6, 7:
		g.line("emit(%s)", g.list(1+g.r.IntN(3)))
	case 8:
		g.line("%s = %s", g.name(), g.any(3))
		g.line("if type(%s) ~= 'number' then G2 = 3 end", g.name())
	case 9:
		if g.loops[len(g.loops)-1] > 0 {
			g.line("if %s then break end", g.cond(2))
		} else {
			g.line("do return %s end", g.pick("", g.list(2), g.call(2)))
		}
	case 10, 11:
		g.ifStatement()
	case 12:
		g.line("while %s do", g.pick(g.cond(3), g.cond(2), "true", "G1 or tick()"))
		g.loopBody("")
		g.line("end")
	case 13:
		g.line("repeat")
		g.loops[len(g.loops)-1]++
		g.scopes = append(g.scopes, nil)
		g.depth++
		g.line("tick()")
		g.block(1 + g.r.IntN(2))
		n := g.fresh()
		g.line("local %s = %s", n, g.num(2))
		g.declare(n)
		if g.chance(50) {
			g.line("fs[#fs+1] = function() %s = %s + 1 emit('up', %s) end", n, n, n)
		}
		g.depth--
		g.line("until %s", g.pick(g.cond(2), n+" > 0", "(function() return "+n+" end)() ~= 3"))
		g.scopes = g.scopes[:len(g.scopes)-1]
		g.loops[len(g.loops)-1]--
	case 14, 15:
		n := g.pick("i", "j", "a")
		step := g.pick("", "", ", 1", ", -1", ", 0.5", ", "+g.num(1))
		g.line("for %s = %s, %s%s do", n, g.num(1), g.pick("3", "-2", g.num(1)), step)
		g.loopBody(n)
		g.line("end")
	case 16:
		n := g.pick("k", "b", "c")
		g.line("for %s, v in %s do", n, g.pick("ipairs(T)", "ipairs{7,8,9}", "next, {5}", "pairs({1,2})"))
		g.loopBody(n)
		g.line("end")
	case 17, 18:
		g.closure()
	case 19:
		g.line("do")
		g.body()
		g.line("end")
	case 20:
		g.line("emit(catch(function()")
		g.function("")
		g.line("end))")
	case 21:
		g.line("do %s end", g.call(3))
	case 22:
		g.line("emit(%s, #{%s, %s})", g.table(3), g.num(1), g.num(0))
	case 23:
		g.line("emit(catch(function() return %s end))", g.wrong())
	}
}

func (g *generator) ifStatement() {
	g.line("if %s then", g.cond(3))
	g.body()
	for g.chance(30) {
		g.line("elseif %s then", g.cond(2))
		g.body()
	}
	if g.chance(50) {
		g.line("else")
		g.body()
	}
	g.line("end")
}

func (g *generator) function(params string) {
	g.loops = append(g.loops, 0)
	g.vararg = append(g.vararg, strings.Contains(params, "..."))
	g.scoped(func() {
		g.line("tick()")
		g.block(1 + g.r.IntN(3))
		if g.chance(60) {
			g.line("return %s", g.pick(g.list(1+g.r.IntN(3)), g.call(2), "("+g.call(2)+")", g.num(2)))
		}
	})
	g.vararg = g.vararg[:len(g.vararg)-1]
	g.loops = g.loops[:len(g.loops)-1]
}

func (g *generator) closure() {
	g.n++
	f := fmt.Sprintf("f%d", g.n)
	params := g.pick("", "a", "a, b", "...", "a, ...")
	g.line("%s(%s)", g.pick("local function "+f, "local "+f+" = function", "function "+f, "function T."+f, "function T:"+f), params)
	top := g.scopes
	g.scopes = append(g.scopes[:len(g.scopes):len(g.scopes)], nil)
	if params == "a" || params == "a, b" {
		g.line("a = a or 0")
		g.declare("a")
	}
	g.function(params)
	g.scopes = top
	g.line("end")
	if g.chance(70) {
		g.line("fs[#fs+1] = T.%s or %s", f, f)
	}
}

func (g *generator) lhs() string {
	return g.pick(g.name(), g.name(), "T[1]", "T.x", "T["+g.num(1)+"]", "T[tr("+g.num(1)+")]", "O.z", "S", "tr(T)[2]")
}

func (g *generator) list(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = g.any(2)
	}
	if g.chance(30) {
		parts[n-1] = g.pick(g.call(2), "("+g.call(2)+")", g.dots(), "select(2, 7, 8, 9)")
	}
	return strings.Join(parts, ", ")
}

func (g *generator) dots() string {
	if g.vararg[len(g.vararg)-1] {
		return g.pick("...", "(...)", "select('#', ...)")
	}
	return g.num(1)
}

func (g *generator) num(d int) string {
	if d <= 0 {
		return g.pick("#''", "1", "2", "3", "0.5", "-1", "7", g.name(), g.name(), g.name(), "1e3", "0x1F")
	}
	switch g.r.IntN(14) {
	case 0, 1, 2:
		return g.num(0)
	case 3, 4, 5:
		return "(" + g.num(d-1) + g.pick(" + ", " - ", " * ", " + ", " / ", " % ") + g.num(d-1) + ")"
	case 6:
		return "- " + g.num(d-1) + g.pick("", "^2", " % 3", " * 2")
	case 7:
		return g.pick("#{4, 5}", "#'abc'", "T.x", "T[1]", "T["+g.num(0)+"]", "#O", "O.len")
	case 8:
		return "(" + g.cond(d-1) + " and " + g.num(d-1) + " or " + g.num(d-1) + ")"
	case 9:
		return "tr(" + g.num(d-1) + ")"
	case 10:
		return "(" + g.call(d-1) + " or " + g.num(d-1) + ")"
	case 11:
		return "(\"" + g.pick("10", "010", "0x10", " 5 ", "1e2", "2.50") + "\"" + g.pick(" + ", " * ", " - ", " % ") + g.num(d-1) + ")"
	case 12:
		return "(" + g.num(d-1) + " or " + g.num(d-1) + ")"
	}
	g.vararg = append(g.vararg, false)
	defer func() { g.vararg = g.vararg[:len(g.vararg)-1] }()
	return "(function() return " + g.num(d-1) + " end)()"
}

func (g *generator) cond(d int) string {
	if d <= 0 {
		return g.pick("true", "false", "nil", g.name(), "1", "'x'", g.name()+" == 1")
	}
	switch g.r.IntN(9) {
	case 0:
		return g.cond(0)
	case 1, 2:
		return g.num(d-1) + g.pick(" < ", " <= ", " > ", " >= ", " == ", " ~= ") + g.num(d-1)
	case 3:
		return "not " + g.pick("("+g.cond(d-1)+")", g.cond(0))
	case 4:
		return "(" + g.cond(d-1) + " and " + g.cond(d-1) + ")"
	case 5:
		return "(" + g.cond(d-1) + " or " + g.cond(d-1) + ")"
	case 6:
		return g.cond(d-1) + g.pick(" and ", " or ") + g.cond(d-1) + g.pick(" and ", " or ") + g.cond(d-1)
	case 7:
		return "tr(" + g.cond(d-1) + ")"
	}
	return g.str(d-1) + g.pick(" < ", " == ", " ~= ") + g.str(d-1)
}

func (g *generator) str(d int) string {
	if d <= 0 {
		return g.pick("'a'", "'b'", `"x\065\n"`, "[[long]]", "('s')", "'z\\0'")
	}
	switch g.r.IntN(5) {
	case 0:
		return g.str(0)
	case 1:
		return "(" + g.str(d-1) + " .. " + g.num(d-1) + " .. " + g.str(d-1) + ")"
	case 2:
		return "(" + g.num(0) + " .. " + g.num(d-1) + ")"
	case 3:
		return "('x'):" + g.pick("rep(2)", "upper()", "len() .. 'y'")
	}
	return "(" + g.str(d-1) + " .. tr(" + g.str(d-1) + "))"
}

func (g *generator) any(d int) string {
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		return g.num(d)
	case 4, 5:
		return "(" + g.cond(d) + ")"
	case 6, 7:
		return g.str(d)
	case 8:
		return "nil"
	case 9:
		return g.pick("O + 1", "1 + O", "O .. 'x'", "'x' .. O", "1 .. O", "O == setmetatable({}, mt)", "O < O", "O <= O", "-O", "O % 2", "2 % O", "O(1, 2)", "#O", "'1' + O")
	case 10:
		return g.dots()
	}
	return "(" + g.num(d-1) + g.pick(" and ", " or ") + "(" + g.cond(d-1) + g.pick(" and ", " or ") + g.num(d-1) + "))"
}

func (g *generator) call(d int) string {
	if g.n > 0 && g.chance(60) {
		f := fmt.Sprintf("f%d", 1+g.r.IntN(g.n))
		return g.pick("(T."+f+" or "+f+" or tr)", "(T."+f+" or tr)") + "(" + g.list(1+g.r.IntN(2)) + ")"
	}
	return g.pick("tr", "(function(...) return ... end)", "(function(a, b) return b, a end)", "O") + "(" + g.num(d-1) + ", " + g.list(1+g.r.IntN(2)) + ")"
}

func (g *generator) table(d int) string {
	var parts []string
	for i := g.r.IntN(5); i > 0; i-- {
		parts = append(parts, g.pick(g.num(d-1), "x = "+g.any(d-1), "["+g.num(0)+"] = "+g.any(d-1), "[tr("+g.num(0)+")] = tr("+g.num(0)+")"))
	}
	if g.chance(30) {
		for i := 0; i < 48+g.r.IntN(8); i++ {
			parts = append(parts, fmt.Sprint(i))
		}
		parts = append(parts, g.pick("y = tr(1)", "1", "[60] = 2"))
	}
	if g.chance(40) {
		parts = append(parts, g.pick(g.call(2), g.dots()))
	}
	t := "{" + strings.Join(parts, ", ") + "}"
	return "(function(t) emit(t.x, t[1], t[2], t[49], t[50], t[51], t[52], t[60]) return t end)(" + t + ")"
}

// wrong is an expression that mostly fails.
func (g *generator) wrong() string {
	n := g.name()
	return g.pick("nope()", "T.nope.x", "T:nope()", "T.x.y.z", n+".x.y", n+"()", "nil + "+n, n+" + {}", "{} + {}", "T + 1", "'x' + 1", "1 - 'x'",
		"'x' .. {}", n+" .. nil", "T.nope .. 'x'", "#"+n, "#nope", "-T", "-nope", "-'x'", "1 < 'x'", "T < T", "nil > 1", "T <= 1", "true < false",
		"T.x.y()", "T[nil]", "T.nope[1]", "(nil)()", "('x').y.z", "tr(nil).x", "nope % 2", "2 ^ nope", "2 / T", n+"."+n+"."+n, "T[1][2][3]", "({})()", "T.nope + 1",
		"('x')()", "(nope or nil)()", "tr.x", "tr + 1", "nope.x.y", "nope[1]", "T[T].x", "tr{}.x.y", "nope .. nope", "1 .. nope .. 2")
}
