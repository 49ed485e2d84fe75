package vm

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// limited runs a script that must end by a limit, at a line.
func limited(t *testing.T, opts Options, src, limit string, line int) *harness {
	t.Helper()
	h := newHarness(t, opts)
	root := h.start(src, nil)
	h.m.Wait()
	var err *LimitError
	if !errors.As(root.Cause(), &err) || err.Limit != limit || !strings.Contains(err.Text, "(limit --"+limit+")") {
		t.Errorf("%s\nended with %v", src, root.Cause())
		return h
	}
	if len(err.Trace) == 0 || err.Trace[0].Line != line {
		t.Errorf("%s\nended at %v, want line %d", src, err.Trace, line)
	}
	return h
}

const room = 24 << 20

func TestMemoryThatRunsOutEndsTheScript(t *testing.T) {
	for name, src := range map[string]string{
		"kept texts":     "local t = {}\nwhile true do t[#t + 1] = ('x'):rep(100000) .. #t end",
		"under pcall":    "local t = {}\nwhile true do pcall(function() t[#t + 1] = ('x'):rep(100000) .. #t end) end",
		"in a branch":    "both(sleep_forever, function() local t = {}\nwhile true do t[#t + 1] = {{}, {}} end end)",
		"in a coroutine": "coroutine.wrap(function() local t = {}\nwhile true do t[#t + 1] = {{}, {}} end end)()",
		"while it waits": "local t = {}\nwhile true do t[#t + 1] = ('x'):rep(100000) .. #t wait() end",
	} {
		t.Run(name, func(t *testing.T) {
			limited(t, Options{MaxHeap: heapInUse() + room}, src, LimitHeap, 2)
		})
	}
}

func TestGarbageIsNoMemoryInUse(t *testing.T) {
	h := newHarness(t, Options{MaxHeap: heapInUse() + room})
	if err := h.run("for i = 1, 1200 do local s = ('x'):rep(100000) .. i end"); err != nil { // five times the room
		t.Error(err)
	}
}

// Nobody can say whose memory it is, so every root ends; what comes after them,
// as finally functions do, can run.
func TestMemoryThatRunsOutEndsEveryRoot(t *testing.T) {
	h := newHarness(t, Options{MaxHeap: heapInUse() + room})
	other := h.start("sleep_forever()", nil)
	var after *Error
	h.m.Go(nil, nil, func(b *Branch) {
		fn, err := h.m.State().Load(strings.NewReader("kept = {} while true do kept[#kept + 1] = {{}, {}} end"), "t.lua")
		if err != nil {
			t.Error(err)
			return
		}
		b.Call(fn)
	}, func() {
		h.start("local t = {} for i = 1, 1000 do t[i] = {i} end out(#t, #kept > 0)", func(e *Error) { after = e })
	})
	h.m.Wait()
	var limit *LimitError
	if !errors.As(other.Cause(), &limit) {
		t.Errorf("the other root ended with %v", other.Cause())
	}
	if after != nil || strings.Join(h.out, " ") != "1000 true" {
		t.Errorf("after it: %v %q", after, h.out)
	}
}

// A child that computes for too long ends the whole piece: who catches its error
// would go on for ever.
func TestComputingInAChildEndsTheRoot(t *testing.T) {
	limited(t, Options{MaxCompute: 60 * time.Millisecond}, "while true do both(function()\nwhile true do end end) end", LimitCompute, 2)
}

func TestOnlyCoroutinesThatCanBeResumedCount(t *testing.T) {
	h := newHarness(t, Options{MaxThreads: 100})
	if err := h.run(`for i = 1, 1000 do coroutine.wrap(function() end)() end
		for i = 1, 1000 do coroutine.create(function() end) end
		for i = 1, 1000 do coroutine.wrap(function() coroutine.yield() end)() end
		for i = 1, 1000 do coroutine.resume(coroutine.create(function() error("x") end)) end
		local t = {}
		for i = 1, 90 do t[i] = coroutine.create(function() end) end`); err != nil {
		t.Error(err)
	}
	limited(t, Options{MaxThreads: 100}, "local t = {}\nwhile true do t[#t + 1] = coroutine.create(function() end) end", LimitThreads, 2)
	limited(t, Options{MaxThreads: 100}, "local t = {}\nwhile true do pcall(function() t[#t + 1] = coroutine.wrap(function() end) end) end", LimitThreads, 2)
}

func TestToAskForMoreBranchesThanEverIsAnOrdinaryError(t *testing.T) {
	h := newHarness(t, Options{MaxThreads: 100})
	root := h.m.Go(nil, nil, func(b *Branch) {
		if err := b.Admit(99); err != nil {
			t.Error(err)
		}
		if err := b.Admit(101); err == nil || !strings.Contains(err.Error(), "--max-threads") || b.Cancelled() {
			t.Errorf("101: %v, cancelled %v", err, b.Cancelled())
		}
		if err := b.Admit(100); err == nil || !b.Cancelled() {
			t.Errorf("100 beside the root: %v, cancelled %v", err, b.Cancelled())
		}
	}, nil)
	h.m.Wait()
	var limit *LimitError
	if !errors.As(root.Cause(), &limit) || limit.Limit != LimitThreads {
		t.Errorf("cause %v", root.Cause())
	}
}

// The Go stack of a goroutine has an end, and to reach it ends the process.
func TestCallsThroughMetamethodsAndPcallsAreBounded(t *testing.T) {
	h := newHarness(t, Options{})
	h.m.State().SetGlobal("math_max", h.m.State().NewFunction(func(L *lua.LState) int {
		L.Push(max(L.CheckNumber(1), L.CheckNumber(2)))
		return 1
	}))
	root := h.start(`local deepest = 0
		local mt = {}
		mt.__index = function(t, k)
			deepest = math_max(deepest, k)
			if k % 15000 == 0 then pcall(function() return t[k + 1] end) error("up") end
			return t[k + 1]
		end
		pcall(function() return setmetatable({}, mt)[1] end)
		out(deepest > 30000 and deepest < 100000)`, nil)
	h.m.Wait()
	if strings.Join(h.out, "") != "true" || root.frames != 0 || len(root.threads) != 0 {
		t.Errorf("out %q, %d frames, %d threads", h.out, root.frames, len(root.threads))
	}
}

// A run that waits until the evening must not wake up all the time.
func TestTheWatchdogSleepsWhileNobodyComputes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, Options{MaxCompute: time.Second, MaxHeap: 1 << 40})
		h.m.State().SetGlobal("long", h.m.State().NewFunction(func(L *lua.LState) int {
			Of(L).Await(func(wake func()) func(error) {
				timer := time.AfterFunc(time.Hour, wake)
				return func(error) { timer.Stop(); wake() }
			})
			return 0
		}))
		h.start("long() out(1) long() out(2)", nil)
		for range 2 {
			time.Sleep(30 * time.Minute)
			if !h.m.watchdog.parked.Load() {
				t.Error("the watchdog ticks")
			}
			time.Sleep(30 * time.Minute)
		}
		h.m.Wait()
		if strings.Join(h.out, " ") != "1 2" {
			t.Errorf("out %q", h.out)
		}
	})
}

// To print, or to log, is no wait.
func TestBlockingOnTheOutsideIsNoWait(t *testing.T) {
	h := newHarness(t, Options{MaxCompute: 60 * time.Millisecond})
	h.m.State().SetGlobal("print", h.m.State().NewFunction(func(L *lua.LState) int {
		Of(L).Blocking(func() {})
		return 0
	}))
	root := h.start("while true do pcall(print, 1) end", nil)
	h.m.Wait()
	var limit *LimitError
	if !errors.As(root.Cause(), &limit) || limit.Limit != LimitCompute {
		t.Errorf("ended with %v", root.Cause())
	}
}

// A pager that nobody scrolls all night must not keep the machine awake.
func TestTheWatchdogSleepsWhileSomebodyIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, Options{MaxCompute: time.Second, MaxHeap: 1 << 40})
		h.m.State().SetGlobal("print", h.m.State().NewFunction(func(L *lua.LState) int {
			Of(L).Blocking(func() {
				time.Sleep(time.Hour)
				if !h.m.watchdog.parked.Load() {
					t.Error("the watchdog ticks")
				}
			})
			return 0
		}))
		if err := h.run("print() print() out(1)"); err != nil || len(h.out) != 1 {
			t.Errorf("%v, out %q", err, h.out)
		}
	})
}

func TestPollGivesTheCauseOfACancellation(t *testing.T) {
	h := newHarness(t, Options{})
	cause := errors.New("enough")
	h.m.Go(nil, nil, func(b *Branch) {
		if err := b.Poll(); err != nil {
			t.Errorf("before: %v", err)
		}
		b.Cancel(cause)
		if err := b.Poll(); err != cause {
			t.Errorf("after: %v", err)
		}
	}, nil)
	h.m.Wait()
}

// With the registry that gopher-lua gives by itself it takes seven times the memory.
func TestACoroutineIsSmall(t *testing.T) {
	h := newHarness(t, Options{})
	const n = 2000
	before := heapAfterGC()
	if err := h.run("kept = {} for i = 1, 2000 do kept[i] = coroutine.wrap(function() coroutine.yield() end) kept[i]() end"); err != nil {
		t.Fatal(err)
	}
	if each := (heapAfterGC() - before) / n; each > 30_000 {
		t.Errorf("%d bytes", each)
	}
	runtime.KeepAlive(h.m)
}

func heapAfterGC() int64 {
	runtime.GC()
	return heapInUse()
}
