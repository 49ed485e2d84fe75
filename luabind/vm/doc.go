// Package vm runs Lua: one state, branches that run concurrently, and the
// baton that lets only one of them touch Lua at any moment.
//
// A Branch runs Lua on threads of one state. It holds the baton while it computes
// and gives it away where it waits (Await), so shared variables of a script need no
// locks. The baton is handed over in the order of
// asking; a wait asks at the moment when what it waited for has happened.
//
// Everything that a script protects (pcall, xpcall, try, a branch) runs on a
// Lua thread of its own: gopher-lua closes the upvalues of every frame of a
// thread when an error is raised in it (upstream issue 448), also of those that
// live on behind the pcall.
//
// Every thread carries its Branch as its context. The interpreter looks at its
// Flags before every instruction (gopher-lua's own asks Done), so a cancelled branch
// raises at its next one, and pcall cannot hold it.
//
// Where the speed comes from, each measured with tests/bench:
//
//   - Park (park.go): a branch that waits directly in its own Lua functions yields its
//     thread, and needs no goroutine. A hand-over is a function's return, and nobody
//     grows, scans and keeps a stack of 8 KiB for each branch.
//   - A branch that is parked puts its calls and registers aside, some 200 bytes, and gives
//     up its thread (aside.go), unless a closure shares a variable with it or it is deep in
//     calls. With a hundred thousand branches a command takes a fifth less CPU time than
//     where each keeps a thread, and the process a fifth less memory.
//   - Threads are copies of a blank one (threads.go), each one piece of memory of 1.5 KiB;
//     gopher-lua's own way to make one takes 4 KiB in six pieces and leaves 5 KiB of
//     garbage. The longest part, room for a thousand calls within each other, is lent by
//     the driver while the branch runs. Used threads are used again. The script itself and
//     the functions that it declared are run so too: a thousand runs of jobs begin in a
//     third of the time.
//   - Garbage is collected later than Go would where little lives (garbage.go).
//
// frames.go, threads.go and aside.go read and copy parts of gopher-lua that it does not export;
// they hold for the version in go.mod, and say so at once if another one
// has another layout.
//
//	m := vm.New(vm.Options{})
//	root := m.Go(nil, nil, func(b *vm.Branch) { … b.Call(fn) … }, nil)
//	root.Cancel(cause)
//	m.Wait()
package vm
