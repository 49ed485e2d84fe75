package dialect

import (
	"math"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

// Limits of one function. The first two are the reference interpreter's; so is the third, 5 below what the VM can
// address.
const (
	maxLocals    = 200
	maxUpvalues  = 60
	maxRegisters = 250
)

// funcState is a function while its code is made. Locals live in the registers 0 … len(actives)-1 in the order of their
// declaration, temporaries above them; free is the first unused register.
type funcState struct {
	*program
	parent *funcState
	proto  *lua.FunctionProto

	code     []uint32
	lines    []int
	block    *blockScope
	actives  []activeVar
	free     int
	maxUsed  int
	upvalues []upvalue
	consts   constants
}

// program is what all functions of a file share.
type program struct {
	file     *syntax.File
	reserved []string                  // globals that the program may read but not assign
	poll     func() error              // may end the work; may be nil
	emitted  int                       // instructions
	shapes   map[string]*lua.LUserData // of tables, by the names of their fields
}

// activeVar is a local in scope; debug points at its entry among the debug information.
type activeVar struct {
	name  string
	debug *lua.DbgLocalInfo
	block *blockScope
}

// upvalue is a variable of an outer function: a local of the one around when local is set, else one of its upvalues.
type upvalue struct {
	name  string
	local bool
	index int
}

// blockScope is an open block. captured tells that a closure holds one of its locals, so that leaving it must close them.
type blockScope struct {
	parent   *blockScope
	loop     bool
	captured bool
	base     int   // how many locals were in scope before
	breaks   []int // jumps that leave the loop
}

func newFuncState(p *program, parent *funcState) *funcState {
	return &funcState{program: p, parent: parent, proto: &lua.FunctionProto{SourceName: p.file.Name}, consts: newConstants()}
}

// fail ends code generation; Compile recovers it.
type fail struct{ err error }

// raise reports an error at p and does not return.
func (fs *funcState) raise(p syntax.Pos, near, hint, format string, args ...any) {
	panic(fail{fs.file.Errorf(p, near, hint, format, args...)})
}

func (fs *funcState) tooComplex(line int, hint, message string) {
	fs.raise(syntax.Pos{Line: line, Col: 1}, "", hint, "%s", message)
}

// reserve takes n registers and gives the first.
func (fs *funcState) reserve(n, line int) int {
	first := fs.free
	fs.free += n
	if fs.free > fs.maxUsed {
		fs.maxUsed = fs.free
	}
	if fs.free > maxRegisters {
		fs.tooComplex(line, "cut it into several statements or functions", "function or expression too complex")
	}
	return first
}

// isTemp reports whether r is the topmost temporary, whose content nobody else can read.
func (fs *funcState) isTemp(r int) bool { return r >= len(fs.actives) && r == fs.free-1 }

func (fs *funcState) enterBlock(loop bool) *blockScope {
	fs.block = &blockScope{parent: fs.block, loop: loop, base: len(fs.actives)}
	return fs.block
}

// leaveBlock ends the scope of its locals, and closes them when a closure holds one.
func (fs *funcState) leaveBlock(line int) {
	b := fs.block
	if b.captured {
		fs.abc(lua.OP_CLOSE, b.base, 0, 0, line)
	}
	fs.block = b.parent
	for _, v := range fs.actives[b.base:] {
		v.debug.EndPc = len(fs.code)
	}
	fs.actives = fs.actives[:b.base]
	fs.free = b.base
}

// declare brings locals into scope whose values are already in the registers behind the last one.
func (fs *funcState) declare(line int, names ...string) {
	for _, name := range names {
		if len(fs.actives) >= maxLocals {
			fs.tooComplex(line, "use a table, or cut the function into several", "too many local variables (limit 200)")
		}
		debug := &lua.DbgLocalInfo{Name: name, StartPc: len(fs.code)}
		fs.proto.DbgLocals = append(fs.proto.DbgLocals, debug)
		fs.actives = append(fs.actives, activeVar{name, debug, fs.block})
	}
}

// local finds the innermost local of that name.
func (fs *funcState) local(name string) (register int, ok bool) {
	for i := len(fs.actives) - 1; i >= 0; i-- {
		if fs.actives[i].name == name {
			return i, true
		}
	}
	return 0, false
}

// upvalueIndex finds or makes the upvalue of that name; false when the name is global. Within one function a name can
// mean one upvalue only, since what is in scope around a function does not change inside it.
func (fs *funcState) upvalueIndex(name string, line int) (int, bool) {
	for i, u := range fs.upvalues {
		if u.name == name {
			return i, true
		}
	}
	if fs.parent == nil {
		return 0, false
	}
	u := upvalue{name: name}
	if r, ok := fs.parent.local(name); ok {
		u.local, u.index = true, r
		fs.parent.actives[r].block.captured = true
	} else if i, ok := fs.parent.upvalueIndex(name, line); ok {
		u.index = i
	} else {
		return 0, false
	}
	if len(fs.upvalues) >= maxUpvalues {
		fs.tooComplex(line, "keep some of the outer variables in one table", "function uses more than 60 local variables of the functions around it")
	}
	fs.upvalues = append(fs.upvalues, u)
	return len(fs.upvalues) - 1, true
}

// constants of a function. The first ones fit into B or C of an instruction, see maxRK.
type constants struct {
	values []lua.LValue
	index  map[any]int // of a constantKey
}

func newConstants() constants { return constants{index: map[any]int{}} }

// constantKey tells 0 from -0 and lets a NaN equal itself, as a constant's bits must.
func constantKey(v lua.LValue) any {
	if n, ok := v.(lua.LNumber); ok {
		return math.Float64bits(float64(n))
	}
	return v
}

// constant gives the index of v.
func (fs *funcState) constant(v lua.LValue) int {
	c, key := &fs.consts, constantKey(v)
	i, ok := c.index[key]
	if !ok {
		i = len(c.values)
		if i > maxBx {
			fs.tooComplex(max(fs.proto.LineDefined, 1), "cut it into functions", "too many different values in one function")
		}
		c.values = append(c.values, v)
		c.index[key] = i
	}
	return i
}

// loadConstant puts v into a register.
func (fs *funcState) loadConstant(v lua.LValue, dst, line int) {
	fs.abx(lua.OP_LOADK, dst, fs.constant(v), line)
}

// global emits GETGLOBAL or SETGLOBAL.
func (fs *funcState) global(op, register int, name string, line int) {
	fs.abx(op, register, fs.constant(lua.LString(name)), line)
}
