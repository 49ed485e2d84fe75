//go:build oracle

package dialect

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// With the build tag oracle the tests also ask the reference interpreter (command lua5.1).

const oraclePrelude = `function emit(...) local t = {} for i = 1, select("#", ...) do local v = select(i, ...)
local y = type(v) t[i] = (y == "number" or y == "string" or y == "boolean" or y == "nil") and tostring(v) or y end
io.write(table.concat(t, "\t"), "\n") end function catch(f, ...) local ok, e = pcall(f, ...) if not ok then return e end end `

const oracleDriver = oraclePrelude + `local f, e = loadstring(io.read("*a"), "=t")
if not f then emit("syntax: " .. e) return end
local ok, e = pcall(f) if not ok then io.write("error: ") emit(e) end`

func runOracle(t testing.TB, src string) string {
	t.Helper()
	cmd := exec.Command("lua5.1", "-e", oracleDriver)
	cmd.Stdin = strings.NewReader(src)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("lua5.1: %v\n%s", err, out)
	}
	return string(out)
}

func TestCasesMatchTheReferenceInterpreter(t *testing.T) {
	for _, c := range slices.Concat(languageCases, operandCases, errorCases, stockDefects) {
		t.Run(c.name, func(t *testing.T) {
			if got := runOracle(t, c.src); got != c.want && !strings.HasPrefix(c.want, "syntax:") {
				t.Errorf("lua5.1 prints\n%swant\n%s", got, c.want)
			}
		})
	}
}

const batch = 100

// batchDriver runs many programs, each behind a line with its length, and puts a line "---" behind the output of each.
const batchDriver = oraclePrelude + `while true do local n = io.read("*n") if not n then break end io.read("*l")
local f, e = loadstring(io.read(n), "=t") if not f then emit("syntax: " .. e) else
local ok, e = pcall(f) if not ok then io.write("error: ") emit(e) end end io.write("---\n") G1 = nil G2 = nil
for k in pairs(_G) do if k:match("^f%d+$") then _G[k] = nil end end end`

func TestRandomProgramsMatchTheReferenceInterpreter(t *testing.T) {
	count, first := 2000, uint64(1)
	if s := os.Getenv("PROGRAMS"); s != "" {
		count, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("SEED"); s != "" {
		first, _ = strconv.ParseUint(s, 10, 64)
	}
	bad := 0
	for done := 0; done < count; done += batch {
		var in strings.Builder
		var programs []string
		for i := 0; i < batch; i++ {
			p := generateProgram(first + uint64(done+i))
			programs = append(programs, p)
			fmt.Fprintf(&in, "%d\n%s", len(p), p)
		}
		cmd := exec.Command("lua5.1", "-e", batchDriver)
		cmd.Stdin = strings.NewReader(in.String())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("lua5.1: %v\n%s", err, out)
		}
		for i, want := range strings.Split(string(out), "---\n")[:batch] {
			if got := run(t, programs[i]); !alike(got, want) {
				bad++
				if bad <= 5 {
					t.Errorf("seed %d: got\n%s\nwant\n%s\nprogram\n%s", first+uint64(done+i), got, want, numbered(programs[i]))
				}
			}
		}
	}
	t.Logf("%d of %d programs differ", bad, count)
}

// alike forgives two differences: 5.1 has one constant for 0 and -0, whichever comes first (and a NaN has no sign that means anything), and we name no variable where the
// value may have come from two, while the reference interpreter names one.
func alike(got, want string) bool {
	a, b := strings.Split(negativeZero.ReplaceAllString(got, "$1"), "\n"), strings.Split(negativeZero.ReplaceAllString(want, "$1"), "\n")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && a[i] != named.ReplaceAllString(b[i], "a $1") {
			return false
		}
	}
	return true
}

var (
	negativeZero = regexp.MustCompile(`-(0|nan)`)
	named        = regexp.MustCompile(`(?:global|local|field|upvalue|method) '[^']*' \(a (\w+ value)\)`)
)

func numbered(src string) string {
	var b strings.Builder
	for i, line := range strings.Split(src, "\n") {
		fmt.Fprintf(&b, "%3d %s\n", i+1, line)
	}
	return b.String()
}
