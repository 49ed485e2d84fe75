// Recue runs Lua scripts that drive recorders over NATS. See runtime/app for the
// command line and luabind for the script language.
package main

import (
	"os"

	"recue/luabind"
	"recue/runtime/app"
)

func main() { os.Exit(app.Main(os.Args, luabind.New())) }
