package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"recue/luabind"
	"recue/runtime/app"
)

// The scripts of the Lua sides. Each prints "begin" and "end" around its work.
var (
	//go:embed branches.lua
	branchesScript string
	//go:embed commands.lua
	commandsScript string
	//go:embed sequential.lua
	sequentialScript string
)

// inLua gives the side that runs a script with `recue run`.
func inLua(source string) func(j job, m *meter) error {
	return func(j job, m *meter) error {
		var stderr bytes.Buffer
		machine := app.System([]string{
			"recue", "run", "--server", j.URL, "--timeout", timeout.String(),
			"--var", "in_flight=" + strconv.Itoa(j.InFlight), "--var", "rounds=" + strconv.Itoa(j.Rounds), "-e", source,
		})
		machine.LookupEnv = func(string) (string, bool) { return "", false } // no settings of whoever measures
		machine.Open = func(string) (fs.File, error) { return nil, os.ErrNotExist }
		machine.Stdout, machine.Stderr = m, &stderr
		if code := app.Run(machine, luabind.New()); code != 0 {
			return fmt.Errorf("recue run: exit code %d: %s", code, stderr.Bytes())
		}
		return nil
	}
}
