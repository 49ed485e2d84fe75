package check

import "recue/luabind/syntax"

// call visits a call. Some calls say more: what a module or a text defines, whose failures are caught, which names are
// asked for.
func (r *resolver) call(e *syntax.CallExpr) {
	name, isName := syntax.Unwrap(e.Fn).(*syntax.NameExpr)
	if !isName {
		r.expr(e.Fn, wanted)
		r.exprs(e.Args...)
		return
	}
	r.read(name, wanted) // called, not handed on
	if r.uses[name] != nil || e.Method != "" {
		if r.uses[name] == nil {
			r.escaped[name.Name] = true
		}
		r.exprs(e.Args...)
		return
	}
	args := e.Args
	switch name.Name {
	case "require":
		r.require(args)
	case "loadstring", "load":
		r.loaded(args)
	case "type":
		if len(args) == 1 {
			r.expr(args[0], asked)
			return
		}
	case "rawset", "rawget", "setmetatable", "getmetatable", "pairs", "next":
		args = r.aboutTable(name.Name, args)
	}
	r.exprs(args...)
	if catches(name.Name) && len(args) > 0 {
		r.catch(args[0])
	}
}

// catches reports whether a function holds the failures of the one that it is given. What is given to expect is
// expected to fail.
func catches(name string) bool { return name == "pcall" || name == "xpcall" || name == "expect" }

// catch marks a function whose failures are held.
func (r *resolver) catch(e syntax.Expr) {
	switch e := syntax.Unwrap(e).(type) {
	case *syntax.FuncExpr:
		r.functions[e].caught = true
	case *syntax.NameExpr:
		if v := r.uses[e]; v != nil && v.function != nil {
			v.function.caught = true
		} else if v == nil {
			r.global(e.Name) // settled when all functions are known, see newProgram
			r.caughtGlobals = append(r.caughtGlobals, e.Name)
		}
	}
}

func (r *resolver) require(args []syntax.Expr) {
	if len(args) > 0 {
		if name, ok := syntax.Unwrap(args[0]).(*syntax.StringExpr); ok {
			r.requires = append(r.requires, required{name.Value, name.Pos, r.fn})
			return
		}
	}
	r.open = true
}

// loaded is code in a text. Where the text is known, so is what it defines.
func (r *resolver) loaded(args []syntax.Expr) {
	if len(args) > 0 {
		if text, ok := syntax.Unwrap(args[0]).(*syntax.StringExpr); ok {
			inner, err := syntax.Parse("text", []byte(text.Value)) // with the usual limits: an error only means that less is known
			if err != nil {
				return // then it defines nothing
			}
			found := resolve(inner, r.lib)
			for name, g := range found.globals {
				own := r.global(name)
				if len(g.writes) > 0 {
					own.writes = append(own.writes, mention{fn: r.main, at: text.Pos, decl: true})
				}
				own.reads = append(own.reads, mention{fn: r.main, at: text.Pos})
				r.tested[name] = true // nothing more is said about a text
			}
			for name := range found.escaped {
				r.escaped[name] = true
			}
			r.open, r.replaced = r.open || found.open, r.replaced || found.replaced
			return
		}
	}
	r.open = true
}

// aboutTable visits the first argument of a function about tables, where it is a global, and gives the other ones.
func (r *resolver) aboutTable(fn string, args []syntax.Expr) []syntax.Expr {
	if len(args) == 0 {
		return args
	}
	name, ok := syntax.Unwrap(args[0]).(*syntax.NameExpr)
	if !ok || r.lookup(name.Name) != nil {
		return args
	}
	r.read(name, wanted)
	key, isText := "", false
	if len(args) > 1 {
		if text, ok := syntax.Unwrap(args[1]).(*syntax.StringExpr); ok {
			key, isText = text.Value, true
		}
	}
	switch {
	case fn == "rawset" && name.Name == "_G" && isText:
		r.globalThroughTable(args[1].(*syntax.StringExpr))
	case fn == "rawset" && isText:
		r.fields[name.Name+"."+key] = true
	case fn == "rawset":
		r.escaped[name.Name] = true
		if name.Name == "_G" {
			r.open, r.replaced = true, true
		}
	case fn == "setmetatable":
		r.escaped[name.Name] = true
		r.open = r.open || name.Name == "_G"
	case fn == "rawget" && isText:
		r.tested[name.Name+"."+key] = true
		if name.Name == "_G" {
			r.tested[key] = true
			r.global(key)
		}
	case fn == "pairs", fn == "next":
		r.open = r.open || name.Name == "_G"
	case fn == "getmetatable":
		r.open = r.open || name.Name == "_G" // with the metatable everything can be done
	}
	return args[1:]
}
