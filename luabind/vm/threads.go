package vm

import (
	"context"
	"reflect"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// newThread gives a thread for a protected call of b.
func (m *VM) newThread(b *Branch) *lua.LState {
	th, ok := m.pool(b).Get().(*lua.LState)
	switch {
	case ok:
	case b.parent == nil:
		th = m.makeThread(rootDepth)
	default:
		th = m.copyThread()
		ownSegments(th)
	}
	m.assign(th, b)
	return th
}

// assign makes b the branch that th runs for.
func (m *VM) assign(th *lua.LState, b *Branch) {
	th.SetContext(b)
	if m.opts.Attach != nil {
		m.opts.Attach(th)
	}
}

// makeThread makes a thread that may hold so many calls.
func (m *VM) makeThread(depth int) *lua.LState {
	m.state.Options.CallStackSize = depth
	th, _ := m.state.NewThread() // the state has no context, so there is nothing to cancel
	th.SetContext(free)
	th.Panic = raise
	return th
}

// freeThread keeps a thread for the next call.
func (m *VM) freeThread(b *Branch, th *lua.LState) { release(th, m.pool(b)) }

// salvage is freeThread for a thread whose call ended with a Lua error, which leaves
// its calls where they are. To raise an error closes all upvalues of the thread that it is raised
// in; where one is open nevertheless, the thread is left to the garbage collector.
func (m *VM) salvage(b *Branch, th *lua.LState) {
	if *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), offUpvalues)) != nil {
		return
	}
	stack := stackOf(th)
	last := (*uint16)(unsafe.Add(stack, offSegIdx))
	clear((*segmentsOf(th))[1 : *last+1])
	*last = 0
	*(*uint8)(unsafe.Add(stack, offSegSp)) = 0
	*(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), offCurrent)) = nil
	m.freeThread(b, th)
}

// startThread gives the thread in which a branch of Start runs. It is run between
// lend and takeBack only, which say how many calls it may hold.
func (m *VM) startThread(b *Branch) *lua.LState {
	th, ok := m.startThreads.Get().(*lua.LState)
	if !ok {
		th = m.copyThread()
	}
	step := branchStep
	if b.parent == nil {
		step = registryStep
	}
	*(*int)(unsafe.Add(registryOf(th), offGrowBy)) = step
	m.assign(th, b)
	return th
}

// freeStarted keeps a thread of startThread for the next branch, which may be of another depth.
func (m *VM) freeStarted(th *lua.LState) {
	oneSegment(th)
	release(th, &m.startThreads)
}

func release(th *lua.LState, pool *sync.Pool) {
	th.SetTop(0)
	th.SetContext(free)
	pool.Put(th)
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

	offUpvalues = offset(stateType, "uvcache", reflect.Pointer) // those that are open

	regType    = pointedTo(stateType, "reg")
	offArray   = offset(regType, "array", reflect.Slice)
	offTop     = offset(regType, "top", reflect.Int)
	offGrowBy  = offset(regType, "growBy", reflect.Int)
	offHandler = offset(regType, "handler", reflect.Interface)

	// The call stack that grows, which MinimizeStackMemory asks for; only a thread
	// tells its type.
	stackType = func() reflect.Type {
		L := lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: 1, RegistrySize: 1, MinimizeStackMemory: true})
		return reflect.ValueOf(L).Elem().FieldByName("stack").Elem().Type().Elem()
	}()
	offSegments = offset(stackType, "segments", reflect.Slice)
	offSegIdx   = offset(stackType, "segIdx", reflect.Uint16)
	offSegSp    = offset(stackType, "segSp", reflect.Uint8)
	segmentType = func() reflect.Type {
		field, _ := stackType.FieldByName("segments")
		return field.Type.Elem().Elem()
	}()
)

func pointedTo(in reflect.Type, name string) reflect.Type {
	field, _ := in.FieldByName(name)
	return field.Type.Elem()
}

// word is the place of the pointer in an interface's two words.
const word = unsafe.Sizeof(uintptr(0))

// threadType is a thread of a branch with all that it has at first, as one piece of
// memory.
var (
	threadType = reflect.StructOf([]reflect.StructField{
		{Name: "State", Type: stateType},
		{Name: "Registry", Type: regType},
		{Name: "Stack", Type: stackType},
		{Name: "Segment", Type: segmentType},
		{Name: "First", Type: reflect.TypeFor[[1]unsafe.Pointer]()},
		{Name: "Values", Type: reflect.TypeFor[[branchMin]lua.LValue]()},
	})
	partRegistry = threadType.Field(1).Offset
	partStack    = threadType.Field(2).Offset
	partSegment  = threadType.Field(3).Offset
	partFirst    = threadType.Field(4).Offset
	partValues   = threadType.Field(5).Offset
)

// copyThread copies a thread that has never run. gopher-lua's NewThread makes with
// each thread a table of globals, which is dropped at once: half of the memory and
// most of the time that a new branch would take. What the copy shares with the
// original are the globals and the boxes for numbers, of which only the holder
// of the baton takes. It has room for a few calls, see lend.
func (m *VM) copyThread() *lua.LState {
	if m.blank == nil {
		m.blank = m.makeThread(branchDepth)
		*(*int)(unsafe.Add(registryOf(m.blank), offGrowBy)) = branchStep
	}
	at := reflect.New(threadType).UnsafePointer()
	th := (*lua.LState)(at)
	*th = *m.blank

	reg := unsafe.Add(at, partRegistry)
	reflect.NewAt(regType, reg).Elem().Set(reflect.NewAt(regType, registryOf(m.blank)).Elem())
	*(*[]lua.LValue)(unsafe.Add(reg, offArray)) = (*[branchMin]lua.LValue)(unsafe.Add(at, partValues))[:]
	*(*unsafe.Pointer)(unsafe.Add(reg, offHandler+word)) = at
	*(*unsafe.Pointer)(unsafe.Add(at, offReg)) = reg

	*(*unsafe.Pointer)(unsafe.Add(at, offStack+word)) = unsafe.Add(at, partStack)
	first := (*[1]unsafe.Pointer)(unsafe.Add(at, partFirst))
	first[0] = unsafe.Add(at, partSegment)
	*segmentsOf(th) = first[:]
	return th
}

func registryOf(th *lua.LState) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), offReg))
}

func stackOf(th *lua.LState) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), offStack+word))
}

// segmentsOf is the list of the pieces that a call stack has, as long as it may
// become.
func segmentsOf(th *lua.LState) *[]unsafe.Pointer {
	return (*[]unsafe.Pointer)(unsafe.Add(stackOf(th), offSegments))
}

// segmentsFor is the length of a list for so many calls.
func segmentsFor(depth int) int { return (depth + lua.FramesPerSegment - 1) / lua.FramesPerSegment }

// ownSegments gives a thread a list of its own.
func ownSegments(th *lua.LState) {
	list := make([]unsafe.Pointer, segmentsFor(branchDepth))
	list[0] = (*segmentsOf(th))[0]
	*segmentsOf(th) = list
}

// segments are the lists that a driver lends to the branch that it runs. One takes 1 KiB,
// and 16 KiB for the root branches, nearly all of it for calls deeper than those in which
// most branches wait: it was a quarter of what ten thousand waiting branches took, and
// most of what a run of a job took.
type segments struct {
	root, branch []unsafe.Pointer
}

// list gives where the list for b is kept, and how many calls it is for.
func (s *segments) list(b *Branch) (list *[]unsafe.Pointer, depth int) {
	if b.parent == nil {
		return &s.root, rootDepth
	}
	return &s.branch, branchDepth
}

// lend gives the thread that runs b room for as many calls as b may have.
func (s *segments) lend(b *Branch, th *lua.LState) {
	own := segmentsOf(th)
	if len(*own) > 1 {
		return // it keeps one
	}
	list, depth := s.list(b)
	if *list == nil {
		*list = make([]unsafe.Pointer, segmentsFor(depth))
	}
	(*list)[0] = (*own)[0]
	*own = *list
}

// takeBack ends lend. A thread that is too deep in calls to do without keeps the list.
func (s *segments) takeBack(b *Branch, th *lua.LState) {
	own := segmentsOf(th)
	list, _ := s.list(b)
	if *list == nil || &(*own)[0] != &(*list)[0] {
		return
	}
	if *(*uint16)(unsafe.Add(stackOf(th), offSegIdx)) > 0 {
		*list = nil
		return
	}
	oneSegment(th)
	(*list)[0] = nil
}

// oneSegment leaves a thread of copyThread the list that it was made with, which has its
// first segment.
func oneSegment(th *lua.LState) {
	first := (*[1]unsafe.Pointer)(unsafe.Add(unsafe.Pointer(th), partFirst))
	*segmentsOf(th) = first[:]
}
