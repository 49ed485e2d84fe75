package luabind

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
	"recue/luabind/vm"
)

func moduleFuncs() []*Func {
	return []*Func{
		{
			Name:    "require",
			Summary: "Loads a Lua module that lies beside the script, once, and returns what it returns.",
			Doc:     "`require \"lib.cameras\"` is the file lib/cameras.lua. Nothing outside the script's folder can be loaded.",
			Params:  []Param{{Name: "name", Type: Text, Check: checkModule, Doc: "the module's name, without .lua"}},
			Returns: []Return{{"module", "any", "what the module returned, or true"}},
			Run:     requireModule,
		},
		{
			Name:    "loadstring",
			Summary: "Compiles a text as Lua and returns it as a function, or nil and what is wrong.",
			Params: []Param{
				{Name: "code", Type: Text, Doc: "Lua"},
				{Name: "name", Type: Text, Optional: true, Default: "=(load)", Doc: "how errors call it"},
			},
			Returns: []Return{{"fn", "function?", "the compiled text"}, {"message", "string?", "what is wrong with it"}},
			Example: "print(loadstring(\"return 1 + 1\")())",
			Run: func(c *Call) error {
				return c.load(c.Text("code", ""), c.Text("name", c.Text("code", "")))
			},
		},
		{
			Name:    "load",
			Summary: "Compiles what fn returns piece by piece, as loadstring does a text.",
			Params: []Param{
				{Name: "fn", Type: Function, Doc: "called until it returns nil or an empty text"},
				{Name: "name", Type: Text, Optional: true, Default: "=(load)", Doc: "how errors call it"},
			},
			Returns: []Return{{"fn", "function?", "the compiled text"}, {"message", "string?", "what is wrong with it"}},
			Example: "local parts, i = {\"return \", \"42\"}, 0\nprint(load(function() i = i + 1; return parts[i] end)())",
			Run:     loadPieces,
		},
	}
}

// module is a file that was required.
type module struct {
	value  lua.LValue  // nil while it is being loaded
	wanted vm.Position // where it was required first
}

var moduleName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

func checkModule(v lua.LValue) error {
	name := v.String()
	if moduleName.MatchString(name) {
		return nil
	}
	if trimmed := strings.TrimSuffix(strings.ReplaceAll(strings.TrimPrefix(name, "./"), "/", "."), ".lua"); moduleName.MatchString(trimmed) {
		return fmt.Errorf("is written without slashes and .lua: %q, got %q", trimmed, name)
	}
	return fmt.Errorf("must be the name of a module beside the script, such as \"cameras\" or \"lib.cameras\", got %q", name)
}

func requireModule(c *Call) error {
	name := c.Text("name", "")
	here := c.branch.Position()
	if m := c.run.modules[name]; m != nil {
		if m.value == nil {
			return fmt.Errorf("%q is being loaded already: it was required at %s and, through what it requires, here at %s again", name, m.wanted, here)
		}
		return c.Return(m.value)
	}
	file := strings.ReplaceAll(name, ".", "/") + ".lua"
	source, err := c.run.readBeside(file, int64(c.run.limits.Source), "--max-source")
	if err != nil {
		return fmt.Errorf("module %q: %w", name, err)
	}
	chunk, err := load(file, source, c.run.limits, c.branch.Poll)
	if err != nil {
		return fmt.Errorf("module %q: %w", name, err)
	}
	c.run.chunks[chunk.Name] = chunk
	m := &module{wanted: here}
	c.run.modules[name] = m
	results, failed := c.branch.Call(c.L.NewFunctionFromProto(chunk.Proto), lua.LString(name))
	if failed != nil {
		delete(c.run.modules, name) // a later require tries again
		return failed
	}
	m.value = lua.LTrue
	if len(results) > 0 && results[0] != lua.LNil {
		m.value = results[0]
	}
	return c.Return(m.value)
}

// load gives a compiled text, or nil and a message, as Lua's load functions do.
func (c *Call) load(code, name string) error {
	if strings.HasPrefix(code, "#") { // which Lua passes over in files only
		return c.Return(lua.LNil, lua.LString(chunkName(name)+":1: unexpected symbol near '#'"))
	}
	chunk, err := load(chunkName(name), []byte(code), c.run.limits, c.branch.Poll)
	var wrong *syntax.Error
	if err != nil && !errors.As(err, &wrong) { // cancelled
		return err
	}
	if err != nil {
		return c.Return(lua.LNil, lua.LString(err.Error()))
	}
	return c.Return(c.L.NewFunctionFromProto(chunk.Proto))
}

// chunkName is how PUC Lua shows a chunk's name (luaO_chunkid): = and @ mark a
// name, anything else is the source itself.
func chunkName(name string) string {
	if strings.HasPrefix(name, "=") || strings.HasPrefix(name, "@") {
		return name[1:]
	}
	const max = 60 - len(` [string "..."] `) - 1 // LUA_IDSIZE
	line := name
	if end := strings.IndexAny(name, "\r\n"); end >= 0 {
		line = name[:end]
	}
	if len(line) > max {
		line = line[:max]
	}
	if len(line) < len(name) {
		line += "..."
	}
	return fmt.Sprintf(`[string "%s"]`, line)
}

func loadPieces(c *Call) error {
	var code strings.Builder
	for {
		results, err := c.branch.Call(c.Value("fn"))
		if err != nil {
			return c.Return(lua.LNil, err.Value)
		}
		if len(results) == 0 || results[0] == lua.LNil || results[0] == lua.LString("") {
			return c.load(code.String(), c.Text("name", "=(load)"))
		}
		piece, ok := results[0].(lua.LString)
		if !ok {
			return c.Return(lua.LNil, lua.LString("reader function must return a string"))
		}
		if code.Len()+len(piece) > c.run.limits.Source {
			return fmt.Errorf("the text is larger than %d KiB (limit --max-source)", c.run.limits.Source>>10)
		}
		code.WriteString(string(piece))
	}
}

// openArguments sets arg, with what followed the script's name, and vars.
func (r *run) openArguments(script string) {
	L := r.vm.State()
	arg := L.NewTable()
	arg.RawSetInt(0, lua.LString(script))
	for i, a := range r.host.Args {
		arg.RawSetInt(i+1, lua.LString(a))
	}
	r.arg = arg
	L.SetGlobal("arg", arg)
	vars := L.NewTable()
	for _, name := range slices.Sorted(maps.Keys(r.host.Vars)) {
		vars.RawSetString(name, lua.LString(r.host.Vars[name]))
	}
	L.SetGlobal("vars", vars)
}
