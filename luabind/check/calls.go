package check

import (
	"fmt"
	"iter"
	"slices"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// argument is what a call hands to a parameter.
type argument struct {
	expr  syntax.Expr
	value Value
}

func (a argument) at() syntax.Pos { return a.expr.At() }

// problem is why a call can only fail.
type problem struct {
	code string
	at   syntax.Pos
	hint string
	text string
	name string     // that nobody defines
	more []*problem // further ones of the same call
}

// call visits a call: the name that is called, what Recue's functions say about the arguments, the arguments.
func (r *rules) call(e *syntax.CallExpr) {
	if e.Method != "" {
		r.indexed(e.Fn)
		r.matcher(e.Fn, e.Method, e.Pos)
	} else {
		r.used(e.Fn, func() { r.expr(e.Fn, wanted) })
		r.bound(e)
	}
	if r.globalName(e.Fn) == "type" && len(e.Args) == 1 {
		r.expr(e.Args[0], asked)
		return
	}
	if len(e.Args) > 0 && e.Method == "" && r.goesOver(e.Fn) {
		r.operand(e.Args[0])
		r.exprs(e.Args[1:])
		return
	}
	r.exprs(e.Args)
}

// funcOf gives the function of Recue that an expression names, or nil.
func (r *rules) funcOf(e syntax.Expr) *Func {
	name := r.globalName(e)
	global := name
	if name == "" {
		var key string
		if global, key = r.globalField(e); global != "" {
			name = global + "." + key
		}
	}
	fn := r.lib.byName[name]
	if fn == nil || r.assigned(global) {
		return nil
	}
	return fn
}

// bound looks at a call of one of Recue's functions, also through those that call another one.
func (r *rules) bound(e *syntax.CallExpr) {
	if catches(r.globalName(e.Fn)) && r.lib.byName[r.globalName(e.Fn)] == nil && len(e.Args) > 0 {
		args := e.Args[1:]
		if r.globalName(e.Fn) == "xpcall" {
			args = nil // which it does not hand on
		}
		if fn := r.funcOf(e.Args[0]); fn != nil {
			r.arguments(fn, e.Args[0].At(), args, script.SeverityWarning)
		} else if _, fn := r.called(e.Args[0]); fn != nil && fn.Gives != Unknown {
			name := r.globalName(e.Fn)
			r.report(WrongArgument, script.SeverityWarning, e.Args[0].At(), fmt.Sprintf("write %s(%s, …)", name, fn.Name),
				"%s gets what %s returned, and calls that", name, fn.Name)
		}
		return
	}
	fn := r.funcOf(e.Fn)
	if fn == nil {
		return
	}
	if fn.forwards() && len(e.Args) > 0 {
		if inner := r.funcOf(e.Args[0]); inner != nil {
			r.arguments(inner, e.Args[0].At(), e.Args[1:], script.SeverityError)
		}
	}
	r.arguments(fn, e.Pos, e.Args, script.SeverityError)
	if fn.Name == "parallel" {
		r.parallel(fn, e)
	}
}

// arguments reports what is wrong with the arguments of a function.
func (r *rules) arguments(fn *Func, at syntax.Pos, exprs []syntax.Expr, severity script.Severity) {
	args := make([]argument, len(exprs))
	for i, e := range exprs {
		args[i] = argument{e, r.given(e)}
	}
	c := &call{rules: r, fn: fn, at: at, args: args}
	if n := len(args); n > 0 && syntax.IsMulti(exprs[n-1]) {
		switch _, fn := r.called(exprs[n-1]); {
		case fn != nil && fn.Results == 1:
		case fn != nil && fn.Results == 0:
			c.args = args[:n-1]
		default: // any number of values, none included
			c.open, c.args = true, args[:n-1]
		}
	}
	p := c.fit(0, 0, nil)
	if p == nil && fn.Verify != nil && c.given.value.Exact {
		if err := fn.Verify(c.given.value); err != nil {
			p = &problem{code: WrongArgument, at: c.given.at(), text: err.Error()}
		}
	}
	for p := range p.all() {
		if p.name == "" || !r.namedAlready(p.name, severity) {
			r.report(p.code, severity, p.at, p.hint, "%s: %s", fn.Name, p.text)
		}
	}
}

// all are the problem and the further ones; none where it is nil.
func (p *problem) all() iter.Seq[*problem] {
	return func(yield func(*problem) bool) {
		if p == nil || !yield(p) {
			return
		}
		for _, other := range p.more {
			if !yield(other) {
				return
			}
		}
	}
}

// given is what is known of an argument: of a call of Recue's functions, what kind of value it gives.
func (r *rules) given(e syntax.Expr) Value {
	v := r.value(e)
	if v.Kind == Unknown {
		if _, fn := r.called(e); fn != nil && fn.Results == 1 {
			v.Kind = fn.Gives
		}
	}
	return v
}

// call is a call while its arguments are fitted to the parameters: by the rules of the call at run time, but a value
// that is not known fits everything.
type call struct {
	*rules
	fn    *Func
	at    syntax.Pos
	args  []argument
	given argument // the options
	open  bool     // more arguments may follow that nobody can count
}

// fit gives the first problem of the arguments from i on with the parameters from n on, or nil if there may be none.
// given are the parameters before that have a value for certain.
func (c *call) fit(n, i int, given []string) *problem {
	params := c.fn.Params
	if n == len(params) {
		return c.tooMany(i)
	}
	p := &params[n]
	if p.Rest {
		return nil
	}
	if i >= len(c.args) {
		switch {
		case c.open:
			return nil
		case p.Optional: // one that must be given may follow, as test's function
			return c.fit(n+1, i+1, given)
		}
		return &problem{code: WrongArgument, at: c.at, text: fmt.Sprintf("%s is missing: expected %s", p.Name, p.Article)}
	}
	a := c.args[i]
	switch {
	case a.value.Kind == Unknown:
		wrong := c.fit(n+1, i+1, given)
		if wrong != nil && p.Optional && c.fit(n+1, i, given) == nil {
			return nil
		}
		return wrong
	case a.value.Kind == Nil && p.NotNil:
		return c.nilGiven(p, a)
	case a.value.Kind == Nil && !p.Any:
		if !p.Optional {
			if wrong := c.nilGiven(p, a); wrong != nil && wrong.hint != "" {
				return wrong
			}
			return &problem{code: WrongArgument, at: a.at(), text: fmt.Sprintf("%s is missing: expected %s", p.Name, p.Article)}
		}
		return c.fit(n+1, i+1, given)
	case !p.Fits(a.value):
		if p.Optional && c.fitsLater(n+1, a.value) {
			return c.fit(n+1, i, given)
		}
		return c.wrongType(p, a)
	}
	if wrong := c.take(p, a, given); wrong != nil {
		return wrong
	}
	return c.fit(n+1, i+1, append(slices.Clip(given), p.Name))
}

func (c *call) tooMany(i int) *problem {
	for ; i < len(c.args); i++ {
		if v := c.args[i].value; v.Kind != Unknown && v.Kind != Nil {
			return &problem{code: WrongArgument, at: c.args[i].at(),
				text: fmt.Sprintf("takes %s, got %d: %s", c.lib.AtMost(len(c.fn.Params)), len(c.args), c.fn.Signature)}
		}
	}
	return nil
}

// nilGiven is a nil where a value is wanted: written so, or a name that nobody defines.
func (c *call) nilGiven(p *Param, a argument) *problem {
	if name := c.globalName(a.expr); name != "" {
		near, text, hint := c.near(name, isSet), p.Fits(Value{Kind: Text}), "is it misspelled, or local to another function?"
		switch {
		case near != "" && text:
			hint = fmt.Sprintf("did you mean %s? If the text is meant, put it into quotes: %q", near, name)
		case near != "":
			hint = fmt.Sprintf("did you mean %s?", near)
		case text:
			hint = fmt.Sprintf("if the text is meant, put it into quotes: %q", name)
		}
		return &problem{code: Undefined, name: name, at: a.at(), text: fmt.Sprintf("%s is nil: %s is not defined", p.Name, name), hint: hint}
	}
	return &problem{code: WrongArgument, at: a.at(),
		text: fmt.Sprintf("%s is nil: is a variable misspelled? (leave the argument out for the default)", p.Name)}
}

func (c *call) wrongType(p *Param, a argument) *problem {
	if _, fn := c.called(a.expr); fn != nil {
		wrong := &problem{code: WrongArgument, at: a.at(), text: fmt.Sprintf("%s must be %s, got what %s returned", p.Name, p.Article, fn.Name)}
		switch {
		case !p.Fits(Value{Kind: Function}):
		case c.fn.forwards():
			wrong.hint = fmt.Sprintf("hand over the function and its arguments: %s(%s, …)", c.fn.Name, fn.Name)
		default:
			wrong.hint = fmt.Sprintf("write function() %s(…) end", fn.Name)
		}
		return wrong
	}
	return &problem{code: WrongArgument, at: a.at(), text: fmt.Sprintf("%s must be %s, got %s", p.Name, p.Article, c.lib.Show(a.value))}
}

func (c *call) fitsLater(from int, v Value) bool {
	for _, p := range c.fn.Params[from:] {
		if p.Fits(v) {
			return true
		}
		if !p.Optional {
			return false
		}
	}
	return false
}

// take looks at a value of the right type, or at the options in it.
func (c *call) take(p *Param, a argument, given []string) *problem {
	if table, ok := syntax.Unwrap(a.expr).(*syntax.TableExpr); ok && p.Fields != nil {
		c.given = a
		return c.options(p, table, given, nil)
	}
	if p.Check == nil || !a.value.Exact {
		return nil
	}
	if err := p.Check(a.value); err != nil {
		return &problem{code: WrongArgument, at: a.at(), text: p.Name + " " + err.Error()}
	}
	return nil
}

// options looks at a table of options that is written in the call; also are names that the function reads itself. It gives
// the first problem, which has the further ones.
func (c *call) options(p *Param, table *syntax.TableExpr, given, also []string) *problem {
	var all []*problem
	there, known := map[string]bool{}, true
	for i, f := range table.Fields {
		key, named := f.Key.(*syntax.StringExpr)
		value := argument{f.Value, c.value(f.Value)}
		switch {
		case f.Key == nil:
			if value.value.Kind != Unknown && value.value.Kind != Nil {
				all = append(all, &problem{code: WrongArgument, at: f.Value.At(),
					text: fmt.Sprintf("options are written as name = value, got %s without a name", c.lib.Show(value.value))})
			}
			continue
		case !named:
			known = false
			continue
		case slices.Contains(also, key.Value) || overwritten(table.Fields[i+1:], key.Value):
			continue
		case value.value.Kind == Nil && c.globalName(f.Value) == "":
			continue // the same as an option that is not there
		}
		there[key.Value] = true
		if wrong := c.option(p, key, value, given, also); wrong != nil {
			all = append(all, wrong)
		}
	}
	for _, field := range p.Fields {
		if known && !field.Optional && !there[field.Name] && !slices.Contains(given, field.Name) {
			all = append(all, &problem{code: WrongArgument, at: table.At(),
				text: fmt.Sprintf("%s is missing: expected %s", field.Name, field.Article)})
		}
	}
	if len(all) == 0 {
		return nil
	}
	all[0].more = all[1:]
	return all[0]
}

// overwritten reports whether a key comes again, in which case the last one counts.
func overwritten(fields []syntax.Field, key string) bool {
	return slices.ContainsFunc(fields, func(f syntax.Field) bool {
		other, ok := f.Key.(*syntax.StringExpr)
		return ok && other.Value == key
	})
}

func (c *call) option(p *Param, key *syntax.StringExpr, a argument, given, also []string) *problem {
	for i := range p.Fields {
		field := &p.Fields[i]
		if field.Name != key.Value {
			continue
		}
		switch {
		case a.value.Kind == Nil:
			return c.nilGiven(field, a) // options leaves out a nil that is written so
		case a.value.Kind == Unknown:
			return nil
		case slices.Contains(given, key.Value):
			return &problem{code: WrongArgument, at: key.Pos, text: key.Value + " is given twice, in front and among the options"}
		case !field.Fits(a.value):
			return c.wrongType(field, a)
		}
		return c.take(field, a, nil)
	}
	names := slices.Clone(also)
	for _, field := range p.Fields {
		names = append(names, field.Name)
	}
	return &problem{code: UnknownOption, at: key.Pos, text: c.lib.UnknownOption(p.Elsewhere, key.Value, names)}
}
