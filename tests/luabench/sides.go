package luabench

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind"
	"recue/runtime/clock"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// runRecue runs a script with Recue and gives what it prints.
func runRecue(ctx context.Context, source string, rounds int) (string, error) {
	limits := script.DefaultLimits()
	limits.Compute = 10 * time.Minute // checked as ever, but a slow machine may take its time
	program, err := luabind.New().Load("bench.lua", []byte(source), limits)
	if err != nil {
		return "", err
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	log := logrus.NewEntry(silent)
	var out strings.Builder
	err = program.Run(ctx, script.Host{
		Env:      script.Env{TaskID: "task01", Location: time.UTC, Stdout: &out, Log: log, Grace: time.Second},
		Recorder: recorder.New(nil, recorder.Options{Subject: "rec.control", Log: log}),
		Clock:    clock.Real{},
		Vars:     map[string]string{"rounds": strconv.Itoa(rounds)},
		Limits:   limits,
	})
	return out.String(), err
}

// runStock runs a script with gopher-lua as it comes.
func runStock(_ context.Context, source string, rounds int) (string, error) {
	L := lua.NewState()
	defer L.Close()
	var out strings.Builder
	L.SetGlobal("print", L.NewFunction(func(L *lua.LState) int { fmt.Fprintln(&out, L.Get(1)); return 0 }))
	vars := L.NewTable()
	vars.RawSetString("rounds", lua.LString(strconv.Itoa(rounds)))
	L.SetGlobal("vars", vars)
	err := L.DoString(source)
	return out.String(), err
}
