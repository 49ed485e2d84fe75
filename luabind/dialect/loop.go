package dialect

import (
	"context"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
)

// Instructions that gopher-lua does not have, or has wrong; see operators.go. They take the opcodes behind its own.
const (
	opModulo   = lua.OP_NOP + 1 + iota // A B C   R(A) := RK(B) % RK(C)
	opLength                           // A B     R(A) := length of R(B)
	opConcat                           // A B C   R(A) := R(B) .. … .. R(C)
	opForPrep                          // A sBx   R(A), R(A+1), R(A+2) made numbers; R(A) -= R(A+2); pc += sBx
	opNewTable                         // A Bx    R(A) := table of shape K(Bx) with the values R(A+1), R(A+2) …
	opcodes    = 1 << 6
)

// table has what executes each instruction.
var table [opcodes]handler

func init() {
	copy(table[:], jumpTable[:])
	table[lua.OP_POW] = power
	for op, event := range map[int]string{
		lua.OP_ADD: "__add", lua.OP_SUB: "__sub", lua.OP_MUL: "__mul", lua.OP_DIV: "__div", lua.OP_UNM: "__unm",
	} {
		table[op] = callableArithmetic(op, event)
	}
	for op, event := range map[int]string{lua.OP_EQ: "__eq", lua.OP_LT: "__lt", lua.OP_LE: "__le"} {
		table[op] = callableComparison(op, event)
	}
	table[opModulo], table[opLength], table[opConcat], table[opForPrep], table[opNewTable] = modulo, length, concat, forPrep, newTable
}

// Flagged is a context that has a number that is 0 for as long as Done need not be asked: it stands before every instruction.
type Flagged interface {
	context.Context
	Flags() *atomic.Uint32
}

// Attach makes a thread run code of this package. SetContext and RemoveContext undo it, and NewThread gives one without.
func Attach(L *lua.LState) { threadOf(L).mainLoop = loop }

var never, always = new(atomic.Uint32), new(atomic.Uint32)

func init() { always.Store(1) }

// flagsOf is the number to look at before every instruction.
func flagsOf(ctx context.Context) *atomic.Uint32 {
	if ctx == nil {
		return never
	}
	if f, ok := ctx.(Flagged); ok {
		return f.Flags()
	}
	return always
}

// heed raises when the context is done.
func heed(L *lua.LState) {
	ctx := L.Context()
	select {
	case <-ctx.Done():
		L.RaiseError("%s", ctx.Err().Error())
	default:
	}
}

// loop runs a thread until the call that it began with returns. It stands in the place of gopher-lua's interpreter and
// does what that does, with its handlers. What loops are made of it does itself where the operands are as usual: numbers,
// and tables whose metatables have no say. That pays for the look at the context before every instruction.
func loop(L *lua.LState, base *frame) {
	t := threadOf(L)
	if t.currentFrame == nil || t.currentFrame.Fn.IsG {
		stockLoop(L, base)
		return
	}
	for flags := flagsOf(t.ctx); !frameLoop(L, t, t.currentFrame, base, flags); {
	}
}

// frameLoop executes instructions of a call until another call has its turn, and says whether the whole loop is at its end.
// Only the instructions of calls change what a thread works on; others, which may call metamethods, come back to it.
func frameLoop(L *lua.LState, t *thread, f, base *frame, flags *atomic.Uint32) (end bool) {
	code, consts, reg, first := f.Fn.Proto.Code, f.Fn.Proto.Constants, t.reg, f.LocalBase
	in := reg.array[first:]
	for {
		inst := code[f.Pc]
		f.Pc++
		if flags.Load() != 0 {
			heed(L)
		}
		a, b, c := int(inst>>18)&0xff, int(inst)&0x1ff, int(inst>>9)&0x1ff
		switch op := opcode(inst); op {
		case lua.OP_MOVE:
			reg.set(first+a, in[b])
			continue
		case lua.OP_LOADK:
			reg.set(first+a, consts[argBx(inst)])
			continue
		case lua.OP_GETUPVAL:
			reg.set(first+a, f.Fn.Upvalues[b].Value())
			continue
		case lua.OP_JMP:
			f.Pc += argSBx(inst)
			continue
		case lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV:
			if x, y, ok := twoNumbers(operand(in, consts, b), operand(in, consts, c)); ok {
				reg.set(first+a, reg.alloc.value(calculate(op, x, y)))
				continue
			}
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE:
			if x, y, ok := twoNumbers(operand(in, consts, b), operand(in, consts, c)); ok {
				f.follow(code, compare(op, x, y) == (a != 0))
				continue
			}
		case lua.OP_TEST:
			f.follow(code, lua.LVAsBool(in[a]) == (c != 0))
			continue
		case lua.OP_FORLOOP:
			if reg.step(first + a) {
				f.Pc += argSBx(inst)
				continue
			}
		case lua.OP_GETTABLE:
			if v := element(in[b], operand(in, consts, c)); v != nil {
				reg.set(first+a, v)
				continue
			}
		case lua.OP_GETTABLEKS:
			if v := field(in[b], consts[c-constantBit]); v != nil {
				reg.set(first+a, v)
				continue
			}
		case lua.OP_SETTABLEKS:
			if setField(in[a], consts[b-constantBit], operand(in, consts, c)) {
				continue
			}
		case lua.OP_SETTABLE:
			key := operand(in, consts, b)
			if _, text := key.(lua.LString); text {
				if setField(in[a], key, operand(in, consts, c)) {
					continue
				}
			} else if setElement(in[a], key, operand(in, consts, c)) {
				continue
			}
		case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_RETURN:
			return table[op](L, inst, base) == 1
		}
		if table[inst>>26](L, inst, base) == 1 {
			return true
		}
		in = reg.array[first:] // which may have grown
	}
}

// operand is a register, or a constant.
func operand(in, consts []lua.LValue, rk int) lua.LValue {
	if rk >= constantBit {
		return consts[rk-constantBit]
	}
	return in[rk]
}

func twoNumbers(a, b lua.LValue) (x, y lua.LNumber, ok bool) {
	x, ok = a.(lua.LNumber)
	if ok {
		y, ok = b.(lua.LNumber)
	}
	return x, y, ok
}

func calculate(op int, x, y lua.LNumber) lua.LNumber {
	switch op {
	case lua.OP_ADD:
		return x + y
	case lua.OP_SUB:
		return x - y
	case lua.OP_MUL:
		return x * y
	}
	return x / y
}

func compare(op int, x, y lua.LNumber) bool {
	switch op {
	case lua.OP_EQ:
		return x == y
	case lua.OP_LT:
		return x < y
	}
	return x <= y
}

// follow goes on behind a condition: a jump comes next, which is taken or not.
func (f *frame) follow(code []uint32, jump bool) {
	if jump {
		f.Pc += argSBx(code[f.Pc])
	}
	f.Pc++
}

// step begins the next round of a loop whose index, limit and step begin at register i, with its variable behind them. At the
// end it does nothing and gives false.
func (r *registry) step(i int) bool {
	index, ok := r.array[i].(lua.LNumber)
	limit, okLimit := r.array[i+1].(lua.LNumber)
	step, okStep := r.array[i+2].(lua.LNumber)
	if !ok || !okLimit || !okStep {
		return false
	}
	index += step
	if !(step > 0 && index <= limit || step <= 0 && index >= limit) {
		return false
	}
	next := r.alloc.value(index)
	r.array[i] = next
	r.set(i+3, next)
	return true
}

// element is t[key] for a key that is a whole number, where t is a table that has it; else nil.
func element(t, key lua.LValue) lua.LValue {
	list, ok := t.(*lua.LTable)
	n, isNumber := key.(lua.LNumber)
	if !ok || !isNumber || lua.LNumber(int(n)) != n {
		return nil
	}
	if v := list.RawGetInt(int(n)); v != lua.LNil {
		return v
	}
	return nil
}

// field is t[name], where t is a table that has it; else nil.
func field(t, name lua.LValue) lua.LValue {
	if record, ok := t.(*lua.LTable); ok {
		if v := record.RawGetString(string(name.(lua.LString))); v != lua.LNil {
			return v
		}
	}
	return nil
}

// setField is t[name] = v, where t is a table whose metatable has no say in it.
func setField(t, name, v lua.LValue) bool {
	record, ok := t.(*lua.LTable)
	if !ok {
		return false
	}
	field := string(name.(lua.LString))
	if record.Metatable != lua.LNil && asksMetatable(record, field) {
		return false
	}
	tables.SetField(record, field, v)
	return true
}

// asksMetatable says whether a new value for a field goes by the table's metatable.
func asksMetatable(record *lua.LTable, field string) bool {
	if record.RawGetString(field) != lua.LNil {
		return false
	}
	meta, ok := record.Metatable.(*lua.LTable)
	return !ok || meta.RawGetString("__newindex") != lua.LNil
}

// setElement is t[key] = v for a key that is a positive whole number, where t is a table without a metatable.
func setElement(t, key, v lua.LValue) bool {
	list, ok := t.(*lua.LTable)
	n, isNumber := key.(lua.LNumber)
	if !ok || !isNumber || list.Metatable != lua.LNil || !(n >= 1 && n < lua.LNumber(lua.MaxArrayIndex)) || lua.LNumber(int(n)) != n {
		return false
	}
	tables.SetElement(list, int(n), v)
	return true
}
