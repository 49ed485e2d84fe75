package dialect

import (
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

func isComparison(op syntax.Kind) bool {
	switch op {
	case "==", "~=", "<", ">", "<=", ">=":
		return true
	}
	return false
}

// isPredicate reports whether e is a comparison or a negation, which is cheaper to branch on than to compute.
func isPredicate(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		return isComparison(e.Op)
	case *syntax.UnaryExpr:
		return e.Op == "not"
	}
	return false
}

// branch emits code that jumps when e is as true as want says, and runs on otherwise. It gives the jumps.
func (fs *funcState) branch(e syntax.Expr, want bool) []int {
	line := e.At().Line
	switch e := syntax.Unwrap(e).(type) {
	case *syntax.NilExpr, *syntax.FalseExpr:
		return fs.constantBranch(false, want, line)
	case *syntax.TrueExpr, *syntax.NumberExpr, *syntax.StringExpr:
		return fs.constantBranch(true, want, line)
	case *syntax.UnaryExpr:
		if e.Op == "not" {
			return fs.branch(e.E, !want)
		}
	case *syntax.BinaryExpr:
		switch {
		case isComparison(e.Op):
			return fs.comparison(e, want)
		case e.Op == "and" || e.Op == "or":
			decides := e.Op == "or" // the value of the left side that decides the whole
			if want == decides {
				return append(fs.branch(e.L, want), fs.branch(e.R, want)...)
			}
			skip := fs.branch(e.L, decides)
			jumps := fs.branch(e.R, want)
			fs.patchHere(skip...)
			return jumps
		}
	}
	mark := fs.free
	fs.abc(lua.OP_TEST, fs.toAny(e, noScratch), 0, bit(want), line)
	fs.free = mark
	return []int{fs.jump(line)}
}

func (fs *funcState) constantBranch(value, want bool, line int) []int {
	if value == want {
		return []int{fs.jump(line)}
	}
	return nil
}

func (fs *funcState) comparison(e *syntax.BinaryExpr, want bool) []int {
	line := e.Pos.Line
	mark := fs.free
	l := fs.toRK(e.L, noScratch)
	r := fs.toRK(e.R, noScratch)
	fs.free = mark
	op := lua.OP_EQ
	switch e.Op {
	case "~=":
		want = !want
	case "<":
		op = lua.OP_LT
	case ">":
		op, l, r = lua.OP_LT, r, l
	case "<=":
		op = lua.OP_LE
	case ">=":
		op, l, r = lua.OP_LE, r, l
	}
	fs.abc(op, bit(want), l, r, line)
	return []int{fs.jump(line)}
}

// comparisonValue puts true or false into dst.
func (fs *funcState) comparisonValue(e *syntax.BinaryExpr, dst int) {
	yes := fs.comparison(e, true)
	fs.abc(lua.OP_LOADBOOL, dst, 0, 1, e.Pos.Line)
	fs.patchHere(yes...)
	fs.abc(lua.OP_LOADBOOL, dst, 1, 0, e.Pos.Line)
}

// logic computes `and` and `or` as a value: the left side when it decides, else the right side.
func (fs *funcState) logic(e *syntax.BinaryExpr, dst int) {
	line := e.Pos.Line
	decides := e.Op == "or"
	if isPredicate(e.L) { // a boolean: when it decides it is `decides` itself
		decided := fs.branch(e.L, decides)
		fs.toRegister(e.R, dst)
		end := fs.jump(line)
		fs.patchHere(decided...)
		fs.abc(lua.OP_LOADBOOL, dst, bit(decides), 0, line)
		fs.patchHere(end)
		return
	}
	l := fs.toAny(e.L, dst)
	if l == dst {
		fs.abc(lua.OP_TEST, dst, 0, bit(decides), line)
	} else {
		fs.abc(lua.OP_TESTSET, dst, l, bit(decides), line)
	}
	end := fs.jump(line)
	fs.toRegister(e.R, dst)
	fs.patchHere(end)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
