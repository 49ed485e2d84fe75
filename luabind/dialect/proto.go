package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

// generate makes the prototype of a whole file, which is a vararg function without parameters (manual §2.4.1).
func generate(p *program) *lua.FunctionProto {
	fs := newFuncState(p, nil)
	fs.proto.IsVarArg = lua.VarArgIsVarArg
	fs.enterBlock(false)
	fs.statements(p.file.Body)
	return fs.finish(p.file.Lines())
}

// function makes the prototype of a function inside fs.
func (fs *funcState) function(fn *syntax.FuncExpr) *funcState {
	line := fn.Pos.Line
	sub := newFuncState(fs.program, fs)
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
	p.NumUpvalues, p.NumUsedRegisters = uint8(len(fs.upvalues)), uint8(max(fs.maxUsed, 2))
	p.Code, p.DbgSourcePositions, p.Constants = fs.code, fs.lines, fs.consts.values
	texts := textsOf(p)
	*texts = make([]string, len(p.Constants))
	for i, v := range p.Constants {
		if s, ok := v.(lua.LString); ok {
			(*texts)[i] = string(s)
		}
	}
	return p
}
