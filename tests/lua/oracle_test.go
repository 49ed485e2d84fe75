//go:build oracle

package lua

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/tests/lua/programs"
)

var update = flag.Bool("update", false, "write the golden files anew from lua5.1")

// batch is how many programs one process of the reference interpreter runs.
const batch = 100

// TestRandomProgramsMeanTheSame compares PROGRAMS random programs, from SEED on, with the reference interpreter. The seed is
// printed; a program that differs is made small first.
func TestRandomProgramsMeanTheSame(t *testing.T) {
	count := int(setting("PROGRAMS", 2000))
	first := setting("SEED", rand.Uint64N(1_000_000_000))
	t.Logf("SEED=%d PROGRAMS=%d", first, count)
	var different, limited atomic.Int64
	t.Run("from", func(t *testing.T) {
		for done := 0; done < count; done += batch {
			from, n := first+uint64(done), min(batch, count-done)
			t.Run(fmt.Sprint(from), func(t *testing.T) {
				t.Parallel()
				compareBatch(t, from, n, &different, &limited)
			})
		}
	})
	t.Logf("%d programs differ; %d were left out: they nest calls deeper than one of the two allows, or have one constant for 0 and -0", different.Load(), limited.Load())
	if limited.Load() > int64(2+count/100) {
		t.Errorf("too many of %d programs were left out", count)
	}
}

// compareBatch compares n programs, from a seed on.
func compareBatch(t *testing.T, from uint64, n int, different, limited *atomic.Int64) {
	const shown = 3
	sources := make([]string, n)
	for i := range sources {
		sources[i] = programs.Generate(from + uint64(i))
	}
	for i, want := range reference(t, sources...) {
		d := difference(t, sources[i], want)
		switch {
		case d == "":
		case tooDeep(want+d) || nestsTooDeep(t, sources[i]) || mergesZeros(t, sources[i]):
			limited.Add(1)
		case different.Add(1) <= shown:
			t.Errorf("SEED=%d PROGRAMS=1: %s\n%s", from+uint64(i), d, shrink(t, sources[i]))
		default:
			t.Errorf("SEED=%d PROGRAMS=1: %s", from+uint64(i), d)
		}
	}
}

func setting(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// shrink makes a program small that differs, for as long as it differs in the same way, and describes what is left.
func shrink(t testing.TB, program string) string {
	wrong := func(p string) string { return difference(t, p, reference(t, p)[0]) }
	way := manner(wrong(program))
	small := programs.Shrink(program, func(candidate string) bool { return manner(wrong(candidate)) == way })
	return fmt.Sprintf("the smallest that differs so:\n%s\n%s", numbered(small), wrong(small))
}

// manner is a difference without what may change while the program gets smaller: the lines around it, and numbers.
func manner(difference string) string {
	lines := strings.Split(difference, "\n")
	if len(lines) < 3 {
		return ""
	}
	keep := lines[1]
	for _, line := range lines[2:] {
		if strings.HasPrefix(line, "  lua5.1:") {
			keep += line
		}
	}
	return digits.ReplaceAllString(keep, "")
}

var digits = regexp.MustCompile(`\d+`)

func numbered(program string) string {
	body, first := programs.Body(program)
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		fmt.Fprintf(&b, "%4d %s\n", first+i, line)
	}
	return b.String()
}

// Programs that differ are left out only where one of the two has met its limit, and said nothing of it.
func TestRandomProgramsThatNestTooDeepAreRecognized(t *testing.T) {
	for name, c := range map[string]struct {
		program string
		want    bool
	}{
		"coroutines within each other": {"local function f(n) return pcall(coroutine.wrap(function() return n > 0 and f(n - 1) end)) end\nprint(tostring((f(150))))", true},
		"calls within each other":      {"local function f() return 1 + f() end\nprint(tostring((pcall(f))))", true},
		"another error":                {"print(tostring((pcall(error, 'no'))))", false},
		"an ordinary program":          {programs.Generate(1), false},
	} {
		if got := nestsTooDeep(t, c.program); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestGoldenFileIsWhatTheReferencePrints(t *testing.T) {
	sources := make([]string, goldenCount)
	for i := range sources {
		sources[i] = programs.Generate(uint64(i + 1))
	}
	fresh := strings.Join(reference(t, sources...), goldenEnd) + goldenEnd
	if *update {
		if err := os.WriteFile(goldenFile, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if old, err := os.ReadFile(goldenFile); err != nil || string(old) != fresh {
		t.Errorf("%s is not what lua5.1 prints (run with -update and read the difference): %v", goldenFile, err)
	}
}

func TestFoundDifferencesAreWhatTheReferencePrints(t *testing.T) {
	for _, c := range found {
		source := strings.ReplaceAll(printAll, "\n", " ") + c.source
		if got := reference(t, source)[0]; got != c.want {
			t.Errorf("%s: lua5.1 prints\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// printAll makes print take any values, as Recue's does; the driver's takes one text.
const printAll = `local print = function(...)
local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end
print(table.concat(t, "\t")) end `

// TestStockInterpreterDiffers holds that the comparison finds something: gopher-lua alone, without Recue's compiler and
// libraries, differs in many programs.
func TestStockInterpreterDiffers(t *testing.T) {
	const count = 200
	sources := make([]string, count)
	for i := range sources {
		sources[i] = programs.Generate(uint64(i + 1))
	}
	different := 0
	for i, want := range reference(t, sources...) {
		if !alike(normal(stock(t, sources[i])), normal(want)) {
			different++
		}
	}
	t.Logf("%d of %d programs mean something else to gopher-lua alone", different, count)
	if different < count/2 {
		t.Errorf("only %d of %d programs differ", different, count)
	}
}

// planted are mistakes like those that an interpreter may have, each made by a line in front of a program. One line is the
// program's first, so that all others keep their numbers.
var planted = []struct{ name, line string }{
	{"find forgets that it is to look for plain text", "local find = string.find string.find = function(s, p, i) return find(s, p, i) end"},
	{"match begins one too late", "local match = string.match string.match = function(s, p, i) return match(s, p, (tonumber(i) or 1) + 1) end"},
	{"gsub counts one too many", "local gsub = string.gsub string.gsub = function(...) local s, n = gsub(...) return s, n + 1 end"},
	{"format rounds", "local format = string.format string.format = function(f, ...) return format(f:gsub('%.14', '.13'):gsub('%.2', '.1'), ...) end"},
	{"unpack stops at nil", "unpack = function(t, i, j) i = i or 1 if t[i] == nil or j and i > j then return end return t[i], unpack(t, i + 1, j) end"},
	{"select counts without nil", "local select_ = select select = function(n, ...) if n == '#' then return #{...} end return select_(n, ...) end"},
	{"pcall loses what follows the first result", "local pcall_ = pcall pcall = function(...) local ok, v = pcall_(...) return ok, v end"},
	{"error forgets levels", "local error_ = error error = function(m) error_(m) end"},
	{"sort is not in place for long lists", "local sort = table.sort table.sort = function(t, f) if #t > 12 then return end return sort(t, f) end"},
	{"remove leaves the last", "local remove = table.remove table.remove = function(t, i) if i == #t then return t[i] end return remove(t, i) end"},
	{"concat takes the separator for empty", "local concat = table.concat table.concat = function(t, s, ...) if s == '--' then s = '' end return concat(t, s, ...) end"},
	{"tonumber knows no bases", "local tonumber_ = tonumber tonumber = function(s) return tonumber_(s) end"},
	{"a coroutine that ended is suspended", "local status = coroutine.status coroutine.status = function(co) local s = status(co) return s == 'dead' and 'suspended' or s end"},
	{"resume loses its second value", "local resume = coroutine.resume coroutine.resume = function(co, a) return resume(co, a) end"},
	{"wrap gives errors without a line", "local wrap = coroutine.wrap coroutine.wrap = function(f) local g = wrap(f) return function(...) return g(...) end end"},
	{"ipairs goes on behind nil", "local ipairs_ = ipairs ipairs = function(t) if t[2] == nil and t[3] then return ipairs_{t[1], t[3]} end return ipairs_(t) end"},
	{"rawget asks the metatable", "rawget = function(t, k) return t[k] end"},
	{"floor goes towards zero", "math.floor = function(n) return (math.modf(n)) end"},
	{"metatables forget __le", "local set = setmetatable setmetatable = function(t, m) if m then m.__le = nil end return set(t, m) end"},
}

func TestPlantedMistakesAreFound(t *testing.T) {
	const count = 400
	sources := make([]string, count)
	for i := range sources {
		sources[i] = programs.Generate(uint64(i + 1))
	}
	outputs := reference(t, sources...)
	for _, mistake := range planted {
		t.Run(mistake.name, func(t *testing.T) {
			t.Parallel()
			for i, want := range outputs {
				if !alike(normal(runAlone(t, mistake.line+" "+sources[i])), normal(want)) {
					return
				}
			}
			t.Errorf("none of %d programs shows it", count)
		})
	}
}

// stock runs a program with gopher-lua as it comes.
func stock(t testing.TB, program string) (out string) {
	L := lua.NewState()
	defer L.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	L.SetContext(ctx)
	var b strings.Builder
	L.SetGlobal("sleep", L.NewFunction(func(*lua.LState) int { return 0 }))
	L.SetGlobal("print", L.NewFunction(func(L *lua.LState) int { fmt.Fprintln(&b, L.ToString(1)); return 0 }))
	fn, err := L.Load(strings.NewReader(program), programs.Name)
	if err != nil {
		return "uncaught: " + err.Error() + "\n"
	}
	L.Push(fn)
	if err := L.PCall(0, 0, nil); err != nil {
		fmt.Fprintln(&b, "uncaught:", err)
	}
	return b.String()
}

// What the suite wants is what the reference interpreter does.
func TestReferenceRunsTheSuite(t *testing.T) {
	for _, file := range suiteFiles(t) {
		out, err := exec.CommandContext(t.Context(), "lua5.1", file).CombinedOutput()
		if err != nil || string(out) != "ok\n" {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}
