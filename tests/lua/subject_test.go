package lua

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/luabind"
	"recue/runtime/clock"
	"recue/runtime/recorder"
	"recue/runtime/script"
	"recue/tests/lua/programs"
)

// subject is Recue's engine: it runs a script without a recorder and gives what it printed, and its error.
func subject(t testing.TB, name, source string, vars map[string]string) (string, error) {
	t.Helper()
	limits := script.DefaultLimits()
	limits.Compute = time.Minute // a machine that does much else must not be taken for an endless loop
	program, err := luabind.New().Load(name, []byte(source), limits)
	if err != nil {
		return "", err
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log := logrus.NewEntry(silent)
	var out strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = program.Run(ctx, script.Host{
		Env:      script.Env{TaskID: "task01", Location: time.UTC, Stdout: &out, Log: log, Grace: time.Second},
		Recorder: recorder.New(nil, recorder.Options{Subject: "rec.control", Log: log}),
		Clock:    clock.Real{},
		Args:     []string{"first", "second"},
		Vars:     vars,
		Limits:   limits,
	})
	return out.String(), err
}

// runAlone runs a program as the main chunk. An error that nobody caught is the last line, as reference writes it.
func runAlone(t testing.TB, program string) string {
	out, err := subject(t, programs.Name, program, nil)
	var failed *script.Error
	if errors.As(err, &failed) {
		out += "uncaught: " + failed.Message + "\n"
	} else if err != nil {
		out += "uncaught: " + err.Error() + "\n"
	}
	return out
}

// copies is how many of each program run beside each other.
const copies = 3

// branches runs copies of a program at once, in branches that change places wherever the program waits, and shows what each
// printed.
const branches = `local outputs, failures = parallel({"1", "2", "3"}, function(n)
  local lines = {}
  local function keep(text) lines[#lines + 1] = text .. "\n" end
  _G["G" .. n .. "_print"] = keep
  _G["G" .. n .. "_wait"] = function() sleep(0) end
  local program, wrong = loadstring(vars["program" .. n], "@prog" .. n .. ".lua")
  if not program then return wrong end
  local ok, e = pcall(program, "first", "second")
  if not ok then keep("uncaught: " .. (type(e) == "string" and e or type(e))) end
  return table.concat(lines)
end, {on_error = "collect"})
if #failures > 0 then error(failures[1].error) end
for i = 1, 3 do print(outputs[i] .. "=====") end
`

// runTogether gives what each copy printed when they run together.
func runTogether(t testing.TB, program string) []string {
	t.Helper()
	vars := map[string]string{}
	for n := 1; n <= copies; n++ {
		_, vars[fmt.Sprint("program", n)] = programs.Branch(program, n)
	}
	out, err := subject(t, "branches.lua", branches, vars)
	if err != nil {
		return []string{"the branches failed: " + err.Error() + "\n"}
	}
	outputs := strings.SplitN(out, "=====\n", copies+1)[:copies]
	for n := range outputs {
		outputs[n] = programs.Unmark(outputs[n], n+1)
	}
	return outputs
}

var position = regexp.MustCompile(`^prog0\.lua:\d+: `)

// reworded are messages that Recue says better than the reference interpreter, which has one text for two mistakes.
var reworded = strings.NewReplacer("attempt to yield from outside a coroutine", "attempt to yield across metamethod/C-call boundary")

// normal is an output without what may differ: the wording of some messages, and the sign of a zero, which programs show
// although they take care (a text made by a metamethod, say) and 5.1 may have from another constant of the function.
func normal(output string) string {
	return negativeZero.ReplaceAllString(reworded.Replace(output), "0$1")
}

var negativeZero = regexp.MustCompile(`(?m)-0([^.\dexX]|$)`)

// named is Recue's output with the names that it leaves out of errors where a value may come from two variables. The
// reference names one of them, which may be the wrong one.
func named(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] == variable.ReplaceAllString(w[i], "a $1") {
			g[i] = w[i]
		}
	}
	return strings.Join(g, "\n")
}

var variable = regexp.MustCompile(`(?:global|local|field|upvalue|method) '[^']*' \(a (\w+ value)\)`)

// alike says whether Recue's output is the reference's. The position of an uncaught error is not part of Recue's message.
func alike(got, want string) bool {
	if got == want {
		return true
	}
	gotBefore, gotError, _ := strings.Cut(got, "uncaught: ")
	wantBefore, wantError, uncaught := strings.Cut(want, "uncaught: ")
	wantError = position.ReplaceAllString(wantError, "")
	return uncaught && gotBefore == wantBefore && named(gotError, wantError) == wantError
}

// tooDeep says that an output depends on how deeply an interpreter allows calls to be nested, which is its own affair.
func tooDeep(output string) bool { return strings.Contains(output, "stack overflow") }

// difference runs a program in every way and describes the first that is not as the reference has it; "" if none.
func difference(t testing.TB, program, want string) string {
	t.Helper()
	want = normal(want)
	if got := normal(runAlone(t, program)); !alike(named(got, want), want) {
		return describe("as a script", got, want)
	}
	for n, got := range runTogether(t, program) {
		if got = normal(got); named(got, want) != want {
			return describe(fmt.Sprintf("as branch %d of %d", n+1, copies), got, want)
		}
	}
	return ""
}

// describe shows the first line that differs, and what is printed around it.
func describe(how, got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	i := 0
	for i < len(g) && i < len(w) && g[i] == w[i] {
		i++
	}
	return fmt.Sprintf("%s, line %d of the output:\n  Recue:  %s\n  lua5.1: %s", how, i+1, lines(g, i), lines(w, i))
}

func lines(all []string, i int) string {
	if i >= len(all) {
		return "(the end)"
	}
	return strings.Join(all[i:min(i+3, len(all))], "\n          ")
}
