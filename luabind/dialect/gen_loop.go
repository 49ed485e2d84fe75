package dialect

import lua "github.com/yuin/gopher-lua"

func (fs *funcState) whileLoop(s *whileStmt) {
	start := len(fs.code)
	leave := fs.branch(s.cond, false)
	b := fs.enterBlock(true)
	fs.statements(s.body)
	fs.leaveBlock(s.endLine)
	fs.patch([]int{fs.jump(s.endLine)}, start)
	fs.patchHere(append(leave, b.breaks...)...)
}

// repeatLoop keeps the scope of the body open for the condition (manual §2.4.4), so the locals are closed behind it, on
// both ways.
func (fs *funcState) repeatLoop(s *repeatStmt) {
	line := s.cond.at().line
	start := len(fs.code)
	b := fs.enterBlock(true)
	fs.statements(s.body)
	leave := fs.branch(s.cond, true)
	if b.captured {
		fs.abc(lua.OP_CLOSE, b.base, 0, 0, line)
	}
	fs.patch([]int{fs.jump(line)}, start)
	fs.patchHere(leave...)
	fs.leaveBlock(line)
	fs.patchHere(b.breaks...)
}

// numericFor keeps index, limit and step in hidden locals and gives each round a variable of its own (manual §2.4.5).
// Start values that are not numbers by the look of them go through a helper, which takes numerals in strings as the
// reference interpreter does and has its error messages.
func (fs *funcState) numericFor(s *numForStmt) {
	line := s.pos.line
	loop := fs.enterBlock(true) // holds the hidden locals
	step := s.step
	if step == nil {
		step = &numberExpr{s.node, 1}
	}
	base := fs.free
	if allNumbers(s.init, s.limit, step) {
		for _, e := range []expr{s.init, s.limit, step} {
			fs.toNext(e)
		}
	} else {
		fs.forHelper(s.init, s.limit, step, line)
	}
	fs.declare(line, "(for index)", "(for limit)", "(for step)")
	prepare := fs.abx(lua.OP_FORPREP, base, 0, line)
	fs.enterBlock(false)
	fs.reserve(1, line)
	fs.declare(line, s.name)
	fs.statements(s.body)
	fs.leaveBlock(line)
	fs.patchHere(prepare)
	back := fs.abx(lua.OP_FORLOOP, base, 0, line)
	fs.patch([]int{back}, prepare+1)
	fs.leaveBlock(line)
	fs.patchHere(loop.breaks...)
}

func (fs *funcState) forHelper(init, limit, step expr, line int) {
	base := fs.reserve(1, line)
	fs.loadConstant(forHelper, base, line)
	for _, e := range []expr{init, limit, step} {
		fs.toNext(e)
	}
	fs.abc(lua.OP_CALL, base, 4, 4, line)
	fs.free = base + 3
}

// allNumbers reports whether every expression is a number whatever happens before.
func allNumbers(exprs ...expr) bool {
	for _, e := range exprs {
		minus, ok := e.(*unaryExpr)
		if ok && minus.op == "-" {
			e = minus.e
		}
		if _, ok := e.(*numberExpr); !ok {
			return false
		}
	}
	return true
}

// genericFor is manual §2.4.5: iterator, state and control stand in hidden locals.
func (fs *funcState) genericFor(s *genForStmt) {
	line := s.pos.line
	loop := fs.enterBlock(true)
	base := fs.valuesInto(s.exprs, 3, line)
	fs.declare(line, "(for generator)", "(for state)", "(for control)")
	enter := fs.jump(line)
	fs.enterBlock(false)
	fs.reserve(len(s.names), line)
	fs.declare(line, s.names...)
	body := len(fs.code)
	fs.statements(s.body)
	fs.leaveBlock(line)
	fs.patchHere(enter)
	fs.reserve(3, line) // the VM copies iterator, state and control there to call
	fs.free -= 3
	fs.proto.DbgCalls = append(fs.proto.DbgCalls, lua.DbgCall{Pc: len(fs.code), Name: "(for generator)"})
	fs.abc(lua.OP_TFORLOOP, base, 0, len(s.names), s.exprs[0].at().line)
	fs.patch([]int{fs.jump(line)}, body)
	fs.leaveBlock(line)
	fs.patchHere(loop.breaks...)
}
