package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

var binaryOps = map[syntax.Kind]int{
	"+": lua.OP_ADD, "-": lua.OP_SUB, "*": lua.OP_MUL, "/": lua.OP_DIV, "^": lua.OP_POW, "%": opModulo,
}

// toRegister computes e into dst. Either dst is the topmost temporary, or it is a local and safeInLocal(e) holds: then
// the last instruction alone writes it.
func (fs *funcState) toRegister(e syntax.Expr, dst int) {
	line := e.At().Line
	switch e := e.(type) {
	case *syntax.NilExpr:
		fs.abc(lua.OP_LOADNIL, dst, dst, 0, line)
	case *syntax.TrueExpr:
		fs.abc(lua.OP_LOADBOOL, dst, 1, 0, line)
	case *syntax.FalseExpr:
		fs.abc(lua.OP_LOADBOOL, dst, 0, 0, line)
	case *syntax.NumberExpr:
		fs.loadConstant(lua.LNumber(e.Value), dst, line)
	case *syntax.StringExpr:
		fs.loadConstant(lua.LString(e.Value), dst, line)
	case *syntax.VarargExpr:
		fs.vararg(dst, 1, line)
	case *syntax.NameExpr:
		fs.variable(e, dst)
	case *syntax.IndexExpr:
		fs.index(e, dst)
	case *syntax.CallExpr:
		fs.call(e, dst, 1)
	case *syntax.ParenExpr:
		fs.toRegister(e.E, dst)
	case *syntax.UnaryExpr:
		fs.unary(e, dst)
	case *syntax.BinaryExpr:
		fs.binary(e, dst)
	case *syntax.ConcatExpr:
		fs.concat(e, dst)
	case *syntax.FuncExpr:
		fs.closure(e, dst)
	case *syntax.TableExpr:
		fs.table(e, dst)
	}
}

// safeInLocal reports whether toRegister may compute e straight into a local: it must not write it before all operands
// are read, since e may read that local too, and it must not move the top of the stack, as calls and "..." do.
func safeInLocal(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		return binaryOps[e.Op] != 0 || isComparison(e.Op)
	case *syntax.ParenExpr:
		return safeInLocal(e.E)
	case *syntax.CallExpr, *syntax.VarargExpr, *syntax.TableExpr:
		return false
	}
	return true
}

// toNext computes e into a new temporary.
func (fs *funcState) toNext(e syntax.Expr) int {
	dst := fs.reserve(1, e.At().Line)
	fs.toRegister(e, dst)
	return dst
}

// toAny gives a register that holds e: the variable's own for a local, else scratch if that is a temporary, else a new one.
// The caller frees what is above its mark.
func (fs *funcState) toAny(e syntax.Expr, scratch int) int {
	if name, ok := syntax.Unwrap(e).(*syntax.NameExpr); ok {
		if r, ok := fs.local(name.Name); ok {
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
func (fs *funcState) toRK(e syntax.Expr, scratch int) int {
	var v lua.LValue
	switch e := e.(type) {
	case *syntax.NumberExpr:
		v = lua.LNumber(e.Value)
	case *syntax.StringExpr:
		v = lua.LString(e.Value)
	default:
		return fs.toAny(e, scratch)
	}
	if i := fs.constant(v); i <= maxRK {
		return i | constantBit
	}
	return fs.toAny(e, scratch)
}

func (fs *funcState) variable(e *syntax.NameExpr, dst int) {
	line := e.Pos.Line
	if r, ok := fs.local(e.Name); ok {
		if r != dst {
			fs.abc(lua.OP_MOVE, dst, r, 0, line)
		}
	} else if i, ok := fs.upvalueIndex(e.Name, line); ok {
		fs.abc(lua.OP_GETUPVAL, dst, i, 0, line)
	} else {
		fs.global(lua.OP_GETGLOBAL, dst, e.Name, line)
	}
}

func (fs *funcState) index(e *syntax.IndexExpr, dst int) {
	mark := fs.free
	obj := fs.toAny(e.Obj, dst)
	key := fs.toRK(e.Key, noScratch)
	op := lua.OP_GETTABLE
	if isNameConstant(e.Key, key) {
		op = lua.OP_GETTABLEKS
	}
	fs.abc(op, dst, obj, key, e.Pos.Line)
	fs.free = mark
}

// isNameConstant reports whether the operand rk, made of key, is a constant string, for which the VM has faster instructions.
func isNameConstant(key syntax.Expr, rk int) bool {
	_, ok := key.(*syntax.StringExpr)
	return ok && rk >= constantBit
}

// vararg puts n values of "..." into dst and behind, all of them when n < 0.
func (fs *funcState) vararg(dst, n, line int) {
	fs.proto.IsVarArg &^= lua.VarArgNeedsArg
	fs.abc(lua.OP_VARARG, dst, n+1, 0, line)
}

func (fs *funcState) unary(e *syntax.UnaryExpr, dst int) {
	line := e.Pos.Line
	if n, ok := e.E.(*syntax.NumberExpr); ok && e.Op == "-" {
		fs.loadConstant(lua.LNumber(-n.Value), dst, line)
		return
	}
	op := lua.OP_NOT
	switch e.Op {
	case "-":
		op = lua.OP_UNM
	case "#":
		op = opLength
	}
	mark := fs.free
	fs.abc(op, dst, fs.toAny(e.E, dst), 0, line)
	fs.free = mark
}

func (fs *funcState) binary(e *syntax.BinaryExpr, dst int) {
	line := e.Pos.Line
	switch {
	case e.Op == "and" || e.Op == "or":
		fs.logic(e, dst)
	case isComparison(e.Op):
		fs.comparisonValue(e, dst)
	default:
		mark := fs.free
		l := fs.toRK(e.L, dst)
		r := fs.toRK(e.R, noScratch)
		fs.abc(binaryOps[e.Op], dst, l, r, line)
		fs.free = mark
	}
}

// concat joins a whole chain at once, from registers that follow each other.
func (fs *funcState) concat(e *syntax.ConcatExpr, dst int) {
	mark := fs.free
	for _, part := range e.Parts {
		fs.toNext(part)
	}
	fs.abc(opConcat, dst, mark, fs.free-1, e.Pos.Line)
	fs.free = mark
}

func (fs *funcState) closure(e *syntax.FuncExpr, dst int) {
	sub := fs.function(e)
	fs.proto.FunctionPrototypes = append(fs.proto.FunctionPrototypes, sub.proto)
	fs.abx(lua.OP_CLOSURE, dst, len(fs.proto.FunctionPrototypes)-1, e.Pos.Line)
	for _, u := range sub.upvalues {
		op := lua.OP_GETUPVAL
		if u.local {
			op = lua.OP_MOVE
		}
		fs.abc(op, 0, u.index, 0, e.Pos.Line)
	}
}
