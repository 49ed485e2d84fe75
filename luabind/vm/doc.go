// Package vm runs Lua: one state, branches that run concurrently, and the
// baton that lets only one of them touch Lua at any moment.
//
// A Branch is a goroutine that runs Lua on threads of one state. It holds the
// baton while it computes and gives it away where it waits (Await), so shared
// variables of a script need no locks. The baton is handed over in the order of
// asking; a wait asks at the moment when what it waited for has happened.
//
// Everything that a script protects (pcall, xpcall, try, a branch) runs on a
// Lua thread of its own: gopher-lua closes the upvalues of every frame of a
// thread when an error is raised in it (upstream issue 448), also of those that
// live on behind the pcall.
//
// Every thread carries its Branch as its context. The interpreter asks the
// context before every instruction, so a cancelled branch raises at its next
// one, and pcall cannot hold it.
//
//	m := vm.New(vm.Options{Clock: clock.Real{}})
//	root := m.Go(nil, func(b *vm.Branch) { … b.Call(fn) … })
//	root.Cancel(cause)
//	m.Wait()
package vm
