package vm

import (
	"fmt"
	"runtime/debug"
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

// A crowd has garbage collected earlier; afterwards, and beyond it, all is as before.
func TestACrowdCollectsEarlier(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := debug.SetGCPercent(usualPercent)
	defer debug.SetGCPercent(before)
	var m VM
	live := int64(0)
	for _, step := range []struct {
		to   int64
		want int
	}{
		{crowdSize - 1, usualPercent}, {crowdSize, crowdPercent}, {crowdEnd - 1, crowdPercent}, {crowdSize / 2, usualPercent},
		{crowdSize - 1, usualPercent}, {crowdEnd, usualPercent}, {crowdEnd / 2, crowdPercent}, {0, usualPercent},
	} {
		for live != step.to {
			if live < step.to {
				live++
			} else {
				live--
			}
			m.count(live)
		}
		if p := percent(); p != step.want {
			t.Errorf("%d %% with %d branches, want %d", p, live, step.want)
		}
	}
	debug.SetGCPercent(77) // chosen by the user
	crowded(true)
	if p := percent(); p != 77 {
		t.Errorf("the user's choice became %d %%", p)
	}
	crowded(false)
	if p := percent(); p != 77 {
		t.Errorf("the user's choice became %d %% afterwards", p)
	}
}
