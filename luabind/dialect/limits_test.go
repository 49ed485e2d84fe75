package dialect

import (
	"context"
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"

	"recue/luabind/syntax"
)

func TestProgramsBeyondTheReferenceInterpreterWork(t *testing.T) {
	cases := []languageCase{
		{"zero and minus zero are two constants", `emit(1/0, 1/-0)`, "inf\t-inf\n"},
		{"a long chain of text", `local s = "x" emit(#(` + strings.Repeat(`s .. `, 239) + `s))`, "240\n"},
		{"a long sum", "emit(0" + strings.Repeat(" + 1", 5000) + ")", "5000\n"},
		{"60 upvalues", manyUpvalues(60) + ` emit(type(f))`, "function\n"},
		{"180 locals in use", manyLocals(180), "180\n"},
		{"20000 global names", globals(20000) + "emit(g1, g20000)", "1\t20000\n"},
		{"2000 functions", strings.Repeat("function f() return 1 end ", 2000) + "emit(f())", "1\n"},
		{"a loop over a long body", "for i = 1, 2 do " + strings.Repeat("x = i ", 30000) + " end emit(x)", "2\n"},
		{"many comparisons", "local n = 0 " + strings.Repeat("if n >= 0 then n = n + 1 end ", 20000) + "emit(n)", "20000\n"},
		{"a large table of tables", "local t = {" + strings.Repeat("{id = 1, 'x'}, ", 30000) + "} emit(#t, t[30000].id)", "30000\t1\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := run(t, c.src); got != c.want {
				t.Errorf("got %.200q want %q", got, c.want)
			}
		})
	}
}

func manyLocals(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "local v%d = %d ", i, i)
	}
	return b.String() + fmt.Sprintf("emit(v%d)", n)
}

func TestABlockTooLongToJumpOverIsRefused(t *testing.T) {
	_, err := Load("t", []byte("if x then "+strings.Repeat("x=y ", 140000)+"end"))
	if err == nil || !strings.Contains(err.Error(), "the block is too long") {
		t.Errorf("got %v", err)
	}
}

func TestStringsAreBounded(t *testing.T) {
	got := run(t, `local s = "0123456789abcdef" for i = 1, 40 do s = s .. s end`)
	if want := "error: t:1: resulting string too large: more than 64 MiB (limit --max-string)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScriptsCannotSeeTheHelpers(t *testing.T) {
	got := run(t, `for k in pairs(_G) do if type(k) ~= "string" or not k:match("^[%a_]+$") then emit(k) end end
		tostring = nil math = nil setfenv(1, {emit = emit}) emit(1 .. "a", 5 % 3, #"abc")`)
	if want := "1a\t2\t3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInstallKeepsTheStringLibrary(t *testing.T) {
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer L.Close()
	stdlib.Open(L, stdlib.Host{})
	Install(L, Options{MaxString: 10000})
	for src, want := range map[string]string{
		`return ("x"):rep(3) .. #"abc" .. "4" * 2`:     "xxx38",
		`return tostring(getmetatable("").__add)`:      "nil",
		`local s = ("x"):rep(9000) return s .. s`:      "resulting string too large: more than 10000 bytes (limit --max-string)",
		`local s = ("x"):rep(6000) return #(s .. "y")`: "6001",
	} {
		chunk, err := Load("t", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		L.Push(L.NewFunctionFromProto(chunk.Proto))
		got := ""
		if err := L.PCall(0, 1, nil); err != nil {
			got = err.Error()
		} else {
			got = L.Get(-1).String()
			L.Pop(1)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s gives %q, want %q", src, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, c := range append(append(languageCases[:len(languageCases):len(languageCases)], errorCases...), stockDefects...) {
		if len(c.src) < 2000 {
			f.Add(c.src)
		}
	}
	f.Add("\xef\xbb\xbf#!x\nfor i in")
	f.Fuzz(func(t *testing.T, src string) {
		chunk, err := Load("t", []byte(src))
		if err == nil && chunk.Proto == nil {
			t.Error("neither code nor an error")
		}
		if e, ok := err.(*syntax.Error); err != nil && (!ok || strings.HasPrefix(e.Message, "internal error") || e.Line > 0 && e.Column < 1) {
			t.Errorf("not a proper syntax error: %#v", err)
		}
	})
}

// FuzzRun holds that generated code never takes the VM down: a program ends, or fails with a Lua error. It has no libraries, so that
// nothing can be reached, and a budget of instructions. As in package vm, t[1e7] = 1 must not fill the memory with a list.
func FuzzRun(f *testing.F) {
	defer func(usual int) { lua.MaxArrayIndex = usual }(lua.MaxArrayIndex)
	lua.MaxArrayIndex = 1 << 12
	for _, c := range append(append(languageCases[:len(languageCases):len(languageCases)], errorCases...), stockDefects...) {
		if len(c.src) < 2000 {
			f.Add(c.src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		chunk, err := Load("t", []byte(src))
		if err != nil {
			return
		}
		L := lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: 200, RegistryMaxSize: 1 << 16, RegistryGrowStep: 4096})
		defer L.Close()
		Install(L, Options{MaxString: 1 << 16})
		L.SetContext(&budget{Context: context.Background(), left: 20_000})
		Attach(L)
		L.SetGlobal("emit", L.NewFunction(func(L *lua.LState) int { return 0 }))
		L.SetGlobal("tr", L.NewFunction(func(L *lua.LState) int { return L.GetTop() }))
		L.Push(L.NewFunctionFromProto(chunk.Proto))
		if err := L.PCall(0, 0, nil); err != nil && strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%q: %v", src, err)
		}
	})
}

func BenchmarkLoad10000Lines(b *testing.B) {
	var src strings.Builder
	for i := 0; i < 1000; i++ {
		fmt.Fprintf(&src, `local function task%d(cam, seconds)
  local r = start(cam, {segment_time = seconds, vid_stream = "main%d"})
  if r.ok and r.app_status == "started" then
    log.info("started " .. cam .. " for " .. seconds, {cam = cam})
  else
    error("no start: " .. tostring(r.message))
  end
  for i = 1, 3 do sleep(i * 2) end
  return r
end
tasks%d = task%d
`, i%100, i, i, i%100)
		if i%100 == 99 {
			src.WriteString("do local x end\n")
		}
	}
	text := []byte("do\n" + strings.ReplaceAll(src.String(), "do local x end", "end do") + "end\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Load("bench", text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOperators(b *testing.B) {
	for _, c := range []struct{ name, body string }{
		{"concat", `s = "a" .. i`}, {"join", `s = a .. c`}, {"modulo", `s = i % 7`}, {"length", `s = #t`}, {"add", `s = i + 7`},
	} {
		src := `local s, a, c, t = 0, "abc", "def", {1, 2, 3} for i = 1, N do ` + c.body + ` end`
		b.Run(c.name, func(b *testing.B) { benchmark(b, src, true) })
		b.Run(c.name+"/stock", func(b *testing.B) { benchmark(b, src, false) })
	}
}
