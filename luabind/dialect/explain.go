package dialect

import (
	"fmt"
	"reflect"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Explain turns an error text of the VM's own, such as "attempt to call a non-function object", into the reference
// interpreter's, which names the variable: "attempt to call global 'strat' (a nil value)". Call it from the Panic hook
// of a thread, while its frames are still there, with the error's text; what is not such a text comes back unchanged.
func Explain(L *lua.LState, message string) string {
	at, ok := runningAt(L, 0)
	if !ok {
		return explainOutside(message)
	}
	for _, r := range vmTexts {
		if i := strings.Index(message, r.text); i >= 0 {
			if better := r.explain(L, at); better != "" {
				return message[:i] + better
			}
			return message
		}
	}
	return message
}

// explainOutside is Explain for what the VM raises where no Lua function runs, in a library function that pcall called, say. There it
// writes a space where it else writes the position.
func explainOutside(message string) string {
	text, found := strings.CutPrefix(message, " ")
	if !found {
		return message
	}
	for _, r := range vmTexts {
		if !strings.HasPrefix(text, r.text) {
			continue
		}
		if value, ok := strings.CutPrefix(text, "attempt to index a non-table object("); ok {
			kind, _, _ := strings.Cut(value, ")")
			return "attempt to index a " + kind + " value"
		}
		return text
	}
	return message
}

// place is an instruction of a Lua function.
type place struct {
	proto *lua.FunctionProto
	pc    int
}

func (at place) inst() uint32 { return at.proto.Code[at.pc] }

// runningAt finds the instruction that the Lua function at a level is in; false when there is a Go function.
func runningAt(L *lua.LState, level int) (place, bool) {
	dbg, ok := L.GetStack(level)
	if !ok {
		return place{}, false
	}
	value, err := L.GetInfo("f", dbg, lua.LNil)
	if err != nil {
		return place{}, false
	}
	fn, ok := value.(*lua.LFunction)
	if !ok || fn.IsG {
		return place{}, false
	}
	// The program counter is in an unexported field. Reflection may read it, and only errors pay for that.
	frame := reflect.ValueOf(dbg).Elem().FieldByName("frame")
	pc := int(frame.Elem().FieldByName("Pc").Int()) - 1
	return place{fn.Proto, pc}, pc >= 0 && pc < len(fn.Proto.Code)
}

// vmTexts are the beginnings of the VM's texts and what to say instead; "" leaves a text as it is.
var vmTexts = []struct {
	text    string
	explain func(L *lua.LState, at place) string
}{
	{"attempt to call a non-function object", explainCall},
	{"attempt to index a non-table object(", explainIndex},
	{"cannot perform ", explainArithmetic},
	{"__unm undefined", explainUnary},
	{"attempt to compare ", explainComparison},
	{"too many recursions in gettable", func(*lua.LState, place) string { return "loop in gettable" }},
	{"too many recursions in settable", func(*lua.LState, place) string { return "loop in settable" }},
}

func explainCall(L *lua.LState, at place) string {
	inst := at.inst()
	switch opcode(inst) {
	case lua.OP_CALL, lua.OP_TAILCALL:
		return operandText("call", register(L, argA(inst)), nameOf(at, argA(inst)))
	case lua.OP_TFORLOOP:
		return operandText("call", register(L, argA(inst)), "")
	}
	return ""
}

func explainIndex(L *lua.LState, at place) string {
	inst := at.inst()
	r := argB(inst)
	switch opcode(inst) {
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		r = argA(inst)
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_SELF:
	default:
		return ""
	}
	v := register(L, r)
	if _, ok := v.(*lua.LTable); ok { // the end of a chain of __index, which has no name
		return ""
	}
	return operandText("index", v, nameOf(at, r))
}

func explainArithmetic(L *lua.LState, at place) string {
	inst := at.inst()
	if op := opcode(inst); op < lua.OP_ADD || op > lua.OP_POW {
		return ""
	}
	for _, rk := range []int{argB(inst), argC(inst)} {
		v := operandValue(L, at, rk)
		if _, ok := toNumber(v); !ok {
			return operandText("perform arithmetic on", v, nameOf(at, rk))
		}
	}
	return ""
}

func explainUnary(L *lua.LState, at place) string {
	if opcode(at.inst()) != lua.OP_UNM {
		return ""
	}
	r := argB(at.inst())
	return operandText("perform arithmetic on", register(L, r), nameOf(at, r))
}

// explainComparison says what the reference interpreter says of two values of one type.
func explainComparison(L *lua.LState, at place) string {
	inst := at.inst()
	if op := opcode(inst); op != lua.OP_LT && op != lua.OP_LE {
		return ""
	}
	a, b := operandValue(L, at, argB(inst)).Type(), operandValue(L, at, argC(inst)).Type()
	if a != b {
		return fmt.Sprintf("attempt to compare %s with %s", a, b)
	}
	return fmt.Sprintf("attempt to compare two %s values", a)
}

// register reads a register of the Lua function that runs.
func register(L *lua.LState, r int) lua.LValue { return L.Get(r + 1) }

func operandValue(L *lua.LState, at place, rk int) lua.LValue {
	if rk >= constantBit {
		return at.proto.Constants[rk-constantBit]
	}
	return register(L, rk)
}

func operandText(what string, v lua.LValue, name string) string {
	if name == "" {
		return fmt.Sprintf("attempt to %s a %s value", what, v.Type())
	}
	return fmt.Sprintf("attempt to %s %s (a %s value)", what, name, v.Type())
}

// raiseOperand raises operandText with the position of the Lua function that runs, or called what runs.
func raiseOperand(L *lua.LState, what string, v lua.LValue, name string) {
	L.RaiseError("%s", operandText(what, v, name))
}

// operandName names operand i, from 1, of the instruction that the Lua function at a level is in.
func operandName(L *lua.LState, level, i int) string {
	at, ok := runningAt(L, level)
	if !ok {
		return ""
	}
	b, c := argB(at.inst()), argC(at.inst())
	switch op := opcode(at.inst()); {
	case op == opConcat:
		return nameOf(at, b+i-1)
	case op == lua.OP_UNM, op == opLength:
		return nameOf(at, b)
	case op < lua.OP_ADD || op > lua.OP_POW && op != opModulo:
		return ""
	case i == 1:
		return nameOf(at, b)
	}
	return nameOf(at, c)
}
