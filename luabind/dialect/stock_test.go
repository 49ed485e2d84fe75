package dialect

import (
	"fmt"
	"strings"
	"testing"
)

// stockDefects are programs of which gopher-lua v1.1.2 by itself makes something else than the manual says. They are the
// reason for this package: when a new version of gopher-lua passes one, the test says so. Upstream issues are named where
// lua.md knows them.
var stockDefects = []languageCase{
	{"swap (upstream 440)", `local a, b = 1, 2 a, b = b, a emit(a, b)`, "2\t1\n"},
	{"multiple assignment in a loop (upstream 440)", `local a, b = 48, 18 while b ~= 0 do a, b = b, a % b end emit(a)`, "6\n"},
	{"nested and into the variable it reads (upstream 490)",
		`local ok, f, g = true, function() return false end, function() return true end
		ok = ok and (f() and g()) emit(ok)`, "false\n"},
	{"constant condition inside a loop (upstream 540)",
		`local function f() for _, v in next, {7} do if false then local x = 1 end return v end end emit(f())`, "7\n"},
	{"number joined to text", `emit("x" .. 1/3, 2^53 .. "", 1e15 .. "", 1/0 .. "")`,
		"x0.33333333333333\t9.007199254741e+15\t1e+15\tinf\n"},
	{"octal-looking text in arithmetic", `emit("010" + 0, -"010")`, "10\t-10\n"},
	{"underscores in text in arithmetic", `emit(catch(function() return "1_000" + 0 end))`,
		"t:1: attempt to perform arithmetic on a string value\n"},
	{"modulo of an infinity", `local inf = 1/0 local r = 5 % inf emit(r ~= r)`, "true\n"},
	{"modulo rounds as the manual defines it", `emit(1 % 0.1, 5.3 % 0.1 < 0.1)`, "0\ttrue\n"},
	{"decimal escape out of range", `emit("\400")`, "syntax: t:1: escape sequence \\400 is too large\n"},
	{"goto as a name", `local goto = 5 emit(goto)`, "5\n"},
	{"a local function value does not see its own name", `f = 1 local f = function() return f end emit(f())`, "1\n"},
	{"break closes the locals of inner blocks",
		`local f while true do do local x = 1 f = function() return x end break end end
		local a, b, c = 7, 8, 9 emit(f())`, "1\n"},
	{"a value list behind fifty values", `local function f() return "a", "b" end
		local t = {` + numbers(50) + `f()} emit(#t, t[1], t[51], t[52])`, "52\t1\ta\tb\n"},
	{"a keyed field behind fifty values", `local function f(...) return ... end
		local t = {` + numbers(50) + `x = f(7), y = f(8)} emit(#t, t[1], t.x, t.y)`, "50\t1\t7\t8\n"},
	{"more values than fit into numbered blocks",
		`local t = {` + numbers(25600) + `} emit(#t, t[25551], t[25600])`, "25600\t25551\t25600\n"},
	{"an empty loop inside a loop's start",
		`local n = 0 local a = {1, 2} if a[1] == 1 and a[2] == 2 or a[3] then n = 1 end
		repeat while true do break end n = n + 1 until n >= 3 emit(n)`, "3\n"},
	{"numerals in strings as bounds of for", `for i = "1", "2" do emit(i) end`, "1\n2\n"},
	{"the primitive length of a table", `emit(#setmetatable({1}, {__len = function() return 5 end}))`, "1\n"},
}

// numbers is "1, 2, … n, ".
func numbers(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "%d, ", i)
	}
	return b.String()
}

func assignments(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "t.k%d = 'v%d' ", i, i)
	}
	return b.String()
}

func TestStockCompilerStillNeedsReplacing(t *testing.T) {
	for _, c := range stockDefects {
		t.Run(c.name, func(t *testing.T) {
			if got := run(t, c.src); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if got := runStock(t, c.src); got == c.want {
				t.Errorf("gopher-lua's own compiler now gets this right")
			}
		})
	}
}
