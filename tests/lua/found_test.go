package lua

import (
	"testing"
)

// found are the differences that random programs have shown, each as the smallest program that shows it, with what the
// reference interpreter prints.
var found = []struct{ name, source, want string }{
	{"a coroutine that is given less than it wants gets nil",
		"local co = coroutine.wrap(function() local x = 5 x = coroutine.yield() print(x) local a, b, c = 1, coroutine.yield() print(a, b, c)\nif coroutine.yield() then print 'true' else print 'false' end print(not coroutine.yield(), pcall(function() return 1 end))\nwhile coroutine.yield() do print 'loop' end print 'out' end)\nco() co() co(9) co() co() co()",
		"nil\n1\t9\tnil\nfalse\ntrue\ttrue\t1\nout\n"},
	{"a value of an earlier resume is not seen again",
		"local c = coroutine.create(function(...) local x = ... while x do x = coroutine.yield() end return 'end' end)\nprint(coroutine.resume(c, 1))\nprint(coroutine.resume(c))\nprint(coroutine.status(c))",
		"true\ntrue\tend\ndead\n"},
	{"a function that yields last, where one result is wanted",
		"local function f() return coroutine.yield() end\nlocal co = coroutine.wrap(function() local x = 7 x = f() print(x) x = f() print(x) end)\nco() co() co(2)",
		"nil\n2\n"},
	{"a metamethod may be a table that can be called",
		"local C = setmetatable({}, {__call = function(self, a, b) return type(a) == type(b) end})\nlocal mt = {__add = C, __sub = C, __mul = C, __div = C, __pow = C, __unm = C, __mod = C, __concat = C, __eq = C, __lt = C}\nlocal a, b = setmetatable({}, mt), setmetatable({}, mt)\n" +
			"print(a + 1, 1 - a, a * b, a / b, a ^ 2, -a, a % b, a .. 'x', a == b, a < b, a <= b, a ~= b, a > b)\nprint(a == a, pcall(function() return a <= 1 end))",
		"false\tfalse\ttrue\ttrue\tfalse\ttrue\ttrue\tfalse\ttrue\ttrue\tfalse\tfalse\ttrue\ntrue\tfalse\tprog0.lua:5: attempt to compare table with number\n"},
	{"a metamethod that cannot be called", "print(pcall(function() return setmetatable({}, {__add = 5}) + 1 end))", "false\tprog0.lua:1: attempt to call a number value\n"},
	{"the operand of __unm comes twice", "print(-setmetatable({}, {__unm = function(a, b) return a == b end}))", "true\n"},
	{"a level of error may be a numeral", "print(pcall(error, 'x', '1'))\nprint(pcall(function() error('x', '0') end))", "false\tx\nfalse\tx\n"},
	{"a zero keeps its sign", "local z, m = 0.5 - 0.5, -1\nprint(z * m, z / m, -z, z * m + z * m, -z % 5, (z * m) ^ 1, 1 / (z * m))\nfor i = z * m, z do print(i) end",
		"-0\t-0\t-0\t-0\t0\t-0\t-inf\n0\n"},
	{"what a handler raises it has to handle too",
		"local n = 0\nprint(xpcall(function() error('a', 0) end, function(e)\nn = n + 1\nif n < 3 then error(e .. 'b', 0) end\nreturn e .. n\nend))",
		"false\tabb3\n"},
	{"a handler that always raises", "print(xpcall(error, function() error('a') end))", "false\terror in error handling\n"},
	{"a handler that is no function", "print(xpcall(error, 12))\nprint(xpcall(function() return 7 end, nil))",
		"false\terror in error handling\ntrue\t7\n"},
	{"next with a key that never was", "print(pcall(next, {}, 1))\nprint(pcall(next, {1, 2}, 7))\nprint(pcall(next, {}, 'a'))",
		"false\tinvalid key to 'next'\nfalse\tinvalid key to 'next'\nfalse\tinvalid key to 'next'\n"},
	{"a stack overflow has a position", "local function f() return 1 + f() end\nlocal _, e = pcall(f)\nprint(e:sub(1, 27))",
		"prog0.lua:1: stack overflow\n"},
	{"the name of a chunk is one line", "print((select(2, loadstring('?', 'a\\rb')):sub(1, 15)))", "[string \"a...\"]\n"},
	{"a level of error reaches through pcall to who called it",
		"print(pcall(error, 'text', 2))\nprint(pcall(error, 0.5, 2))\nprint(pcall(error, 'text', 3))",
		"false\tprog0.lua:1: text\nfalse\tprog0.lua:2: 0.5\nfalse\ttext\n"},
	{"a level of error reaches through two pcalls",
		"print(pcall(pcall, error, 'text', 3))\nlocal function f()\nprint(pcall(error, 'text', 3))\nend\nf()",
		"true\tfalse\tprog0.lua:1: text\nfalse\tprog0.lua:5: text\n"},
	{"a level of error ends with its coroutine",
		"local co = coroutine.create(function() error('text', 2) end)\nprint(coroutine.resume(co))",
		"false\ttext\n"},
	{"a tail call is a level without a position",
		"local function raise() error('text', 2) end\nlocal function f() return raise() end\nprint(pcall(function() f() end))",
		"false\ttext\n"},
	{"a number as error is written as everywhere else", "print(pcall(function() error(1/3) end))", "false\tprog0.lua:1: 0.33333333333333\n"},
	{"an error may begin with a space", "print(pcall(error, ' text', 0))\nprint(pcall(assert, false, ' text'))", "false\t text\nfalse\t text\n"},
	{"an error of the interpreter that no Lua function raised",
		"print(pcall(string.gsub, 'a', 'a', setmetatable({}, {__index = 5})))\nprint(pcall(setmetatable({}, {__call = 5})))",
		"false\tattempt to index a number value\nfalse\tattempt to call a table value\n"},
	{"a yield as the last call of a coroutine",
		"local co = coroutine.wrap(function(...) return coroutine.yield(...) end)\nprint(co(1, 2))\nprint(co(3, nil))\nprint(pcall(co))\n" +
			"co = coroutine.create(function() return (function(x) return coroutine.yield(x) end)(5) end)\n" +
			"print(coroutine.resume(co))\nprint(coroutine.status(co), coroutine.resume(co))\nprint(coroutine.status(co), coroutine.resume(co))",
		"1\t2\n3\tnil\nfalse\tcannot resume dead coroutine\ntrue\t5\nsuspended\ttrue\ndead\tfalse\tcannot resume dead coroutine\n"},
	{"a wrong argument of pcall names what was called",
		"local protect = pcall\nprint(pcall(function() protect() end))\nprint(pcall(pcall))\nprint(pcall(function() coroutine.create(1) end))",
		"false\tprog0.lua:2: bad argument #1 to 'protect' (value expected)\nfalse\tbad argument #1 to '?' (value expected)\n" +
			"false\tprog0.lua:4: bad argument #1 to 'create' (Lua function expected)\n"},
}

func TestDifferencesThatWereFound(t *testing.T) {
	for _, c := range found {
		t.Run(c.name, func(t *testing.T) {
			if got := runAlone(t, c.source); got != c.want {
				t.Errorf("as a script it prints\n%swant\n%s", got, c.want)
			}
		})
	}
}
