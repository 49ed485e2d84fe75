package luabind

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/check"
	"recue/runtime/script"
)

func findings(src string) []script.Finding {
	return New().Check([]script.Source{{Name: "t.lua", Text: []byte(src)}}, script.Limits{})
}

// constant is a value and how a script writes it.
type constant struct {
	source string
	value  lua.LValue
}

func randomConstant(r *rand.Rand, L *lua.LState, names []string) constant {
	scalars := []constant{
		{"nil", lua.LNil}, {"true", lua.LTrue}, {"0", lua.LNumber(0)}, {"-1", lua.LNumber(-1)}, {"3", lua.LNumber(3)}, {"0.5", lua.LNumber(0.5)},
		{"2 ^ 40", lua.LNumber(1 << 40)}, {`""`, lua.LString("")}, {`"cam1"`, lua.LString("cam1")}, {`"90" .. "s"`, lua.LString("90s")},
		{`"10 minutes"`, lua.LString("10 minutes")}, {`"25:00"`, lua.LString("25:00")}, {`"18:30"`, lua.LString("18:30")},
		{`"started"`, lua.LString("started")}, {`"collect"`, lua.LString("collect")}, {`"a\nb"`, lua.LString("a\nb")},
		{"function() end", &lua.LFunction{}},
	}
	if r.IntN(3) > 0 {
		return scalars[r.IntN(len(scalars))]
	}
	table := L.NewTable()
	var fields []string
	for range r.IntN(3) {
		name := append(names, "till", "vid_birate")[r.IntN(len(names)+2)]
		v := scalars[r.IntN(len(scalars))]
		if table.RawGetString(name) != lua.LNil {
			continue
		}
		table.RawSetString(name, v.value)
		fields = append(fields, name+" = "+v.source)
	}
	if r.IntN(8) == 0 {
		fields = append(fields, `"cam9"`)
		table.Append(lua.LString("cam9"))
	}
	return constant{"{" + strings.Join(fields, ", ") + "}", table}
}

// What the check says of a call's constants is what the call itself would say: no more, no less, in the same words.
func TestTheCheckAndTheCallAgreeOnArguments(t *testing.T) {
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer L.Close()
	r := rand.New(rand.NewPCG(1, 2))
	funcs := slices.DeleteFunc(Funcs(), func(f *Func) bool { return f.Name == "require" }) // the module must be there, too
	refused := 0
	for range 5000 {
		f := funcs[r.IntN(len(funcs))]
		var names []string
		for _, p := range f.Params {
			for _, o := range p.Fields {
				names = append(names, o.Name)
			}
		}
		L.SetTop(0)
		var args []string
		for range r.IntN(4) {
			c := randomConstant(r, L, names)
			args = append(args, c.source)
			L.Push(c.value)
		}
		call := &Call{L: L, fn: f}
		want := ""
		if err := call.parse(); err != nil {
			want = f.Name + ": " + err.Error()
		} else if f.Verify != nil {
			if err := f.Verify(call); err != nil {
				want = f.Name + ": " + err.Error()
			}
		}
		src := f.Name + "(" + strings.Join(args, ", ") + ")"
		var got []string // all that is wrong; the call stops at the first
		for _, found := range findings(src) {
			branch := strings.HasPrefix(found.Message, "parallel: branch ")
			if found.Severity == script.SeverityError && !branch {
				got = append(got, found.Message)
			}
		}
		if want == "" && got != nil || want != "" && !slices.Contains(got, want) {
			t.Errorf("%s\ncheck: %s\ncall:  %s", src, got, want)
		}
		if want != "" {
			refused++
		}
	}
	if refused < 1000 {
		t.Errorf("only %d calls were wrong", refused)
	}
}

func TestTheExamplesAndScriptsHaveNoFindings(t *testing.T) {
	for _, f := range Funcs() {
		for _, found := range findings(f.Example) {
			// An example may show what a function returns and end there, or be a comment on other files.
			if found.Code != check.UnusedLocal && found.Code != check.Empty {
				t.Errorf("the example of %s: %s (%s)", f.Name, found.Message, found.Code)
			}
		}
	}
	var sources []script.Source
	files, err := filepath.Glob("../scripts/*.lua")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d scripts: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, script.Source{Name: file, Text: text, Dir: filepath.Dir(file)})
	}
	for _, f := range New().Check(sources, script.Limits{}) {
		t.Errorf("%s:%d: %s (%s)", f.File, f.Line, f.Message, f.Code)
	}
}

// The rules look at functions by name in a few places; they must exist.
func TestWhatTheRulesCallByNameExists(t *testing.T) {
	for _, name := range []string{"parallel", "require", "fail", "schedule"} {
		if !slices.ContainsFunc(Funcs(), func(f *Func) bool { return f.Name == name }) {
			t.Errorf("check knows a function %s, which is gone", name)
		}
	}
}

func TestCheckRules(t *testing.T) {
	for _, r := range check.Rules() {
		got := findings(r.Example)
		if r.Code == check.Module {
			got = New().Check([]script.Source{{Name: "t.lua", Text: []byte(r.Example), Dir: t.TempDir()}}, script.Limits{})
		}
		if len(got) == 0 || !slices.ContainsFunc(got, func(f script.Finding) bool { return f.Code == r.Code && f.Severity == r.Severity }) {
			t.Errorf("the example of %s, %q, has the findings %v", r.Code, r.Example, got)
		}
	}
}

func TestTheListOfRulesIsInTheManual(t *testing.T) {
	generated(t, "../scripts/README.md",
		"<!-- the rules are made from the code by `go test ./luabind -update` -->\n", "<!-- end of the rules -->", check.Markdown())
}

func BenchmarkCheck10000Lines(b *testing.B) {
	var src strings.Builder
	for i := range 1000 {
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
print(tasks%d)
`, i%100, i, i, i%100, i)
		if i%100 == 99 {
			src.WriteString("end do\n")
		}
	}
	source := script.Source{Name: "bench", Text: []byte("do\n" + src.String() + "end\n")}
	b.SetBytes(int64(len(source.Text)))
	for b.Loop() {
		if f := New().Check([]script.Source{source}, script.Limits{}); len(f) > 0 {
			b.Fatal(f[0])
		}
	}
}
