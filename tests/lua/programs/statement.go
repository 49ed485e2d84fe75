package programs

import (
	"fmt"
	"strings"
)

// statement writes one statement of any kind.
func (g *generator) statement() {
	g.left--
	plain := []func(){
		g.local, g.local, g.assign, g.assign, g.assignMany, g.output, g.output, g.leave, g.wrong,
		g.textStatement, g.textStatement, g.numberStatement, g.listStatement, g.varargStatement, g.comment,
	}
	if g.depth > 5 || g.left < 0 {
		plain[g.IntN(len(plain))]()
		return
	}
	nested := []func(){
		g.ifStatement, g.ifStatement, g.while, g.repeat, g.numericFor, g.numericFor, g.genericFor, g.do,
		g.functionStatement, g.functionStatement, g.closures, g.class, g.metatable, g.metatable, g.coroutine, g.coroutine,
		g.failure, g.failure, g.protected, g.gsubFunction, g.sort, g.iterator,
	}
	all := append(plain, nested...)
	all[g.IntN(len(all))]()
}

// typed gives an expression of a kind.
func (g *generator) typed(k kind, depth int) string {
	switch k {
	case number:
		return g.num(depth)
	case str:
		return "text(" + g.str(depth) + ")"
	case list:
		return g.listValue(depth)
	case function:
		return g.functionValue()
	}
	return g.any(depth)
}

var prefixes = map[kind]string{number: "n", str: "s", list: "l", function: "f", anything: "v"}

func (g *generator) local() {
	k := kind(g.IntN(int(kinds)))
	name, value := g.name(prefixes[k]), g.typed(k, 3)
	if g.chance(20) { // a second that stays nil, or takes what is left over
		g.line("local %s, %s = %s%s", name, g.name("x"), value, g.pick("", ", "+g.any(1), ", "+g.list(2)))
		g.declare(k, name)
		return
	}
	g.line("local %s = %s%s", name, value, g.pick("", "", ";"))
	g.declare(k, name)
}

// target gives something to assign a value of kind k to.
func (g *generator) target(k kind) string {
	switch {
	case k == number && g.chance(30):
		return g.pick("R.x", "R['x']", "L["+g.index("L")+"]", "R.t[1]", "w(R).x", "R.t["+g.index("R.t")+"]", "R[tr('x')]")
	case k == str && g.chance(20):
		return g.pick("R.y", "R['y']")
	}
	return g.variable(k, map[kind]string{number: "G0_n", str: "G0_s", list: "L", function: "G0_f", anything: "G0_any"}[k])
}

// index is a position inside a list that is not empty.
func (g *generator) index(list string) string {
	return g.pick("1", "#"+list, fmt.Sprintf("whole(%s, 1, #%s)", g.num(1), list))
}

func (g *generator) assign() {
	k := kind(g.IntN(int(kinds)))
	if k == number && g.chance(30) {
		name := g.variable(number, "G0_n")
		g.line("%s = %s %s %s", name, name, g.pick("+", "-", "*"), g.num(1))
		return
	}
	g.line("%s = %s", g.target(k), g.typed(k, 3))
}

// assignMany assigns several values at once, also in rings. No target is named twice: the manual leaves open which value stays.
func (g *generator) assignMany() {
	k := g.oneOf(number, number, str)
	a, b := g.variable(k, "R.x"), g.variable(k, "R.x")
	switch {
	case a != b && g.chance(50):
		g.line("%s, %s = %s, %s", a, b, b, a)
	case k == number && g.chance(50):
		i := g.name("i")
		g.line("local %s, %sl = 1, {1, 2, 3, 4}", i, i)
		g.line("%s, %sl[%s], %sl[%s + 1] = %s + 1, %s, %s", i, i, i, i, i, i, g.num(2), g.num(1))
		g.line("say(%s, show_list(%sl))", i, i)
	case a != b:
		g.line("%s, %s, G0_any = %s, %s, %s", a, b, g.typed(k, 2), g.typed(k, 2), g.list(1+g.IntN(2)))
	default:
		g.line("%s, G0_any = %s%s", a, g.typed(k, 2), g.pick("", ", "+g.list(2), ", "+a))
	}
}

func (g *generator) oneOf(k ...kind) kind { return k[g.IntN(len(k))] }

func (g *generator) output() {
	g.line("say(%s)", g.list(1+g.IntN(4)))
}

// leave breaks out of a loop or returns from the function.
func (g *generator) leave() {
	switch {
	case g.frame().loops > 0 && g.chance(60):
		g.line("if %s then break end", g.cond(2))
	case g.chance(30):
		g.line("if %s then return %s end", g.cond(2), g.pick("", g.list(2), g.call(2), "("+g.call(2)+")"))
	default:
		g.output()
	}
}

func (g *generator) ifStatement() {
	g.line("if %s then", g.cond(3))
	g.block(2)
	for g.chance(35) {
		g.line("elseif %s then", g.cond(2))
		g.block(2)
	}
	if g.chance(50) {
		g.line("else")
		g.block(2)
	}
	g.line("end")
}

func (g *generator) while() {
	g.line("while %s do", g.pick(g.cond(3), "true", "1", "R.x < "+g.num(1), g.cond(1)+" and "+g.cond(1)))
	g.loop(nil)
	g.line("end")
}

// repeat has locals that its condition sees.
func (g *generator) repeat() {
	name := g.name("n")
	g.line("repeat")
	g.frame().loops++
	g.blocks = append(g.blocks, map[kind][]string{})
	g.depth++
	g.line("tick()")
	g.statements(1 + g.IntN(2))
	g.line("local %s = %s", name, g.num(2))
	g.declare(number, name)
	if g.chance(50) {
		g.line("later[#later + 1] = function(i) %s = %s + i say('later', %s) end", name, name, name)
	}
	g.depth--
	g.line("until %s", g.pick(g.cond(2), name+" > 0", name+" ~= 3", "(function() return "+name+" end)() ~= 3"))
	g.blocks = g.blocks[:len(g.blocks)-1]
	g.frame().loops--
}

func (g *generator) numericFor() {
	name := g.pick("i", "j", g.name("n"))
	from, to := g.pick("1", "3", "-2", "1.5", "'2'", g.num(1)), g.pick("3", "-2", "0", "4.25", "'3'", g.num(1))
	step := g.pick("", "", "", ", 1", ", -1", ", 0.5", ", -0.25", ", 2", ", '1'", ", "+g.num(1))
	if strings.Contains(step, "G0") || strings.ContainsAny(step, "nRL(") {
		step = fmt.Sprintf(", whole(%s, 1, 3)", step[2:])
	}
	g.line("for %s = %s, %s%s do", name, from, to, step)
	g.loop(func() {
		g.declare(number, name)
		if g.chance(30) {
			g.line("later[#later + 1] = function() say('loop', %s) %s = %s * 2 return %s end", name, name, name, name)
		}
		if g.chance(20) { // the loop goes on as if nothing had happened
			g.line("%s = %s", name, g.num(1))
		}
	})
	g.line("end")
}

func (g *generator) genericFor() {
	k, v := g.pick("k", g.name("n")), g.pick("v", g.name("v"))
	in := g.pick("ipairs(L)", "ipairs{7, 8, 9}", "next, {5, 6}", "pairs({4, 3})", "ipairs({1, nil, 3})", "pairs(R.t)", "ipairs({'a', 'b', x = 1})", "next, {10, 20, 30}, 1")
	g.line("for %s, %s in %s do", k, v, in)
	g.loop(func() {
		g.declare(number, k)
		g.declare(anything, v)
		if g.chance(40) {
			g.line("later[#later + 1] = function() say('for', %s, %s) end", k, v)
		}
	})
	g.line("end")
}

func (g *generator) do() {
	g.line("do")
	g.block(3)
	g.line("end")
}

// comment writes what the lexer must pass over, and statements in unusual layout.
func (g *generator) comment() {
	g.line("%s", g.pick(
		"-- "+g.pick("[not long", "]]", "'", "--[[", "[==")+" comment",
		"--[[ a long one ]] say('after')",
		"--[==[ ]] ]=] still ]==] say 'after'",
		"do end do local x; end",
		"say \t ( 'x' ) ; say{} say''",
		"local f = function ( ) return end ; f ( )",
		"say 'line\\\nnext'",
		"say [[\nfirst newline goes]] say [==[a]]b]=]c]==]",
	))
}
