package check

import (
	"fmt"
	"maps"
	"slices"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// globalName is the name of a global, "" for any other expression.
func (r *rules) globalName(e syntax.Expr) string {
	if name, ok := syntax.Unwrap(e).(*syntax.NameExpr); ok && r.file.uses[name] == nil {
		return name.Name
	}
	return ""
}

// globalField splits string.find into its global and its key; empty for any other expression.
func (r *rules) globalField(e syntax.Expr) (name, key string) {
	index, ok := syntax.Unwrap(e).(*syntax.IndexExpr)
	if !ok {
		return "", ""
	}
	text, ok := index.Key.(*syntax.StringExpr)
	if !ok {
		return "", ""
	}
	return r.globalName(index.Obj), text.Value
}

// readName is a name whose value is taken, and neither called nor indexed.
func (r *rules) readName(e *syntax.NameExpr, why interest) {
	if r.file.uses[e] != nil || !r.undefined(e.Name) {
		if text, absent := r.lib.Absent(e.Name); absent && why == wanted && r.file.uses[e] == nil && !r.assigned(e.Name) {
			r.report(Absent, script.SeverityWarning, e.Pos, "", "%s", text)
		}
		return
	}
	if _, reported := r.named[e.Name]; reported {
		return
	}
	near := r.near(e.Name, isSet)
	if r.tested[e.Name] && (why != asked || near == "") {
		return // whoever asks whether it is there knows that it may not be
	}
	r.undefinedName(e, script.SeverityWarning, near)
}

// undefinedName reports a name once in a file; as an error even if it was a warning before.
func (r *rules) undefinedName(e *syntax.NameExpr, severity script.Severity, near string) {
	if r.namedAlready(e.Name, severity) {
		return
	}
	hint := "is it misspelled, or local to another function?"
	if near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	r.report(Undefined, severity, e.Pos, hint, "%s is not defined", e.Name)
}

// namedAlready reports whether an undefined name was reported before with this severity or a higher one, and notes it.
func (r *rules) namedAlready(name string, severity script.Severity) bool {
	before, reported := r.named[name]
	if reported && (before == severity || before == script.SeverityError) {
		return true
	}
	r.named[name] = severity
	return false
}

// maxSuggestions bounds how often names are compared in a file: the first hints help, the thousandth costs as much.
const maxSuggestions = 50

// near is the defined name that a name was probably meant to be, or "". Of the script's globals those count of which ok
// holds.
func (r *rules) near(name string, ok func(*global) bool) string {
	if r.suggested++; r.suggested > maxSuggestions {
		return ""
	}
	known := slices.Collect(maps.Keys(r.lib.Globals))
	for other, g := range r.globals {
		if other != name && ok(g) {
			known = append(known, other)
		}
	}
	if g := r.globals[name]; g != nil {
		for _, m := range slices.Concat(g.reads, g.writes) {
			known = append(known, m.near...)
		}
	}
	slices.Sort(known) // of equally near names the same one every time
	return r.lib.Nearest(name, slices.DeleteFunc(known, func(k string) bool { return k == name }))
}

func isSet(g *global) bool  { return len(g.writes) > 0 }
func isUsed(g *global) bool { return len(g.writes) > 0 && len(g.reads) > 0 }

func (r *rules) assigned(name string) bool {
	g := r.globals[name]
	return g != nil && len(g.writes) > 0
}

// indexed is an expression of which a field is taken or set.
func (r *rules) indexed(e syntax.Expr) {
	r.used(e, func() { r.expr(e, wanted) })
}

// operand is an expression that an operator, or a function that goes over a table, fails with
// if it is nil.
func (r *rules) operand(e syntax.Expr) {
	if name, ok := syntax.Unwrap(e).(*syntax.NameExpr); ok && r.file.uses[name] == nil {
		r.usedName(name)
		return
	}
	r.expr(e, wanted)
}

// goesOver says whether a function of the libraries fails where its first argument is nil.
func (r *rules) goesOver(fn syntax.Expr) bool {
	name := r.globalName(fn)
	switch name {
	case "ipairs", "pairs", "next", "unpack":
		return !r.assigned(name)
	}
	library, key := r.globalField(fn)
	return library == "table" && key != "" && !r.assigned(library)
}

// used is an expression that is called or indexed, and that must not be nil therefore.
func (r *rules) used(e syntax.Expr, visit func()) {
	switch inner := syntax.Unwrap(e).(type) {
	case *syntax.NameExpr:
		if r.file.uses[inner] == nil {
			r.usedName(inner)
		}
	case *syntax.IndexExpr:
		r.usedField(inner)
		r.matched(inner)
		r.indexed(inner.Obj)
		r.expr(inner.Key, wanted)
	default:
		visit()
	}
}

func (r *rules) usedName(e *syntax.NameExpr) {
	if text, absent := r.lib.Absent(e.Name); absent && !r.assigned(e.Name) {
		r.report(Absent, script.SeverityError, e.Pos, "", "%s", text)
		return
	}
	if r.undefined(e.Name) && !r.tested[e.Name] && r.named[e.Name] != script.SeverityError {
		r.undefinedName(e, script.SeverityError, r.near(e.Name, isSet))
	}
}

// usedField is table.key that is called or indexed.
func (r *rules) usedField(e *syntax.IndexExpr) {
	name, key := r.globalField(e)
	if name == "" || r.fields[name+"."+key] || r.assigned(name) {
		return
	}
	if text, absent := r.lib.Absent(name + "." + key); absent {
		r.report(Absent, script.SeverityError, keyPos(e), "", "%s", text)
		return
	}
	if r.missing(name, key) && !r.tested[name+"."+key] {
		r.noField(e, script.SeverityError, name, key)
	}
}

// readField is table.key whose value is taken.
func (r *rules) readField(e *syntax.IndexExpr, why interest) {
	name, key := r.globalField(e)
	if name == "" || why != wanted || r.fields[name+"."+key] || r.assigned(name) {
		return
	}
	if text, absent := r.lib.Absent(name + "." + key); absent {
		r.report(Absent, script.SeverityWarning, keyPos(e), "", "%s", text)
		return
	}
	if r.missing(name, key) && !r.tested[name+"."+key] {
		r.noField(e, script.SeverityWarning, name, key)
	}
}

// missing reports whether a library has no such field, and cannot get one.
func (r *rules) missing(name, key string) bool {
	table, known := r.lib.Globals[name]
	if !known || table.Fields == nil || table.Fields[key] {
		return false
	}
	return table.ReadOnly || !r.escaped[name] && !r.open
}

func (r *rules) noField(e *syntax.IndexExpr, severity script.Severity, name, key string) {
	hint := ""
	known := slices.Sorted(maps.Keys(r.lib.Globals[name].Fields))
	if near := r.lib.Nearest(key, known); near != "" {
		hint = fmt.Sprintf("did you mean %s.%s?", name, near)
	}
	r.report(UnknownField, severity, keyPos(e), hint, "there is no %s.%s", name, key)
}

func keyPos(e *syntax.IndexExpr) syntax.Pos {
	if key, ok := e.Key.(*syntax.StringExpr); ok {
		return key.Pos
	}
	return e.Pos
}

// accidentalGlobals finds globals of this file that were probably meant local.
func (r *rules) accidentalGlobals() {
	if r.open {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.globals)) {
		g := r.globals[name]
		if _, known := r.lib.Globals[name]; known || len(g.writes) == 0 || r.tested[name] {
			continue
		}
		first := g.writes[0]
		if first.file != r.file || first.decl {
			continue
		}
		home := first.fn
		for _, m := range slices.Concat(g.writes, g.reads) {
			home = common(home, m.fn)
		}
		r.fn = first.fn
		switch {
		case len(g.reads) == 0:
			if near := r.near(name, isUsed); near != "" {
				r.report(Global, script.SeverityWarning, first.at, fmt.Sprintf("did you mean %s?", near), "the global %s is set, and nobody reads it", name)
			} else if first.fn != r.file.main {
				r.report(Global, script.SeverityWarning, first.at, "", "the global %s is set, and nobody reads it", name)
			}
		case home != nil && home != r.file.main:
			r.report(Global, script.SeverityWarning, first.at, fmt.Sprintf("write local %s where it begins; branches that run at once share a global", name),
				"%s is a global that only this function uses", name)
		}
	}
	r.fn = r.file.main
}

// common is the innermost function around two others, nil where they are in different files.
func common(a, b *function) *function {
	for a != b && a != nil && b != nil {
		if a.depth >= b.depth {
			a = a.parent
		} else {
			b = b.parent
		}
	}
	if a != b {
		return nil
	}
	return a
}

// locals finds locals that nobody reads.
func (r *rules) locals() {
	for _, v := range r.file.locals {
		if v.reads > 0 || v.name.Text[0] == '_' {
			continue
		}
		if v.declared != nil && (r.collects[v.declared] != nil || r.partOfMany(v)) {
			continue
		}
		r.report(UnusedLocal, script.SeverityWarning, v.name.Pos, "", "the local %s is never read", v.name.Text)
	}
	for s, call := range r.collects {
		if !r.anyRead(s) {
			r.ignored(call)
		}
	}
}

// partOfMany reports whether a local is one of several results of a call of which another one is read.
func (r *rules) partOfMany(v *variable) bool {
	s := v.declared
	n := len(s.Exprs)
	return n > 0 && len(s.Names) > 1 && len(s.Names) >= n && syntax.IsMulti(s.Exprs[n-1]) && r.anyRead(s)
}

func (r *rules) anyRead(s *syntax.LocalStmt) bool {
	return slices.ContainsFunc(r.file.byStatement[s], func(v *variable) bool { return v.reads > 0 })
}
