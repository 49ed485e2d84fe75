package dialect

import (
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
	"recue/luabind/tables"
)

// table builds a table constructor in dst. Positional values wait in registers and are stored in blocks, whose size the VM
// defines.
func (fs *funcState) table(e *syntax.TableExpr, dst int) {
	line := e.Pos.Line
	if shape := fs.shapeOf(e); shape >= 0 {
		for _, f := range e.Fields {
			fs.toNext(f.Value)
		}
		fs.abx(opNewTable, dst, shape, line)
		fs.free = dst + 1
		return
	}
	list := &listWriter{fs: fs, table: dst, line: line}
	create := fs.abc(lua.OP_NEWTABLE, dst, 0, 0, line)
	positional := 0
	for i, f := range e.Fields {
		if f.Key != nil {
			fs.keyedField(dst, f)
			continue
		}
		if i == len(e.Fields)-1 && syntax.IsMulti(f.Value) {
			fs.multi(f.Value, allResults)
			list.flush(allResults)
			break
		}
		positional++
		list.add(f.Value)
	}
	list.flush(list.pending)
	// The VM takes these two as plain capacities; they are hints only.
	fs.code[create] = encodeABC(lua.OP_NEWTABLE, dst, min(positional, 511), min(len(e.Fields)-positional, 511))
}

// Tables of a few named fields are made in one step, from values that wait in registers. Nested ones keep each other's values
// waiting; beyond so many registers fields are set one by one, which needs one for each level.
const (
	maxShaped    = 8
	maxShapedTop = maxRegisters / 2
)

// shapeOf gives the constant with the shape of a table whose fields all have names, each its own; -1 for others.
func (fs *funcState) shapeOf(e *syntax.TableExpr) int {
	n := len(e.Fields)
	if n == 0 || n > maxShaped || fs.free+n > maxShapedTop {
		return -1
	}
	names := make([]string, n)
	for i, f := range e.Fields {
		name, ok := f.Key.(*syntax.StringExpr)
		if !ok || slices.Contains(names[:i], name.Value) {
			return -1
		}
		names[i] = name.Value
	}
	key := fmt.Sprintf("%q", names)
	shape := fs.shapes[key]
	if shape == nil {
		shape = &lua.LUserData{Value: tables.NewShape(names...)}
		fs.shapes[key] = shape
	}
	return fs.constant(shape)
}

func (fs *funcState) keyedField(table int, f syntax.Field) {
	mark := fs.free
	key := fs.toRK(f.Key, noScratch)
	value := fs.toRK(f.Value, noScratch)
	fs.setTable(table, f.Key, key, value, f.Key.At().Line)
	fs.free = mark
}

func (fs *funcState) setTable(table int, key syntax.Expr, keyRK, valueRK, line int) {
	op := lua.OP_SETTABLE
	if isNameConstant(key, keyRK) {
		op = lua.OP_SETTABLEKS
	}
	fs.abc(op, table, keyRK, valueRK, line)
}

// listWriter stores positional values.
type listWriter struct {
	fs          *funcState
	table, line int
	blocks      int // full blocks that are already stored
	pending     int // values in the registers behind the table
}

func (w *listWriter) add(value syntax.Expr) {
	if w.pending == lua.FieldsPerFlush {
		w.flush(w.pending)
		w.blocks++
		w.pending = 0
	}
	w.line = value.At().Line
	w.fs.toNext(value)
	w.pending++
}

// flush stores n values, or those up to the top of the stack for allResults.
func (w *listWriter) flush(n int) {
	if n == 0 {
		return
	}
	fs := w.fs
	block := w.blocks + 1
	if n == allResults {
		n = 0
		w.pending = 0
	}
	if block <= maxSetList {
		fs.abc(lua.OP_SETLIST, w.table, n, block, w.line)
	} else { // the number stands in the next word
		fs.abc(lua.OP_SETLIST, w.table, n, 0, w.line)
		fs.emit(uint32(block), w.line)
	}
	fs.free = w.table + 1
}
