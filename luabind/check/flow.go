package check

import (
	"recue/luabind/syntax"
	"recue/runtime/script"
)

// statements visits a block. What follows a statement that never ends is dead.
func (r *rules) statements(body []syntax.Stmt) {
	before, known := r.dead, len(r.schedules)
	for i, s := range body {
		r.statement(s)
		if i+1 < len(body) && r.dead == before && r.leaves(s) {
			if r.dead == 0 {
				r.report(Unreachable, script.SeverityWarning, body[i+1].At(), "", "this is never reached: %s", r.why(s))
			}
			r.dead++
		}
	}
	r.dead, r.schedules = before, r.schedules[:known]
}

// guarded visits the body behind a condition.
func (r *rules) guarded(cond syntax.Expr, body []syntax.Stmt) {
	if isFalse(cond) && len(body) > 0 {
		if r.dead == 0 {
			r.report(Unreachable, script.SeverityWarning, body[0].At(), "", "this is never reached: the condition in line %d is never true", cond.At().Line)
		}
		r.dead++
		defer func() { r.dead-- }()
	}
	r.statements(body)
}

func isFalse(e syntax.Expr) bool {
	switch syntax.Unwrap(e).(type) {
	case *syntax.FalseExpr, *syntax.NilExpr:
		return true
	}
	return false
}

func isTrue(e syntax.Expr) bool {
	switch syntax.Unwrap(e).(type) {
	case *syntax.TrueExpr, *syntax.NumberExpr, *syntax.StringExpr:
		return true
	}
	return false
}

// leaves reports whether what follows a statement is never reached.
func (r *rules) leaves(s syntax.Stmt) bool {
	switch s := s.(type) {
	case *syntax.ReturnStmt, *syntax.BreakStmt:
		return true
	case *syntax.CallStmt:
		return r.raises(s.Call)
	case *syntax.DoStmt:
		return r.blockLeaves(s.Body)
	case *syntax.IfStmt:
		if s.Else == nil || !r.blockLeaves(s.Else) {
			return false
		}
		for _, c := range s.Clauses {
			if !r.blockLeaves(c.Body) {
				return false
			}
		}
		return true
	case *syntax.WhileStmt:
		return isTrue(s.Cond) && !breaks(s.Body)
	case *syntax.RepeatStmt:
		return !breaks(s.Body) && (isFalse(s.Cond) || r.blockLeaves(s.Body))
	}
	return false
}

func (r *rules) blockLeaves(body []syntax.Stmt) bool {
	for _, s := range body {
		if r.leaves(s) {
			return true
		}
	}
	return false
}

// raises reports whether a call always raises.
func (r *rules) raises(e *syntax.CallExpr) bool {
	name := r.globalName(e.Fn)
	if e.Method != "" || r.replaced || r.assigned(name) {
		return false
	}
	return name == "error" || name == "fail"
}

// breaks reports whether a loop's body has a break of that loop.
func breaks(body []syntax.Stmt) bool {
	for _, s := range body {
		switch s := s.(type) {
		case *syntax.BreakStmt:
			return true
		case *syntax.DoStmt:
			if breaks(s.Body) {
				return true
			}
		case *syntax.IfStmt:
			if breaks(s.Else) {
				return true
			}
			for _, c := range s.Clauses {
				if breaks(c.Body) {
					return true
				}
			}
		}
	}
	return false
}

// why says in words why nothing follows a statement.
func (r *rules) why(s syntax.Stmt) string {
	switch s := s.(type) {
	case *syntax.CallStmt:
		return r.globalName(s.Call.Fn) + " does not return"
	case *syntax.WhileStmt, *syntax.RepeatStmt:
		return "the loop before it never ends"
	}
	return "what stands before it always leaves"
}
