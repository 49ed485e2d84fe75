package dialect

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"recue/luabind/syntax"
)

// generate makes the prototype of a whole file, which is a vararg function without parameters (manual §2.4.1).
func generate(file *syntax.File, reserved []string) *lua.FunctionProto {
	fs := newFuncState(file, reserved, nil)
	fs.proto.IsVarArg = lua.VarArgIsVarArg
	fs.enterBlock(false)
	fs.statements(file.Body)
	return fs.finish(file.Lines())
}

// function makes the prototype of a function inside fs.
func (fs *funcState) function(fn *syntax.FuncExpr) *funcState {
	line := fn.Pos.Line
	sub := newFuncState(fs.file, fs.reserved, fs)
	sub.proto.LineDefined, sub.proto.LastLineDefined = line, fn.EndLine
	sub.proto.NumParameters = uint8(min(len(fn.Params), maxLocals))
	sub.enterBlock(false)
	sub.reserve(len(fn.Params), line)
	sub.declare(line, syntax.Texts(fn.Params)...)
	if fn.Vararg {
		sub.proto.IsVarArg = lua.VarArgIsVarArg
		if lua.CompatVarArg { // the old variable "arg", which holds the values unless the body uses "..."
			sub.proto.IsVarArg |= lua.VarArgHasArg | lua.VarArgNeedsArg
			sub.reserve(1, line)
			sub.declare(line, "arg")
		}
	}
	sub.statements(fn.Body)
	sub.finish(fn.EndLine)
	return sub
}

// finish ends the code of a function and joins its parts into the prototype.
func (fs *funcState) finish(line int) *lua.FunctionProto {
	fs.abc(lua.OP_RETURN, 0, 1, 0, line)
	for _, v := range fs.actives {
		v.debug.EndPc = len(fs.code)
	}
	p := fs.proto
	for _, u := range fs.upvalues {
		p.DbgUpvalues = append(p.DbgUpvalues, u.name)
	}
	shell := fs.finishConstants()
	shell.SourceName, shell.LineDefined, shell.LastLineDefined = p.SourceName, p.LineDefined, p.LastLineDefined
	shell.NumUpvalues, shell.NumParameters = uint8(len(fs.upvalues)), p.NumParameters
	shell.IsVarArg, shell.NumUsedRegisters = p.IsVarArg, uint8(max(fs.maxUsed, 2))
	shell.Code, shell.FunctionPrototypes = fs.code, p.FunctionPrototypes
	shell.DbgSourcePositions, shell.DbgLocals = fs.lines, p.DbgLocals
	shell.DbgCalls, shell.DbgUpvalues = p.DbgCalls, p.DbgUpvalues
	fs.proto = shell
	return shell
}

// finishConstants joins the lists of constants and moves the references into the second and third to their place.
//
// The VM reads names of globals and of fields from a list of strings beside the constants, which only its own compiler
// can fill. So that compiler gets a function that does nothing but mention those strings in the right order, and the
// prototype that it makes becomes ours. It searches its constants one by one, hence maxGlobals and the far list.
func (fs *funcState) finishConstants() *lua.FunctionProto {
	c := &fs.consts
	named := c.near
	final := make([]int, len(c.names))
	for i, name := range c.names {
		if at, ok := c.index[name]; ok && at >= 0 {
			final[i] = at
			continue
		}
		final[i] = len(named)
		named = append(named, name)
	}
	for _, pc := range c.nameRefs {
		fs.code[pc] = encodeABx(opcode(fs.code[pc]), argA(fs.code[pc]), final[argBx(fs.code[pc])])
	}
	for _, pc := range c.farRefs {
		fs.code[pc] = encodeABx(opcode(fs.code[pc]), argA(fs.code[pc]), argBx(fs.code[pc])+len(named))
	}
	if len(named)+len(c.far) > maxBx {
		fs.tooComplex(max(fs.proto.LineDefined, 1), "cut it into functions", "too many different values in one function")
	}
	shell := shellWithStrings(named, fs.proto.SourceName)
	shell.Constants = append(named, c.far...)
	return shell
}

// shellWithStrings has lua.Compile make a prototype whose strings stand at the same indexes as in values.
func shellWithStrings(values []lua.LValue, name string) *lua.FunctionProto {
	if len(values) == 0 {
		return &lua.FunctionProto{}
	}
	taken := make(map[string]bool, len(values))
	for _, v := range values {
		if s, ok := v.(lua.LString); ok {
			taken[string(s)] = true
		}
	}
	var chunk []ast.Stmt
	filler := 0
	for _, v := range values {
		text, ok := v.(lua.LString)
		for !ok { // a place that no name refers to: any text will do that is not there yet
			text = lua.LString(fmt.Sprintf("\x00%d", filler))
			ok = !taken[string(text)]
			filler++
		}
		mention := &ast.LocalAssignStmt{Names: []string{"_"}, Exprs: []ast.Expr{&ast.StringExpr{Value: string(text)}}}
		chunk = append(chunk, &ast.DoBlockStmt{Stmts: []ast.Stmt{mention}})
	}
	proto, err := lua.Compile(chunk, name)
	if err != nil {
		panic(fmt.Sprintf("dialect: make a list of strings: %v", err)) // cannot fail for such a chunk; Load reports it if it does
	}
	return proto
}
