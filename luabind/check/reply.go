package check

import (
	"slices"
	"strconv"
	"strings"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// called gives the function of Recue that an expression calls, or nil.
func (r *rules) called(e syntax.Expr) (*syntax.CallExpr, *Func) {
	call, ok := bare(e).(*syntax.CallExpr)
	if !ok || call.Method != "" {
		return nil, nil
	}
	return call, r.funcOf(call.Fn)
}

// bare takes all parentheses off.
func bare(e syntax.Expr) syntax.Expr {
	for {
		paren, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = paren.E
	}
}

// isReply reports whether an expression is for certain what a command gave, or how it failed.
func (r *rules) isReply(e syntax.Expr) bool {
	if name, ok := bare(e).(*syntax.NameExpr); ok {
		return r.holdsReply(r.file.uses[name])
	}
	call, fn := r.called(e)
	return fn != nil && (fn.Reply || fn.forwards() && r.callsCommand(call))
}

// callsCommand reports whether a call's first argument is a command: try(start, …).
func (r *rules) callsCommand(call *syntax.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	fn := r.funcOf(call.Args[0])
	return fn != nil && fn.Reply
}

// holdsReply is isReply for a local that is never assigned: local r = status "cam1", local ok, r = pcall(stop, "cam1").
func (r *rules) holdsReply(v *variable) bool {
	if v == nil || v.writes > 0 || v.declared == nil {
		return false
	}
	s := v.declared
	i := slices.Index(s.Names, v.name)
	if i < len(s.Exprs) {
		return r.isReply(s.Exprs[i])
	}
	if len(s.Exprs) != 1 || i != 1 {
		return false
	}
	call, ok := s.Exprs[0].(*syntax.CallExpr)
	return ok && call.Method == "" && r.globalName(call.Fn) == "pcall" && r.callsCommand(call)
}

// compared looks at reply.app_status == "recording": a comparison with what it never is.
func (r *rules) compared(e *syntax.BinaryExpr) {
	field, value := e.L, e.R
	if _, ok := bare(field).(*syntax.IndexExpr); !ok {
		field, value = value, field
	}
	index, ok := bare(field).(*syntax.IndexExpr)
	if !ok {
		r.comparedWhole(e.L, e.R)
		r.comparedWhole(e.R, e.L)
		return
	}
	r.comparedText(index, value)
	key, ok := index.Key.(*syntax.StringExpr)
	if !ok || !r.isReply(index.Obj) {
		return
	}
	known := r.lib.ReplyValues[key.Value]
	v := r.value(value)
	if known == nil || !v.Exact || v.Kind == Nil || v.Kind == Text && slices.Contains(known, v.Text) {
		return
	}
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = strconv.Quote(k)
	}
	hint := ""
	if v.Kind == Text {
		if near := r.lib.Nearest(v.Text, known); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "?"
		}
	}
	r.report(Comparison, script.SeverityWarning, value.At(), hint, "%s is never %s: it is one of %s",
		key.Value, r.lib.Show(v), strings.Join(quoted, ", "))
}

// comparedWhole looks at status "cam1" == "started": a reply is a table.
func (r *rules) comparedWhole(e, value syntax.Expr) {
	if v := r.value(value); r.isReply(e) && v.Exact && (v.Kind == Text || v.Kind == Number) {
		r.report(Comparison, script.SeverityWarning, value.At(), "compare a field of it: app_status", "a reply is a table, and never %s", r.lib.Show(v))
	}
}

// comparedText looks at vars.count == 3: what a script is told are texts.
func (r *rules) comparedText(index *syntax.IndexExpr, value syntax.Expr) {
	name := r.globalName(index.Obj)
	if v := r.value(value); (name == "vars" || name == "arg") && !r.assigned(name) && v.Exact && v.Kind == Number {
		r.report(Comparison, script.SeverityWarning, value.At(), "make a number of it with tonumber", "what is in %s are texts, and never %s", name, r.lib.Show(v))
	}
}

// matched is matcher for an expression.
func (r *rules) matched(e *syntax.IndexExpr) {
	if key, ok := e.Key.(*syntax.StringExpr); ok {
		r.matcher(e.Obj, key.Value, key.Pos)
	}
}

// matcher looks at expect(value).equal: a field of an expectation.
func (r *rules) matcher(obj syntax.Expr, name string, at syntax.Pos) {
	is, never := r.expectation(obj)
	if !is {
		return
	}
	if text := r.lib.UnknownMatcher(name, never); text != "" {
		r.report(UnknownField, script.SeverityError, at, "", "expect: %s", text)
	}
}

// expectation reports whether an expression is an expectation, and whether it is one of the opposite.
func (r *rules) expectation(e syntax.Expr) (is, never bool) {
	if index, ok := bare(e).(*syntax.IndexExpr); ok {
		key, ok := index.Key.(*syntax.StringExpr)
		if !ok || key.Value != "never" {
			return false, false
		}
		is, never = r.expectation(index.Obj)
		return is && !never, true
	}
	_, fn := r.called(e)
	return fn != nil && fn.Expectation, false
}
