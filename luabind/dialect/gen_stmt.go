package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

func (fs *funcState) statements(body []syntax.Stmt) {
	for _, s := range body {
		fs.statement(s)
		fs.free = len(fs.actives) // temporaries end with their statement
	}
}

// scoped generates a block of its own.
func (fs *funcState) scoped(body []syntax.Stmt, line int) {
	fs.enterBlock(false)
	fs.statements(body)
	fs.leaveBlock(line)
}

func (fs *funcState) statement(s syntax.Stmt) {
	line := s.At().Line
	switch s := s.(type) {
	case *syntax.LocalStmt:
		fs.valuesInto(s.Exprs, len(s.Names), line)
		fs.declare(line, syntax.Texts(s.Names)...)
	case *syntax.LocalFuncStmt: // the function sees its own name (manual §2.4.7)
		dst := fs.reserve(1, line)
		fs.declare(line, s.Name.Text)
		fs.closure(s.Fn, dst)
	case *syntax.AssignStmt:
		fs.assign(s)
	case *syntax.CallStmt:
		base := fs.reserve(1, line)
		fs.call(s.Call, base, 0)
	case *syntax.DoStmt:
		fs.scoped(s.Body, line)
	case *syntax.WhileStmt:
		fs.whileLoop(s)
	case *syntax.RepeatStmt:
		fs.repeatLoop(s)
	case *syntax.IfStmt:
		fs.ifThen(s)
	case *syntax.NumForStmt:
		fs.numericFor(s)
	case *syntax.GenForStmt:
		fs.genericFor(s)
	case *syntax.ReturnStmt:
		fs.ret(s)
	case *syntax.BreakStmt:
		fs.breakLoop(line)
	}
}

// valuesInto computes a list of expressions into n new registers: what is missing is nil, what is too much is computed
// and dropped. It gives the first register.
func (fs *funcState) valuesInto(exprs []syntax.Expr, n, line int) int {
	first := fs.free
	for i, e := range exprs {
		if i == len(exprs)-1 && syntax.IsMulti(e) {
			fs.multi(e, max(n-i, 0))
			fs.free = first + min(i, n)
			fs.reserve(n-min(i, n), line)
			return first
		}
		fs.toNext(e)
		fs.free = first + min(i+1, n)
	}
	if missing := n - len(exprs); missing > 0 {
		base := fs.reserve(missing, line)
		fs.abc(lua.OP_LOADNIL, base, base+missing-1, 0, line)
	}
	return first
}

func (fs *funcState) ifThen(s *syntax.IfStmt) {
	var ends []int
	for i, c := range s.Clauses {
		line := c.Cond.At().Line
		skip := fs.branch(c.Cond, false)
		fs.scoped(c.Body, line)
		if i < len(s.Clauses)-1 || s.Else != nil {
			ends = append(ends, fs.jump(line))
		}
		fs.patchHere(skip...)
	}
	if s.Else != nil {
		fs.scoped(s.Else, s.Pos.Line)
	}
	fs.patchHere(ends...)
}

func (fs *funcState) ret(s *syntax.ReturnStmt) {
	line := s.Pos.Line
	if len(s.Exprs) == 1 {
		if call, ok := s.Exprs[0].(*syntax.CallExpr); ok {
			base := fs.free
			fs.tailCall(call)
			fs.abc(lua.OP_RETURN, base, 0, 0, line)
			return
		}
		if !syntax.IsMulti(s.Exprs[0]) {
			fs.abc(lua.OP_RETURN, fs.toAny(s.Exprs[0], noScratch), 2, 0, line)
			return
		}
	}
	base := fs.free
	count, open := fs.args(s.Exprs)
	if open {
		count = -1
	}
	fs.abc(lua.OP_RETURN, base, count+1, 0, line)
}

// breakLoop leaves the innermost loop; the locals of the blocks between must be closed if a closure holds one.
func (fs *funcState) breakLoop(line int) {
	captured := false
	b := fs.block
	for ; !b.loop; b = b.parent {
		captured = captured || b.captured
	}
	if captured || b.captured {
		fs.abc(lua.OP_CLOSE, b.base, 0, 0, line)
	}
	b.breaks = append(b.breaks, fs.jump(line))
}
