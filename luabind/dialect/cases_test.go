package dialect

import (
	"strings"
	"testing"
)

// languageCase is a program and what it must emit. All are checked against the reference interpreter when the tests run
// with the build tag oracle.
type languageCase struct{ name, src, want string }

var languageCases = []languageCase{
	{"minus zero and zero are two constants", `local a = 0 emit(1/a)`, "inf\n"},
	{"the last parameter assigned from a call with itself", `local function f(a) a = tostring(a) return a end emit(f(5))`, "5\n"},
	{"a method call on a text constant", `emit(("x"):rep(3), ("%d"):format(7))`, "xxx\t7\n"},
	{"each round has its own variable", `local fs = {} for i = 1, 2 do fs[i] = function() i = i + 1 return i end end
		emit(fs[1](), fs[1](), fs[2]())`, "2\t3\t3\n"},
	{"a constructor with a name twice", `local t = {a = 1, b = 2, a = 3} emit(t.a, t.b)`, "3\t2\n"},
	{"a constructor with nil in it", `local t = {a = 1, b = nil, c = nil} emit(t.a, t.b, t.c) t.b = 2 emit(t.b, t.a) emit(next({a = nil}))`, "1\tnil\tnil\n2\t1\nnil\n"},
	{"a constructor's values in their order", `local function v(x) emit(x) return x end local t = {b = v(1), a = v(2), c = v(3)} emit(t.a, t.b, t.c)`, "1\n2\n3\n2\t1\t3\n"},
	{"tables of one constructor are each their own", `local ts = {} for i = 1, 3 do ts[i] = {n = i, m = {k = i}} end ts[2].n, ts[2].x, ts[3].m.k = 20, 9, 30
		emit(ts[1].n, ts[2].n, ts[3].n, ts[1].x, ts[2].x, ts[1].m.k, ts[3].m.k)`, "1\t20\t3\tnil\t9\t1\t30\n"},
	{"a constructor that reads the variable it is assigned to", `local t = {n = 1} t = {n = t.n + 1, old = t} emit(t.n, t.old.n)`, "2\t1\n"},
	{"a constructor with calls and ... as values", `local function f() return 1, 2 end local function g(...) local t = {a = f(), b = ..., c = (f())} emit(t.a, t.b, t.c) end g(7, 8)`, "1\t7\t1\n"},
	{"more fields than fit a small table", `local t = {a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9} t.j = 10 emit(t.a, t.h, t.i, t.j) local u = {a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8} u.i = 9 emit(u.a, u.h, u.i)`,
		"1\t8\t9\t10\n1\t8\t9\n"},
	{"constructors in constructors", nestedTables(60) + ` local n = 0 while t do n, t = n + 1, t.h end emit(n)`, "60\n"},
	{"fields cleared and set while pairs goes on", `local t, n = {a = 1, b = 2, c = 3}, 0 for k, v in pairs(t) do t[k] = nil n = n + v end emit(n, next(t)) t.a = 4 emit(next(t))`, "6\tnil\na\t4\n"},
	{"a constructor's table with a metatable", `local t = setmetatable({a = 1, b = 2}, {__index = function(_, k) return k .. "!" end, __newindex = function(t, k, v) rawset(t, k, v * 2) end})
		t.c = 5 t.a = 7 emit(t.a, t.b, t.c, t.d)`, "7\t2\t10\td!\n"},
	{"300 constants", `local t = {} ` + assignments(300) + ` emit(t.k1, t.k300)`, "v1\tv300\n"},
	{"300 global names", globals(300) + ` emit(g1 + g300, g299)`, "301\t299\n"},
	{"a global and a field of one name behind 256 constants", `local t = {} ` + assignments(254) + ` x = 1 t.x = 2 y = 3 t.y = 4 emit(x, t.x, y, t.y)`, "1\t2\t3\t4\n"},
	{"a method behind 256 constants", `local t = {} ` + assignments(300) + ` function t:last() return self.k300 end emit(t:last())`, "v300\n"},
	{"upvalues shared by closures", `local n = 0 local function up() n = n + 1 end local function get() return n end up() up() emit(get(), n)`, "2\t2\n"},
	{"an upvalue through three functions", `local n = 1 local function a() return function() return function() n = n + 1 return n end end end emit(a()()(), n)`, "2\t2\n"},
	{"until sees the locals of the body", `local i = 0 repeat i = i + 1 local done = i >= 3 until done emit(i)`, "3\n"},
	{"until sees captured locals of the body", `local fs, i = {}, 0 repeat i = i + 1 local j = i fs[i] = function() return j end until (function() return j >= 3 end)()
		emit(fs[1](), fs[2](), fs[3]())`, "1\t2\t3\n"},
	{"break out of repeat closes its locals", `local f repeat local x = 5 f = function() return x end if x then break end until false local y = 9 emit(f())`, "5\n"},
	{"assigned places are computed before values", `local i, t = 1, {} i, t[i] = i + 1, 20 emit(i, t[1], t[2])`, "2\t20\tnil\n"},
	{"a table that the same statement replaces", `local t = {} local u = t t, t.x = 1, 2 emit(t, u.x)`, "1\t2\n"},
	{"a key that the same statement assigns first", `local i, t = 1, {} t[i], i = 20, i + 1 emit(i, t[1], t[2])`, "2\t20\tnil\n"},
	{"a table that the same statement assigns first", `local t = {} local u = t t.x, t = 2, 1 emit(t, u.x)`, "1\t2\n"},
	{"a variable computed from itself", `local a, b, c, d = 7, 2, {1, 2}, "x" a = a % 4 b = b and a c = #c d = d .. d emit(a, b, c, d)
		a = a == 3 and a or b b = not b c = -c emit(a, b, c, d)`, "3\t3\t2\txx\n3\tfalse\t-2\txx\n"},
	{"a variable below others assigned from ...", `local function f(...) local a, b = 1, 2 a = ... emit(a, b) end f(9)`, "9\t2\n"},
	{"order of assignment", `local log = setmetatable({}, {__newindex = function(_, k, v) emit(k, v) end}) log.a, log.b, log.c = 1, 2, 3`, "c\t3\nb\t2\na\t1\n"},
	{"more values than places are computed", `local a = emit("x"), emit("y") emit(a)`, "x\ny\nnil\n"},
	{"fewer values than places", `local a, b, c = 1 emit(a, b, c) a, b = 5 emit(a, b)`, "1\tnil\tnil\n5\tnil\n"},
	{"values of a call fill the places", `local function f() return 1, 2, 3 end local a, b, c, d = 0, f() emit(a, b, c, d)
		a, b, c, d = f(), f() emit(a, b, c, d)`, "0\t1\t2\t3\n1\t1\t2\t3\n"},
	{"parentheses cut to one value", `local function f() return 1, 2 end emit((f())) local t = {(f())} emit(#t)`, "1\n1\n"},
	{"varargs with nil", `local function f(...) local a, b = ... return select("#", ...), a, b, (...) end emit(f(nil, nil, nil)) emit(f())`, "3\tnil\tnil\tnil\n0\tnil\tnil\tnil\n"},
	{"varargs in a table and a call", `local function f(...) local t = {0, ...} return #t, ... end emit(f(1, 2, 3))`, "4\t1\t2\t3\n"},
	{"the old arg table", `local function f(...) return arg.n, arg[2] end emit(f(5, 6, 7))`, "3\t6\n"},
	{"the old arg table gives way to ...", `local function f(...) local a = ... return arg end emit(f(1))`, "nil\n"},
	{"and, or and not", `emit(nil and 1, false or nil, 1 and 2, nil or false, not nil == true, 1 == 1 and "y" or "n", nil == false)`, "nil\tnil\t2\tfalse\ttrue\ty\tfalse\n"},
	{"and binds tighter than or", `emit(1 or error() and error(), false and error() or 2, nil and 1 or false and 2)`, "1\t2\tfalse\n"},
	{"comparisons as values", `local a, b = 1, 2 local r = {a < b, a > b, a <= b, a >= b, a == b, a ~= b} emit(unpack(r))`, "true\tfalse\ttrue\tfalse\tfalse\ttrue\n"},
	{"powers and signs", `emit(2^-3, -2^2, 2^3^2, -2 ^ -2, not 1 == 2)`, "0.125\t-4\t512\t-0.25\tfalse\n"},
	{"numerals", `emit(0x10, 0xA, .5, 5., 3e2, 1e-2)`, "16\t10\t0.5\t5\t300\t0.01\n"},
	{"text to number", `emit("0x10" + 0, " 10 " * 1, "1e2" - 0, 10 / "4", -"2", "3" ^ 2, "7" % 4)`, "16\t10\t100\t2.5\t-2\t9\t3\n"},
	{"modulo", `emit(5 % 3, -5 % 3, 5 % -3, -5 % -3, 5.5 % 2, 2^53 % 3)`, "2\t1\t-1\t-2\t1.5\t2\n"},
	{"joining is done from the right", `local mt = {} mt.__concat = function(a, b) return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b) end
		local o = setmetatable({}, mt) emit("a" .. "b" .. o .. "c" .. 1)`, "abT+c1\n"},
	{"escapes", `emit("\65\066\n\\\"\'", '\a' == '\7', "a\
b")`, "AB\n\\\"'\ttrue\ta\nb\n"},
	{"a letter without a meaning behind a backslash", `emit("\x41\z  \u{41}\q")`, "x41z  u{41}q\n"},
	{"long strings", "emit([[\nfirst\nsecond]], [==[a]]b]=]c]==], #[[\r\n\r\n]])", "first\nsecond\ta]]b]=]c\t1\n"},
	{"comments", "emit(1) --[[ two\nlines ]] emit(2) --[==[ x ]] y ]==] emit(3) -- end\n--[ emit(4)\nemit(5)", "1\n2\n3\n5\n"},
	{"texts with a zero byte", `emit(#"a\0b", "a\0b" < "a\0c", "a" < "a\0")`, "3\ttrue\ttrue\n"},
	{"numeric for", `for i = 3, 1, -1 do emit(i) end for i = 1, 0 do emit("never") end for i = 1, 2, 0.5 do emit(i) end`, "3\n2\n1\n1\n1.5\n2\n"},
	{"the variable of a for is the body's", `for i = 1, 2 do i = i * 10 emit(i) end`, "10\n20\n"},
	{"nested break", `for i = 1, 2 do for j = 1, 3 do if j == 2 then break end emit(i, j) end end`, "1\t1\n2\t1\n"},
	{"generic for with its own iterator", `local function upto(n, i) if i < n then return i + 1, i * i end end for i, sq in upto, 3, 0 do emit(i, sq) end`, "1\t0\n2\t1\n3\t4\n"},
	{"generic for over too many values", `for k, v in next, {5}, nil, 1, 2 do emit(k, v) end`, "1\t5\n"},
	{"shadowed locals", `local x = 1 local x = x + 1 do local x = x + 10 emit(x) end emit(x)`, "12\n2\n"},
	{"local function sees itself", `local function fact(n) if n == 0 then return 1 end return n * fact(n - 1) end emit(fact(10))`, "3628800\n"},
	{"methods", `local a = {b = {c = {}}} function a.b.c:d(x) return self == a.b.c, x end function a.b.f(x) return x end emit(a.b.c:d(5)) emit(a.b.f(6))`, "true\t5\n6\n"},
	{"tail calls do not grow the stack", `local function f(n) if n == 0 then return "end" end return f(n - 1) end emit(f(20000))`, "end\n"},
	{"table with every kind of field", `local function two() return 1, 2 end local t = {two(), two(), x = 3, [10] = 4, "y"; two()} emit(t[1], t[2], t[3], t[4], t[5], t.x, t[10])`, "1\t1\ty\t1\t2\t3\t4\n"},
	{"metamethods of arithmetic", `local mt = {__add = function(a, b) return "add" end, __unm = function() return "unm" end, __mod = function() return "mod" end}
		local o = setmetatable({}, mt) emit(1 + o, o + 1, "x" + o, nil + o, -o, o % 2, 2 % o)`, "add\tadd\tadd\tadd\tunm\tmod\tmod\n"},
	{"metamethods of comparison", `local mt = {__lt = function() return true end, __le = function() return false end, __eq = function() return true end}
		local a, b = setmetatable({}, mt), setmetatable({}, mt) emit(a < b, a > b, a <= b, a == b, a ~= b)`, "true\ttrue\tfalse\ttrue\tfalse\n"},
	{"calls without brackets", `local function f(x) return type(x) == "table" and x[1] or x end emit(f"a", f{2}, f[[c]])`, "a\t2\tc\n"},
	{"a chain of elseif", `local function f(x) ` + elseifs(150) + ` end emit(f(0), f(99), f(149), (f(150)))`, "0\t99\t149\tnil\n"},
	{"continue and goto are names", `local continue, goto = 1, 2 emit(continue + goto)`, "3\n"},
}

func globals(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		b.WriteString(strings.ReplaceAll("g# = # ", "#", itoa(i)))
	}
	return b.String()
}

func elseifs(n int) string {
	var b strings.Builder
	b.WriteString("if false then ")
	for i := 0; i < n; i++ {
		b.WriteString(strings.ReplaceAll("elseif x == # then return # ", "#", itoa(i)))
	}
	return b.String() + "end"
}

func TestProgramsDoWhatTheManualSays(t *testing.T) {
	for _, c := range languageCases {
		t.Run(c.name, func(t *testing.T) {
			if got := run(t, c.src); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// nestedTables makes a table that holds others so deep, each as the last of eight fields.
func nestedTables(depth int) string {
	return "local t = " + strings.Repeat("{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = ", depth) + "nil" + strings.Repeat("}", depth)
}
