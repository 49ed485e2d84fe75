//go:build oracle

package dialect

import (
	"os/exec"
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
	for _, c := range languageCases {
		t.Run(c.name, func(t *testing.T) {
			if got := runOracle(t, c.src); got != c.want {
				t.Errorf("lua5.1 prints\n%swant\n%s", got, c.want)
			}
		})
	}
}
