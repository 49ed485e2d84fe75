package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

func (fs *funcState) whileLoop(s *syntax.WhileStmt) {
	start := len(fs.code)
	leave := fs.branch(s.Cond, false)
	b := fs.enterBlock(true)
	fs.statements(s.Body)
	fs.leaveBlock(s.EndLine)
	fs.patch([]int{fs.jump(s.EndLine)}, start)
	fs.patchHere(append(leave, b.breaks...)...)
}

// repeatLoop keeps the scope of the body open for the condition (manual §2.4.4), so the locals are closed behind it, on
// both ways.
func (fs *funcState) repeatLoop(s *syntax.RepeatStmt) {
	line := s.Cond.At().Line
	start := len(fs.code)
	b := fs.enterBlock(true)
	fs.statements(s.Body)
	leave := fs.branch(s.Cond, true)
	if b.captured {
		fs.abc(lua.OP_CLOSE, b.base, 0, 0, line)
	}
	fs.patch([]int{fs.jump(line)}, start)
	fs.patchHere(leave...)
	fs.leaveBlock(line)
	fs.patchHere(b.breaks...)
}

// numericFor keeps index, limit and step in hidden locals and gives each round a variable of its own (manual §2.4.5).
func (fs *funcState) numericFor(s *syntax.NumForStmt) {
	line := s.Pos.Line
	loop := fs.enterBlock(true) // holds the hidden locals
	step := s.Step
	if step == nil {
		step = &syntax.NumberExpr{Node: s.Node, Value: 1}
	}
	base := fs.free
	for _, e := range []syntax.Expr{s.Init, s.Limit, step} {
		fs.toNext(e)
	}
	fs.declare(line, "(for index)", "(for limit)", "(for step)")
	prepare := fs.abx(opForPrep, base, 0, line)
	fs.enterBlock(false)
	fs.reserve(1, line)
	fs.declare(line, s.Name.Text)
	fs.statements(s.Body)
	fs.leaveBlock(line)
	fs.patchHere(prepare)
	back := fs.abx(lua.OP_FORLOOP, base, 0, line)
	fs.patch([]int{back}, prepare+1)
	fs.leaveBlock(line)
	fs.patchHere(loop.breaks...)
}

// genericFor is manual §2.4.5: iterator, state and control stand in hidden locals.
func (fs *funcState) genericFor(s *syntax.GenForStmt) {
	line := s.Pos.Line
	loop := fs.enterBlock(true)
	base := fs.valuesInto(s.Exprs, 3, line)
	fs.declare(line, "(for generator)", "(for state)", "(for control)")
	enter := fs.jump(line)
	fs.enterBlock(false)
	fs.reserve(len(s.Names), line)
	fs.declare(line, syntax.Texts(s.Names)...)
	body := len(fs.code)
	fs.statements(s.Body)
	fs.leaveBlock(line)
	fs.patchHere(enter)
	fs.reserve(3, line) // the VM copies iterator, state and control there to call
	fs.free -= 3
	fs.proto.DbgCalls = append(fs.proto.DbgCalls, lua.DbgCall{Pc: len(fs.code), Name: "(for generator)"})
	fs.abc(lua.OP_TFORLOOP, base, 0, len(s.Names), s.Exprs[0].At().Line)
	fs.patch([]int{fs.jump(line)}, body)
	fs.leaveBlock(line)
	fs.patchHere(loop.breaks...)
}
