package dialect

import lua "github.com/yuin/gopher-lua"

func isComparison(op kind) bool {
	switch op {
	case "==", "~=", "<", ">", "<=", ">=":
		return true
	}
	return false
}

// isPredicate reports whether e is a comparison or a negation, which is cheaper to branch on than to compute.
func isPredicate(e expr) bool {
	switch e := e.(type) {
	case *binaryExpr:
		return isComparison(e.op)
	case *unaryExpr:
		return e.op == "not"
	}
	return false
}

// branch emits code that jumps when e is as true as want says, and runs on otherwise. It gives the jumps.
func (fs *funcState) branch(e expr, want bool) []int {
	line := e.at().line
	switch e := unwrap(e).(type) {
	case *nilExpr, *falseExpr:
		return fs.constantBranch(false, want, line)
	case *trueExpr, *numberExpr, *stringExpr:
		return fs.constantBranch(true, want, line)
	case *unaryExpr:
		if e.op == "not" {
			return fs.branch(e.e, !want)
		}
	case *binaryExpr:
		switch {
		case isComparison(e.op):
			return fs.comparison(e, want)
		case e.op == "and" || e.op == "or":
			decides := e.op == "or" // the value of the left side that decides the whole
			if want == decides {
				return append(fs.branch(e.l, want), fs.branch(e.r, want)...)
			}
			skip := fs.branch(e.l, decides)
			jumps := fs.branch(e.r, want)
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

func (fs *funcState) comparison(e *binaryExpr, want bool) []int {
	line := e.pos.line
	mark := fs.free
	l := fs.toRK(e.l, noScratch)
	r := fs.toRK(e.r, noScratch)
	fs.free = mark
	op := lua.OP_EQ
	switch e.op {
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
func (fs *funcState) comparisonValue(e *binaryExpr, dst int) {
	yes := fs.comparison(e, true)
	fs.abc(lua.OP_LOADBOOL, dst, 0, 1, e.pos.line)
	fs.patchHere(yes...)
	fs.abc(lua.OP_LOADBOOL, dst, 1, 0, e.pos.line)
}

// logic computes `and` and `or` as a value: the left side when it decides, else the right side.
func (fs *funcState) logic(e *binaryExpr, dst int) {
	line := e.pos.line
	decides := e.op == "or"
	if isPredicate(e.l) { // a boolean: when it decides it is `decides` itself
		decided := fs.branch(e.l, decides)
		fs.toRegister(e.r, dst)
		end := fs.jump(line)
		fs.patchHere(decided...)
		fs.abc(lua.OP_LOADBOOL, dst, bit(decides), 0, line)
		fs.patchHere(end)
		return
	}
	l := fs.toAny(e.l, dst)
	if l == dst {
		fs.abc(lua.OP_TEST, dst, 0, bit(decides), line)
	} else {
		fs.abc(lua.OP_TESTSET, dst, l, bit(decides), line)
	}
	end := fs.jump(line)
	fs.toRegister(e.r, dst)
	fs.patchHere(end)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
