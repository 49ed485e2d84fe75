package check

import (
	"fmt"
	"strconv"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// declared is a schedule whose name is known, in a block that is being visited.
type declared struct {
	name string
	line int
}

// declares looks at a statement that declares a schedule. Where an earlier statement of this block or of one around it has
// taken the name, it has run when this one does.
func (r *rules) declares(call *syntax.CallExpr) {
	if fn := r.scheduleOf(call); fn == nil || len(call.Args) == 0 {
		return
	}
	name := r.value(call.Args[0])
	if name.Kind != Text || !name.Exact {
		return
	}
	for _, d := range r.schedules {
		if d.name == name.Text {
			r.report(WrongArgument, script.SeverityError, call.Args[0].At(), "",
				"schedule: the name %s is taken by the schedule at %s:%d", strconv.Quote(d.name), r.file.name, d.line)
			return
		}
	}
	if r.dead == 0 {
		r.schedules = append(r.schedules, declared{name.Text, call.Pos.Line})
	}
}

func (r *rules) scheduleOf(call *syntax.CallExpr) *Func {
	if call.Method != "" {
		return nil
	}
	if fn := r.funcOf(call.Fn); fn != nil && fn.Name == "schedule" {
		return fn
	}
	return nil
}

// topCommands finds commands at the top of a file that declares schedules: they run whenever it is loaded, and the
// commands that only read the schedules refuse them. What stands behind a condition is meant.
func (r *rules) topCommands() {
	if !r.declaresAny(r.file.tree.Body) {
		return
	}
	r.fn = r.file.main
	eachAtTop(r.file.tree.Body, func(e syntax.Expr) {
		call, fn := r.called(e)
		if fn == nil || !fn.Reply && !(fn.forwards() && r.callsCommand(call)) {
			return
		}
		name := fn.Name
		if !fn.Reply {
			name = r.funcOf(call.Args[0]).Name
		}
		r.report(TopCommand, script.SeverityWarning, call.Pos,
			fmt.Sprintf(`put it into the function of a schedule, or ask first: if vars.now then %s(…) end`, name),
			"this %s is no part of a schedule: it runs when the script is loaded, and recue next and recue serve refuse that", name)
		r.found[len(r.found)-1].Notice = true
	})
}

// declaration is where a script declares a schedule.
type declaration struct {
	file *file
	line int
}

// otherScripts finds names of schedules that a script given before has taken. Scripts that are served together, or on one
// server, cannot share one; but they need not be served together, so it is no error.
func (r *rules) otherScripts() {
	if r.file.module {
		return // what it declares is its scripts'
	}
	r.fn = r.file.main
	eachAtTop(r.file.tree.Body, func(e syntax.Expr) {
		call, ok := e.(*syntax.CallExpr)
		if !ok || r.scheduleOf(call) == nil || len(call.Args) == 0 {
			return
		}
		name := r.value(call.Args[0])
		if name.Kind != Text || !name.Exact {
			return
		}
		first, taken := r.loader.declared[name.Text]
		switch {
		case !taken:
			r.loader.declared[name.Text] = declaration{r.file, call.Pos.Line}
		case first.file != r.file:
			r.report(WrongArgument, script.SeverityWarning, call.Args[0].At(), "recue serve refuses to serve both scripts: give one of the schedules another name",
				"schedule: the name %s is taken by the schedule at %s:%d", strconv.Quote(name.Text), first.file.name, first.line)
		}
	})
}

func (r *rules) declaresAny(body []syntax.Stmt) bool {
	found := false
	eachAtTop(body, func(e syntax.Expr) {
		if call, ok := e.(*syntax.CallExpr); ok && r.scheduleOf(call) != nil {
			found = true
		}
	})
	return found
}

// eachAtTop visits the expressions of the statements that run, in a file, without a condition.
func eachAtTop(body []syntax.Stmt, visit func(syntax.Expr)) {
	for _, s := range body {
		switch s := s.(type) {
		case *syntax.CallStmt:
			visit(s.Call)
		case *syntax.LocalStmt:
			for _, e := range s.Exprs {
				visit(e)
			}
		case *syntax.AssignStmt:
			for _, e := range s.Exprs {
				visit(e)
			}
		case *syntax.DoStmt:
			eachAtTop(s.Body, visit)
		case *syntax.NumForStmt:
			eachAtTop(s.Body, visit)
		case *syntax.GenForStmt:
			eachAtTop(s.Body, visit)
		}
	}
}
