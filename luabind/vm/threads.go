package vm

import (
	"context"
	"reflect"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// newThread gives a thread that runs for b.
func (m *VM) newThread(b *Branch) *lua.LState {
	th, ok := m.pool(b).Get().(*lua.LState)
	switch {
	case ok:
	case b.parent == nil:
		th = m.makeThread(rootDepth)
	default:
		if m.blank == nil {
			m.blank = m.makeThread(branchDepth)
		}
		th = copyThread(m.blank)
	}
	th.SetContext(b)
	return th
}

// makeThread makes a thread that may hold so many calls.
func (m *VM) makeThread(depth int) *lua.LState {
	m.state.Options.CallStackSize = depth
	th, _ := m.state.NewThread() // the state has no context, so there is nothing to cancel
	th.SetContext(free)
	th.Panic = raise
	return th
}

// freeThread keeps a thread for the next call. Only one that came back from its
// call is sound: after an error its stacks are not.
func (m *VM) freeThread(b *Branch, th *lua.LState) {
	th.SetTop(0)
	th.SetContext(free)
	m.pool(b).Put(th)
}

// free is the context of a thread that nobody runs: it must not keep its last
// branch alive.
var free = context.Background()

// pool is where threads of b's depth wait until the garbage collector takes them.
func (m *VM) pool(b *Branch) *sync.Pool {
	if b.parent == nil {
		return &m.rootThreads
	}
	return &m.branchThreads
}

// The parts of a thread that it does not share with others, for copyThread.
var (
	stateType = reflect.TypeFor[lua.LState]()
	offReg    = offset(stateType, "reg", reflect.Pointer)
	offStack  = offset(stateType, "stack", reflect.Interface)

	regType    = pointedTo(stateType, "reg")
	offArray   = offset(regType, "array", reflect.Slice)
	offHandler = offset(regType, "handler", reflect.Interface)
)

// growing is the type of the call stack that grows, which MinimizeStackMemory asks
// for; only a thread tells it.
var growing = func() (stack struct {
	kind     reflect.Type
	segments reflect.StructField
}) {
	L := lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: 1, RegistrySize: 1, MinimizeStackMemory: true})
	stack.kind = reflect.ValueOf(L).Elem().FieldByName("stack").Elem().Type().Elem()
	offset(stack.kind, "segments", reflect.Slice)
	stack.segments, _ = stack.kind.FieldByName("segments")
	return stack
}()

func pointedTo(in reflect.Type, name string) reflect.Type {
	field, _ := in.FieldByName(name)
	return field.Type.Elem()
}

// word is the place of the pointer in an interface's two words.
const word = unsafe.Sizeof(uintptr(0))

// copyThread copies a thread that has never run. gopher-lua's NewThread makes with
// each thread a table of globals, which is dropped at once: half of the memory and
// most of the time that a new branch would take. What the copy shares with the
// original are the globals and the boxes for numbers, of which only the holder
// of the baton takes.
func copyThread(blank *lua.LState) *lua.LState {
	th := new(lua.LState)
	*th = *blank
	reg := ownCopy(unsafe.Add(unsafe.Pointer(th), offReg), regType)
	*(*[]lua.LValue)(unsafe.Add(reg, offArray)) = make([]lua.LValue, registryMin)
	*(*unsafe.Pointer)(unsafe.Add(reg, offHandler+word)) = unsafe.Pointer(th)

	stack := ownCopy(unsafe.Add(unsafe.Pointer(th), offStack+word), growing.kind)
	list := reflect.NewAt(growing.segments.Type, unsafe.Add(stack, growing.segments.Offset)).Elem()
	own := reflect.MakeSlice(growing.segments.Type, list.Len(), list.Len())
	own.Index(0).Set(reflect.New(growing.segments.Type.Elem().Elem()))
	list.Set(own)
	return th
}

// ownCopy replaces what the pointer at place points to by a copy, and gives that.
func ownCopy(place unsafe.Pointer, kind reflect.Type) unsafe.Pointer {
	fresh := reflect.New(kind)
	fresh.Elem().Set(reflect.NewAt(kind, *(*unsafe.Pointer)(place)).Elem())
	*(*unsafe.Pointer)(place) = fresh.UnsafePointer()
	return fresh.UnsafePointer()
}
