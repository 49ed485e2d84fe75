package dialect

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
)

// The operators of which the VM's own instructions do not do what the manual says. loop.go does the simple cases of some.

// modulo is `%`: upstream computes C's fmod.
func modulo(L *lua.LState, inst uint32, _ *frame) int {
	t := threadOf(L)
	l, r := t.operand(argB(inst)), t.operand(argC(inst))
	if x, y, ok := twoNumbers(l, r); ok {
		t.result(inst, t.alloc.value(moduloOf(x, y)))
		return 0
	}
	t.result(inst, arithmetic(L, "__mod", l, r, 0))
	return 0
}

// power is `^`: upstream's result loses the sign of a zero.
func power(L *lua.LState, inst uint32, base *frame) int {
	t := threadOf(L)
	x, y, ok := twoNumbers(t.operand(argB(inst)), t.operand(argC(inst)))
	if !ok {
		return callableArithmetic(lua.OP_POW, "__pow")(L, inst, base)
	}
	t.result(inst, t.alloc.value(lua.LNumber(math.Pow(float64(x), float64(y)))))
	return 0
}

// moduloOf is a - floor(a/b)*b, by definition (manual §2.5.1), with its rounding.
func moduloOf(a, b lua.LNumber) lua.LNumber {
	q := lua.LNumber(math.Floor(float64(a / b))) // the conversions keep the compiler from fusing the operations
	p := lua.LNumber(float64(q * b))
	return a - p
}

// length is `#`: upstream lets a table's __len decide, which came with 5.2. A table's length is the primitive one whatever its
// metatable says (manual §2.8, event "len").
func length(L *lua.LState, inst uint32, _ *frame) int {
	t := threadOf(L)
	switch v := t.operand(argB(inst)).(type) {
	case lua.LString:
		t.result(inst, t.alloc.value(lua.LNumber(len(v))))
	case *lua.LTable:
		t.result(inst, t.alloc.value(lua.LNumber(v.Len())))
	default:
		h := handlerOf(L, v, "__len")
		if h == nil {
			raiseOperand(L, "get length of", v, operandName(L, 0, 1))
		}
		t.result(inst, callHandler(L, h, v, lua.LNil))
	}
	return 0
}

// forPrep begins a numeric for: upstream refuses numerals in strings, and has other messages.
func forPrep(L *lua.LState, inst uint32, _ *frame) int {
	t := threadOf(L)
	first := t.currentFrame.LocalBase + argA(inst)
	var values [3]lua.LNumber
	for i, what := range []string{"initial value", "limit", "step"} {
		n, ok := toNumber(t.reg.array[first+i])
		if !ok {
			L.RaiseError("'for' %s must be a number", what)
		}
		values[i] = n
	}
	values[0] -= values[2]
	for i, n := range values {
		t.reg.set(first+i, t.alloc.value(n))
	}
	t.currentFrame.Pc += argSBx(inst)
	return 0
}

// concat is a chain of `..`, which is joined from the right (manual §2.5.4, event "concat" in §2.8): upstream writes
// numbers in Go's format.
func concat(L *lua.LState, inst uint32, _ *frame) int {
	t := threadOf(L)
	first, i := argB(inst), argC(inst)
	acc := t.operand(i)
	for i--; i >= first; {
		from := i + 1 // what can be joined at once, with acc
		size := textSize(acc)
		for size >= 0 && from > first {
			n := textSize(t.operand(from - 1))
			if n < 0 {
				break
			}
			size += n
			from--
		}
		if from <= i {
			checkSize(L, size)
			base := t.currentFrame.LocalBase
			acc = join(t.reg.array[base+from:base+i+1], acc, size)
			i = from - 1
			continue
		}
		acc = concatPair(L, i-first+1, t.operand(i), acc)
		i--
	}
	t.result(inst, acc)
	return 0
}

// newTable makes a table of a shape that the code generator knew.
func newTable(L *lua.LState, inst uint32, _ *frame) int {
	t := threadOf(L)
	f := t.currentFrame
	shape := f.Fn.Proto.Constants[argBx(inst)].(*lua.LUserData).Value.(*tables.Shape)
	a := f.LocalBase + argA(inst)
	t.reg.set(a, shape.Table(t.reg.array[a+1:a+1+len(shape.Names())]))
	return 0
}

// textSize bounds the length of v as text; negative when v is neither string nor number.
func textSize(v lua.LValue) int {
	switch v := v.(type) {
	case lua.LString:
		return len(v)
	case lua.LNumber:
		return 24
	}
	return -1
}

// join writes texts and acc in a row.
func join(texts []lua.LValue, acc lua.LValue, size int) lua.LValue {
	if len(texts) == 1 {
		if l, ok := texts[0].(lua.LString); ok {
			if r, ok := acc.(lua.LString); ok {
				return l + r
			}
		}
	}
	var b strings.Builder
	b.Grow(size)
	for _, v := range texts {
		writeText(&b, v)
	}
	writeText(&b, acc)
	return lua.LString(b.String())
}

func writeText(b *strings.Builder, v lua.LValue) {
	if n, ok := v.(lua.LNumber); ok {
		b.WriteString(FormatNumber(float64(n)))
		return
	}
	b.WriteString(string(v.(lua.LString)))
}

// concatPair joins operand i of the chain and what is right of it by a metamethod.
func concatPair(L *lua.LState, i int, l, r lua.LValue) lua.LValue {
	if h := binaryHandler(L, l, r, "__concat"); h != nil {
		return callHandler(L, h, l, r)
	}
	if textSize(l) >= 0 { // the other one is to blame
		l = r
		i++
	}
	raiseOperand(L, "concatenate", l, operandName(L, 0, i))
	return nil
}

// toNumber converts as arithmetic does (manual §2.2.1).
func toNumber(v lua.LValue) (lua.LNumber, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return v, true
	case lua.LString:
		n, ok := parseNumber(string(v))
		return lua.LNumber(n), ok
	}
	return 0, false
}

// operand is the value of a register of the call that runs, or a constant.
func (t *thread) operand(rk int) lua.LValue {
	return operand(t.reg.array[t.currentFrame.LocalBase:], t.currentFrame.Fn.Proto.Constants, rk)
}

// result stores what an instruction gives.
func (t *thread) result(inst uint32, v lua.LValue) {
	t.reg.set(t.currentFrame.LocalBase+argA(inst), v)
}
