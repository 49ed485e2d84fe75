package vm

import (
	"fmt"
	"runtime/debug"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Error is a Lua error on its way to somebody who handles it.
type Error struct {
	Value lua.LValue // the error object, any Lua value
	Trace []Position // where it was raised, innermost first; empty where nobody can see it uncaught
	// Bug is the Go stack of a panic that is no Lua error: a defect of Recue.
	Bug string
}

// Error is the error object as text, without calling into Lua.
func (e *Error) Error() string { return e.Value.String() }

// Call runs fn protected, on a thread of its own, and gives its results.
func (b *Branch) Call(fn lua.LValue, args ...lua.LValue) ([]lua.LValue, *Error) {
	return b.protect(fn, args, false)
}

// protect is Call; handled says that a script's own pcall waits for the error,
// which then needs no trace.
func (b *Branch) protect(fn lua.LValue, args []lua.LValue, handled bool) (results []lua.LValue, err *Error) {
	if err := b.callable(fn); err != nil {
		return nil, err
	}
	outer := b.thread()
	th := b.vm.newThread(b)
	frames, ok := b.nest(th)
	if !ok {
		b.vm.freeThread(b, th)
		return nil, &Error{Value: lua.LString(nestedTooDeeply), Trace: b.Trace()}
	}
	if handled {
		b.handled++
	}
	defer func() {
		r := recover()
		if r != nil {
			err = b.recovered(r)
		}
		if handled {
			b.handled--
		}
		b.unnest(frames)
		if _, raised := r.(*lua.ApiError); raised {
			b.vm.salvage(b, th)
		}
		b.vm.state.G.CurrentThread = outer
	}()
	b.vm.state.G.CurrentThread = th
	th.Push(fn)
	for _, arg := range args {
		th.Push(arg)
	}
	th.Call(len(args), lua.MultRet)
	results = popAll(th)
	b.vm.freeThread(b, th)
	return results, nil
}

// callable says why fn cannot be called, or nil.
func (b *Branch) callable(fn lua.LValue) *Error {
	if fn.Type() == lua.LTFunction || b.vm.state.GetMetaField(fn, "__call").Type() == lua.LTFunction {
		return nil
	}
	return &Error{Value: lua.LString("attempt to call a " + fn.Type().String() + " value"), Trace: b.Trace()}
}

const nestedTooDeeply = "stack overflow (protected calls and coroutines nested too deeply)"

// nest makes th the innermost thread, unless there are too many already, or
// those that wait hold too many calls: a call through a metamethod or a library
// function takes a few hundred bytes of the goroutine's stack, and a goroutine whose
// stack is full ends the process.
func (b *Branch) nest(th *lua.LState) (frames int, ok bool) {
	if n := len(b.threads); n > 0 {
		frames = callDepth(b.threads[n-1])
	}
	if len(b.threads) >= threadDepth || b.frames+frames > totalDepth {
		return 0, false
	}
	b.frames += frames
	b.threads = append(b.threads, th)
	return frames, true
}

// unnest undoes nest, which gave frames.
func (b *Branch) unnest(frames int) {
	b.frames -= frames
	b.threads[len(b.threads)-1] = nil
	b.threads = b.threads[:len(b.threads)-1]
}

// registryOverflow is how gopher-lua says that the calls of a thread hold too many values.
const registryOverflow = "registry overflow"

// raised remembers the trace that was taken before a raising thread's frames were lost.
type raised struct {
	err   *lua.ApiError
	trace []Position
}

// raise is the Panic hook of every thread. gopher-lua's own writes a whole
// traceback as text, which takes seconds for a deep recursion.
func raise(L *lua.LState) {
	api := &lua.ApiError{Type: lua.ApiErrorRun, Object: L.Get(-1)}
	b := Of(L)
	if text, ok := api.Object.(lua.LString); ok && b.vm.opts.Explain != nil {
		api.Object = lua.LString(b.vm.opts.Explain(L, string(text)))
	}
	if text, ok := api.Object.(lua.LString); ok && strings.HasSuffix(string(text), registryOverflow) {
		api.Object = lua.LString(strings.TrimSuffix(string(text), registryOverflow) + "stack overflow (too many values)")
	}
	trace := b.keep
	b.keep = nil
	if trace == nil && b.handled == 0 {
		trace = b.Trace()
	}
	b.last = raised{api, trace}
	panic(api)
}

// recovered turns a panic into an Error.
func (b *Branch) recovered(r any) *Error {
	switch v := r.(type) {
	case *lua.ApiError:
		e := &Error{Value: v.Object}
		if b.last.err == v {
			e.Trace = b.last.trace
		}
		if e.Value == nil {
			e.Value = lua.LNil
		}
		return e
	case string:
		if v == callstackOverflow {
			e := &Error{Value: lua.LString("stack overflow"), Trace: b.Trace()}
			if len(e.Trace) > 0 {
				e.Value = lua.LString(e.Trace[0].String() + ": stack overflow")
			}
			return e
		}
	}
	text := fmt.Sprintf("internal error of Recue, please report it: %v", r)
	return &Error{Value: lua.LString(text), Trace: b.Trace(), Bug: string(debug.Stack())}
}

// callstackOverflow is what gopher-lua's growing call stack panics with at its end.
const callstackOverflow = "lua callstack overflow"
