package programs

import "fmt"

// metatable makes a value with handlers and lets operations run into them. The handlers are random code.
func (g *generator) metatable() {
	o, mt := g.name("o"), g.name("mt")
	g.line("local %s = {}", mt)
	g.line("local %s = setmetatable({v = %s, [1] = %s}, %s)", o, g.num(1), g.num(1), mt)
	binary := []string{"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__concat"}
	handlers := []string{"__eq", "__lt", "__le", "__unm", "__call", "__index", "__newindex", "__tostring", "__len", "__metatable"}
	for range 2 + g.IntN(4) {
		if g.chance(40) {
			g.handler(mt, g.pick(binary...))
		} else {
			g.handler(mt, g.pick(handlers...))
		}
	}
	for range 2 + g.IntN(5) {
		g.line("catch(function() %s end)", g.inner(func() string { return g.metaUse(o, mt) }))
	}
	g.line("say(pcall(rawget, %s, 'v'), pcall(rawequal, %s, %s))", o, o, o)
}

func (g *generator) handler(mt, event string) {
	if event == "__metatable" {
		if g.chance(30) {
			g.line("%s.__metatable = %s", mt, g.pick("'locked'", "false", "7"))
		}
		return
	}
	if event == "__index" && g.chance(30) {
		g.line("%s.__index = %s", mt, g.pick("R", "{z = 1}", "string", "setmetatable({}, {__index = function(t, k) return k end})"))
		return
	}
	if event == "__newindex" && g.chance(30) {
		g.line("%s.__newindex = %s", mt, g.pick("{}", "R", "function(t, k, v) rawset(t, k, v) end"))
		return
	}
	if event == "__tostring" { // anything but a text is open
		g.line("%s.__tostring = function(a) tick() say('__tostring', type(a)) return $in0%s$out0 end", mt, g.str(1))
		return
	}
	if event == "__unm" { // what else it gets is an accident
		g.line("%s.__unm = function(a)", mt)
	} else {
		g.line("%s.%s = function(a, b, ...)", mt, event)
	}
	g.body(frame{params: []string{"a", "b"}, vararg: event != "__unm"}, func() {
		if event == "__unm" {
			g.line("say('__unm', type(a))")
		} else {
			g.line("say('%s', type(a), type(b), select('#', ...))", event)
		}
	}, func() string {
		if event == "__eq" || event == "__lt" || event == "__le" {
			return g.pick("true", "false", "nil", g.num(1), g.cond(1))
		}
		return g.list(1 + g.IntN(2))
	})
	g.line("end")
}

// metaUse is a statement that asks for a handler, whether there is one or not.
func (g *generator) metaUse(o, mt string) string {
	p := fmt.Sprintf("setmetatable({v = 2}, %s)", mt)
	other := g.pick(g.num(1), g.str(0), o, p, "{}", "nil")
	left, right := o, other
	if g.chance(50) {
		left, right = other, o
	}
	switch g.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprintf("return (%s) %s %s", left, g.pick("+", "-", "*", "/", "%", "^", ".."), right)
	case 3:
		return fmt.Sprintf("return 'x' .. %s .. %s .. 1", left, g.pick("2", right, "'y'"))
	case 4, 5:
		return fmt.Sprintf("return (%s) %s %s", left, g.pick("<", "<=", ">", ">=", "==", "~="), g.pick(p, right))
	case 6:
		return fmt.Sprintf("return %s%s", g.pick("-", "#", "not "), o)
	case 7:
		return fmt.Sprintf("return %s(%s)", o, g.list(2))
	case 8:
		return fmt.Sprintf("return %s.%s, %s[ %s ], %s[1]", o, g.pick("v", "z", "x", "y"), o, g.str(0), o)
	case 9:
		return fmt.Sprintf("%s.%s = %s return rawget(%s, 'q'), %s.q", o, g.pick("q", "v", "x"), g.num(1), o, o)
	case 10:
		return fmt.Sprintf("return type(tostring(%s)), %s:%s(%s)", o, o, g.pick("v", "upper", "none"), g.num(0))
	}
	return fmt.Sprintf("return %s", g.pick(
		fmt.Sprintf("type(getmetatable(%s)), pcall(setmetatable, %s, %s)", o, o, g.pick("{}", mt, "nil", "1")),
		fmt.Sprintf("%s[%s]", o, g.pick("o", "nil", "{}", "true")),
		fmt.Sprintf("#table.concat({%s, 'a'}, %s)", g.str(0), g.str(0)),
		fmt.Sprintf("next(%s, nil) ~= nil, rawget(%s, 1)", o, o),
		fmt.Sprintf("pcall(rawset, %s, %s, %s)", o, g.pick("'q'", "nil", "1"), g.num(0)),
		fmt.Sprintf("%s == %s, %s ~= %s", o, p, o, o),
	))
}
