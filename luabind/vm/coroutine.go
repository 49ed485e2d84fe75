package vm

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
)

// openCoroutine installs the coroutine library on top of gopher-lua's threads.
//
// The stock functions start and switch threads; around them stand the rules
// that they lack: a coroutine runs for the branch that resumes it (its context),
// one that is inside a wait cannot be resumed by another branch, and a yield
// where none is possible is an error as in PUC Lua, instead of a silently wrong
// return (upstream has no check for a yield across pcall, a metamethod, an
// iterator or a sort comparator).
func (m *VM) openCoroutine() {
	L := m.state
	L.Push(L.NewFunction(lua.OpenCoroutine))
	L.Push(lua.LString(lua.CoroutineLibName))
	L.Call(1, 1)
	stock := L.CheckTable(-1)
	L.Pop(1)
	m.coroutineResume = stock.RawGetString("resume").(*lua.LFunction).GFunction
	c := stockCoroutines{
		create: stock.RawGetString("create").(*lua.LFunction).GFunction,
		resume: m.coroutineResume,
		body:   trampoline(L, stock.RawGetString("yield")),
	}
	lib := L.NewTable()
	for name, fn := range map[string]lua.LGFunction{
		"create": c.create5, "resume": c.resume5, "wrap": c.wrap5,
		"yield": yield, "status": status, "running": running,
	} {
		lib.RawSetString(name, L.NewFunction(fn))
	}
	L.SetGlobal(lua.CoroutineLibName, lib)
}

type stockCoroutines struct {
	create, resume lua.LGFunction
	body           *lua.LFunction
}

// trampoline gives the Lua function in which every coroutine begins. The stock
// resume replaces a thread's Panic hook when it starts the thread; a coroutine
// that has already yielded once keeps the hook that create5 gives it.
func trampoline(L *lua.LState, yield lua.LValue) *lua.LFunction {
	make, err := L.LoadString("local yield = ... return function(fn) return fn(yield()) end")
	if err != nil {
		panic(err)
	}
	L.Push(make)
	L.Push(yield)
	L.Call(1, 1)
	body := L.Get(-1).(*lua.LFunction)
	L.Pop(1)
	return body
}

func (c stockCoroutines) create5(L *lua.LState) int {
	if fn, ok := L.Get(1).(*lua.LFunction); !ok || fn.IsG {
		stdlib.ArgError(L, 1, "Lua function expected")
	}
	b := Of(L)
	if err := b.Admit(1); err != nil {
		Raise(L, lua.LString(At(L, 1)+err.Error()))
	}
	fn := L.Get(1)
	L.SetTop(0)
	L.Push(c.body)
	L.RemoveContext() // NewThread would derive a cancel context from it for every coroutine
	own := L.Options
	L.Options.CallStackSize = coDepth // as many as the main program's would cost more than the rest of it
	c.create(L)
	L.Options = own
	b.vm.assign(L, b)
	co := L.Get(-1).(*lua.LState)
	L.SetTop(0)
	L.Push(co)
	L.Push(fn)
	b.vm.assign(co, b)
	c.resume(L)
	co.Panic = raise
	L.SetTop(0)
	L.Push(co)
	b.vm.coroutines.add(co)
	return 1
}

func (c stockCoroutines) resume5(L *lua.LState) int {
	co, ok := L.Get(1).(*lua.LState)
	if !ok {
		stdlib.ArgError(L, 1, "coroutine expected")
	}
	if text := cannotResume(L, co); text != "" {
		L.Push(lua.LFalse)
		L.Push(lua.LString(text))
		return 2
	}
	return c.run(L, co)
}

// wrap5 returns a function that resumes and passes errors on, with the position
// in front of a text as PUC's auxwrap does.
func (c stockCoroutines) wrap5(L *lua.LState) int {
	c.create5(L)
	co := L.Get(-1).(*lua.LState)
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if text := cannotResume(L, co); text != "" {
			Raise(L, lua.LString(At(L, 1)+text))
		}
		L.Insert(co, 1)
		n := c.run(L, co)
		if L.Get(-n) == lua.LTrue {
			return n - 1
		}
		value := L.Get(-1)
		if text, ok := value.(lua.LString); ok {
			value = lua.LString(At(L, 1) + string(text))
		}
		if b := Of(L); b.handled == 0 {
			b.keep = b.last.trace
		}
		Raise(L, value)
		return 0
	}))
	return 1
}

// run resumes co for the branch that runs L; the stack is that of resume.
func (c stockCoroutines) run(L *lua.LState, co *lua.LState) int {
	b := Of(L)
	frames, ok := b.nest(co)
	if !ok {
		Raise(L, lua.LString(At(L, 1)+nestedTooDeeply))
	}
	b.vm.assign(co, b)
	defer func() {
		if co.Dead {
			b.vm.coroutines.ended()
		}
		b.unnest(frames)
		b.vm.state.G.CurrentThread = L
	}()
	f, left := currentFrame(co)
	if !left {
		return finishTail(L, co)
	}
	for n := f.wanted(); L.GetTop()-1 < n; { // gopher-lua leaves what is not given as it was
		L.Push(lua.LNil)
	}
	n := c.resume(L)
	if b.Cancelled() {
		Raise(L, lua.LString(b.Cause().Error()))
	}
	return n
}

// finishTail is the resume of a coroutine whose function has yielded with its
// last call, return yield(…): gopher-lua has given up the function's frame and
// does not know how to go on. What is passed to resume is what the function
// returns, and the coroutine ends. The stack is that of resume.
func finishTail(L, co *lua.LState) int {
	co.Dead = true
	L.Replace(1, lua.LTrue)
	return L.GetTop()
}

// state names a coroutine's state: a thread has a Parent from resume to yield.
func coState(L, co *lua.LState) string {
	switch {
	case co == L:
		return "running"
	case co.Dead:
		return "dead"
	case co.Parent != nil:
		return "normal"
	}
	return "suspended"
}

// isCoroutine says whether a running thread is a coroutine, and no branch or
// protected call. A branch that has waited (Park) has a parent too.
func isCoroutine(L *lua.LState) bool { return L.Parent != nil && L != Of(L).threads[0] }

// cannotResume says why co cannot be resumed, in the words of PUC Lua 5.1, or "".
func cannotResume(L, co *lua.LState) string {
	state := coState(L, co)
	if state == "suspended" {
		return ""
	}
	if state == "normal" && Of(co) != Of(L) {
		return "cannot resume a coroutine that waits in another branch"
	}
	return "cannot resume " + state + " coroutine"
}

func status(L *lua.LState) int {
	co, ok := L.Get(1).(*lua.LState)
	if !ok {
		stdlib.ArgError(L, 1, "coroutine expected")
	}
	L.Push(lua.LString(coState(L, co)))
	return 1
}

func running(L *lua.LState) int {
	if !isCoroutine(L) { // a branch, or a protected call: no coroutine of its own
		if co := enclosing(L); co != nil {
			L.Push(co)
		} else {
			L.Push(lua.LNil)
		}
		return 1
	}
	L.Push(L)
	return 1
}

// enclosing is the coroutine in which the protected call L runs, or nil.
func enclosing(L *lua.LState) *lua.LState {
	threads := Of(L).threads
	for i := len(threads) - 1; i >= 0; i-- {
		if isCoroutine(threads[i]) {
			return threads[i]
		}
	}
	return nil
}

func yield(L *lua.LState) int {
	if !isCoroutine(L) {
		if enclosing(L) != nil {
			Raise(L, lua.LString("attempt to yield across metamethod/C-call boundary"))
		}
		Raise(L, lua.LString("attempt to yield from outside a coroutine"))
	}
	// A yield returns from one interpreter loop: a metamethod, an iterator or a
	// library function that called Lua would take it for a return.
	if frame, _ := currentFrame(L); !onlyCalls(frame) {
		Raise(L, lua.LString("attempt to yield across metamethod/C-call boundary"))
	}
	return -1
}
