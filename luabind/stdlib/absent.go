package stdlib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// What Lua 5.1 has and a Recue script has not: files, processes, the environment, and what reaches into the
// interpreter.
//
// Functions are there as functions that raise when they are called, and io, debug and package are tables of such
// functions. So a feature test (`if io then`, `if os.getenv then`) does not fail, and whoever goes on to use what was
// tested is told plainly what is missing and what to take instead. Were they nil, a script that writes its result
// `if io then` would go on without a word, and one that does not test would end in "attempt to index a nil value".
// What is no function (io.stderr, package.path) raises as soon as it is read.

// absent is a name that a script has not, and what to use instead ("" where there is nothing).
type absent struct {
	name    string
	instead string
	value   bool // no function in Lua 5.1
}

const (
	useLog      = "use print, or log.info for messages"
	useLoadData = "use load_data(file) for JSON and CSV files, or require for modules"
	useRequire  = "use require for a module beside the script"
	useTables   = "let a module return a table, and use require"
	useDebug    = "an error that nobody caught is shown with its chain of calls"
)

var absentNames = []absent{
	{name: "dofile", instead: useRequire},
	{name: "gcinfo", instead: `use collectgarbage("count")`},
	{name: "getfenv", instead: useTables},
	{name: "loadfile", instead: useRequire},
	{name: "module", instead: useTables},
	{name: "newproxy", instead: "use setmetatable with a table"},
	{name: "setfenv", instead: useTables},

	{name: "os.execute"},
	{name: "os.exit", instead: "use fail(message) to end the script as failed, or return at its top level"},
	{name: "os.getenv", instead: "use vars.NAME, which --var NAME=VALUE sets"},
	{name: "os.remove"},
	{name: "os.rename"},
	{name: "os.setlocale"},
	{name: "os.tmpname"},

	{name: "string.dump"},
	{name: "string.gfind", instead: "use string.gmatch"},

	{name: "io.close"},
	{name: "io.flush"},
	{name: "io.input", instead: useLoadData},
	{name: "io.lines", instead: useLoadData},
	{name: "io.open", instead: useLoadData},
	{name: "io.output", instead: useLog},
	{name: "io.popen"},
	{name: "io.read", instead: "use arg or vars for what a script is to be told"},
	{name: "io.tmpfile"},
	{name: "io.type"},
	{name: "io.write", instead: useLog},
	{name: "io.stdin", value: true, instead: "use arg or vars for what a script is to be told"},
	{name: "io.stdout", value: true, instead: useLog},
	{name: "io.stderr", value: true, instead: "use log.error"},

	{name: "debug.debug"},
	{name: "debug.getfenv"},
	{name: "debug.gethook"},
	{name: "debug.getinfo", instead: useDebug},
	{name: "debug.getlocal"},
	{name: "debug.getmetatable", instead: "use getmetatable"},
	{name: "debug.getregistry"},
	{name: "debug.getupvalue"},
	{name: "debug.setfenv"},
	{name: "debug.sethook"},
	{name: "debug.setlocal"},
	{name: "debug.setmetatable", instead: "use setmetatable"},
	{name: "debug.setupvalue"},
	{name: "debug.traceback", instead: useDebug},

	{name: "package.loadlib"},
	{name: "package.seeall", instead: useTables},
	{name: "package.config", value: true, instead: useRequire},
	{name: "package.cpath", value: true, instead: useRequire},
	{name: "package.loaded", value: true, instead: useRequire},
	{name: "package.loaders", value: true, instead: useRequire},
	{name: "package.path", value: true, instead: useRequire},
	{name: "package.preload", value: true, instead: useRequire},
}

// Absent tells whether a name ("os.execute", "dofile") belongs to Lua 5.1 but not to Recue scripts, and returns the
// text of the error that its use raises.
func Absent(name string) (message string, absent bool) {
	for _, a := range absentNames {
		if a.name == name {
			return a.message(), true
		}
	}
	return "", false
}

func (a absent) message() string {
	text := a.name + " is not available in Recue scripts"
	if a.instead != "" {
		text += ": " + a.instead
	}
	return text
}

// openAbsent puts functions that raise in the place of what is absent.
func openAbsent(L *lua.LState, globals *lua.LTable) {
	values := map[*lua.LTable]map[string]absent{}
	for _, a := range absentNames {
		t, name := globals, a.name
		if library, member, found := strings.Cut(a.name, "."); found {
			name = member
			var ok bool
			if t, ok = globals.RawGetString(library).(*lua.LTable); !ok {
				t = L.CreateTable(0, 16)
				globals.RawSetString(library, t)
			}
		}
		if !a.value {
			t.RawSetString(name, L.NewFunction(func(L *lua.LState) int {
				Errorf(L, "%s", a.message())
				return 0
			}))
			continue
		}
		if values[t] == nil {
			values[t] = map[string]absent{}
			guardAbsent(L, t, values[t])
		}
		values[t][name] = a
	}
}

// guardAbsent makes reading one of the values raise.
func guardAbsent(L *lua.LState, t *lua.LTable, values map[string]absent) {
	mt := L.CreateTable(0, 2)
	mt.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		if a, ok := values[lua.LVAsString(L.Get(2))]; ok {
			Errorf(L, "%s", a.message())
		}
		L.Push(lua.LNil)
		return 1
	}))
	mt.RawSetString("__metatable", lua.LFalse)
	t.Metatable = mt
}
