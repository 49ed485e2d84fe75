package check

import (
	"fmt"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// program is what the files of a group do together.
type program struct {
	lib      *Library
	loader   *loader
	globals  map[string]*global
	fields   map[string]bool
	tested   map[string]bool
	escaped  map[string]bool
	open     bool
	replaced bool
}

func newProgram(ld *loader, g *group) *program {
	p := &program{lib: ld.lib, loader: ld, globals: map[string]*global{}, fields: map[string]bool{}, tested: map[string]bool{}, escaped: map[string]bool{}}
	var caught []string
	for _, f := range g.files {
		for name, own := range f.globals {
			all := p.globals[name]
			if all == nil {
				all = &global{}
				p.globals[name] = all
			}
			all.reads, all.writes = append(all.reads, from(f, own.reads)...), append(all.writes, from(f, own.writes)...)
			if own.function != nil {
				all.function = own.function
			}
		}
		for into, set := range map[*map[string]bool]map[string]bool{&p.fields: f.fields, &p.tested: f.tested, &p.escaped: f.escaped} {
			for name := range set {
				(*into)[name] = true
			}
		}
		p.open, p.replaced = p.open || f.open, p.replaced || f.replaced
		caught = append(caught, f.caughtGlobals...)
	}
	for _, name := range caught {
		if fn := p.globals[name].function; fn != nil {
			fn.caught = true
		}
	}
	return p
}

func from(f *file, list []mention) []mention {
	for i := range list {
		list[i].file = f
	}
	return list
}

// undefined reports whether a global is one that nobody defines.
func (p *program) undefined(name string) bool {
	if _, known := p.lib.Globals[name]; known || p.open {
		return false
	}
	g := p.globals[name]
	return g == nil || len(g.writes) == 0
}

// found is a finding, and where it stands: its severity may still change.
type found struct {
	script.Finding
	fn *function
}

// rules applies the rules to one file.
type rules struct {
	*program
	file  *file
	fn    *function
	dead  int                        // more than 0 in code that is never reached
	named map[string]script.Severity // undefined names that were reported
	found []found
	// suggested counts the names that were compared with others.
	suggested int
	// collects are locals that hold what a parallel with on_error = "collect" gives.
	collects map[*syntax.LocalStmt]*syntax.CallExpr
	// schedules are those that were declared in the blocks around.
	schedules []declared
}

func (r *rules) run() {
	r.named, r.collects = map[string]script.Severity{}, map[*syntax.LocalStmt]*syntax.CallExpr{}
	r.empty()
	r.modules()
	r.statements(r.file.tree.Body)
	r.topCommands()
	r.otherScripts()
	r.locals()
	r.accidentalGlobals()
	for _, e := range r.file.tree.LaterEscapes() {
		r.report(LaterEscape, script.SeverityWarning, e.At, `Lua 5.1 has decimal escapes only: "\65" is "A"; a backslash itself is "\\"`,
			"the escape %s came with a later Lua; here its letter stands for itself", e.Text)
	}
}

// empty reports a script that does nothing. A module may: it was written to be read.
func (r *rules) empty() {
	if len(r.file.tree.Body) > 0 || r.file.module {
		return
	}
	r.found = append(r.found, found{fn: r.file.main, Finding: script.Finding{
		File: r.file.name, Code: Empty, Severity: script.SeverityWarning,
		Message: "the script has no statements: there is nothing to run, and recue run refuses it",
	}})
}

// report adds a finding.
func (r *rules) report(code string, severity script.Severity, at syntax.Pos, hint, format string, args ...any) {
	if r.dead > 0 || r.replaced {
		severity = script.SeverityWarning
	}
	r.found = append(r.found, found{fn: r.fn, Finding: script.Finding{
		File: r.file.name, Line: at.Line, Column: r.file.tree.Column(at), Code: code, Severity: severity,
		Message: fmt.Sprintf(format, args...), Hint: hint, Source: r.file.tree.Line(at.Line),
	}})
}

func (r *rules) statement(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.LocalStmt:
		r.exprs(s.Exprs)
		if call := r.collecting(s.Exprs); call != nil {
			r.collects[s] = call
		}
	case *syntax.LocalFuncStmt:
		r.function(s.Fn)
	case *syntax.AssignStmt:
		for _, t := range s.Targets {
			r.target(t)
		}
		r.exprs(s.Exprs)
	case *syntax.CallStmt:
		r.call(s.Call)
		r.declares(s.Call)
		if call := r.collecting([]syntax.Expr{s.Call}); call != nil {
			r.ignored(call)
		}
	case *syntax.DoStmt:
		r.statements(s.Body)
	case *syntax.WhileStmt:
		r.expr(s.Cond, asked)
		r.guarded(s.Cond, s.Body)
	case *syntax.RepeatStmt:
		r.statements(s.Body)
		r.expr(s.Cond, asked)
	case *syntax.IfStmt:
		for _, c := range s.Clauses {
			r.expr(c.Cond, asked)
			r.guarded(c.Cond, c.Body)
		}
		r.statements(s.Else)
	case *syntax.NumForStmt:
		r.exprs([]syntax.Expr{s.Init, s.Limit, s.Step})
		r.statements(s.Body)
	case *syntax.GenForStmt:
		r.exprs(s.Exprs)
		r.statements(s.Body)
	case *syntax.ReturnStmt:
		r.exprs(s.Exprs)
	}
}

func (r *rules) function(e *syntax.FuncExpr) {
	outer := r.fn
	r.fn = r.file.functions[e]
	r.statements(e.Body)
	r.fn = outer
}

// target visits what is assigned to.
func (r *rules) target(t syntax.Expr) {
	e, ok := t.(*syntax.IndexExpr)
	if !ok {
		return
	}
	name, key := r.globalField(e)
	if name != "" && r.lib.Globals[name].ReadOnly {
		r.report(ReadOnly, script.SeverityError, e.At(), "", "%s.%s cannot be assigned: %s is Recue's own", name, key, name)
		return
	}
	r.indexed(e.Obj)
	r.expr(e.Key, wanted)
}

func (r *rules) exprs(list []syntax.Expr) {
	for _, e := range list {
		r.expr(e, wanted)
	}
}

func (r *rules) expr(e syntax.Expr, why interest) {
	switch e := e.(type) {
	case *syntax.NameExpr:
		r.readName(e, why)
	case *syntax.IndexExpr:
		r.readField(e, why)
		r.matched(e)
		r.indexed(e.Obj)
		r.expr(e.Key, wanted)
	case *syntax.CallExpr:
		r.call(e)
	case *syntax.ParenExpr:
		r.expr(e.E, why)
	case *syntax.UnaryExpr:
		if e.Op != "not" {
			r.operand(e.E)
			return
		}
		r.expr(e.E, asked)
	case *syntax.BinaryExpr:
		r.binary(e, why)
	case *syntax.ConcatExpr:
		for _, part := range e.Parts {
			r.operand(part)
		}
	case *syntax.FuncExpr:
		r.function(e)
	case *syntax.TableExpr:
		for _, f := range e.Fields {
			r.expr(f.Key, wanted)
			r.expr(f.Value, wanted)
		}
	}
}

func (r *rules) binary(e *syntax.BinaryExpr, why interest) {
	left, right := wanted, wanted
	switch e.Op {
	case "and":
		left, right = asked, why
	case "or":
		left, right = asked, max(why, fallback)
	case "==", "~=":
		left, right = asked, asked
	default:
		r.operand(e.L)
		r.operand(e.R)
		return
	}
	r.expr(e.L, left)
	r.expr(e.R, right)
	if e.Op == "==" || e.Op == "~=" {
		r.compared(e)
	}
}
