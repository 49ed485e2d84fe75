package lua

import (
	"testing"
)

// found are the differences that random programs have shown, each as the smallest program that shows it, with what the
// reference interpreter prints.
var found = []struct{ name, source, want string }{
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
