package luabind

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/syntax"
	"recue/luabind/tables"
)

// Bounds of a value that is written out: people read it, and a table may contain itself.
const (
	maxLiteral      = 64 << 10 // bytes
	maxLiteralDepth = 20
	maxBrief        = 60 // characters
)

// literal is a value as Lua would write it, on one line or, a table, on one line
// for each entry. What Lua has no literal for is named in angle brackets.
func literal(v lua.LValue, lines bool) string {
	w := &literalWriter{lines: lines, within: map[*lua.LTable]bool{}}
	w.value(v, 0)
	return w.text.String()
}

// brief is a value in a sentence: whole where it is short.
func brief(v lua.LValue) string {
	if v.Type() == lua.LTFunction {
		return "a function"
	}
	text := literal(v, false)
	if utf8.RuneCountInString(text) <= maxBrief {
		return text
	}
	if s, ok := v.(lua.LString); ok {
		return quote(string([]rune(string(s))[:maxBrief-10])) + "…"
	}
	return "a " + v.Type().String()
}

type literalWriter struct {
	text   strings.Builder
	lines  bool
	within map[*lua.LTable]bool // the tables that are being written
}

func (w *literalWriter) value(v lua.LValue, depth int) {
	switch v := v.(type) {
	case lua.LString:
		w.text.WriteString(quote(string(v)))
	case lua.LNumber:
		if v != v { // Lua itself gives it a sign, which depends on the machine
			w.text.WriteString("nan")
			break
		}
		w.text.WriteString(formatNumber(float64(v)))
	case *lua.LNilType, lua.LBool:
		w.text.WriteString(v.String())
	case *lua.LTable:
		w.table(v, depth)
	default:
		fmt.Fprintf(&w.text, "<%s>", v.Type())
	}
}

func (w *literalWriter) table(t *lua.LTable, depth int) {
	entries := sorted(t)
	switch {
	case faultOf(t) != nil:
		fmt.Fprintf(&w.text, "<failure: %s>", faultOf(t).Error())
		return
	case w.within[t]:
		w.text.WriteString("<itself>")
		return
	case depth >= maxLiteralDepth || w.text.Len() > maxLiteral:
		w.text.WriteString("{…}")
		return
	case len(entries) == 0:
		w.text.WriteString("{}")
		return
	}
	w.within[t] = true
	defer delete(w.within, t)
	w.text.WriteByte('{')
	next := 1 // the place of the next item that needs no key
	for i, e := range entries {
		if w.lines {
			w.text.WriteString("\n" + strings.Repeat("  ", depth+1))
		} else if i > 0 {
			w.text.WriteString(", ")
		}
		if w.text.Len() > maxLiteral {
			fmt.Fprintf(&w.text, "… and %d more", len(entries)-i)
			break
		}
		if e.key == lua.LNumber(next) {
			next++
		} else {
			w.key(e.key, depth)
			w.text.WriteString(" = ")
		}
		w.value(e.value, depth+1)
		if w.lines {
			w.text.WriteByte(',')
		}
	}
	if w.lines {
		w.text.WriteString("\n" + strings.Repeat("  ", depth))
	}
	w.text.WriteByte('}')
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (w *literalWriter) key(k lua.LValue, depth int) {
	if s, ok := k.(lua.LString); ok && plainName.MatchString(string(s)) && !syntax.IsKeyword(string(s)) {
		w.text.WriteString(string(s))
		return
	}
	w.text.WriteByte('[')
	w.value(k, maxLiteralDepth)
	w.text.WriteByte(']')
}

// quote writes a text in quotes, with what cannot be seen as escapes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + s[:size])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\%03d`, s[0])
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}

type entry struct{ key, value lua.LValue }

// sorted lists a table's entries: whole numbers first, then the other keys as text.
func sorted(t *lua.LTable) []entry {
	var entries []entry
	for k, v := range tables.All(t) {
		entries = append(entries, entry{k, v})
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		x, aNumber := a.key.(lua.LNumber)
		y, bNumber := b.key.(lua.LNumber)
		switch {
		case aNumber && bNumber:
			return cmp.Compare(x, y)
		case aNumber != bNumber:
			return map[bool]int{true: -1, false: 1}[aNumber]
		}
		return cmp.Compare(a.key.String(), b.key.String())
	})
	return entries
}

// same says whether two values are equal: tables by what is in them, whatever
// their metatables; a NaN is the same as a NaN.
func same(a, b lua.LValue) bool {
	return (&comparison{assumed: map[[2]*lua.LTable]bool{}}).same(a, b)
}

// comparison takes a pair of tables that it is already comparing for equal, so
// that tables which contain themselves have an end.
type comparison struct{ assumed map[[2]*lua.LTable]bool }

func (c *comparison) same(a, b lua.LValue) bool {
	if x, ok := a.(lua.LNumber); ok {
		y, ok := b.(lua.LNumber)
		return ok && (x == y || x != x && y != y)
	}
	x, aTable := a.(*lua.LTable)
	y, bTable := b.(*lua.LTable)
	if !aTable || !bTable {
		return a == b
	}
	pair := [2]*lua.LTable{x, y}
	if x == y || c.assumed[pair] {
		return true
	}
	c.assumed[pair] = true
	for k, v := range tables.All(x) {
		if !c.same(v, y.RawGet(k)) {
			return false
		}
	}
	return tables.Count(x) == tables.Count(y)
}

// within says whether a table has all fields of another with the same values;
// tables among them are compared in the same way.
func within(fields, table *lua.LTable, depth int) bool {
	for k, want := range tables.All(fields) {
		got := table.RawGet(k)
		inner, ok := want.(*lua.LTable)
		gotTable, gotOK := got.(*lua.LTable)
		met := false
		if ok && gotOK && depth < maxLiteralDepth {
			met = within(inner, gotTable, depth+1)
		} else {
			met = same(got, want)
		}
		if !met {
			return false
		}
	}
	return true
}

// only is the part of a table that has the other's fields.
func (r *run) only(fields, table *lua.LTable, depth int) *lua.LTable {
	part := r.vm.State().NewTable()
	for k, want := range tables.All(fields) {
		got := table.RawGet(k)
		inner, ok := want.(*lua.LTable)
		gotTable, gotOK := got.(*lua.LTable)
		if ok && gotOK && depth < maxLiteralDepth {
			got = r.only(inner, gotTable, depth+1)
		}
		part.RawSet(k, got)
	}
	return part
}
