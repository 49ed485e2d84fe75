package dialect_test

import (
	"slices"
	"strings"
	"testing"

	"recue/luabind"
	"recue/luabind/check"
	"recue/luabind/dialect"
	"recue/runtime/script"
)

const (
	alarmPrograms = 120
	alarmHost     = "function emit(...) end function catch(f, ...) return pcall(f, ...) end\n"
	deadMark      = `emit("this is dead") `
)

// The generator's programs use all of the language. The only mistakes that they make on purpose are names called nope, which
// nobody defines; a check that calls anything else an error would refuse a program that runs. And what the check calls
// never reached must not be.
func TestCheckRaisesNoFalseAlarmOnGeneratedPrograms(t *testing.T) {
	unreachable := 0
	for seed := range uint64(alarmPrograms) {
		src := dialect.GenerateProgram(seed)
		findings := luabind.New().Check([]script.Source{{Name: "t", Text: []byte(alarmHost + src)}}, script.Limits{})
		var dead []script.Finding
		for _, f := range findings {
			if f.Severity == script.SeverityError && f.Message != "nope is not defined" {
				t.Errorf("seed %d: %d:%d: %s (%s)\n%s", seed, f.Line, f.Column, f.Message, f.Code, f.Source)
			}
			if f.Code == check.Unreachable {
				dead = append(dead, f)
			}
		}
		if len(dead) == 0 {
			continue
		}
		unreachable += len(dead)
		lines := strings.Split(src, "\n")
		for _, f := range slices.Backward(dead) { // a later one on the same line first
			at := &lines[f.Line-2] // a line for the host's
			*at = (*at)[:f.Column-1] + deadMark + (*at)[f.Column-1:]
		}
		if out := dialect.RunProgram(t, strings.Join(lines, "\n")); strings.Contains(out, "this is dead") || strings.HasPrefix(out, "syntax:") {
			t.Errorf("seed %d: what is never reached was reached:\n%s", seed, strings.Join(lines, "\n"))
		}
	}
	if unreachable < alarmPrograms/20 {
		t.Errorf("only %d places are never reached", unreachable)
	}
}
