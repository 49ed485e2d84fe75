package vm

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	lua "github.com/yuin/gopher-lua"
)

// parking gives a harness in which answer(x) waits, parked where that can be, and
// then returns x; refuse(x) waits and raises x; pause() waits and returns nothing. kept
// counts the waits that kept their goroutine.
func parking(t *testing.T, kept *int) *harness { return parkingWith(t, kept, Options{}) }

func parkingWith(t *testing.T, kept *int, opts Options) *harness {
	h := newHarness(t, opts)
	wait := func(finish func(L *lua.LState, v lua.LValue) (lua.LValue, func(*lua.LState))) lua.LGFunction {
		return func(L *lua.LState) int {
			b, v := Of(L), L.Get(1)
			var cancelled error
			start := func(wake func()) func(error) {
				go wake()
				return func(cause error) { cancelled = cause; wake() }
			}
			end := func() (lua.LValue, func(*lua.LState)) {
				if cancelled != nil {
					return nil, func(L *lua.LState) { Raise(L, lua.LString("cancelled: "+cancelled.Error())) }
				}
				return finish(L, v)
			}
			if b.Park(L, start, end) {
				return -1
			}
			*kept++
			b.Await(start)
			result, raise := end()
			if raise != nil {
				raise(L)
			}
			if result == nil {
				return 0
			}
			L.Push(result)
			return 1
		}
	}
	L := h.m.State()
	L.SetGlobal("answer", L.NewFunction(wait(func(_ *lua.LState, v lua.LValue) (lua.LValue, func(*lua.LState)) { return v, nil })))
	L.SetGlobal("refuse", L.NewFunction(wait(func(L *lua.LState, v lua.LValue) (lua.LValue, func(*lua.LState)) {
		return nil, func(L *lua.LState) { Raise(L, v) }
	})))
	L.SetGlobal("pause", L.NewFunction(wait(func(*lua.LState, lua.LValue) (lua.LValue, func(*lua.LState)) { return nil, nil })))
	return h
}

// outcome is what a branch printed and came to, as text.
func outcome(h *harness, results []lua.LValue, err *Error) string {
	text := strings.Join(h.out, ", ")
	if err != nil {
		return fmt.Sprintf("%s; error %v at %#v", text, err.Value, err.Trace)
	}
	return fmt.Sprintf("%s; gave %v", text, results)
}

// runBoth runs the function that src returns as a branch that may park, and as one
// that keeps its goroutine, and gives both outcomes.
func runBoth(t *testing.T, src string) (parks, keeps string, kept int) {
	t.Helper()
	for _, park := range []bool{true, false} {
		kept = 0
		h := parking(t, &kept)
		chunk, err := h.m.State().Load(strings.NewReader(src), "t.lua")
		if err != nil {
			t.Fatal(err)
		}
		h.m.Go(nil, nil, func(b *Branch) {
			made, failed := b.Call(chunk)
			if failed != nil {
				t.Errorf("%s: %v", src, failed)
				return
			}
			if !park {
				h.m.Go(b, nil, func(b *Branch) {
					results, err := b.Call(made[0], lua.LNumber(1), lua.LNumber(2))
					keeps = outcome(h, results, err)
				}, nil)
				return
			}
			h.m.Start(b, nil, made[0], []lua.LValue{lua.LNumber(1), lua.LNumber(2)}, func(_ *Branch, results []lua.LValue, err *Error) {
				parks = outcome(h, results, err)
			})
		}, nil)
		h.m.Wait()
		if park {
			defer func(n int) { kept = n }(kept)
		}
	}
	return parks, keeps, kept
}

// waits are functions that wait, wherever in an expression, a call or a loop.
var waits = []struct {
	body string
	kept int // waits that cannot be parked
}{
	{`return answer(1)`, 0},
	{`return answer(nil)`, 0},
	{`return (answer(1))`, 0},
	{`return pause()`, 0},
	{`return (pause())`, 0},
	{`return 1, answer(2)`, 0},
	{`return answer(1), answer(2)`, 0},
	{`pause()`, 0},
	{`answer(1) pause()`, 0},
	{`local a = answer(1) out(a)`, 0},
	{`local a, b, c = answer(1) out(a, b, c)`, 0},
	{`local a, b, c = 7, answer(1) out(a, b, c)`, 0},
	{`local a, b = pause() out(a, b)`, 0},
	{`local a, b, c, d, e = 1, 2, 3, 4, 5 a, b = pause() out(a, b, c, d, e)`, 0},
	{`out(answer(1)) out(answer(1), answer(2)) out(pause()) out((pause()))`, 0},
	{`out(select("#", pause()), select("#", answer(nil)), select("#", 1, answer(2)))`, 0},
	{`local t = {answer(1), answer(2), pause()} out(#t, t[1], t[2])`, 0},
	{`local t = {x = answer(1), [answer("k")] = answer("v")} out(t.x, t.k)`, 0},
	{`for i = answer(1), answer(3) do out(i, answer(i)) end`, 0},
	{`for i, v in ipairs(answer({4, 5})) do out(i, answer(v)) end`, 0},
	{`while answer(#{}) == 1 do end repeat local done = answer(true) until done`, 0},
	{`if answer(false) then out "no" elseif answer(true) then out "yes" end`, 0},
	{`out(answer(1) + answer(2) * answer(3), answer("a") .. answer("b"), not answer(nil))`, 0},
	{`out(answer(false) or answer(2), answer(nil) and 1, answer(1) == answer(1))`, 0},
	{`local function f(n) if n == 0 then return answer "deep" end return f(n - 1) end return f(30)`, 0},
	{`local function f(n) if n == 0 then return answer "deep" end local r = f(n - 1) return r .. n end return f(30)`, 0},
	{`local function f(...) return answer(...), ... end return f(1, 2, 3)`, 0},
	{`local function f(...) local a, b = f and answer(...) return a, b, ... end return f(1, 2, 3)`, 0},
	{`local n = 0 local function add() n = n + answer(1) end add() add() out(n)`, 0},
	{`local fs = {} for i = 1, 3 do pause() fs[i] = function() return i end end out(fs[1](), fs[2](), fs[3]())`, 0},
	{`local x = answer(1) local f = function() x = x + 1 return x end pause() f() out(x, f(), x)`, 0},
	{`local s = {v = 5} function s:get() return answer(self.v) end out(s:get())`, 0},
	{`local t = setmetatable({}, {__call = function(_, x) return answer(x) end}) out(t(3)) return t(4)`, 0},
	{`out(pcall(answer, 1)) out(pcall(function() return answer(1), answer(2) end)) return answer(3)`, 3},
	{`out(pcall(refuse, "x")) return answer(1)`, 1},
	{`local c = coroutine.wrap(function(a) a = answer(a) coroutine.yield(a) return answer(2) end) out(c(1), c(), answer(3))`, 2},
	{`local t = setmetatable({}, {__index = function(_, k) return answer(k) end}) out(t.x, answer(1), t.y)`, 2},
	{`local t = setmetatable({}, {__add = function(a, b) return answer(9) end, __concat = function() return answer("c") end}) out(t + 1, t .. "x")`, 2},
	{`local t = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, answer(v)) end}) t.x = 1 out(t.x)`, 1},
	{`for v in function(_, v) v = answer((v or 0) + 1) if v < 3 then return v end end do out(v) end`, 3},
	{`local l = {3, 1, 2} table.sort(l, function(a, b) pause() return a < b end) out(l[1], l[2], l[3], answer(1))`, -1},
	{`out((("ab"):gsub(".", function(c) return answer(c .. c) end)), answer(1))`, 2},
	{`refuse "bad"`, 0},
	{`return refuse "bad"`, 0},
	{`answer(1) refuse "bad"`, 0},
	{`answer(1) return refuse "bad"`, 0},
	{`local function f() local x = refuse "bad" return x end answer(1) f() `, 0},
	{`local function f() return refuse "bad" end answer(1) return 1, f()`, 0},
	{`answer(1) local x = nil; x.y = 1`, 0},
	{`answer(1) error "plain"`, 0},
	{`answer(1) error({}, 2) `, 0},
	{`answer(1) error()`, 0},
	{`function g() answer(1) error("lost", 2) end function f() return g() end f()`, 0},
	{`function g() answer(1) error("found", 2) end function f() g() end f()`, 0},
	{`function deep(n, ...) if n == 0 then return answer "deep" end local r = deep(n - 1, n, ...) return r .. select("#", ...) end return deep(5)`, 0},
	{`function last(n) if n == 0 then return answer "last" end return last(n - 1) end return last(30), last(3)`, 0},
	{`local n = 11 local function get() return n end out(pcall(refuse, "x")) n = n + answer(1) out(n, get())`, 1},
	{`answer(1) local function f() return 1 + f() end f()`, 0},
	{`answer(1) out(coroutine.running()) coroutine.yield(1)`, 0},
	{`out(coroutine.running()) coroutine.yield(1)`, 0},
	{`answer(1) local co = coroutine.create(function() out(coroutine.status(co) == nil, type(coroutine.running())) end) out(coroutine.resume(co))`, 0},
	{`answer(1) both(function() wait() end, function() wait() out "b" end) return answer(2)`, 0},
}

// withoutAddress is an outcome up to the first table, which has another address each time.
func withoutAddress(outcome string) string {
	outcome, _, _ = strings.Cut(outcome, "table: 0x")
	return outcome
}

// A branch that parks sees the same as one that keeps its goroutine, wherever it waits.
func TestParkingMakesNoDifference(t *testing.T) {
	for _, test := range waits {
		t.Run(test.body, func(t *testing.T) {
			src := "return function(one, two)\n" + test.body + "\nend"
			parks, keeps, kept := runBoth(t, src)
			if withoutAddress(parks) != withoutAddress(keeps) {
				t.Errorf("parked: %s\nkept:   %s", parks, keeps)
			}
			if kept != test.kept && test.kept >= 0 {
				t.Errorf("%d waits kept their goroutine, want %d", kept, test.kept)
			}
		})
	}
}

// Go functions as branches park too.
func TestGoFunctionParks(t *testing.T) {
	parks, keeps, kept := runBoth(t, `return answer`)
	if parks != keeps || kept != 0 || parks != "; gave [1]" {
		t.Errorf("%s, %s, kept %d", parks, keeps, kept)
	}
	parks, keeps, _ = runBoth(t, `return refuse`)
	if parks != keeps {
		t.Errorf("%s, %s", parks, keeps)
	}
}

// printedByBranch has out note what each child of the first branch printed, its own branches included.
func printedByBranch(h *harness) map[*Branch][]string {
	printed := map[*Branch][]string{}
	h.m.State().SetGlobal("out", h.m.State().NewFunction(func(L *lua.LState) int {
		var parts []string
		for i := 1; i <= L.GetTop(); i++ {
			parts = append(parts, L.ToStringMeta(L.Get(i)).String())
		}
		b := Of(L)
		for b.parent.parent != nil {
			b = b.parent
		}
		printed[b] = append(printed[b], strings.Join(parts, " "))
		return 0
	}))
	return printed
}

// Branches that are parked give their threads to each other. Each goes on with its own
// calls and values nevertheless, whatever the others are in the middle of.
func TestParkedBranchesDoNotMix(t *testing.T) {
	const copies = 3
	kept := 0
	h := parking(t, &kept)
	L := h.m.State()
	printed := printedByBranch(h)
	got := make([]string, copies*len(waits))
	h.m.Go(nil, nil, func(b *Branch) {
		for i := range got {
			chunk, err := L.Load(strings.NewReader("return function(one, two)\n"+waits[i%len(waits)].body+"\nend"), "t.lua")
			if err != nil {
				t.Error(err)
				return
			}
			made, failed := b.Call(chunk)
			if failed != nil {
				t.Error(failed)
				return
			}
			h.m.Start(b, nil, made[0], []lua.LValue{lua.LNumber(1), lua.LNumber(2)}, func(b *Branch, results []lua.LValue, err *Error) {
				got[i] = outcome(&harness{out: printed[b]}, results, err)
			})
		}
		b.Await(func(wake func()) func(error) { go wake(); return func(error) {} })
	}, nil)
	h.m.Wait()
	for i, together := range got {
		body := waits[i%len(waits)].body
		_, alone, _ := runBoth(t, "return function(one, two)\n"+body+"\nend")
		if withoutAddress(together) != withoutAddress(alone) {
			t.Errorf("%s\ntogether: %s\nalone:    %s", body, together, alone)
		}
	}
}

// A branch keeps its thread only where it needs it; all others keep no more than their calls.
func TestAParkedBranchGivesUpItsThread(t *testing.T) {
	locals := func(n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("v%d", i)
		}
		return "local " + strings.Join(names, ", ") + " = unpack({}) "
	}
	for _, c := range []struct {
		name, body string
		keeps      bool
	}{
		{"in its only call", `gate()`, false},
		{"as its last call", `return gate()`, false},
		{"with values", `local a, b = {}, "b" gate() assert(type(a) == "table" and b == "b")`, false},
		{"with a closure over its parent's variable", `local function f() return x end gate() f()`, false},
		{"with a closure over its own", `local x = 1 local f = function() x = x + 1 end gate() f() assert(x == 2)`, true},
		{"behind a closure that is closed", `do local x = 1 f = function() return x end end gate() assert(f() == 1)`, false},
		{"seven calls deep", `local function deep(n) if n > 1 then local r = deep_(n - 1) return r end gate() return n end deep_ = deep deep(6)`, false},
		{"eight calls deep", `local function deep(n) if n > 1 then local r = deep_(n - 1) return r end gate() return n end deep_ = deep deep(7)`, true},
		{"with 50 registers", locals(50) + `gate()`, false},
		{"with 70 registers", locals(70) + `gate()`, true},
		{"after it had 70", `(function() ` + locals(70) + ` end)() gate()`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, Options{})
				var parked *Branch
				wake := func() {}
				h.m.State().SetGlobal("gate", h.m.State().NewFunction(func(L *lua.LState) int {
					parked = Of(L)
					if !parked.Park(L, func(w func()) func(error) { wake = w; return func(error) {} },
						func() (lua.LValue, func(*lua.LState)) { return nil, nil }) {
						t.Error("not parked")
					}
					return -1
				}))
				chunk, err := h.m.State().Load(strings.NewReader("local x = 5 return function() "+c.body+" end"), "t.lua")
				if err != nil {
					t.Fatal(err)
				}
				var failed *Error
				h.m.Go(nil, nil, func(b *Branch) {
					fn, err := b.Call(chunk)
					if err != nil {
						t.Error(err)
						return
					}
					h.m.Start(b, nil, fn[0], nil, func(_ *Branch, _ []lua.LValue, err *Error) { failed = err })
				}, nil)
				synctest.Wait()
				if keeps := len(parked.threads) > 0; keeps != c.keeps {
					t.Errorf("it keeps its thread: %v", keeps)
				}
				wake()
				h.m.Wait()
				if failed != nil {
					t.Error(failed)
				}
			})
		})
	}
}

// A thousand parked branches take no goroutines, take turns in the order of their
// waking, and their threads are used again.
func TestParkedBranchesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := 0
		h := parking(t, &kept)
		var wakes []func()
		h.m.State().SetGlobal("gate", h.m.State().NewFunction(func(L *lua.LState) int {
			if !Of(L).Park(L, func(wake func()) func(error) { wakes = append(wakes, wake); return func(error) {} },
				func() (lua.LValue, func(*lua.LState)) { return nil, nil }) {
				t.Error("not parked")
			}
			return -1
		}))
		chunk, err := h.m.State().Load(strings.NewReader(`return function(i) gate() out(i) gate() out(-i) end`), "t.lua")
		if err != nil {
			t.Fatal(err)
		}
		const n = 1000
		ended := 0
		h.m.Go(nil, nil, func(b *Branch) {
			fn, failed := b.Call(chunk)
			if failed != nil {
				t.Error(failed)
				return
			}
			for i := range n {
				h.m.Start(b, nil, fn[0], []lua.LValue{lua.LNumber(i + 1)}, func(*Branch, []lua.LValue, *Error) { ended++ })
			}
		}, nil)
		for round := range 2 {
			synctest.Wait()
			if len(wakes) != n {
				t.Fatalf("%d branches wait", len(wakes))
			}
			now := wakes
			wakes = nil
			for i := range now {
				now[n-1-i]()
			}
			synctest.Wait()
			first, last := h.out[round*n], h.out[round*n+n-1]
			if want := [][2]string{{"1000", "1"}, {"-1", "-1000"}}[round]; first != want[0] || last != want[1] {
				t.Errorf("round %d: %s … %s, want %v", round, first, last, want)
			}
		}
		h.m.Wait()
		if ended != n || h.m.Live() != 0 {
			t.Errorf("%d ended, %d live", ended, h.m.Live())
		}
	})
}

// Cancelled, a parked branch ends with what its wait makes of it, and pcall cannot hold it.
func TestParkedBranchIsCancelled(t *testing.T) {
	for _, body := range []string{`forever()`, `return forever()`, `pcall(forever) out "goes on"`, `answer(1) forever() out "goes on"`} {
		kept := 0
		h := parking(t, &kept)
		ready := make(chan bool, 1)
		h.m.State().SetGlobal("forever", h.m.State().NewFunction(func(L *lua.LState) int {
			var cause error
			start := func(wake func()) func(error) { ready <- true; return func(c error) { cause = c; wake() } }
			raise := func(L *lua.LState) { Raise(L, lua.LString("cancelled: "+cause.Error())) }
			if Of(L).Park(L, start, func() (lua.LValue, func(*lua.LState)) { return nil, raise }) {
				return -1
			}
			Of(L).Await(start)
			raise(L)
			return 0
		}))
		chunk, err := h.m.State().Load(strings.NewReader("return function() "+body+" end"), "t.lua")
		if err != nil {
			t.Fatal(err)
		}
		var failed *Error
		root := h.m.Go(nil, nil, func(b *Branch) {
			fn, _ := b.Call(chunk)
			h.m.Start(b, nil, fn[0], nil, func(b *Branch, _ []lua.LValue, err *Error) { failed = err })
			b.Await(func(wake func()) func(error) { return func(error) { wake() } })
		}, nil)
		<-ready
		root.Cancel(errors.New("enough"))
		h.m.Wait()
		if failed == nil || !strings.Contains(failed.Error(), "enough") || len(h.out) != 0 {
			t.Errorf("%s: ended with %v, printed %v", body, failed, h.out)
		}
	}
}
