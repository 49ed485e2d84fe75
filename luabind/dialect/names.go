package dialect

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// nameOf says what a script calls the value in a register (or constant operand) at an instruction: "global 'x'",
// "local 'x'", "upvalue 'x'", "field 'x'", "method 'x'", or "" when the value has no name. It looks for the instruction
// that put the value there, as the reference interpreter does.
func nameOf(at place, rk int) string {
	if rk >= constantBit {
		return ""
	}
	if name := localAt(at.proto, rk, at.pc); name != "" {
		return quoted("local", name)
	}
	pc := lastWrite(at.proto, rk, at.pc)
	if pc < 0 {
		return ""
	}
	from := place{at.proto, pc}
	inst := from.inst()
	switch opcode(inst) {
	case lua.OP_GETGLOBAL:
		return quoted("global", constantText(at.proto, argBx(inst)))
	case lua.OP_GETUPVAL:
		if b := argB(inst); b < len(at.proto.DbgUpvalues) {
			return quoted("upvalue", at.proto.DbgUpvalues[b])
		}
	case lua.OP_MOVE:
		if b := argB(inst); b < argA(inst) {
			return nameOf(from, b)
		}
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
		return quoted("field", keyText(from, argC(inst)))
	case lua.OP_SELF:
		if rk == argA(inst) {
			return quoted("method", keyText(from, argC(inst)))
		}
	}
	return ""
}

func quoted(what, name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s '%s'", what, name)
}

// keyText is the text of a key operand that is a constant string, else "?" as the reference interpreter says.
func keyText(at place, rk int) string {
	if rk >= constantBit {
		if text := constantText(at.proto, rk-constantBit); text != "" {
			return text
		}
	}
	return "?"
}

func constantText(p *lua.FunctionProto, i int) string {
	if s, ok := p.Constants[i].(lua.LString); ok {
		return string(s)
	}
	return ""
}

// localAt is the local variable that lives in a register at an instruction. Hidden ones, which a for loop has, count as none.
func localAt(p *lua.FunctionProto, register, pc int) string {
	n := 0
	for _, v := range p.DbgLocals {
		if v.StartPc <= pc && pc < v.EndPc {
			if n == register {
				if v.Name[0] == '(' {
					return ""
				}
				return v.Name
			}
			n++
		}
	}
	return ""
}

// lastWrite is the last instruction before pc that wrote a register, -1 if none is certain. It walks the code as the reference
// interpreter's symbolic execution does: forward jumps that stay before pc are followed.
func lastWrite(p *lua.FunctionProto, register, pc int) int {
	last := -1
	for i := 0; i < pc; i++ {
		inst := p.Code[i]
		op, a := opcode(inst), argA(inst)
		writes := a == register
		switch op {
		case lua.OP_SETGLOBAL, lua.OP_SETUPVAL, lua.OP_SETTABLE, lua.OP_SETTABLEKS, lua.OP_EQ, lua.OP_LT, lua.OP_LE,
			lua.OP_RETURN, lua.OP_CLOSE, lua.OP_NOP, opForPrep:
			writes = false // OP_TEST counts: behind it the register may hold the other side of an and or or
		case lua.OP_SETLIST:
			writes = false
			if argC(inst) == 0 {
				i++ // the block number
			}
		case lua.OP_LOADNIL:
			writes = a <= register && register <= argB(inst)
		case lua.OP_SELF:
			writes = register == a || register == a+1
		case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_VARARG:
			writes = register >= a
		case lua.OP_TFORLOOP:
			writes = register >= a+3
		case lua.OP_FORLOOP:
			writes = register >= a && register <= a+3
		case lua.OP_JMP:
			writes = false
			if target := i + 1 + argSBx(inst); target > i && target <= pc {
				i = target - 1
			}
		case lua.OP_CLOSURE:
			if writes {
				last = i
			}
			writes = false
			i += int(p.FunctionPrototypes[argBx(inst)].NumUpvalues) // their descriptions
		}
		if writes {
			last = i
		}
	}
	return last
}
