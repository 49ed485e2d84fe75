package dialect

import (
	lua "github.com/yuin/gopher-lua"
)

// Metamethods that are no functions: gopher-lua passes over tables that can be called, and whatever cannot be; 5.1 calls them
// all (manual §2.8). It also gives the operand of __unm twice.

// callableArithmetic executes an arithmetic instruction whose operands are not both numbers.
func callableArithmetic(op int, event string) handler {
	return func(L *lua.LState, inst uint32, base *frame) int {
		t := threadOf(L)
		a := t.operand(argB(inst))
		b := a
		if op != lua.OP_UNM {
			b = t.operand(argC(inst))
		}
		if h := binaryHandler(L, a, b, event); h != nil && (h.Type() != lua.LTFunction || op == lua.OP_UNM) {
			t.result(inst, callHandler(L, h, a, b))
			return 0
		}
		return jumpTable[op](L, inst, base)
	}
}

// callableComparison executes a comparison of values that are not both numbers.
func callableComparison(op int, event string) handler {
	return func(L *lua.LState, inst uint32, base *frame) int {
		t := threadOf(L)
		a, b := t.operand(argB(inst)), t.operand(argC(inst))
		h, negated := commonHandler(L, a, b, event), false
		if h == nil && op == lua.OP_LE { // not b < a
			h, negated = commonHandler(L, a, b, "__lt"), true
			a, b = b, a
		}
		if h == nil || h.Type() == lua.LTFunction || op == lua.OP_EQ && a == b {
			return jumpTable[op](L, inst, base)
		}
		is := lua.LVAsBool(callHandler(L, h, a, b)) != negated
		f := t.currentFrame
		f.follow(f.Fn.Proto.Code, is == (argA(inst) != 0))
		return 0
	}
}

// commonHandler is the metamethod that two values of one type share, as comparisons want it; nil for none.
func commonHandler(L *lua.LState, a, b lua.LValue, event string) lua.LValue {
	if a.Type() != b.Type() {
		return nil
	}
	if h := handlerOf(L, a, event); h != nil && h == handlerOf(L, b, event) {
		return h
	}
	return nil
}
