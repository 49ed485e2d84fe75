package programs

import "fmt"

// listStatement changes or shows a list by the table library.
func (g *generator) listStatement() {
	l := g.variable(list, "L")
	switch g.IntN(12) {
	case 0, 1:
		g.line("table.insert(%s, %s)", l, g.pick(g.num(1), g.str(0)))
	case 2:
		g.line("table.insert(%s, whole(%s, 1, #%s + 1), %s)", l, g.num(1), l, g.pick(g.num(1), g.str(0)))
	case 3:
		g.line("say(table.remove(%s%s))", l, g.pick("", ", 1", fmt.Sprintf(", #%s", l)))
	case 4:
		g.line("catch(table.concat, %s%s)", l, g.pick("", ", ','", ", '', 2", ", ', ', 1, 2", ", '-', 3, 1", ", 0, 1, 9"))
	case 5:
		g.line("say(#%s, table.getn(%s), table.maxn(%s), show_list(%s))", l, l, l, l)
	case 6:
		g.line("say(unpack(%s%s))", l, g.pick("", ", 2", ", 1, 3", ", -1, 1", ", 3, 2"))
	case 7:
		g.line("%s[#%s + 1] = %s", l, l, g.pick(g.num(1), g.str(0)))
	case 8:
		g.line("say(fields(%s))", g.record(2))
	case 9:
		g.line("say(next({}), next({%s}), type(next({x = 1})), keys(%s))", g.num(1), g.record(1))
	case 10:
		g.line("say(table.foreachi(%s, function(i, v) say(i, v) if i == 2 then return %s end end))", l, g.inner(func() string { return g.any(1) }))
	default: // a field is taken out while next goes over the table
		g.line("do local t, n = %s, 0 for k in pairs(t) do n = n + 1 t[k] = nil end say(n, next(t)) end", g.record(1))
	}
}

// sort sorts a list of its own. The comparator may fail or wait, and must be an order.
func (g *generator) sort() {
	l := g.name("l")
	g.line("local %s = {}", l)
	size := g.pick("3", "5", "10", "17", "40", "100")
	value := g.pick("(i * 7919) %% 101", "(i * 31) %% 7", "i", "-i", "i %% 2", "(i * i) %% 10 / 4")
	g.line("for i = 1, %s do %s[i] = "+value+" end", size, l)
	switch g.IntN(5) {
	case 0:
		g.line("table.sort(%s)", l)
	case 1:
		g.line("table.sort(%s, function(a, b) return a > b end)", l)
	case 2:
		g.line("local calls = 0")
		g.line("table.sort(%s, function(a, b) calls = calls + 1 if calls %% 5 == 0 then wait() end return a < b end)", l)
		g.line("say('calls', calls)")
	case 3:
		g.line("for i = 1, #%s do %s[i] = %s end", l, l, "('k'):rep("+l+"[i] % 3) .. "+l+"[i]")
		g.line("catch(table.sort, %s, %s)", l, g.pick("nil", "function(a, b) return a:upper() > b:upper() end", "function(a, b) return #a < #b or #a == #b and a < b end"))
	default: // records: equal keys too
		g.line("for i = 1, #%s do %s[i] = {%s[i], i} end", l, l, l)
		g.line("local turn = 0")
		g.line("local ok = catch(table.sort, %s, function(a, b)", l)
		g.scoped(func() {
			g.line("turn = turn + 1")
			g.line("if turn == %s then %s end", g.pick("3", "8"), g.inner(func() string {
				return g.pick("wait()", "say('turn')", "error('stop')", "error({})", "pcall(error, 1)", "table.sort({3, 2, 1})")
			}))
			g.line("return %s", g.pick("a[1] < b[1]", "a[1] > b[1]", "a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])", "a[1] % 3 < b[1] % 3"))
		})
		g.line("end)")
		g.line("for i = 1, #%s do %s[i] = ok and %s[i][1] .. ':' .. %s[i][2] or 'failed' end", l, l, l, l)
	}
	g.line("say(show_list(%s))", l)
	g.declare(list, l)
}
