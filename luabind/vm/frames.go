package vm

import (
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// frameView reads a call frame of gopher-lua, whose fields are not exported: how
// deep a thread is in calls, at which instruction each waits, how many results a
// call is to have. No function of the library tells these. The offsets come
// from reflection, so that another layout fails here and at once.
type frameView struct{ at unsafe.Pointer }

var (
	offCurrent = offset(reflect.TypeFor[lua.LState](), "currentFrame", reflect.Pointer)
	frameType  = frameTypeOf()
	offIdx     = offset(frameType, "Idx", reflect.Int)
	offFn      = offset(frameType, "Fn", reflect.Pointer)
	offParent  = offset(frameType, "Parent", reflect.Pointer)
	offPc      = offset(frameType, "Pc", reflect.Int)
	offNRet    = offset(frameType, "NRet", reflect.Int)
	offTail    = offset(frameType, "TailCall", reflect.Int)
)

func frameTypeOf() reflect.Type {
	field, _ := reflect.TypeFor[lua.LState]().FieldByName("currentFrame")
	return field.Type.Elem()
}

func offset(in reflect.Type, name string, kind reflect.Kind) uintptr {
	field, ok := in.FieldByName(name)
	if !ok || field.Type.Kind() != kind {
		panic("vm: gopher-lua's " + in.String() + " is not the one that is known: " + name)
	}
	return field.Offset
}

// currentFrame is the innermost call of a thread; not ok where there is none.
func currentFrame(L *lua.LState) (f frameView, ok bool) {
	f.at = *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(L), offCurrent))
	return f, f.at != nil
}

// parent is the frame of the caller.
func (f frameView) parent() (p frameView, ok bool) {
	p.at = *(*unsafe.Pointer)(unsafe.Add(f.at, offParent))
	return p, p.at != nil
}

func (f frameView) fn() *lua.LFunction { return *(**lua.LFunction)(unsafe.Add(f.at, offFn)) }
func (f frameView) index() int         { return *(*int)(unsafe.Add(f.at, offIdx)) }
func (f frameView) results() int       { return *(*int)(unsafe.Add(f.at, offNRet)) }

// pc is the instruction that a Lua function waits at.
func (f frameView) pc() int { return *(*int)(unsafe.Add(f.at, offPc)) - 1 }

// opcode is the operation of that instruction.
func (f frameView) opcode() int { return int(f.fn().Proto.Code[f.pc()] >> 26) }

// wanted is how many results the call that a Lua function waits for is to have, at least.
func (f frameView) wanted() int {
	if f.fn().IsG || f.pc() < 0 || f.opcode() != lua.OP_CALL {
		return 0
	}
	return int(f.fn().Proto.Code[f.pc()]>>9&0x1ff) - 1
}

// tailCalls is how many calls a frame has replaced.
func (f frameView) tailCalls() int {
	if f.fn().IsG {
		return 0
	}
	return *(*int)(unsafe.Add(f.at, offTail))
}

// position is the line that a frame is at; not ok for a Go function.
func (f frameView) position() (Position, bool) {
	if f.fn().IsG || f.pc() < 0 {
		return Position{}, false
	}
	proto := f.fn().Proto
	return Position{Source: proto.SourceName, Line: proto.DbgSourcePositions[f.pc()]}, true
}

// callee is the name of what a Lua function calls, as the script wrote it.
func (f frameView) callee() string {
	for _, call := range f.fn().Proto.DbgCalls {
		if call.Pc == f.pc() {
			return call.Name
		}
	}
	return ""
}

// Unwanted says whether the caller of the Go function that runs on L drops its
// results, as a statement does: they need not be made.
func Unwanted(L *lua.LState) bool {
	f, ok := currentFrame(L)
	return ok && f.results() == 0
}

// callDepth is the number of calls that a thread is in.
func callDepth(L *lua.LState) int {
	f, ok := currentFrame(L)
	if !ok {
		return 0
	}
	return f.index() + 1
}
