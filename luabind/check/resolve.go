package check

import (
	"recue/luabind/syntax"
)

// resolved is what one walk through a file finds out: which name means which variable, and what the file does with
// globals.
type resolved struct {
	main          *function
	uses          map[*syntax.NameExpr]*variable // names that are no global
	functions     map[*syntax.FuncExpr]*function
	locals        []*variable
	byStatement   map[*syntax.LocalStmt][]*variable
	globals       map[string]*global
	fields        map[string]bool // "string.trim": fields of globals that are assigned
	tested        map[string]bool // names and fields whose presence is asked for: if jit then
	escaped       map[string]bool // globals that are used as values, so that anybody may change their fields
	requires      []required
	open          bool     // globals may be defined in ways that cannot be seen
	caughtGlobals []string // functions that are given to pcall by a global name
	replaced      bool     // any global may be assigned in ways that cannot be seen
}

// resolver walks a file.
type resolver struct {
	*resolved
	lib     *Library
	fn      *function
	visible map[string][]*variable
	scope   []*variable // declared, in order
}

func resolve(tree *syntax.File, lib *Library) *resolved {
	r := &resolver{lib: lib, visible: map[string][]*variable{}, resolved: &resolved{
		main: &function{}, uses: map[*syntax.NameExpr]*variable{}, functions: map[*syntax.FuncExpr]*function{},
		byStatement: map[*syntax.LocalStmt][]*variable{},
		globals:     map[string]*global{}, fields: map[string]bool{}, tested: map[string]bool{}, escaped: map[string]bool{},
	}}
	r.fn = r.main
	r.block(tree.Body)
	return r.resolved
}

func (r *resolver) declare(v *variable) *variable {
	r.visible[v.name.Text] = append(r.visible[v.name.Text], v)
	r.scope = append(r.scope, v)
	if v.isLocal {
		r.locals = append(r.locals, v)
	}
	return v
}

func (r *resolver) lookup(name string) *variable {
	if list := r.visible[name]; len(list) > 0 {
		return list[len(list)-1]
	}
	return nil
}

// leave ends the scope of what was declared since mark.
func (r *resolver) leave(mark int) {
	for _, v := range r.scope[mark:] {
		list := r.visible[v.name.Text]
		r.visible[v.name.Text] = list[:len(list)-1]
	}
	r.scope = r.scope[:mark]
}

// inScope are the names of the locals in scope.
func (r *resolver) inScope() []string {
	names := make([]string, len(r.scope))
	for i, v := range r.scope {
		names[i] = v.name.Text
	}
	return names
}

func (r *resolver) block(body []syntax.Stmt) {
	mark := len(r.scope)
	r.statements(body)
	r.leave(mark)
}

func (r *resolver) statements(body []syntax.Stmt) {
	for _, s := range body {
		r.statement(s)
	}
}

func (r *resolver) statement(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.LocalStmt:
		r.local(s)
	case *syntax.LocalFuncStmt:
		v := r.declare(&variable{name: s.Name, isLocal: true})
		v.function = r.function(s.Fn)
	case *syntax.AssignStmt:
		r.assign(s)
	case *syntax.CallStmt:
		r.expr(s.Call, wanted)
	case *syntax.DoStmt:
		r.block(s.Body)
	case *syntax.WhileStmt:
		r.expr(s.Cond, asked)
		r.block(s.Body)
	case *syntax.RepeatStmt:
		mark := len(r.scope)
		r.statements(s.Body)
		r.expr(s.Cond, asked) // sees the locals of the body
		r.leave(mark)
	case *syntax.IfStmt:
		for _, c := range s.Clauses {
			r.expr(c.Cond, asked)
			r.block(c.Body)
		}
		r.block(s.Else)
	case *syntax.NumForStmt:
		r.exprs(s.Init, s.Limit, s.Step)
		r.loop([]syntax.Name{s.Name}, s.Body)
	case *syntax.GenForStmt:
		r.exprs(s.Exprs...)
		r.loop(s.Names, s.Body)
	case *syntax.ReturnStmt:
		r.exprs(s.Exprs...)
	}
}

func (r *resolver) local(s *syntax.LocalStmt) {
	r.exprs(s.Exprs...)
	for i, name := range s.Names {
		v := &variable{name: name, declared: s, isLocal: true}
		if i < len(s.Exprs) && !(i == len(s.Exprs)-1 && syntax.IsMulti(s.Exprs[i])) {
			v.value = s.Exprs[i]
			if fn, ok := v.value.(*syntax.FuncExpr); ok {
				v.function = r.functions[fn]
			}
		}
		r.byStatement[s] = append(r.byStatement[s], r.declare(v))
	}
}

func (r *resolver) loop(names []syntax.Name, body []syntax.Stmt) {
	mark := len(r.scope)
	for _, name := range names {
		r.declare(&variable{name: name})
	}
	r.statements(body)
	r.leave(mark)
}

func (r *resolver) assign(s *syntax.AssignStmt) {
	r.exprs(s.Exprs...)
	for i, t := range s.Targets {
		var value syntax.Expr
		if len(s.Targets) == len(s.Exprs) {
			value = s.Exprs[i]
		}
		switch t := t.(type) {
		case *syntax.NameExpr:
			r.write(t, value)
		case *syntax.IndexExpr:
			r.writeField(t, value)
		}
	}
}

func (r *resolver) write(name *syntax.NameExpr, value syntax.Expr) {
	fn, isFunction := value.(*syntax.FuncExpr)
	if v := r.lookup(name.Name); v != nil {
		r.uses[name] = v
		v.writes++
		return
	}
	g := r.global(name.Name)
	m := mention{fn: r.fn, at: name.Pos}
	if len(g.writes) == 0 {
		m.near = r.inScope()
	}
	if isFunction {
		g.function = r.functions[fn]
		m.decl = true
	}
	g.writes = append(g.writes, m)
}

// writeField also sees the other ways to assign a global: _G.name = value.
func (r *resolver) writeField(t *syntax.IndexExpr, value syntax.Expr) {
	name, isName := t.Obj.(*syntax.NameExpr)
	key, isText := t.Key.(*syntax.StringExpr)
	if !isName || r.lookup(name.Name) != nil {
		r.exprs(t.Obj, t.Key)
		return
	}
	switch {
	case name.Name == "_G" && isText:
		r.globalThroughTable(key)
	case name.Name == "_G":
		r.exprs(t.Key)
		r.open, r.replaced = true, true
	case isText:
		r.fields[name.Name+"."+key.Value] = true
		r.read(name, wanted)
	default:
		r.exprs(t.Key)
		r.escaped[name.Name] = true
		r.read(name, wanted)
	}
}

// globalThroughTable is a global that is named as a field of _G: it counts as written and read anywhere.
func (r *resolver) globalThroughTable(key *syntax.StringExpr) {
	g := r.global(key.Value)
	g.writes = append(g.writes, mention{fn: r.main, at: key.Pos, decl: true})
	g.reads = append(g.reads, mention{fn: r.main, at: key.Pos})
}

func (r *resolver) global(name string) *global {
	g := r.globals[name]
	if g == nil {
		g = &global{}
		r.globals[name] = g
	}
	return g
}

func (r *resolver) exprs(list ...syntax.Expr) {
	for _, e := range list {
		if e != nil {
			r.expr(e, wanted)
		}
	}
}

// expr visits an expression. why says what becomes of its value.
func (r *resolver) expr(e syntax.Expr, why interest) {
	switch e := e.(type) {
	case *syntax.NameExpr:
		r.read(e, why)
		if r.uses[e] == nil {
			r.escapes(e.Name, why)
		}
	case *syntax.IndexExpr:
		r.indexed(e, why)
	case *syntax.CallExpr:
		r.call(e)
	case *syntax.ParenExpr:
		r.expr(e.E, why)
	case *syntax.UnaryExpr:
		if e.Op == "not" {
			why = asked
		} else {
			why = wanted
		}
		r.expr(e.E, why)
	case *syntax.BinaryExpr:
		r.binary(e, why)
	case *syntax.ConcatExpr:
		r.exprs(e.Parts...)
	case *syntax.FuncExpr:
		r.function(e)
	case *syntax.TableExpr:
		for _, f := range e.Fields {
			r.exprs(f.Key, f.Value)
		}
	}
}

// binary keeps the left sides in a loop: a chain of operators may be long.
func (r *resolver) binary(e *syntax.BinaryExpr, why interest) {
	switch e.Op {
	case "and":
		r.expr(e.L, asked)
		r.expr(e.R, why)
	case "or":
		r.expr(e.L, asked)
		r.expr(e.R, max(why, fallback))
	case "==", "~=":
		r.expr(e.L, asked)
		r.expr(e.R, asked)
	default:
		r.expr(e.L, wanted)
		r.expr(e.R, wanted)
	}
}

func (r *resolver) read(name *syntax.NameExpr, why interest) {
	if v := r.lookup(name.Name); v != nil {
		r.uses[name] = v
		v.reads++
		return
	}
	if why == asked {
		r.tested[name.Name] = true
	}
	g := r.global(name.Name)
	m := mention{fn: r.fn, at: name.Pos}
	if _, known := r.lib.Globals[name.Name]; !known && len(g.reads) == 0 {
		m.near = r.inScope()
	}
	g.reads = append(g.reads, m)
}

// escapes notes a global that is used as a value. Whoever has it may change its fields.
func (r *resolver) escapes(name string, why interest) {
	if why == asked {
		return
	}
	r.escaped[name] = true
	switch name {
	case "_G":
		r.open, r.replaced = true, true
	case "load", "loadstring", "require":
		r.open = true
	}
}

// indexed visits table.key.
func (r *resolver) indexed(e *syntax.IndexExpr, why interest) {
	name, isName := e.Obj.(*syntax.NameExpr)
	key, isText := e.Key.(*syntax.StringExpr)
	if !isName || r.lookup(name.Name) != nil {
		r.exprs(e.Obj, e.Key)
		return
	}
	r.read(name, wanted)
	if !isText {
		r.exprs(e.Key)
		return
	}
	if why != wanted {
		r.tested[name.Name+"."+key.Value] = true
	}
	if name.Name == "_G" {
		r.tested[key.Value] = true
		g := r.global(key.Value)
		g.reads = append(g.reads, mention{fn: r.main, at: key.Pos})
	}
}

func (r *resolver) function(e *syntax.FuncExpr) *function {
	fn := &function{parent: r.fn, depth: r.fn.depth + 1}
	r.functions[e] = fn
	outer, mark := r.fn, len(r.scope)
	r.fn = fn
	for _, p := range e.Params {
		r.declare(&variable{name: p})
	}
	if e.Vararg { // the old way to reach "..." (manual §7.1)
		r.declare(&variable{name: syntax.Name{Text: "arg"}})
	}
	r.statements(e.Body)
	r.leave(mark)
	r.fn = outer
	return fn
}
