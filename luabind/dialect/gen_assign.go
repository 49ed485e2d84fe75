package dialect

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
)

// target is the left side of an assignment whose parts are already computed: a variable, or table and key.
type target struct {
	e     syntax.Expr
	table int // -1 for a variable
	key   int
}

// assign follows manual §2.4.3: all expressions are evaluated before anything is assigned. The order among them, which
// the manual leaves open, is the reference interpreter's: left sides, right sides, then the assignments from the last
// to the first.
func (fs *funcState) assign(s *syntax.AssignStmt) {
	if len(s.Targets) == 1 && len(s.Exprs) == 1 {
		fs.assignOne(s.Targets[0], s.Exprs[0])
		return
	}
	targets := make([]target, len(s.Targets))
	for i, t := range s.Targets {
		targets[i] = fs.prepare(t, s.Targets)
	}
	n := len(s.Targets)
	first := fs.valuesInto(s.Exprs, n, s.Pos.Line)
	for i := n - 1; i >= 0; i-- {
		fs.store(targets[i], first+i, s.Targets[i].At().Line)
	}
}

func (fs *funcState) assignOne(t, value syntax.Expr) {
	line := t.At().Line
	if name, ok := t.(*syntax.NameExpr); ok {
		if r, ok := fs.local(name.Name); ok && safeInLocal(value) {
			fs.toRegister(value, r)
			return
		}
		fs.store(target{e: t, table: -1}, fs.toAny(value, noScratch), line)
		return
	}
	left := fs.prepare(t, nil)
	index := t.(*syntax.IndexExpr)
	fs.setTable(left.table, index.Key, left.key, fs.toRK(value, noScratch), line)
}

// prepare computes table and key of a target. A local among them that the same statement assigns is copied, so that
// `i, t[i] = i+1, 20` stores into the old place.
func (fs *funcState) prepare(t syntax.Expr, all []syntax.Expr) target {
	index, ok := t.(*syntax.IndexExpr)
	if !ok {
		return target{e: t, table: -1}
	}
	table := fs.toAny(index.Obj, noScratch)
	if fs.isAssigned(table, all) {
		table = fs.copyOf(table, index.Pos.Line)
	}
	key := fs.toRK(index.Key, noScratch)
	if key < constantBit && fs.isAssigned(key, all) {
		key = fs.copyOf(key, index.Pos.Line)
	}
	return target{t, table, key}
}

func (fs *funcState) isAssigned(register int, targets []syntax.Expr) bool {
	for _, t := range targets {
		if name, ok := t.(*syntax.NameExpr); ok {
			if r, ok := fs.local(name.Name); ok && r == register {
				return true
			}
		}
	}
	return false
}

func (fs *funcState) copyOf(register, line int) int {
	dst := fs.reserve(1, line)
	fs.abc(lua.OP_MOVE, dst, register, 0, line)
	return dst
}

// store assigns the value in a register.
func (fs *funcState) store(t target, value, line int) {
	name, ok := t.e.(*syntax.NameExpr)
	if !ok {
		fs.setTable(t.table, t.e.(*syntax.IndexExpr).Key, t.key, value, line)
		return
	}
	if r, ok := fs.local(name.Name); ok {
		if r != value {
			fs.abc(lua.OP_MOVE, r, value, 0, line)
		}
	} else if i, ok := fs.upvalueIndex(name.Name, line); ok {
		fs.abc(lua.OP_SETUPVAL, value, i, 0, line)
	} else {
		if slices.Contains(fs.reserved, name.Name) {
			fs.raise(name.Pos, name.Name, "choose another name, or make it local", "%q is Recue's own and cannot be assigned", name.Name)
		}
		fs.global(lua.OP_SETGLOBAL, value, name.Name, line)
	}
}
