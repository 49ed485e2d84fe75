package luabind

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
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
	vm      *vm.VM
	root    *os.Root // the script's folder; nil where there is none
	chunks  map[string]*dialect.Chunk
	modules map[string]*module
	finals  []*lua.LFunction // run last first
	arg     *lua.LTable      // the global of that name

	graceFrom sync.Once
	graceEnd  time.Time // for the finally functions of a run that was cancelled
}

// local is what a branch carries for the bound functions.
type local struct {
	scope *recorder.Scope
}

func (c *Call) scope() *recorder.Scope { return c.branch.Host().(*local).scope }

// Run runs the program; see script.Program.
func (p *program) Run(ctx context.Context, host script.Host) error {
	r := &run{
		host:    host,
		chunks:  map[string]*dialect.Chunk{p.chunk.Name: p.chunk},
		modules: map[string]*module{},
	}
	if host.Dir != "" {
		root, err := os.OpenRoot(host.Dir)
		if err != nil {
			return &script.Error{Message: fmt.Sprintf("open the script's folder: %v", err), Err: err}
		}
		defer root.Close()
		r.root = root
	}
	r.vm = vm.New(vm.Options{Explain: dialect.Explain, Slow: func(at vm.Position) {
		host.Log.WithField("at", at.String()).Warn("computing for over a second without a wait: everything else in the script stands still")
	}})
	r.open(p.chunk.Name)

	main := r.vm.State().NewFunctionFromProto(p.chunk.Proto)
	args := make([]lua.LValue, len(host.Args))
	for i, a := range host.Args {
		args[i] = lua.LString(a)
	}
	failed := r.protected(ctx, main, args)
	var also []*script.Error
	for len(r.finals) > 0 {
		fn := r.finals[len(r.finals)-1]
		r.finals = r.finals[:len(r.finals)-1]
		if e := r.finalize(ctx, fn); e != nil {
			also = append(also, e)
		}
	}
	r.vm.Wait()
	return end(ctx, failed, also)
}

// end joins what a program and its finally functions ended with. An interrupt
// that came when only they were left is the end of the run all the same.
func end(ctx context.Context, failed *script.Error, also []*script.Error) error {
	if cause := context.Cause(ctx); failed == nil && cause != nil {
		failed = &script.Error{Message: cause.Error(), Err: cause}
	}
	if failed == nil && len(also) > 0 {
		failed, also = also[0], also[1:]
	}
	if failed == nil {
		return nil
	}
	failed.Also = also
	return failed
}

// protected runs fn as a root branch that ends with ctx.
func (r *run) protected(ctx context.Context, fn lua.LValue, args []lua.LValue) (failed *script.Error) {
	done := make(chan struct{})
	branch := r.vm.Go(nil, &local{r.host.Recorder.Scope()}, func(b *vm.Branch) {
		if _, err := b.Call(fn, args...); err != nil {
			failed = r.explain(b, err)
		} else if cause := b.Cause(); cause != nil {
			failed = r.explain(b, &vm.Error{Value: lua.LNil})
		}
	}, func() { close(done) })
	stop := context.AfterFunc(ctx, func() { branch.Cancel(context.Cause(ctx)) })
	defer stop()
	<-done
	return failed
}

// finalize runs one finally function: for as long as it takes after an ordinary
// end, until the grace is over once the run was cancelled. The grace is one for
// all finally functions.
func (r *run) finalize(ctx context.Context, fn *lua.LFunction) *script.Error {
	own, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		r.graceFrom.Do(func() { r.graceEnd = time.Now().Add(r.host.Grace) })
		timer := time.NewTimer(time.Until(r.graceEnd))
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(fmt.Errorf("not finished %v after the interrupt", r.host.Grace))
		case <-own.Done():
		}
	})
	defer stop()
	return r.protected(own, fn, nil)
}

// open fills the globals.
func (r *run) open(name string) {
	L := r.vm.State()
	stdlib.Open(L, stdlib.Host{
		Now:         r.host.Clock.Now,
		Location:    r.host.Location,
		Interrupted: func(L *lua.LState) error { return vm.Of(L).Err() },
	})
	dialect.Install(L, dialect.Options{})
	r.openFuncs()
	r.openArguments(name)
}

// openFuncs registers every Func: "start" as a global, "log.info" in a table that
// takes no assignment. That a script does not assign one of these globals by a
// slip (status = 3) is seen when it is loaded; see reserved.
func (r *run) openFuncs() {
	L := r.vm.State()
	groups := map[string]*lua.LTable{}
	for _, f := range Funcs() {
		fn := L.NewFunction(f.bind(r))
		group, name, grouped := strings.Cut(f.Name, ".")
		if !grouped {
			L.SetGlobal(f.Name, fn)
			continue
		}
		if groups[group] == nil {
			groups[group] = L.NewTable()
			L.SetGlobal(group, readOnly(L, group, groups[group]))
		}
		groups[group].RawSetString(name, fn)
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
