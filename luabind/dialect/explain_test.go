package dialect

import "testing"

// errorCases fail at run time; the texts are the reference interpreter's.
var errorCases = []languageCase{
	{"call of a global", `nope()`, "error: t:1: attempt to call global 'nope' (a nil value)\n"},
	{"call of a local", `local f = 5 f()`, "error: t:1: attempt to call local 'f' (a number value)\n"},
	{"call of an upvalue", `local f = {} local function g() f() end g()`, "error: t:1: attempt to call upvalue 'f' (a table value)\n"},
	{"call of a field", `local t = {} t.run(1)`, "error: t:1: attempt to call field 'run' (a nil value)\n"},
	{"call of a method", `local t = {} t:run(1)`, "error: t:1: attempt to call method 'run' (a nil value)\n"},
	{"call in return", `local function f() return nope(1) end f()`, "error: t:1: attempt to call global 'nope' (a nil value)\n"},
	{"call of a value", `({})()`, "error: t:1: attempt to call a table value\n"},
	{"call of one of two", `(a or b)()`, "error: t:1: attempt to call a nil value\n"},
	{"iterator that is no function", `for k in {} do end`, "error: t:1: attempt to call a table value\n"},
	{"the line of what for goes through", "for k in\n3\ndo\nend", "error: t:2: attempt to call a number value\n"},
	{"operands that may be one of two", `x = {} emit((x or x) + (x and x))`, "error: t:1: attempt to perform arithmetic on a table value\n"},
	{"call behind many other things", `local x = math.sin(1) if math.sin(2) == x then return end local a, b = 1, {{y = "a" .. "b", z = x}, {1, 2} or 3 <= 4, 3 > 1, {d = x and aaa[x or y]}}`,
		"error: t:1: attempt to index global 'aaa' (a nil value)\n"},
	{"call in a loop", "while 1 do local a if nil then break end insert(a) end", "error: t:1: attempt to call global 'insert' (a nil value)\n"},
	{"index of a global", `x.y = 1`, "error: t:1: attempt to index global 'x' (a nil value)\n"},
	{"index of a local", `local x emit(x.y)`, "error: t:1: attempt to index local 'x' (a nil value)\n"},
	{"index of a field", `local x = {} emit(x.y.z)`, "error: t:1: attempt to index field 'y' (a nil value)\n"},
	{"index by a value", `local x, k = {}, "k" emit(x[k].z)`, "error: t:1: attempt to index field '?' (a nil value)\n"},
	{"method of nil", `local x = {} x.y:z()`, "error: t:1: attempt to index field 'y' (a nil value)\n"},
	{"index of a result", `local function f() end emit(f().x)`, "error: t:1: attempt to index a nil value\n"},
	{"index with nil", `local t = {} t[nil] = 1`, "error: t:1: table index is nil\n"},
	{"index with NaN", `local t = {} t[0/0] = 1`, "error: t:1: table index is NaN\n"},
	{"arithmetic on nil", `local x emit(1 + x)`, "error: t:1: attempt to perform arithmetic on local 'x' (a nil value)\n"},
	{"arithmetic on a field", `local t = {} t.n = t.n + 1`, "error: t:1: attempt to perform arithmetic on field 'n' (a nil value)\n"},
	{"arithmetic on tables", `local t = {} emit(t + t)`, "error: t:1: attempt to perform arithmetic on local 't' (a table value)\n"},
	{"arithmetic on text", `local s = "x" emit(s * 2)`, "error: t:1: attempt to perform arithmetic on local 's' (a string value)\n"},
	{"modulo of nil", `emit(5 % n)`, "error: t:1: attempt to perform arithmetic on global 'n' (a nil value)\n"},
	{"minus of a table", `local t = {} emit(-t)`, "error: t:1: attempt to perform arithmetic on local 't' (a table value)\n"},
	{"minus of text", `local s = "x" emit(-s)`, "error: t:1: attempt to perform arithmetic on local 's' (a string value)\n"},
	{"length of nil", `emit(#list)`, "error: t:1: attempt to get length of global 'list' (a nil value)\n"},
	{"joining nil", `local x emit("a" .. x)`, "error: t:1: attempt to concatenate local 'x' (a nil value)\n"},
	{"joining a field in the middle", `local t = {} emit("a" .. t.x .. "b")`, "error: t:1: attempt to concatenate field 'x' (a nil value)\n"},
	{"joining a table", `emit({} .. "b")`, "error: t:1: attempt to concatenate a table value\n"},
	{"comparing types", `emit(1 < "2")`, "error: t:1: attempt to compare number with string\n"},
	{"comparing tables", `emit({} < {})`, "error: t:1: attempt to compare two table values\n"},
	{"comparing nil", `emit(nil <= nil)`, "error: t:1: attempt to compare two nil values\n"},
	{"for from nil", `for i = x, 2 do end`, "error: t:1: 'for' initial value must be a number\n"},
	{"for to text", `for i = 1, "x" do end`, "error: t:1: 'for' limit must be a number\n"},
	{"for by a table", `for i = 1, 2, {} do end`, "error: t:1: 'for' step must be a number\n"},
	{"the line of the call", "local x = 1\n\nlocal y = nope(\n1,\n2)", "error: t:3: attempt to call global 'nope' (a nil value)\n"},
	{"the line of the method", "local x = {}\nx\n  .y\n  :z()", "error: t:4: attempt to index field 'y' (a nil value)\n"},
	{"a script's own text stays", `error("attempt to call a non-function object", 0)`, "error: attempt to call a non-function object\n"},
	{"a script's own value stays", `error({})`, "error: table\n"},
}

func TestRunTimeErrorsNameTheVariable(t *testing.T) {
	for _, c := range errorCases {
		t.Run(c.name, func(t *testing.T) {
			if got := run(t, c.src); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}
