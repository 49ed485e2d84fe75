package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

// allResults asks a call or "..." for every value it gives.
const allResults = -1

// call runs e and leaves n results in base and behind (allResults: as many as there are, up to the top of the stack). base is
// the topmost temporary.
func (fs *funcState) call(e *syntax.CallExpr, base, n int) {
	line := e.Pos.Line
	mark := fs.free
	fs.callee(e, base)
	count, open := fs.args(e.Args)
	if e.Method != "" {
		count++
	}
	if open {
		count = -1
	}
	fs.proto.DbgCalls = append(fs.proto.DbgCalls, lua.DbgCall{Pc: len(fs.code), Name: calleeName(e)})
	fs.abc(lua.OP_CALL, base, count+1, n+1, line)
	fs.free = mark
}

// callee puts the function into base, for a method also its object behind it.
func (fs *funcState) callee(e *syntax.CallExpr, base int) {
	if e.Method == "" {
		fs.toRegister(e.Fn, base)
		return
	}
	line := e.Pos.Line
	obj := fs.toAny(e.Fn, base)
	fs.reserve(1, line)
	name := &syntax.StringExpr{Node: e.Node, Value: e.Method}
	mark := fs.free
	key := fs.toRK(name, noScratch)
	fs.abc(lua.OP_SELF, base, obj, key, line)
	fs.free = mark
}

// args puts arguments into new registers; open tells that the last one gives any number.
func (fs *funcState) args(args []syntax.Expr) (count int, open bool) {
	for i, a := range args {
		if i == len(args)-1 && syntax.IsMulti(a) {
			fs.multi(a, allResults)
			return i, true
		}
		fs.toNext(a)
	}
	return len(args), false
}

// multi puts n values of a call or "..." into new registers and gives the first; of them only that one is reserved.
func (fs *funcState) multi(e syntax.Expr, n int) int {
	base := fs.reserve(1, e.At().Line)
	switch e := e.(type) {
	case *syntax.CallExpr:
		fs.call(e, base, n)
	case *syntax.VarargExpr:
		fs.vararg(base, n, e.Pos.Line)
	}
	return base
}

// calleeName is what tracebacks and argument errors call the function, "?" when it has no name.
func calleeName(e *syntax.CallExpr) string {
	if e.Method != "" {
		return e.Method
	}
	switch fn := syntax.Unwrap(e.Fn).(type) {
	case *syntax.NameExpr:
		return fn.Name
	case *syntax.IndexExpr:
		if key, ok := fn.Key.(*syntax.StringExpr); ok {
			return key.Value
		}
	}
	return "?"
}

// tailCall is `return f(args)`.
func (fs *funcState) tailCall(e *syntax.CallExpr) {
	base := fs.multi(e, allResults)
	last := len(fs.code) - 1
	fs.code[last] = encodeABC(lua.OP_TAILCALL, base, argB(fs.code[last]), 0)
}
