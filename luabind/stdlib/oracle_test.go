package stdlib

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that zones are the same on every machine

	lua "github.com/yuin/gopher-lua"
)

var update = flag.Bool("update", false, "write the golden files anew from lua5.1")

// The reference interpreter runs in a zone that needs no zone files; ours in the same zone by its name. Times before
// 1997 are outside the rule.
const (
	oracleZone = "CET-1CEST,M3.5.0,M10.5.0/3"
	ourZone    = "Europe/Berlin"
)

// oracleFamilies are the sets of cases. Files hold cases one a line; random sets are made from a fixed seed.
var oracleFamilies = []struct {
	name  string
	cases func(t *testing.T) []string
}{
	{"base", caseFile("base")},
	{"strings", caseFile("strings")},
	{"patterns", caseFile("patterns")},
	{"format", caseFile("format")},
	{"table", caseFile("table")},
	{"math", caseFile("math")},
	{"os", caseFile("os")},
	{"names", caseFile("names")},
	{"random_tonumber", randomCases(1200, (*generator).tonumber)},
	{"random_substrings", randomCases(800, (*generator).substring)},
	{"random_patterns", randomCases(3000, (*generator).pattern)},
	{"random_format", randomCases(2000, (*generator).format)},
	{"random_sort", randomCases(300, (*generator).sort)},
	{"random_table", randomCases(500, (*generator).table)},
	{"random_date", randomCases(800, (*generator).date)},
	{"random_math", randomCases(800, (*generator).math)},
}

func caseFile(name string) func(t *testing.T) []string {
	return func(t *testing.T) []string {
		text, err := os.ReadFile("testdata/" + name + ".cases")
		if err != nil {
			t.Fatal(err)
		}
		var cases []string
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "--") {
				cases = append(cases, line)
			}
		}
		return cases
	}
}

// TestSameAsReference compares with what lua5.1 wrote: the golden files, which hold wherever lua5.1 is missing, and
// lua5.1 itself, which shows that the golden files are right.
func TestSameAsReference(t *testing.T) {
	interpreter, err := exec.LookPath("lua5.1")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("lua5.1 is missing; under CI it must be installed, to compare with")
	}
	for _, family := range oracleFamilies {
		t.Run(family.name, func(t *testing.T) {
			t.Parallel()
			cases := family.cases(t)
			golden := "testdata/" + family.name + ".golden"
			if interpreter != "" {
				checkGolden(t, golden, runReference(t, interpreter, cases))
			}
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
			if len(want) != len(cases) {
				t.Fatalf("%s has %d lines for %d cases", golden, len(want), len(cases))
			}
			compare(t, cases, want, runOurs(t, cases))
		})
	}
}

func compare(t *testing.T, cases, want, got []string) {
	t.Helper()
	const shown = 40
	wrong := 0
	for i := range cases {
		if got[i] != want[i] {
			if wrong++; wrong <= shown {
				t.Errorf("%s\n got %s\nwant %s", cases[i], got[i], want[i])
			}
		}
	}
	if wrong > shown {
		t.Errorf("… and %d more of %d", wrong-shown, len(cases))
	}
}

func checkGolden(t *testing.T, file string, fresh []byte) {
	t.Helper()
	old, err := os.ReadFile(file)
	if err == nil && bytes.Equal(old, fresh) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what lua5.1 writes (run with -update and read the difference)", file)
	}
	if err := os.WriteFile(file, fresh, 0o644); err != nil {
		t.Fatal(err)
	}
}

func runReference(t *testing.T, interpreter string, cases []string) []byte {
	t.Helper()
	command := exec.Command(interpreter, "testdata/oracle.lua")
	command.Env = append(os.Environ(), "TZ="+oracleZone, "LC_ALL=C")
	command.Stdin = strings.NewReader(strings.Join(cases, "\n") + "\n")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("lua5.1: %v: %s", err, &stderr)
	}
	return out
}

// runOurs does what oracle.lua does.
func runOurs(t *testing.T, cases []string) []string {
	t.Helper()
	zone, err := time.LoadLocation(ourZone)
	if err != nil {
		t.Fatal(err)
	}
	L := newState(t, Host{Zone: always(zone)})
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = report(L, c)
	}
	return out
}

// newState returns a state with the libraries and nothing else.
func newState(t testing.TB, h Host) *lua.LState {
	t.Helper()
	L := lua.NewState(lua.Options{SkipOpenLibs: true, RegistrySize: 1 << 10, RegistryMaxSize: 1 << 20, RegistryGrowStep: 1 << 13})
	t.Cleanup(L.Close)
	Open(L, h)
	return L
}

// report runs a chunk and writes what it returned or raised, as oracle.lua does.
func report(L *lua.LState, chunk string) string {
	fn, err := L.Load(strings.NewReader(chunk), "case")
	if err != nil {
		return "does not load: " + err.Error()
	}
	L.SetTop(0)
	L.Push(fn)
	if err := L.PCall(0, lua.MultRet, nil); err != nil {
		var raised lua.LValue = lua.LString(err.Error())
		if e, ok := err.(*lua.ApiError); ok {
			raised = e.Object
		}
		return "error " + show(raised)
	}
	out := []string{"ok"}
	for i := 1; i <= L.GetTop(); i++ {
		out = append(out, show(L.Get(i)))
	}
	return strings.Join(out, " ")
}

func show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		b := []byte{'"'}
		for _, c := range []byte(v) {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				b = fmt.Appendf(b, "\\x%02x", c)
			} else {
				b = append(b, c)
			}
		}
		return string(append(b, '"'))
	case lua.LNumber:
		return FormatNumber(float64(v))
	case lua.LBool, *lua.LNilType:
		return v.String()
	}
	return v.Type().String()
}
