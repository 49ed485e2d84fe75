package dialect

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// The parts of gopher-lua that its interpreter works on, as loop.go sees them: its own types are not exported. They hold for the
// version in go.mod; another one with another layout fails when the program starts, see checkLayout. A field called _ is
// one that nobody needs here.
type (
	// thread is an LState.
	thread struct {
		G       *lua.Global
		Parent  *lua.LState
		Env     *lua.LTable
		Panic   func(*lua.LState)
		Dead    bool
		Options lua.Options

		stop         int32
		reg          *registry
		stack        any
		alloc        *allocator
		currentFrame *frame
		wrapped      bool
		uvcache      *lua.Upvalue
		hasErrorFunc bool
		mainLoop     func(*lua.LState, *frame)
		ctx          context.Context
		ctxCancelFn  context.CancelFunc
	}
	// registry holds the registers of all calls of a thread; what is live is below top.
	registry struct {
		array []lua.LValue
		top   int
		_, _  int
		alloc *allocator
		_     any
	}
	// frame is a call. Its registers begin at LocalBase.
	frame struct {
		Idx                                                    int
		Fn                                                     *lua.LFunction
		Parent                                                 *frame
		Pc, Base, LocalBase, ReturnBase, NArgs, NRet, TailCall int
	}
	// allocator gives numbers their place in memory, many at a time.
	allocator struct {
		size  int
		fptrs []float64
		_     unsafe.Pointer
		_     lua.LValue
		_     unsafe.Pointer
	}
	// handler executes an instruction; 1 ends the loop that called it.
	handler func(L *lua.LState, inst uint32, base *frame) int
)

// jumpTable is gopher-lua's own: what executes each of its instructions.
//
//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [lua.OP_NOP + 1]handler

// stockLoop is gopher-lua's interpreter.
var stockLoop = func() func(*lua.LState, *frame) {
	checkLayout()
	L := lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: 1, RegistrySize: 128})
	defer L.Close()
	return threadOf(L).mainLoop
}()

func threadOf(L *lua.LState) *thread { return (*thread)(unsafe.Pointer(L)) }

// offTexts is where a prototype has the texts among its constants once more, at the same indexes: the VM takes names of globals and
// of fields from there.
var offTexts = func() uintptr {
	field, ok := reflect.TypeFor[lua.FunctionProto]().FieldByName("stringConstants")
	if !ok || field.Type != reflect.TypeFor[[]string]() {
		panic("dialect: gopher-lua is not the one that is known: FunctionProto.stringConstants")
	}
	return field.Offset
}()

func textsOf(p *lua.FunctionProto) *[]string {
	return (*[]string)(unsafe.Add(unsafe.Pointer(p), offTexts))
}

// checkLayout panics where a type above is not as gopher-lua's.
func checkLayout() {
	state := reflect.TypeFor[lua.LState]()
	pointed := func(name string) reflect.Type {
		field, ok := state.FieldByName(name)
		if !ok || field.Type.Kind() != reflect.Pointer {
			panic("dialect: gopher-lua is not the one that is known: LState." + name)
		}
		return field.Type.Elem()
	}
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[thread](), state},
		{reflect.TypeFor[registry](), pointed("reg")},
		{reflect.TypeFor[frame](), pointed("currentFrame")},
		{reflect.TypeFor[allocator](), pointed("alloc")},
	} {
		if err := sameLayout(pair[0], pair[1]); err != nil {
			panic(fmt.Sprintf("dialect: gopher-lua is not the one that is known: %v", err))
		}
	}
	for op, execute := range jumpTable {
		if execute == nil {
			panic(fmt.Sprintf("dialect: gopher-lua is not the one that is known: nothing executes instruction %d", op))
		}
	}
}

// sameLayout says what is other in a struct of gopher-lua's than in our view of it.
func sameLayout(own, theirs reflect.Type) error {
	if own.NumField() != theirs.NumField() || own.Size() != theirs.Size() {
		return fmt.Errorf("%v has %d fields in %d bytes, not %d in %d", theirs, theirs.NumField(), theirs.Size(), own.NumField(), own.Size())
	}
	for i := range own.NumField() {
		a, b := own.Field(i), theirs.Field(i)
		pointers := (a.Type.Kind() == reflect.Pointer || a.Type.Kind() == reflect.UnsafePointer) && b.Type.Kind() == reflect.Pointer
		if a.Name != b.Name && a.Name != "_" || a.Offset != b.Offset || a.Type.Kind() != b.Type.Kind() && !pointers {
			return fmt.Errorf("field %s of %v is %s", b.Name, theirs, b.Type)
		}
	}
	return nil
}

// set puts v into register i of the thread, which the call that runs has reserved.
func (r *registry) set(i int, v lua.LValue) {
	r.array[i] = v
	if i >= r.top {
		r.top = i + 1
	}
}

// small are whole numbers that need no memory of their own.
var small = func() (values [256]lua.LValue) {
	for i := range values {
		values[i] = lua.LNumber(i)
	}
	return values
}()

// value makes a number a value. Unlike in gopher-lua's instructions -0 keeps its sign.
func (a *allocator) value(n lua.LNumber) lua.LValue {
	if i := uint8(int(n)); math.Float64bits(float64(i)) == math.Float64bits(float64(n)) {
		return small[i]
	}
	return a.place(n)
}

// place is what Go does with a number that becomes an interface, for many numbers at once.
func (a *allocator) place(n lua.LNumber) lua.LValue {
	if len(a.fptrs) == cap(a.fptrs) {
		a.fptrs = make([]float64, 0, a.size)
	}
	a.fptrs = append(a.fptrs, float64(n))
	v := small[0]
	(*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1] = unsafe.Pointer(&a.fptrs[len(a.fptrs)-1])
	return v
}
