package dialect

import (
	"fmt"
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
	return execute(chunk.Proto)
}

// runStock executes src with gopher-lua's own parser and compiler.
func runStock(t testing.TB, src string) (out string) {
	t.Helper()
	L := lua.NewState()
	defer L.Close()
	fn, err := L.Load(strings.NewReader(src), "t")
	if err != nil {
		return "syntax: " + err.Error() + "\n"
	}
	return execute(fn.Proto)
}

func execute(proto *lua.FunctionProto) string {
	L := lua.NewState(lua.Options{RegistryGrowStep: 4096, RegistryMaxSize: 1 << 20})
	defer L.Close()
	Install(L, Options{})
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
		if err := call(L, L.CheckFunction(1), L.GetTop()-1); err != nil {
			L.Push(err)
			return 1
		}
		return 0
	}))
	if err := call(L, L.NewFunctionFromProto(proto), 0); err != nil {
		fmt.Fprintf(&out, "error: %s\n", show(err))
	}
	return out.String()
}

// call runs fn on a thread of its own with the last n values of L as arguments and gives the error value.
func call(L *lua.LState, fn *lua.LFunction, n int) (raised lua.LValue) {
	th, _ := L.NewThread()
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

func show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LNumber:
		return FormatNumber(float64(v))
	case lua.LString, lua.LBool, *lua.LNilType:
		return v.String()
	}
	return v.Type().String()
}
