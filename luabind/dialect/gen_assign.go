package dialect

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// target is the left side of an assignment whose parts are already computed: a variable, or table and key.
type target struct {
	e     expr
	table int // -1 for a variable
	key   int
}

// assign follows manual §2.4.3: all expressions are evaluated before anything is assigned. The order among them, which
// the manual leaves open, is the reference interpreter's: left sides, right sides, then the assignments from the last
// to the first.
func (fs *funcState) assign(s *assignStmt) {
	if len(s.targets) == 1 && len(s.exprs) == 1 {
		fs.assignOne(s.targets[0], s.exprs[0])
		return
	}
	targets := make([]target, len(s.targets))
	for i, t := range s.targets {
		targets[i] = fs.prepare(t, s.targets)
	}
	n := len(s.targets)
	first := fs.valuesInto(s.exprs, n, s.pos.line)
	for i := n - 1; i >= 0; i-- {
		fs.store(targets[i], first+i, s.targets[i].at().line)
	}
}

func (fs *funcState) assignOne(t, value expr) {
	line := t.at().line
	if name, ok := t.(*nameExpr); ok {
		if r, ok := fs.local(name.name); ok && safeInLocal(value) {
			fs.toRegister(value, r)
			return
		}
		fs.store(target{e: t, table: -1}, fs.toAny(value, noScratch), line)
		return
	}
	left := fs.prepare(t, nil)
	index := t.(*indexExpr)
	fs.setTable(left.table, index.key, left.key, fs.toRK(value, noScratch), line)
}

// prepare computes table and key of a target. A local among them that the same statement assigns is copied, so that
// `i, t[i] = i+1, 20` stores into the old place.
func (fs *funcState) prepare(t expr, all []expr) target {
	index, ok := t.(*indexExpr)
	if !ok {
		return target{e: t, table: -1}
	}
	table := fs.toAny(index.obj, noScratch)
	if fs.isAssigned(table, all) {
		table = fs.copyOf(table, index.pos.line)
	}
	key := fs.toRK(index.key, noScratch)
	if key < constantBit && fs.isAssigned(key, all) {
		key = fs.copyOf(key, index.pos.line)
	}
	return target{t, table, key}
}

func (fs *funcState) isAssigned(register int, targets []expr) bool {
	for _, t := range targets {
		if name, ok := t.(*nameExpr); ok {
			if r, ok := fs.local(name.name); ok && r == register {
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
	name, ok := t.e.(*nameExpr)
	if !ok {
		fs.setTable(t.table, t.e.(*indexExpr).key, t.key, value, line)
		return
	}
	if r, ok := fs.local(name.name); ok {
		if r != value {
			fs.abc(lua.OP_MOVE, r, value, 0, line)
		}
	} else if i, ok := fs.upvalueIndex(name.name, line); ok {
		fs.abc(lua.OP_SETUPVAL, value, i, 0, line)
	} else {
		if slices.Contains(fs.src.reserved, name.name) {
			fs.src.raise(name.pos, name.name, "choose another name, or make it local", "%s is Recue's own and cannot be assigned", quote(name.name))
		}
		fs.global(lua.OP_SETGLOBAL, value, name.name, line)
	}
}
