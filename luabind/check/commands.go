package check

import (
	"fmt"
	"slices"
	"strconv"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// modules looks at what a file requires.
func (r *rules) modules() {
	for _, q := range r.file.requires {
		if fn := r.lib.byName["require"]; fn == nil || fn.Params[0].Check(Value{Kind: Text, Text: q.name, Exact: true}) != nil {
			continue // the call's own rule says what is wrong with the name
		}
		if _, err := r.loader.module(r.file.dir, q.name); err != nil {
			r.fn = q.fn
			r.report(Module, script.SeverityError, q.at, "", "module %q: %v", q.name, err)
		}
	}
	r.fn = r.file.main
}

// parallel looks at the branches of a call of parallel that are written there.
func (r *rules) parallel(fn *Func, e *syntax.CallExpr) {
	if len(e.Args) == 0 {
		return
	}
	branches, ok := syntax.Unwrap(e.Args[0]).(*syntax.TableExpr)
	if !ok {
		return
	}
	var called *Func
	if len(e.Args) > 1 {
		called = r.funcOf(e.Args[1])
		if _, isOptions := syntax.Unwrap(e.Args[1]).(*syntax.TableExpr); called == nil && !isOptions {
			return // the items go to a function of the script
		}
	}
	position := 0
	for _, f := range branches.Fields {
		name := ""
		if key, ok := f.Key.(*syntax.StringExpr); ok {
			name = strconv.Quote(key.Value)
		} else if f.Key == nil {
			position++
			name = strconv.Itoa(position)
		} else {
			name = "[…]"
		}
		if called != nil {
			if !syntax.IsMulti(f.Value) && !isNil(f.Value) {
				r.arguments(called, f.Value.At(), []syntax.Expr{f.Value}, script.SeverityError)
			}
			continue
		}
		r.branch(fn, f.Value, name)
	}
}

func isNil(e syntax.Expr) bool {
	_, ok := syntax.Unwrap(e).(*syntax.NilExpr)
	return ok
}

// branch looks at one branch that is no function: a command written as a table.
func (r *rules) branch(fn *Func, e syntax.Expr, name string) {
	wrong := func(code string, at syntax.Pos, hint, text string) {
		r.report(code, script.SeverityError, at, hint, "%s: branch %s %s", fn.Name, name, text)
	}
	v := r.value(e)
	switch v.Kind {
	case Unknown:
		r.earlyCall(fn, e)
		return
	case Nil, Function:
		return
	case Tables:
	default:
		wrong(WrongArgument, e.At(), "", fmt.Sprintf(`is %s, expected a function or a command such as {cmd = "start", task_id = "cam1"}`, r.lib.Show(v)))
		return
	}
	table := syntax.Unwrap(e).(*syntax.TableExpr)
	cmd, known := r.command(table)
	switch {
	case !known:
		return
	case cmd == nil:
		wrong(WrongArgument, e.At(), "", `is a table without cmd, expected a function or a command such as {cmd = "start", task_id = "cam1"}`)
		return
	}
	value := r.value(cmd)
	if err := r.lib.CheckCommand(value); err != nil {
		wrong(WrongArgument, cmd.At(), "", "is wrong: cmd "+err.Error())
		return
	}
	command := r.lib.byName[value.Text]
	c := &call{rules: r, fn: command}
	for p := range c.options(command.options(), table, nil, []string{"cmd"}).all() {
		wrong(p.code, p.at, p.hint, "is wrong: "+p.text)
	}
}

// command gives what a table has as its cmd, nil if it has none. It is not known where keys are computed, or the cmd is
// no constant text.
func (r *rules) command(table *syntax.TableExpr) (cmd syntax.Expr, known bool) {
	for _, f := range table.Fields {
		key, named := f.Key.(*syntax.StringExpr)
		if f.Key != nil && !named {
			return nil, false
		}
		if named && key.Value == "cmd" {
			cmd = f.Value
		}
	}
	if cmd == nil {
		return nil, true
	}
	v := r.value(cmd)
	return cmd, v.Kind == Text && v.Exact
}

// earlyCall is parallel {start "cam1"}: the command runs before parallel does, which gets its reply.
func (r *rules) earlyCall(fn *Func, e syntax.Expr) {
	call, ok := syntax.Unwrap(e).(*syntax.CallExpr)
	if !ok || call.Method != "" {
		return
	}
	if command := r.funcOf(call.Fn); command != nil && slices.Contains(r.lib.Commands, command.Name) {
		r.report(EarlyCall, script.SeverityWarning, call.Pos,
			fmt.Sprintf("write function() return %s(…) end, or {cmd = %q, task_id = …}", command.Name, command.Name),
			"this %s runs before %s does, not as a branch of it", command.Name, fn.Name)
	}
}

// collecting gives the call of parallel with on_error = "collect" that is the last of some expressions, or nil.
func (r *rules) collecting(exprs []syntax.Expr) *syntax.CallExpr {
	if len(exprs) != 1 {
		return nil
	}
	call, ok := exprs[0].(*syntax.CallExpr)
	if !ok || call.Method != "" {
		return nil
	}
	fn := r.funcOf(call.Fn)
	if fn == nil || fn.Name != "parallel" {
		return nil
	}
	for _, a := range call.Args {
		table, ok := syntax.Unwrap(a).(*syntax.TableExpr)
		if !ok {
			continue
		}
		for _, f := range table.Fields {
			key, ok := f.Key.(*syntax.StringExpr)
			if v := r.value(f.Value); ok && key.Value == "on_error" && v.Exact && v.Text == "collect" {
				return call
			}
		}
	}
	return nil
}

// ignored reports a parallel whose failures nobody looks at.
func (r *rules) ignored(call *syntax.CallExpr) {
	r.report(IgnoredFailure, script.SeverityWarning, call.Pos, "look at the second result: local results, failures = parallel(…)",
		"nobody looks at the results, so that failures go unnoticed")
}
