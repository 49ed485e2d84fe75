package luabind

import (
	"fmt"
	"strings"
	"testing"

	"recue/runtime/script"
	"recue/runtime/simulator"
)

// Code has instructions that gopher-lua's own loop does not know, so every thread, by whatever way it was made, must run
// that of package dialect.
func TestEveryThreadKnowsAllInstructions(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for name, src := range map[string]string{
		"the script":                   "print(7 % 4)",
		"pcall":                        "print(select(2, pcall(function() return 7 % 4 end)))",
		"xpcall's handler":             "print(select(2, xpcall(error, function() return 7 % 4 end)))",
		"a comparator":                 "local n table.sort({1, 2}, function(a, b) n = 7 % 4 return a < b end) print(n)",
		"a metamethod":                 "print(setmetatable({}, {__index = function() return 7 % 4 end}).x)",
		"an iterator":                  "local n for v in function() if not n then n = 7 % 4 return n end end do print(v) end",
		"a coroutine":                  "print(coroutine.wrap(function() return 7 % 4 end)())",
		"a coroutine that has yielded": "local f = coroutine.wrap(function() coroutine.yield() return 7 % 4 end) f() print(f())",
		"a comparator behind a coroutine": `coroutine.create(function() end)
			local n table.sort({1, 2}, function(a, b) n = 7 % 4 return a < b end) print(n)`,
		"a metamethod in a coroutine behind a coroutine": `print(coroutine.wrap(function()
			coroutine.create(function() end) return setmetatable({}, {__index = function() return 7 % 4 end}).x end)())`,
		"a branch":                 "print(parallel({function() return 7 % 4 end})[1])",
		"a branch that has waited": "print(parallel({function() sleep(0.001) return 7 % 4 end})[1])",
		"pcall in a branch":        "print(parallel({function() return select(2, pcall(function() sleep(0.001) return 7 % 4 end)) end})[1])",
		"a finally function":       "finally(function() print(7 % 4) end)",
		"code that was loaded":     "print(loadstring('return 7 % 4')())",
		"after an error":           "pcall(error) print(7 % 4)",
	} {
		out, err := s.runWithin(script.Limits{}, src)
		if err != nil || out != "3\n" {
			t.Errorf("%s: printed %q, %v", name, out, err)
		}
	}
}

// A branch that goes on in a new thread has as many registers as its calls need.
func TestABranchGoesOnWithTheRegistersThatItHad(t *testing.T) {
	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprintf("v%d", i)
	}
	newStudio(t, simulator.Options{}).prints(`
		local numbers = {}
		for i = 1, 40 do numbers[i] = i end
		local results = parallel(numbers, function(n)
			local `+strings.Join(names, ", ")+` = sleep(0)
			sleep(0)
			v49 = n
			local get = function() return v49 + (v30 or 0) end -- from here on it keeps its thread, and the others need new ones
			sleep(0.01)
			return get()
		end)
		local sum = 0
		for i = 1, 40 do sum = sum + results[i] end
		print(sum)`, "820")
}
