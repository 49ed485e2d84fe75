package dialect

import lua "github.com/yuin/gopher-lua"

var binaryOps = map[kind]int{
	"+": lua.OP_ADD, "-": lua.OP_SUB, "*": lua.OP_MUL, "/": lua.OP_DIV, "^": lua.OP_POW,
}

// toRegister computes e into dst. Either dst is the topmost temporary, or it is a local and safeInLocal(e) holds: then
// the last instruction alone writes it.
func (fs *funcState) toRegister(e expr, dst int) {
	line := e.at().line
	switch e := e.(type) {
	case *nilExpr:
		fs.abc(lua.OP_LOADNIL, dst, dst, 0, line)
	case *trueExpr:
		fs.abc(lua.OP_LOADBOOL, dst, 1, 0, line)
	case *falseExpr:
		fs.abc(lua.OP_LOADBOOL, dst, 0, 0, line)
	case *numberExpr:
		fs.loadConstant(lua.LNumber(e.value), dst, line)
	case *stringExpr:
		fs.loadConstant(lua.LString(e.value), dst, line)
	case *varargExpr:
		fs.vararg(dst, 1, line)
	case *nameExpr:
		fs.variable(e, dst)
	case *indexExpr:
		fs.index(e, dst)
	case *callExpr:
		fs.call(e, dst, 1)
	case *parenExpr:
		fs.toRegister(e.e, dst)
	case *unaryExpr:
		fs.unary(e, dst)
	case *binaryExpr:
		fs.binary(e, dst)
	case *concatExpr:
		fs.concat(e, dst)
	case *funcExpr:
		fs.closure(e, dst)
	case *tableExpr:
		fs.table(e, dst)
	}
}

// safeInLocal reports whether toRegister may compute e straight into a local: it must not write it before all operands
// are read, since e may read that local too, and it must not move the top of the stack, as calls and "..." do.
func safeInLocal(e expr) bool {
	switch e := e.(type) {
	case *unaryExpr:
		return e.op != "#"
	case *binaryExpr:
		return binaryOps[e.op] != 0 || isComparison(e.op)
	case *parenExpr:
		return safeInLocal(e.e)
	case *callExpr, *varargExpr, *concatExpr, *tableExpr:
		return false
	}
	return true
}

// toNext computes e into a new temporary.
func (fs *funcState) toNext(e expr) int {
	dst := fs.reserve(1, e.at().line)
	fs.toRegister(e, dst)
	return dst
}

// toAny gives a register that holds e: the variable's own for a local, else scratch if that is a temporary, else a new one.
// The caller frees what is above its mark.
func (fs *funcState) toAny(e expr, scratch int) int {
	if name, ok := unwrap(e).(*nameExpr); ok {
		if r, ok := fs.local(name.name); ok {
			return r
		}
	}
	if fs.isTemp(scratch) {
		fs.toRegister(e, scratch)
		return scratch
	}
	return fs.toNext(e)
}

// noScratch is a scratch register that is none.
const noScratch = -1

// toRK is toAny, but gives a constant's operand where e is one.
func (fs *funcState) toRK(e expr, scratch int) int {
	var v lua.LValue
	switch e := e.(type) {
	case *numberExpr:
		v = lua.LNumber(e.value)
	case *stringExpr:
		v = lua.LString(e.value)
	default:
		return fs.toAny(e, scratch)
	}
	if i := fs.constant(v); i >= 0 {
		return i | constantBit
	}
	return fs.toAny(e, scratch)
}

// unwrap takes parentheses off that only cut to one value what is one value anyway.
func unwrap(e expr) expr {
	for {
		paren, ok := e.(*parenExpr)
		if !ok || isMulti(paren.e) {
			return e
		}
		e = paren.e
	}
}

func (fs *funcState) variable(e *nameExpr, dst int) {
	line := e.pos.line
	if r, ok := fs.local(e.name); ok {
		if r != dst {
			fs.abc(lua.OP_MOVE, dst, r, 0, line)
		}
	} else if i, ok := fs.upvalueIndex(e.name, line); ok {
		fs.abc(lua.OP_GETUPVAL, dst, i, 0, line)
	} else {
		fs.global(lua.OP_GETGLOBAL, dst, e.name, line)
	}
}

func (fs *funcState) index(e *indexExpr, dst int) {
	mark := fs.free
	obj := fs.toAny(e.obj, dst)
	key := fs.toRK(e.key, noScratch)
	op := lua.OP_GETTABLE
	if isNameConstant(e.key, key) {
		op = lua.OP_GETTABLEKS
	}
	fs.abc(op, dst, obj, key, e.pos.line)
	fs.free = mark
}

// isNameConstant reports whether the operand rk, made of key, is a constant string, for which the VM has faster instructions.
func isNameConstant(key expr, rk int) bool {
	_, ok := key.(*stringExpr)
	return ok && rk >= constantBit
}

// vararg puts n values of "..." into dst and behind, all of them when n < 0.
func (fs *funcState) vararg(dst, n, line int) {
	fs.proto.IsVarArg &^= lua.VarArgNeedsArg
	fs.abc(lua.OP_VARARG, dst, n+1, 0, line)
}

func (fs *funcState) unary(e *unaryExpr, dst int) {
	line := e.pos.line
	if e.op == "#" {
		fs.callHelper(lengthHelper, dst, line, e.e)
		return
	}
	if n, ok := e.e.(*numberExpr); ok && e.op == "-" {
		fs.loadConstant(lua.LNumber(-n.value), dst, line)
		return
	}
	op := lua.OP_NOT
	if e.op == "-" {
		op = lua.OP_UNM
	}
	mark := fs.free
	fs.abc(op, dst, fs.toAny(e.e, dst), 0, line)
	fs.free = mark
}

func (fs *funcState) binary(e *binaryExpr, dst int) {
	line := e.pos.line
	switch {
	case e.op == "and" || e.op == "or":
		fs.logic(e, dst)
	case isComparison(e.op):
		fs.comparisonValue(e, dst)
	case e.op == "%":
		fs.callHelper(moduloHelper, dst, line, e.l, e.r)
	default:
		mark := fs.free
		l := fs.toRK(e.l, dst)
		r := fs.toRK(e.r, noScratch)
		fs.abc(binaryOps[e.op], dst, l, r, line)
		fs.free = mark
	}
}

// concat calls the helper once for a whole chain, instead of the VM's instruction, whose way to write numbers is not Lua's.
func (fs *funcState) concat(e *concatExpr, dst int) {
	fs.callHelper(concatHelper, dst, e.pos.line, e.parts...)
}

func (fs *funcState) closure(e *funcExpr, dst int) {
	sub := fs.function(e)
	fs.proto.FunctionPrototypes = append(fs.proto.FunctionPrototypes, sub.proto)
	fs.abx(lua.OP_CLOSURE, dst, len(fs.proto.FunctionPrototypes)-1, e.pos.line)
	for _, u := range sub.upvalues {
		op := lua.OP_GETUPVAL
		if u.local {
			op = lua.OP_MOVE
		}
		fs.abc(op, 0, u.index, 0, e.pos.line)
	}
}
