package vm

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// A branch's thread is a copy: what one does with its stacks, its numbers and its
// limits is nobody else's.
func TestThreadsAreTheirOwn(t *testing.T) {
	kept := 0
	h := parking(t, &kept)
	chunk, err := h.m.State().Load(strings.NewReader(`return function(i)
		local function deep(n) if n == 0 then return answer(i + 0.5) end local r = deep(n - 1) return r end
		local mine = {}
		local function add() mine[#mine + 1] = i * 1.25 end
		answer(1) add() answer(2) add()
		if i == 4 then return (function() local function f() return 1 + f() end return f() end)() end
		return deep(900), #{unpack({}, 1, 5000)}, mine[1] + mine[2]
	end`), "t.lua")
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 10)
	for range 2 { // the second time with threads that were used before
		h.m.Go(nil, nil, func(b *Branch) {
			fn, failed := b.Call(chunk)
			if failed != nil {
				t.Error(failed)
				return
			}
			for i := range got {
				h.m.Start(b, nil, fn[0], []lua.LValue{lua.LNumber(i)}, func(_ *Branch, results []lua.LValue, err *Error) {
					if err != nil {
						got[i] = err.Error()
						return
					}
					got[i] = fmt.Sprint(results)
				})
			}
		}, nil)
		h.m.Wait()
		for i, text := range got {
			want := fmt.Sprintf("[%v 0 %v]", float64(i)+0.5, float64(i)*2.5)
			if i == 4 {
				want = "stack overflow"
			}
			if text != want && !(i == 4 && strings.HasSuffix(text, want)) {
				t.Errorf("branch %d gave %q, want %q", i, text, want)
			}
		}
	}
}

// A branch waits with the list of its calls lent to others, unless it is too deep for
// that; its calls and values must be there when it goes on, however deep it was.
func TestABranchWaitsAtAnyDepth(t *testing.T) {
	kept := 0
	h := parking(t, &kept)
	chunk, err := h.m.State().Load(strings.NewReader(`return function(depth)
		local function deep(n)
			local a, b, c = n, "b" .. n, {n}
			local more
			if n > 0 then more = deep(n - 1) end
			local r = answer(n)
			assert(r == n and a == n and b == "b" .. n and c[1] == n and (n == 0 or more == n))
			return n + 1
		end
		local first = deep(depth)
		local again = deep(depth % 7)
		return first, again, (pcall(deep, depth))
	end`), "t.lua")
	if err != nil {
		t.Fatal(err)
	}
	depths := []int{0, 1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 31, 32, 33, 100, 900}
	got := make([]string, 3*len(depths)) // three at each depth, so that some use what others had
	h.m.Go(nil, nil, func(b *Branch) {
		fn, failed := b.Call(chunk)
		if failed != nil {
			t.Error(failed)
			return
		}
		for i := range got {
			h.m.Start(b, nil, fn[0], []lua.LValue{lua.LNumber(depths[i%len(depths)])}, func(_ *Branch, results []lua.LValue, err *Error) {
				got[i] = fmt.Sprint(results, err)
			})
		}
	}, nil)
	h.m.Wait()
	for i, text := range got {
		depth := depths[i%len(depths)]
		if want := fmt.Sprintf("[%d %d true] <nil>", depth+1, depth%7+1); text != want {
			t.Errorf("at depth %d: %s, want %s", depth, text, want)
		}
	}
}

// A branch begins with few registers; it gets more where it needs them, and no other
// value is lost on the way.
func TestABranchGetsTheRegistersThatItNeeds(t *testing.T) {
	h := newHarness(t, Options{})
	names := make([]string, 90)
	for i := range names {
		names[i] = fmt.Sprintf("v%d", i)
	}
	locals := strings.Join(names, ", ")
	chunk, err := h.m.State().Load(strings.NewReader(`
		local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + select(i, ...) end return s end
		local function many(n)
			local `+locals+` = unpack(numbers)
			local below = 0
			if n > 0 then below = many_(n - 1) end
			return below + sum(`+locals+`)
		end
		many_ = many
		return function(n)
			local before = {1, "two"}
			local result = many(n)
			assert(before[1] == 1 and before[2] == "two")
			return result, #{unpack({}, 1, 7000)}
		end`), "t.lua")
	if err != nil {
		t.Fatal(err)
	}
	numbers, each := h.m.State().NewTable(), 0
	for i := range names {
		numbers.Append(lua.LNumber(i))
		each += i
	}
	h.m.State().SetGlobal("numbers", numbers)
	h.m.Go(nil, nil, func(b *Branch) {
		fn, failed := b.Call(chunk)
		if failed != nil {
			t.Error(failed)
			return
		}
		for _, deep := range []int{0, 1, 2, 50, 900} {
			h.m.Start(b, nil, fn[0], []lua.LValue{lua.LNumber(deep)}, func(_ *Branch, results []lua.LValue, err *Error) {
				if got, want := fmt.Sprint(results, err), fmt.Sprintf("[%d 0] <nil>", (deep+1)*each); got != want {
					t.Errorf("%d deep: %s, want %s", deep, got, want)
				}
			})
		}
	}, nil)
	h.m.Wait()
}

// Where many branches are, a heap of a few MiB may become larger before it is collected; the memory limit
// does not count what is there for that.
func TestASmallHeapIsCollectedSeldom(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	h := newHarness(t, Options{})
	h.m.Go(nil, nil, func(b *Branch) { _ = b.Admit(floorFrom) }, nil)
	h.m.Wait()
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	if now.NextGC < 2*floorSize {
		t.Errorf("the next collection is at %d bytes, want %d or more", now.NextGC, 2*floorSize)
	}
	if used := heapInUse(); used > int64(now.HeapAlloc+now.StackInuse)-floorSize/2 {
		t.Errorf("%d bytes count as used of %d", used, now.HeapAlloc)
	}
}

// A thread whose call ended with an error is used again: what the error left behind must
// not be seen, and what outlives it must be.
func TestThreadsAreUsedAgainAfterAnError(t *testing.T) {
	h := newHarness(t, Options{})
	h.run(`
		local function deep(k, fail) if k == 0 then if fail then error({k}) end return 0 end return deep(k - 1, fail) + 1 end
		local function round(most)
			local counters, sum = {}, 0
			for i = 1, 40 do
				local ok = pcall(function()
					local n, unset = i
					counters[i] = function() n = n + 1 return n, unset end
					for k = 1, i do local each = k counters[-k] = function() return each end end
					deep(most * i / 40 - most * i / 40 % 1, true)
				end)
				if ok then out("no error") end
			end
			for i = 1, 40 do
				local ok, a, b = pcall(function(...) local x, y if x or y or ... then error("left over") end return deep(i, false), select("#", ...) end)
				if not ok or a ~= i or b ~= 0 then out(tostring(a)) end
			end
			for i = 1, 40 do
				counters[i]()
				local n, unset = counters[i]()
				if n ~= i + 2 or unset ~= nil or counters[-i]() ~= i then out("lost", i, n) end
			end
		end
		round(10) round(900)
		both(function() round(10) round(900) wait() round(40) end, function() round(3) wait() round(900) end)
		out("end")`)
	if got := strings.Join(h.out, "; "); got != "end" {
		t.Error(got)
	}
}

// An error that was raised in another thread than in that it happened leaves upvalues open: they need their thread.
func TestAThreadWithOpenUpvaluesIsNotUsedAgain(t *testing.T) {
	h := newHarness(t, Options{})
	h.m.State().SetGlobal("raise_elsewhere", h.m.State().NewFunction(func(*lua.LState) int { h.m.State().RaiseError("x"); return 0 }))
	h.run(`
		local get
		pcall(function() local n = 1 get = function() return n end raise_elsewhere() end)
		for i = 1, 20 do pcall(function() local a, b, c = 5, 6, 7 end) end
		out(get())`)
	if got := strings.Join(h.out, "; "); got != "1" {
		t.Errorf("the variable is %s", got)
	}
}

func BenchmarkProtectedCallThatFails(b *testing.B) {
	m := New(Options{})
	fail := m.State().NewFunction(func(L *lua.LState) int { Raise(L, lua.LString("x")); return 0 })
	b.ReportAllocs()
	m.Go(nil, nil, func(br *Branch) {
		for b.Loop() {
			br.Call(fail)
		}
	}, nil)
	m.Wait()
}

// Root branches may be as deep in calls as the main program, and others not, whoever had
// their threads before; also where they wait there.
func TestThreadsOfRootsAndOfBranchesMayBeUsedByEachOther(t *testing.T) {
	kept := 0
	h := parking(t, &kept)
	chunk, err := h.m.State().Load(strings.NewReader(`
		local function deep(n)
			if n > 0 then return 1 + deep(n - 1) end
			return answer(n)
		end
		return deep`), "t.lua")
	if err != nil {
		t.Fatal(err)
	}
	const deep, shallow = rootDepth - 100, branchDepth - 100
	var got []string
	var fn lua.LValue
	note := func(_ *Branch, results []lua.LValue, err *Error) {
		if err != nil {
			got = append(got, "overflow")
			return
		}
		got = append(got, fmt.Sprint(results))
	}
	var next []func()
	for range 3 {
		next = append(next,
			func() { h.m.Start(nil, nil, fn, []lua.LValue{lua.LNumber(deep)}, note) },
			func() {
				h.m.Go(nil, nil, func(b *Branch) {
					h.m.Start(b, nil, fn, []lua.LValue{lua.LNumber(deep)}, note)
					h.m.Start(b, nil, fn, []lua.LValue{lua.LNumber(shallow)}, note)
				}, nil)
			})
	}
	h.m.Start(nil, nil, h.m.State().NewFunctionFromProto(chunk.Proto), nil, func(_ *Branch, results []lua.LValue, _ *Error) { fn = results[0] })
	h.m.Wait()
	for _, step := range next {
		step()
		h.m.Wait()
	}
	one := []string{fmt.Sprintf("[%d]", deep), "overflow", fmt.Sprintf("[%d]", shallow)}
	if want := slices.Concat(one, one, one); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
