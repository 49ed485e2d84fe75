package vm

import (
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// A branch that is parked has no use of a thread: where its calls stand and what their
// registers hold is put aside, some 200 bytes instead of 1.5 KiB, and the thread runs
// the next branch. Each thread less is memory that the system need not find and the
// collector need not look through.

// callFrame is a call in gopher-lua's stack; init compares it with the original.
type callFrame struct {
	Idx        int // its place in the stack
	Fn         *lua.LFunction
	Parent     *callFrame // who called it: the one below
	Pc         int
	Base       int
	LocalBase  int
	ReturnBase int
	NArgs      int
	NRet       int
	TailCall   int
}

func init() {
	own := reflect.TypeFor[callFrame]()
	for i := range max(own.NumField(), frameType.NumField()) {
		if own.NumField() != frameType.NumField() || own.Field(i).Name != frameType.Field(i).Name ||
			own.Field(i).Type.Kind() != frameType.Field(i).Type.Kind() || own.Field(i).Offset != frameType.Field(i).Offset {
			panic("vm: gopher-lua's call frame is not the one that is known")
		}
	}
}

// call is what is put aside of a callFrame; its place says the rest.
type call struct {
	fn                                                      *lua.LFunction
	pc, base, localBase, returnBase, args, wanted, replaced int32
}

func (f *callFrame) call() call {
	return call{
		fn: f.Fn, pc: int32(f.Pc), base: int32(f.Base), localBase: int32(f.LocalBase), returnBase: int32(f.ReturnBase),
		args: int32(f.NArgs), wanted: int32(f.NRet), replaced: int32(f.TailCall),
	}
}

func (c *call) frame(place int, parent *callFrame) callFrame {
	return callFrame{
		Idx: place, Fn: c.fn, Parent: parent, Pc: int(c.pc), Base: int(c.base), LocalBase: int(c.localBase), ReturnBase: int(c.returnBase),
		NArgs: int(c.args), NRet: int(c.wanted), TailCall: int(c.replaced),
	}
}

// aside is what a parked branch keeps of its thread.
type aside struct {
	calls  []call // outermost first
	values []lua.LValue
	needs  int     // registers
	one    [1]call // where calls begins: most branches wait in their function itself
}

// mostAside is up to how many registers are put aside; a branch that uses more keeps
// its thread.
const mostAside = 2 * branchMin

// putAside has a branch give up its thread, where that can be: not deep in calls, and not
// where a closure shares a local variable with it, which is in the thread's registers.
func (b *Branch) putAside(th *lua.LState) {
	stack := stackOf(th)
	deep := *(*uint16)(unsafe.Add(stack, offSegIdx)) != 0
	shares := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), offUpvalues)) != nil
	if deep || shares {
		return
	}
	a, top, frames := &b.task.aside, *topOf(th), framesOf(th)[:*(*uint8)(unsafe.Add(stack, offSegSp))]
	if a.calls == nil {
		a.calls = a.one[:]
	}
	a.calls, a.needs = a.calls[:0], top
	for i := range frames {
		f := &frames[i]
		a.calls = append(a.calls, f.call())
		a.needs = max(a.needs, f.LocalBase+int(f.Fn.Proto.NumUsedRegisters))
	}
	if a.needs > mostAside {
		return
	}
	a.values = append(a.values[:0], (*registersOf(th))[:top]...)

	clear(frames)
	*(*uint8)(unsafe.Add(stack, offSegSp)) = 0
	*(**callFrame)(unsafe.Add(unsafe.Pointer(th), offCurrent)) = nil
	b.threads = b.threads[:0]
	b.vm.freeStarted(th)
}

// takeUp gives the thread in which a branch that was parked goes on.
func (b *Branch) takeUp() *lua.LState {
	if len(b.threads) > 0 {
		return b.threads[0] // it kept its own
	}
	th, a := b.vm.startThread(b), &b.task.aside
	b.threads = append(b.threads, th)
	if len(*registersOf(th)) < a.needs {
		th.SetTop(a.needs) // makes room
		th.SetTop(0)
	}
	copy(*registersOf(th), a.values)
	*topOf(th) = len(a.values)
	frames := framesOf(th)
	var last *callFrame
	for i := range a.calls {
		frames[i] = a.calls[i].frame(i, last)
		last = &frames[i]
	}
	*(*uint8)(unsafe.Add(stackOf(th), offSegSp)) = uint8(len(a.calls))
	*(**callFrame)(unsafe.Add(unsafe.Pointer(th), offCurrent)) = last
	clear(a.values) // for the garbage collector
	clear(a.calls)
	return th
}

// framesOf are the first calls of a thread's stack.
func framesOf(th *lua.LState) *[lua.FramesPerSegment]callFrame {
	return (*[lua.FramesPerSegment]callFrame)((*segmentsOf(th))[0])
}

func registersOf(th *lua.LState) *[]lua.LValue {
	return (*[]lua.LValue)(unsafe.Add(registryOf(th), offArray))
}

// topOf is how many of a thread's registers hold something.
func topOf(th *lua.LState) *int { return (*int)(unsafe.Add(registryOf(th), offTop)) }
