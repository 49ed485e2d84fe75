package dialect

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// The scripts of the tests show values with emit(...) and catch errors with catch(f, ...), which gives the error's text or
// nil. Both exist for the reference interpreter too (see oracle_test.go).

// run executes src as chunk "t" and gives what it emitted; an error that nobody caught is the last line.
func run(t testing.TB, src string) string {
	t.Helper()
	chunk, err := Load("t", []byte(src))
	if err != nil {
		return "syntax: " + err.Error() + "\n"
	}
	return execute(chunk.Proto, true)
}

// runStock executes src with gopher-lua alone: its parser, its compiler, its strings.
func runStock(t testing.TB, src string) (out string) {
	t.Helper()
	L := lua.NewState()
	defer L.Close()
	fn, err := L.Load(strings.NewReader(src), "t")
	if err != nil {
		return "syntax: " + err.Error() + "\n"
	}
	return execute(fn.Proto, false)
}

func execute(proto *lua.FunctionProto, install bool) string {
	L := lua.NewState(lua.Options{CallStackSize: 4000, RegistryGrowStep: 4096, RegistryMaxSize: 1 << 20})
	defer L.Close()
	if install {
		Install(L, Options{})
	}
	var out strings.Builder
	L.SetGlobal("emit", L.NewFunction(func(L *lua.LState) int {
		for i := 1; i <= L.GetTop(); i++ {
			if i > 1 {
				out.WriteByte('\t')
			}
			out.WriteString(show(L.Get(i)))
		}
		out.WriteByte('\n')
		return 0
	}))
	L.SetGlobal("catch", L.NewFunction(func(L *lua.LState) int {
		if err := call(L, L.CheckFunction(1), L.GetTop()-1, install); err != nil {
			L.Push(err)
			return 1
		}
		return 0
	}))
	if err := call(L, L.NewFunctionFromProto(proto), 0, install); err != nil {
		fmt.Fprintf(&out, "error: %s\n", show(err))
	}
	return out.String()
}

// call runs fn on a thread of its own with the last n values of L as arguments and gives the error value.
func call(L *lua.LState, fn *lua.LFunction, n int, install bool) (raised lua.LValue) {
	th, _ := L.NewThread()
	if th.Context() == nil {
		th.SetContext(&budget{Context: context.Background(), left: 400_000})
	}
	if install {
		Attach(th)
	}
	th.Panic = func(L *lua.LState) {
		v := L.Get(-1)
		if s, ok := v.(lua.LString); ok {
			v = lua.LString(Explain(L, string(s)))
		}
		panic(&lua.ApiError{Object: v})
	}
	defer func() {
		if r := recover(); r != nil {
			err, ok := r.(*lua.ApiError)
			if !ok {
				panic(r)
			}
			raised = err.Object
		}
	}()
	th.Push(fn)
	for i := L.GetTop() - n + 1; i <= L.GetTop(); i++ {
		th.Push(L.Get(i))
	}
	th.Call(n, 0)
	return nil
}

// budget ends a program that computes for ever: the VM asks Done before every instruction.
type budget struct {
	context.Context
	left int
}

var spent = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (b *budget) Done() <-chan struct{} {
	if b.left--; b.left < 0 {
		return spent
	}
	return nil
}

func (b *budget) Err() error { return context.DeadlineExceeded }

func show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return FormatNumber(float64(v))
	case lua.LString, lua.LBool, *lua.LNilType:
		return v.String()
	}
	return v.Type().String()
}

// benchmark runs src, in which the global N is the number of rounds.
func benchmark(b *testing.B, src string, ours bool) {
	L := lua.NewState()
	defer L.Close()
	if ours {
		Install(L, Options{})
	}
	L.SetGlobal("N", lua.LNumber(b.N))
	var fn *lua.LFunction
	if ours {
		chunk, err := Load("bench", []byte(src))
		if err != nil {
			b.Fatal(err)
		}
		fn = L.NewFunctionFromProto(chunk.Proto)
	} else {
		var err error
		if fn, err = L.Load(strings.NewReader(src), "bench"); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	L.Push(fn)
	L.Call(0, 0)
}

func itoa(i int) string { return strconv.Itoa(i) }
