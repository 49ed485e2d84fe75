package vm

import (
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// Position is a place in a script.
type Position struct {
	Source string // the chunk's name
	Line   int
	// Func is the name of what was called there, as the script wrote it, for the
	// innermost position only; "" where it is not known.
	Func string
}

func (p Position) String() string { return fmt.Sprintf("%s:%d", p.Source, p.Line) }

// How much of a chain of calls is kept: people read its ends.
const (
	maxFrames  = 20 // of one thread
	maxTrace   = 40 // of all threads
	tailProbes = 64 // levels that tail calls may have left without a frame
)

// Trace lists where the branch is, innermost first, and on through the branches
// that wait for it. Go functions have no line and are left out.
func (b *Branch) Trace() []Position {
	var trace []Position
	for at := b; at != nil; at = at.parent {
		called := ""
		if at.task != nil && at.task.parked.waiting {
			if trace := at.task.parked.trace; trace != nil {
				return trace // of a running branch: those around it do not park
			}
			if f, ok := currentFrame(at.thread()); ok && !f.fn().IsG {
				called = f.callee()
			}
		}
		for i := len(at.threads) - 1; i >= 0 && len(trace) < maxTrace; i-- {
			trace = appendFrames(trace, at.threads[i], called)
		}
	}
	return trace
}

// Position is the innermost script line of the branch.
func (b *Branch) Position() Position {
	if trace := b.Trace(); len(trace) > 0 {
		return trace[0]
	}
	return Position{}
}

// Where is the position of the Lua function at level on L, level 1 being the
// function that called the running Go function; as luaL_where, but false
// instead of a guess where that is no Lua function. As in PUC Lua a tail call
// counts as a level, which has no position, and a coroutine's levels end with it.
func Where(L *lua.LState, level int) (Position, bool) {
	if level <= 1 {
		return frame(L, level)
	}
	for th := L; th != nil; th = caller(th) {
		for f, ok := currentFrame(th); ok; f, ok = f.parent() {
			if level == 0 {
				return f.position()
			}
			if level -= 1 + f.tailCalls(); level < 0 {
				return Position{}, false
			}
		}
	}
	return Position{}, false
}

// caller is the thread in whose protected call L runs, or nil.
func caller(L *lua.LState) *lua.LState {
	b := Of(L)
	if b == nil || L.Parent != nil { // a coroutine
		return nil
	}
	if i := slices.Index(b.threads, L); i > 0 {
		return b.threads[i-1]
	}
	return nil
}

func frame(L *lua.LState, level int) (Position, bool) {
	dbg, ok := L.GetStack(level)
	if !ok {
		return Position{}, false
	}
	if _, err := L.GetInfo("Sl", dbg, lua.LNil); err != nil || dbg.CurrentLine <= 0 {
		return Position{}, false
	}
	return Position{Source: dbg.Source, Line: dbg.CurrentLine}, true
}

// appendFrames adds the Lua frames of one thread. A level that a tail call has
// consumed answers with the thread's outermost frame ("main"); those are passed
// over, so that it appears once. called is what the innermost function calls, where
// that has no frame any more.
func appendFrames(trace []Position, L *lua.LState, called string) []Position {
	for level, tail := 0, 0; level < maxFrames+tailProbes && len(trace) < maxTrace; level++ {
		dbg, ok := L.GetStack(level)
		if !ok {
			break
		}
		if _, err := L.GetInfo("nSl", dbg, lua.LNil); err != nil {
			break
		}
		if tail > 0 && dbg.What == "main" && tail < tailProbes {
			tail++
			if _, more := L.GetStack(level + 1); more {
				continue
			}
		}
		if dbg.CurrentLine > 0 {
			at := Position{Source: dbg.Source, Line: dbg.CurrentLine}
			if len(trace) == 0 {
				at.Func = called
			}
			trace = append(trace, at)
		}
		if dbg.What == "main" {
			break
		}
		called = dbg.Name
		tail = 0
		if dbg.What == "tail" {
			tail = 1
		}
	}
	return trace
}
