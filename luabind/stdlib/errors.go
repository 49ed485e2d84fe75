package stdlib

import (
	"fmt"
	"reflect"

	lua "github.com/yuin/gopher-lua"
)

// Errorf raises an error as luaL_error does: the text follows the position ("file:line: ") of the Lua code that called
// the running function, or stands alone when no Lua code did.
func Errorf(L *lua.LState, format string, args ...any) {
	raise(L, position(L)+fmt.Sprintf(format, args...))
}

// ArgError raises an error about argument n (from 1) of the running function as luaL_argerror does. The function is
// named as the caller named it, and the receiver of a method call is not counted.
func ArgError(L *lua.LState, n int, message string) {
	name, method := calledAs(L)
	if method {
		n--
		if n == 0 {
			Errorf(L, "calling '%s' on bad self (%s)", name, message)
		}
	}
	Errorf(L, "bad argument #%d to '%s' (%s)", n, name, message)
}

// TypeError raises "X expected, got Y" about argument n of the running function.
func TypeError(L *lua.LState, n int, want string) {
	ArgError(L, n, want+" expected, got "+argType(L, n))
}

// raise raises a text as it is, without a position, as the interpreter itself does inside a library function.
func raise(L *lua.LState, message string) {
	L.Error(lua.LString(message), 0)
}

// argType names the type of argument n, telling an absent argument from nil.
func argType(L *lua.LState, n int) string {
	if n > L.GetTop() {
		return "no value"
	}
	return L.Get(n).Type().String()
}

// caller returns the Lua function that called the running one, and the index of its call instruction. ok is false when
// the caller is no Lua function.
func caller(L *lua.LState) (fn *lua.LFunction, call int, ok bool) {
	dbg, found := L.GetStack(1)
	if !found {
		return nil, 0, false
	}
	value, err := L.GetInfo("f", dbg, nil)
	if err != nil {
		return nil, 0, false
	}
	fn, isFn := value.(*lua.LFunction)
	if !isFn || fn.IsG {
		return nil, 0, false
	}
	// The program counter is in an unexported field; reading it by reflection is the only way to it, and this runs
	// only when an error is raised.
	frame := reflect.ValueOf(dbg).Elem().FieldByName("frame")
	call = int(frame.Elem().FieldByName("Pc").Int()) - 1
	return fn, call, call >= 0 && call < len(fn.Proto.Code)
}

// position returns "file:line: " of the Lua code that called the running function, or "".
func position(L *lua.LState) string {
	fn, call, ok := caller(L)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", fn.Proto.SourceName, fn.Proto.DbgSourcePositions[call])
}

// calledAs returns the name by which Lua code called the running function ("?" when it has none), and whether the
// call was a method call.
func calledAs(L *lua.LState) (name string, method bool) {
	fn, call, ok := caller(L)
	if !ok {
		return "?", false
	}
	op, register, _, _ := decode(fn.Proto.Code[call])
	switch op {
	case lua.OP_TFORLOOP:
		return "(for generator)", false
	case lua.OP_CALL, lua.OP_TAILCALL:
	default:
		return "?", false // a metamethod
	}
	for _, c := range fn.Proto.DbgCalls {
		if c.Pc == call && c.Name != "(anonymous)" {
			return c.Name, isMethodCall(fn.Proto, call, register)
		}
	}
	return "?", false
}

// isMethodCall tells whether the function in a register at a call instruction was put there by OP_SELF: whether OP_SELF
// is the last instruction before the call that wrote this register. Arguments are computed in higher registers.
func isMethodCall(proto *lua.FunctionProto, call, register int) bool {
	method := false
	for i := 0; i < call; i++ {
		op, a, bx, c := decode(proto.Code[i])
		switch op {
		case lua.OP_SELF:
			if a == register {
				method = true
			}
		case lua.OP_CLOSURE:
			if a == register {
				method = false
			}
			i += int(proto.FunctionPrototypes[bx].NumUpvalues) // they are followed by descriptions of upvalues
		case lua.OP_SETLIST:
			if c == 0 {
				i++ // followed by a number
			}
		case lua.OP_MOVE, lua.OP_MOVEN, lua.OP_GETUPVAL, lua.OP_GETGLOBAL, lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_CALL:
			if a == register {
				method = false
			}
		}
	}
	return method
}

// decode splits an instruction into its operation and operands (Bx and C overlap).
func decode(instruction uint32) (op, a, bx, c int) {
	return int(instruction >> 26), int(instruction>>18) & 0xff, int(instruction & 0x3ffff), int(instruction>>9) & 0x1ff
}
