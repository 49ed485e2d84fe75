package vm

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// harness runs Lua with a `wait()` that gives the baton away and a `both(...)`
// that runs functions as branches; out collects what `out(...)` was given.
type harness struct {
	t   *testing.T
	m   *VM
	out []string
}

func newHarness(t *testing.T, opts Options) *harness {
	h := &harness{t: t, m: New(opts)}
	L := h.m.State()
	for _, lib := range []struct {
		name string
		open lua.LGFunction
	}{{lua.TabLibName, lua.OpenTable}, {lua.StringLibName, lua.OpenString}} {
		L.Push(L.NewFunction(lib.open))
		L.Push(lua.LString(lib.name))
		L.Call(1, 0)
	}
	L.Push(L.NewFunction(lua.OpenBase))
	L.Push(lua.LString(""))
	L.Call(1, 0)
	h.m.openBase() // over the stock ones
	L.SetGlobal("wait", L.NewFunction(func(L *lua.LState) int {
		Of(L).Await(func(wake func()) func(error) { go wake(); return func(error) { wake() } })
		return 0
	}))
	L.SetGlobal("sleep_forever", L.NewFunction(func(L *lua.LState) int {
		b := Of(L)
		b.Await(func(wake func()) func(error) { return func(error) { wake() } })
		Raise(L, lua.LString("woken by "+b.Cause().Error()))
		return 0
	}))
	L.SetGlobal("out", L.NewFunction(func(L *lua.LState) int {
		var parts []string
		for i := 1; i <= L.GetTop(); i++ {
			parts = append(parts, L.ToStringMeta(L.Get(i)).String())
		}
		h.out = append(h.out, strings.Join(parts, " "))
		return 0
	}))
	L.SetGlobal("both", L.NewFunction(func(L *lua.LState) int {
		b := Of(L)
		fns := rest(L, 1)
		b.Await(func(wake func()) func(error) {
			left := len(fns)
			var children []*Branch
			for _, fn := range fns {
				children = append(children, h.m.Go(b, nil, func(c *Branch) {
					if _, err := c.Call(fn); err != nil {
						h.out = append(h.out, "branch: "+err.Error())
					}
				}, func() {
					if left--; left == 0 {
						wake()
					}
				}))
			}
			return func(cause error) {
				for _, c := range children {
					c.Cancel(cause)
				}
			}
		})
		return 0
	}))
	return h
}

func (h *harness) start(src string, done func(*Error)) *Branch {
	h.t.Helper()
	fn, err := h.m.State().Load(strings.NewReader(src), "t.lua")
	if err != nil {
		h.t.Fatal(err)
	}
	return h.m.Go(nil, nil, func(b *Branch) {
		_, err := b.Call(fn)
		if done != nil {
			done(err)
		}
	}, nil)
}

func (h *harness) run(src string) *Error {
	h.t.Helper()
	var result *Error
	h.start(src, func(e *Error) { result = e })
	h.m.Wait()
	return result
}

func expect(t *testing.T, src, want string) {
	t.Helper()
	h := newHarness(t, Options{})
	if err := h.run(src); err != nil {
		t.Errorf("%s\nfailed: %v", src, err)
	}
	if got := strings.Join(h.out, "\n"); got != want {
		t.Errorf("%s\n got %s\nwant %s", src, got, want)
	}
}

func TestPcallKeepsUpvalues(t *testing.T) { // upstream issue 448
	expect(t, `local n = 11
		local function get() return n end
		pcall(error, "x")
		n = n + 1
		out(n, get())`, "12 12")
	expect(t, `local n = 1
		local function get() return n end
		local ok = pcall(function() local m = n; pcall(function() n = n + m; error("x") end); n = n + 10 end)
		out(ok, n, get())`, "true 12 12")
	expect(t, `local n = 1
		local inc = function() n = n + 1 end
		local co = coroutine.wrap(function() inc(); error("x") end)
		out(pcall(function() local k = 5; local f = function() return k end; pcall(co); k = 6; out(f(), k) end))
		out(n)`, "6 6\ntrue\n2")
}

func TestPcallAndError(t *testing.T) {
	expect(t, `out(pcall(error, "x"))
		out(pcall(error, "x", 0))
		out(pcall(function() error("x") end))
		out(pcall(function() error("x", 0) end))
		local function f() error("x", 2) end
		out(pcall(function() f() end))
		out(select("#", pcall(error)), pcall(error))
		local e = {}
		local ok, got = pcall(error, e)
		out(got == e)
		out(pcall(function(...) return select("#", ...), ... end, 1, nil, nil))
		out(xpcall(function() error("x", 0) end, function(m) return "handled " .. m end))
		out(xpcall(function() return 1, 2 end, out))
		out(pcall(pcall))
		out(pcall(nil))`,
		`false x
false x
false t.lua:3: x
false x
false t.lua:6: x
2 false nil
true
true 3 1 nil nil
false handled x
true 1 2
false bad argument #1 to '?' (value expected)
false attempt to call a nil value`)
}

func TestCoroutines(t *testing.T) {
	expect(t, `local co = coroutine.create(function(a, b)
			out(a, b, coroutine.status(coroutine.running()))
			local c = coroutine.yield(a + b)
			out(c)
			return "end"
		end)
		out(coroutine.status(co))
		out(coroutine.resume(co, 1, 2))
		out(coroutine.status(co))
		out(coroutine.resume(co, "c"))
		out(coroutine.status(co))
		out(coroutine.resume(co))
		out(select("#", coroutine.resume(coroutine.create(function() end))))
		out(coroutine.running())`,
		"suspended\n1 2 running\ntrue 3\nsuspended\nc\ntrue end\ndead\nfalse cannot resume dead coroutine\n1\nnil")
	expect(t, `local gen = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
		for i in gen do out(i) end
		out(pcall(gen))
		local bad = coroutine.wrap(function() error("boom") end)
		out(pcall(bad))
		local obj = {}
		local ok, e = pcall(coroutine.wrap(function() error(obj) end))
		out(ok, e == obj)
		out(coroutine.resume(coroutine.create(function() error("boom") end)))`,
		"1\n2\n3\nfalse cannot resume dead coroutine\nfalse t.lua:4: boom\nfalse true\nfalse t.lua:9: boom")
	expect(t, `local outer
		outer = coroutine.create(function()
			local inner = coroutine.create(function() out(coroutine.status(outer)); out(coroutine.resume(outer)) end)
			coroutine.resume(inner)
			out(coroutine.resume(outer))
		end)
		coroutine.resume(outer)`,
		"normal\nfalse cannot resume normal coroutine\nfalse cannot resume running coroutine")
}

// A yield where gopher-lua cannot do one is an error, as it is in PUC Lua 5.1.
func TestYieldAcrossACallIsAnError(t *testing.T) {
	const want = "false attempt to yield across metamethod/C-call boundary"
	for _, body := range []string{
		`pcall(coroutine.yield, 1); error(select(2, pcall(coroutine.yield, 1)), 0)`,
		`table.sort({3, 2, 1}, function(a, b) coroutine.yield(); return a < b end)`,
		`local t = setmetatable({}, {__index = function() coroutine.yield(1) end}); local x = t.a`,
		`for x in function() return coroutine.yield(1) end do end`,
		`local t = setmetatable({}, {__add = function() coroutine.yield(1) end}); local x = t + 1`,
		`string.gsub("abc", ".", function() coroutine.yield(1) end)`,
	} {
		h := newHarness(t, Options{})
		h.run(`out(coroutine.resume(coroutine.create(function() ` + body + ` end)))`)
		if len(h.out) != 1 || !strings.HasSuffix(h.out[0], strings.TrimPrefix(want, "false ")) || !strings.HasPrefix(h.out[0], "false") {
			t.Errorf("%s: got %q, want %q", body, h.out, want)
		}
	}
	expect(t, `out(pcall(coroutine.yield))
		local function tail() return coroutine.yield(1) end
		local co = coroutine.wrap(function() tail(); local x = tail(); return x end)
		out(co(), co(), co("y"))`, "false attempt to yield from outside a coroutine\n1 1 y")
}

// What a branch waits in must not matter.
func TestWaitingAnywhere(t *testing.T) {
	expect(t, `local log = {}
		local shared = 0
		local function work(name)
			return function()
				local t = {3, 1, 2}
				table.sort(t, function(a, b) wait(); return a < b end)
				local mt = setmetatable({}, {__index = function(_, k) wait(); return k end, __call = function() wait(); return "call" end})
				local gen = coroutine.wrap(function() for i = 1, 3 do wait(); coroutine.yield(i) end end)
				local sum = 0
				for i in gen do wait(); sum = sum + i end
				local ok, e = pcall(function() wait(); error({name}) end)
				wait()
				shared = shared + 1
				both(function() wait(); shared = shared + 1 end, function() pcall(wait); shared = shared + 1 end)
				local line = table.concat({name, table.concat(t, ","), mt.key, mt(), sum, tostring(ok), e[1]}, " ")
				log[#log + 1] = line
			end
		end
		local fns = {}
		for i = 1, 20 do fns[i] = work("b" .. i) end
		both(unpack(fns))
		table.sort(log)
		out(#log, log[1], shared)`, "20 b1 1,2,3 key call 6 false b1 60")
}

func TestBatonGoesInTheOrderOfAsking(t *testing.T) {
	var b baton
	first := newWaiter()
	b.ask(first)
	<-first.turn
	var waiters []*waiter
	for range 5000 {
		w := newWaiter()
		waiters = append(waiters, w)
		b.ask(w)
	}
	var order []int
	var wg sync.WaitGroup
	for i, w := range waiters {
		wg.Go(func() { <-w.turn; order = append(order, i); b.give() })
	}
	b.give()
	wg.Wait()
	for i, n := range order {
		if i != n {
			t.Fatalf("place %d got the baton as number %d", n, i)
		}
	}
}

func TestCancelEndsAnything(t *testing.T) {
	for name, src := range map[string]string{
		"a loop":                "while true do end",
		"a pcall loop":          "while true do pcall(function() while true do end end) end",
		"a wait":                "sleep_forever()",
		"a wait under pcall":    "while true do pcall(sleep_forever) end",
		"a wait in a branch":    "both(sleep_forever, function() pcall(sleep_forever); while true do end end)",
		"a coroutine":           "coroutine.wrap(function() while true do coroutine.resume(coroutine.create(function() while true do end end)) end end)()",
		"xpcall with a handler": "xpcall(function() while true do end end, function() while true do end end)",
		"a comparator":          "table.sort({1, 2, 3, 4}, function() while true do pcall(error) end end)",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, Options{})
			cause := errors.New("stop now")
			var got *Error
			started := make(chan struct{})
			h.m.State().SetGlobal("ready", h.m.State().NewFunction(func(*lua.LState) int { close(started); return 0 }))
			b := h.start("ready() "+src, func(e *Error) { got = e })
			<-started
			b.Cancel(cause)
			h.m.Wait()
			if got == nil || !strings.Contains(got.Error(), "stop now") {
				t.Errorf("ended with %v", got)
			}
		})
	}
}

func TestComputingForLongIsReportedAndLimited(t *testing.T) {
	slow := make(chan Position, 10)
	h := newHarness(t, Options{Slow: func(at Position) { slow <- at }, MaxCompute: 1500 * time.Millisecond})
	b := h.start("local n = 0\nwhile true do\n n = n + 1\nend", nil)
	h.m.Wait()
	cause := b.Cause()
	if at := <-slow; at.Source != "t.lua" || at.Line < 2 || at.Line > 4 {
		t.Errorf("slow at %v", at)
	}
	var limit *LimitError
	if !errors.As(cause, &limit) || limit.Limit != "max-compute" {
		t.Errorf("cause %v", cause)
	}
}

// A pager that is not scrolled, and a server that takes nothing, are no endless loop.
func TestWhatBlocksOutsideIsNotComputing(t *testing.T) {
	for _, src := range []string{"print_to_pager()", "send_to_jammed_server()"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHarness(t, Options{MaxCompute: 5 * time.Second, Slow: func(at Position) { t.Errorf("%s is slow at %v", src, at) }})
			L := h.m.State()
			L.SetGlobal("print_to_pager", L.NewFunction(func(L *lua.LState) int {
				Of(L).Blocking(func() { time.Sleep(time.Minute) })
				return 0
			}))
			L.SetGlobal("send_to_jammed_server", L.NewFunction(func(L *lua.LState) int {
				Of(L).Await(func(wake func()) func(error) {
					time.Sleep(time.Minute)
					go wake()
					return func(error) { wake() }
				})
				return 0
			}))
			if err := h.run(src + " out 'went on'"); err != nil || len(h.out) != 1 {
				t.Errorf("%s: %v, %v", src, err, h.out)
			}
		})
	}
}

func TestStackOverflowIsAnError(t *testing.T) {
	for _, src := range []string{
		"local function f() return 1 + f() end f()",
		"local function f() assert(pcall(f)) end f()",
		"local t = {} setmetatable(t, {__index = function(t, k) return t[k] end}) local x = t.x",
		"local function f() coroutine.wrap(f)() end f()",
		"coroutine.wrap(function() local function f() return 1 + f() end f() end)()",
	} {
		h := newHarness(t, Options{})
		err := h.run(src)
		if err == nil || !strings.Contains(err.Error(), "stack overflow") || err.Bug != "" {
			t.Errorf("%s: %v %s", src, err, err.Bug)
		}
	}
	expect(t, "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end out(f(15000))", "15000")
	expect(t, "local function f(n) if n == 0 then return 'done' end return f(n - 1) end out(f(1000000))", "done")
	expect(t, "both(function() local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end out(f(1000)) end)", "1000")
}

func TestTraceNamesTheScriptsLines(t *testing.T) {
	h := newHarness(t, Options{})
	err := h.run(`local function inner()
  error("boom")
end
local function middle() inner()
  return 1
end
both(function()
  middle()
end)
local co = coroutine.wrap(function()
  inner()
end)
co()`)
	got := fmt.Sprint(err.Trace)
	if !strings.HasSuffix(got, "t.lua:11 t.lua:13]") {
		t.Errorf("trace %v", got)
	}
	h = newHarness(t, Options{})
	var trace []Position
	h.m.State().SetGlobal("here", h.m.State().NewFunction(func(L *lua.LState) int { trace = Of(L).Trace(); return 0 }))
	if err := h.run("local function f()\n  here()\nend\nboth(function()\n  pcall(function()\n    f()\n  end)\nend)\n"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(trace); got != "[t.lua:2 t.lua:6 t.lua:5 t.lua:4]" {
		t.Errorf("trace %v", got)
	}
	if trace[0].Func != "here" {
		t.Errorf("called %q", trace[0].Func)
	}
	// Tail calls leave no frame of their own; the chunk still appears once.
	trace = nil
	h = newHarness(t, Options{})
	h.m.State().SetGlobal("here", h.m.State().NewFunction(func(L *lua.LState) int { trace = Of(L).Trace(); return 0 }))
	h.run("local function f()\n  here()\n return 1 end\nlocal function g(n)\n if n == 0 then return f() end return g(n - 1)\nend\nlocal function h() g(5)\n return 1 end\nh()")
	if got := fmt.Sprint(trace); got != "[t.lua:2 t.lua:7 t.lua:9]" && got != "[t.lua:2 t.lua:9]" {
		t.Errorf("trace %v", got)
	}
}

// A bubble of testing/synctest ends when its last goroutine has, and fails the test when one stays.
func TestNoGoroutineStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			h := newHarness(t, Options{})
			b := h.start("both(sleep_forever, function() both(sleep_forever, function() while true do end end) end)", nil)
			b.Cancel(nil)
			h.m.Wait()
		}
	})
}

func BenchmarkPcall(b *testing.B) {
	m := New(Options{})
	fn, _ := m.State().Load(strings.NewReader("local pcall = pcall local f = function() end return function(n) for i = 1, n do pcall(f) end end"), "b")
	m.Go(nil, nil, func(br *Branch) {
		r, _ := br.Call(fn)
		b.ReportAllocs()
		b.ResetTimer()
		br.Call(r[0], lua.LNumber(b.N))
	}, nil)
	m.Wait()
}
