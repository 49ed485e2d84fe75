package dialect

import (
	"context"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// flagged is a context that is done once its flags are not 0.
type flagged struct {
	context.Context
	flags atomic.Uint32
}

func (f *flagged) Flags() *atomic.Uint32 { return &f.flags }
func (f *flagged) Done() <-chan struct{} { return spent }
func (f *flagged) Err() error            { return context.Canceled }

// runFlagged runs src, which may call trip() to have the context done, and started() to have it done by somebody else.
func runFlagged(t *testing.T, src string) error {
	t.Helper()
	chunk, err := Load("t", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	L := lua.NewState()
	defer L.Close()
	Install(L, Options{})
	ctx := &flagged{Context: t.Context()}
	tripped := make(chan struct{})
	L.SetGlobal("trip", L.NewFunction(func(*lua.LState) int { ctx.flags.Store(1); return 0 }))
	L.SetGlobal("started", L.NewFunction(func(*lua.LState) int {
		go func() { ctx.flags.Store(1); close(tripped) }()
		return 0
	}))
	L.SetGlobal("fail", L.NewFunction(func(*lua.LState) int { t.Error("an instruction ran after the end"); return 0 }))
	L.SetContext(ctx)
	Attach(L)
	L.Push(L.NewFunctionFromProto(chunk.Proto))
	err = L.PCall(0, 0, nil)
	if strings.Contains(src, "started()") {
		<-tripped
	}
	return err
}

func TestEveryInstructionLooksAtTheContext(t *testing.T) {
	for _, src := range []string{
		"trip() fail()",
		"local a = trip() or fail()",
		"for i = 1, 10 do if i == 5 then trip() fail() end end",
		"local f = fail for i = 1, 3 do trip() f() end",
		"setmetatable(_G, {__index = function(_, k) trip() fail() end}) local x = nothing",
		"table.sort({3, 1, 2}, function(a, b) trip() fail() end)",
	} {
		if err := runFlagged(t, src); err == nil || !strings.Contains(err.Error(), "t:1: context canceled") {
			t.Errorf("%s: %v", src, err)
		}
	}
}

func TestNoLoopOutlivesItsContext(t *testing.T) {
	for _, loop := range []string{
		"while true do end",
		"repeat until false",
		"for i = 1, math.huge do end",
		"for i = 2, 1, 0 do end",
		"local x = 1 while x > 0 do x = x + 1 end",
		"local x = 1 repeat x = x + 1 until x < 0",
		"local t = {} while not t[1] do t[2] = t[3] end",
		"local s = 'a' while s do s = 'b' .. #s % 7 end",
		"local function f() return f() end f()",
		"local function f() f() f() end while true do f() end",
		"for k in function() return 1 end do end",
		"setmetatable(_G, {__index = function() return true end}) while nothing do end",
	} {
		if err := runFlagged(t, "started() "+loop); err == nil {
			t.Errorf("%s: no error", loop)
		}
	}
}

func TestWithoutFlagsTheContextIsAskedEveryTime(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	Install(L, Options{})
	b := &budget{Context: t.Context(), left: 1000}
	L.SetContext(b)
	Attach(L)
	chunk, err := Load("t", []byte("for i = 1, 600 do end"))
	if err != nil {
		t.Fatal(err)
	}
	L.Push(L.NewFunctionFromProto(chunk.Proto))
	L.Call(0, 0)
	if b.left > 400 || b.left < 390 {
		t.Errorf("asked %d times for 600 rounds", 1000-b.left)
	}
}

// operandCases are for what loop.go does itself, where the operands are not as usual. The reference interpreter is asked too.
var operandCases = []languageCase{
	{"elements that are not there", `local t = {1, nil, 3} emit(t[0], t[2], t[4], t[-1], t[1.5], t[2^40], t[0/0])`, "nil\tnil\tnil\tnil\tnil\tnil\tnil\n"},
	{"elements that __index has", `local t = setmetatable({1}, {__index = function(_, k) return k * 10 end}) emit(t[1], t[2], t[-3], t[0.5])`, "1\t20\t-30\t5\n"},
	{"elements of text and others", `emit(("x")[1], catch(function() local n = 5 return n[1] end))`, "nil\tt:1: attempt to index local 'n' (a number value)\n"},
	{"elements stored", `local t = {} t[1] = 1 t[3] = 3 t[0] = 0 t[-1] = -1 t[1.5] = 2 t[2^40] = 4 t[1] = nil emit(t[1], t[2], t[3], t[0], t[-1], t[1.5], t[2^40])`,
		"nil\tnil\t3\t0\t-1\t2\t4\n"},
	{"elements that __newindex takes", `local log = {} local t = setmetatable({7}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) t[1] = 8 t[2] = 9 emit(t[1], t[2])`, "8\t18\n"},
	{"numbers and others compared", `emit(1 == "1", 1 == 1, "a" == "a", nil == false, 0/0 == 0/0, 1 < 2, "a" < "b", 2 <= 1, 1 ~= {})`, "false\ttrue\ttrue\tfalse\tfalse\ttrue\ttrue\tfalse\ttrue\n"},
	{"what is true", `local n, f, z, s = nil, false, 0, "" emit(n and 1 or 2, f and 1 or 2, z and 1 or 2, s and 1 or 2)
			if n then emit("nil") end if f then emit("false") end if z then emit("0") end if not s then emit("not") end`, "2\t2\t1\t1\n0\n"},
	{"bounds of for", `local n = 0 for i = 1, 0/0 do n = n + 1 end for i = 0/0, 1 do n = n + 1 end for i = 1, 3, 0/0 do n = n + 1 end
			for i = 1, -1/0, -1 do n = n + 1 if n == 5 then break end end emit(n)
			for i = 0.1, 0.35, 0.1 do emit(i) end for i = 254, 257 do emit(i) end`, "5\n0.1\n0.2\n0.3\n254\n255\n256\n257\n"},
	{"numbers large and small", `local a, b = 255, 2^53 a = a + 1 emit(a, a * a, b + 1, b - 1, -a, a / 0, -a % 7, a % -7, 2^0.5 * 2^0.5 == 2)`,
		"256\t65536\t9.007199254741e+15\t9.007199254741e+15\t-256\tinf\t3\t-3\tfalse\n"},
	{"a captured variable", `local n = 0 local function get() return n end for i = 1, 3 do n = n + i n = "" .. n emit(get()) n = n % 7 end emit(get())`, "1\n3\n6\n6\n"},
	{"joining into the variable that is joined", `local s, t = "a", {"x"} s = s .. s .. 1 .. s t = #t .. "" emit(s, t)`, "aa1a\t1\n"},
}

func TestInstructionsOnUnusualOperands(t *testing.T) {
	for _, c := range operandCases {
		if got := run(t, c.src); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestAnotherLayoutIsRefused(t *testing.T) {
	type known struct {
		A int
		_ *int
	}
	type same struct {
		A int
		B *string
	}
	type renamed struct {
		B int
		C *string
	}
	type other struct {
		A int
		B string
	}
	type longer struct {
		A int
		B *string
		C bool
	}
	for _, c := range []struct {
		theirs any
		want   bool
	}{{same{}, true}, {renamed{}, false}, {other{}, false}, {longer{}, false}} {
		if err := sameLayout(reflect.TypeFor[known](), reflect.TypeOf(c.theirs)); (err == nil) != c.want {
			t.Errorf("%T: %v", c.theirs, err)
		}
	}
}
