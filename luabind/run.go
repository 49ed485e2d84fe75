package luabind

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
	"recue/luabind/stdlib"
	"recue/luabind/vm"
	"recue/runtime/recorder"
	"recue/runtime/script"
)

// program is a script that was loaded.
type program struct {
	chunk *dialect.Chunk
}

// run is one run of a program.
type run struct {
	host    script.Host
	limits  script.Limits // of the host, complete
	vm      *vm.VM
	root    *os.Root // the script's folder; nil where there is none
	chunks  map[string]*dialect.Chunk
	modules map[string]*module
	arg     *lua.LTable  // the global of that name
	top     *environment // of the script itself, for as long as it runs; nil after
	match   lua.LValue   // string.match
}

// local is what a branch carries for the bound functions.
type local struct {
	env   *environment
	scope *recorder.Scope // the environment's, or one within it
	// held gets the expectations that are not met where they are for the caller to
	// judge and need not fail the test: within eventually and fails. Else nil.
	held *holding
}

// holding is what was held back within one call.
type holding struct {
	unmet []*script.Error
}

func (c *Call) env() *environment      { return c.branch.Host().(*local).env }
func (c *Call) scope() *recorder.Scope { return c.branch.Host().(*local).scope }

// Run runs the program; see script.Program.
func (p *program) Run(ctx context.Context, host script.Host) error {
	return p.begin(ctx, &run{}, host)
}

// begin is Run with the run to fill in.
func (p *program) begin(ctx context.Context, r *run, host script.Host) error {
	if err := r.prepare(host, p.chunk.Name); err != nil {
		return err
	}
	defer r.end()
	r.chunks[p.chunk.Name] = p.chunk

	args := make([]any, len(host.Args))
	for i, a := range host.Args {
		args[i] = a
	}
	env := host.Env
	if env.Scope == nil {
		env.Scope = host.Recorder.Scope()
	}
	return r.whole(ctx, env, r.vm.State().NewFunctionFromProto(p.chunk.Proto), args)
}

// prepare makes everything that a program runs in. name is what it finds in arg[0]. The
// error is a *script.Error.
func (r *run) prepare(host script.Host, name string) error {
	r.host, r.limits = host, host.Limits.WithDefaults()
	if host.Jobs == nil {
		r.host.Jobs = &script.JobList{}
	}
	r.chunks, r.modules = map[string]*dialect.Chunk{}, map[string]*module{}
	if host.Dir != "" {
		root, err := os.OpenRoot(host.Dir)
		if err != nil {
			return &script.Error{Message: fmt.Sprintf("open the script's folder: %v", err), Err: err}
		}
		r.root = root
	}
	r.vm = vm.New(vm.Options{
		Explain: dialect.Explain, Attach: dialect.Attach, Busy: r.busy(),
		MaxCompute: r.limits.Compute, MaxHeap: r.limits.Heap, MaxThreads: r.limits.Threads,
		Slow: func(at vm.Position) {
			host.Log.WithField("at", at.String()).Warn("computing for over a second without a wait: everything else in the script stands still")
		},
	})
	r.open(name)
	return nil
}

// end waits for all branches and lets go of the script's folder.
func (r *run) end() {
	r.vm.Wait()
	if r.root != nil {
		_ = r.root.Close() // it was only read
	}
}

// open fills the globals.
func (r *run) open(name string) {
	L := r.vm.State()
	stdlib.Open(L, stdlib.Host{
		Now:         r.host.Clock.Now,
		Zone:        func(L *lua.LState) *time.Location { return vm.Of(L).Host().(*local).env.Location },
		Interrupted: func(L *lua.LState) error { return vm.Of(L).Poll() },
		Seed:        r.host.Seed, MaxString: r.limits.String, PatternSteps: r.limits.PatternSteps,
	})
	dialect.Install(L, dialect.Options{MaxString: r.limits.String})
	r.match = L.GetField(L.GetGlobal("string"), "match")
	openMarks(L)
	r.openFuncs()
	r.openArguments(name)
}

// openFuncs registers every Func: "start" as a global, "log.info" in a table that
// takes no assignment. That a script does not assign one of these globals by a
// slip (status = 3) is seen when it is loaded; see reserved.
func (r *run) openFuncs() {
	L := r.vm.State()
	groups := map[string]*lua.LTable{}
	plain := map[string]lua.LGFunction{}
	for _, f := range Funcs() {
		fn := f.bind(r)
		group, name, grouped := strings.Cut(f.Name, ".")
		if !grouped {
			plain[f.Name] = fn
			L.SetGlobal(f.Name, L.NewFunction(fn))
			continue
		}
		if groups[group] == nil {
			groups[group] = L.NewTable()
			table := readOnly(L, group, groups[group])
			if call := plain[group]; call != nil { // expect(…), beside expect.soft(…)
				table.Metatable.(*lua.LTable).RawSetString("__call", L.NewFunction(func(L *lua.LState) int {
					L.Remove(1) // the table
					return call(L)
				}))
			}
			L.SetGlobal(group, table)
		}
		groups[group].RawSetString(name, L.NewFunction(fn))
	}
}

// readOnly gives a table that shows the fields of another and takes no assignment.
func readOnly(L *lua.LState, name string, fields *lua.LTable) *lua.LTable {
	meta := L.NewTable()
	meta.RawSetString("__index", fields)
	meta.RawSetString("__metatable", lua.LString(name))
	meta.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		vm.Raise(L, lua.LString(fmt.Sprintf("%s%s.%s cannot be assigned: %s is Recue's own", vm.At(L, 1), name, L.Get(2), name)))
		return 0
	}))
	table := L.NewTable()
	table.Metatable = meta
	return table
}
