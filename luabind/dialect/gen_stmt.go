package dialect

import lua "github.com/yuin/gopher-lua"

func (fs *funcState) statements(body []stmt) {
	for _, s := range body {
		fs.statement(s)
		fs.free = len(fs.actives) // temporaries end with their statement
	}
}

// scoped generates a block of its own.
func (fs *funcState) scoped(body []stmt, line int) {
	fs.enterBlock(false)
	fs.statements(body)
	fs.leaveBlock(line)
}

func (fs *funcState) statement(s stmt) {
	line := s.at().line
	switch s := s.(type) {
	case *localStmt:
		fs.valuesInto(s.exprs, len(s.names), line)
		fs.declare(line, s.names...)
	case *localFuncStmt: // the function sees its own name (manual §2.4.7)
		dst := fs.reserve(1, line)
		fs.declare(line, s.name)
		fs.closure(s.fn, dst)
	case *assignStmt:
		fs.assign(s)
	case *callStmt:
		base := fs.reserve(1, line)
		fs.call(s.call, base, 0)
	case *doStmt:
		fs.scoped(s.body, line)
	case *whileStmt:
		fs.whileLoop(s)
	case *repeatStmt:
		fs.repeatLoop(s)
	case *ifStmt:
		fs.ifThen(s)
	case *numForStmt:
		fs.numericFor(s)
	case *genForStmt:
		fs.genericFor(s)
	case *returnStmt:
		fs.ret(s)
	case *breakStmt:
		fs.breakLoop(line)
	}
}

// valuesInto computes a list of expressions into n new registers: what is missing is nil, what is too much is computed
// and dropped. It gives the first register.
func (fs *funcState) valuesInto(exprs []expr, n, line int) int {
	first := fs.free
	for i, e := range exprs {
		if i == len(exprs)-1 && isMulti(e) {
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

func (fs *funcState) ifThen(s *ifStmt) {
	var ends []int
	for i, c := range s.clauses {
		line := c.cond.at().line
		skip := fs.branch(c.cond, false)
		fs.scoped(c.body, line)
		if i < len(s.clauses)-1 || s.els != nil {
			ends = append(ends, fs.jump(line))
		}
		fs.patchHere(skip...)
	}
	if s.els != nil {
		fs.scoped(s.els, s.pos.line)
	}
	fs.patchHere(ends...)
}

func (fs *funcState) ret(s *returnStmt) {
	line := s.pos.line
	if len(s.exprs) == 1 {
		if call, ok := s.exprs[0].(*callExpr); ok {
			base := fs.free
			fs.tailCall(call)
			fs.abc(lua.OP_RETURN, base, 0, 0, line)
			return
		}
		if !isMulti(s.exprs[0]) {
			fs.abc(lua.OP_RETURN, fs.toAny(s.exprs[0], noScratch), 2, 0, line)
			return
		}
	}
	base := fs.free
	count, open := fs.args(s.exprs)
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
