package dialect

import lua "github.com/yuin/gopher-lua"

// allResults asks a call or "..." for every value it gives.
const allResults = -1

// call runs e and leaves n results in base and behind (allResults: as many as there are, up to the top of the stack). base is
// the topmost temporary.
func (fs *funcState) call(e *callExpr, base, n int) {
	line := e.pos.line
	mark := fs.free
	fs.callee(e, base)
	count, open := fs.args(e.args)
	if e.method != "" {
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
func (fs *funcState) callee(e *callExpr, base int) {
	if e.method == "" {
		fs.toRegister(e.fn, base)
		return
	}
	line := e.pos.line
	obj := fs.toAny(e.fn, base)
	fs.reserve(1, line)
	name := &stringExpr{e.node, e.method}
	mark := fs.free
	key := fs.toRK(name, noScratch)
	fs.abc(lua.OP_SELF, base, obj, key, line)
	fs.free = mark
}

// args puts arguments into new registers; open tells that the last one gives any number.
func (fs *funcState) args(args []expr) (count int, open bool) {
	for i, a := range args {
		if i == len(args)-1 && isMulti(a) {
			fs.multi(a, allResults)
			return i, true
		}
		fs.toNext(a)
	}
	return len(args), false
}

// multi puts n values of a call or "..." into new registers and gives the first; of them only that one is reserved.
func (fs *funcState) multi(e expr, n int) int {
	base := fs.reserve(1, e.at().line)
	switch e := e.(type) {
	case *callExpr:
		fs.call(e, base, n)
	case *varargExpr:
		fs.vararg(base, n, e.pos.line)
	}
	return base
}

// callHelper calls one of our own functions, which stands among the constants where no script can see it or replace it.
func (fs *funcState) callHelper(h *lua.LFunction, dst, line int, args ...expr) {
	mark := fs.free
	fs.loadConstant(h, dst, line)
	for _, a := range args {
		fs.toNext(a)
	}
	fs.abc(lua.OP_CALL, dst, len(args)+1, 2, line)
	fs.free = mark
}

// calleeName is what tracebacks and argument errors call the function, "?" when it has no name.
func calleeName(e *callExpr) string {
	if e.method != "" {
		return e.method
	}
	switch fn := unwrap(e.fn).(type) {
	case *nameExpr:
		return fn.name
	case *indexExpr:
		if key, ok := fn.key.(*stringExpr); ok {
			return key.value
		}
	}
	return "?"
}

// tailCall is `return f(args)`.
func (fs *funcState) tailCall(e *callExpr) {
	base := fs.multi(e, allResults)
	last := len(fs.code) - 1
	fs.code[last] = encodeABC(lua.OP_TAILCALL, base, argB(fs.code[last]), 0)
}
