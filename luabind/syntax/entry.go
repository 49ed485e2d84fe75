package syntax

// parseEntry is parse for File entries, see ParseEntry.
func parseEntry(src *source, l Limits) []Stmt {
	values, wrong := attempt(func() []Stmt { return parseValues(src, l) })
	if wrong == nil {
		return values
	}
	body, other := attempt(func() []Stmt { return parse(src, l) })
	if other == nil {
		return body
	}
	if wrong.Line > other.Line || wrong.Line == other.Line && wrong.Column > other.Column {
		other = wrong
	}
	panic(stop{other})
}

// parseValues reads a list of expressions as what returns them.
func parseValues(src *source, l Limits) []Stmt {
	p := newParser(src, l, &lexer{src: src, line: 1}) // a # in front is the operator
	defer p.markUnfinished()
	p.tok = p.lex.next()
	p.accept("=")
	at := Node{p.tok.pos}
	values := p.exprList()
	p.accept(";")
	if p.tok.kind != kEOF {
		p.unexpected()
	}
	return []Stmt{&ReturnStmt{at, values}}
}

// attempt gives the error of the source that ends parse. Any other goes on.
func attempt(parse func() []Stmt) (body []Stmt, wrong *Error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		s, ok := r.(stop)
		if err, its := s.err.(*Error); ok && its {
			body, wrong = nil, err
			return
		}
		panic(r)
	}()
	return parse(), nil
}

// Balance says how many brackets and blocks a text opens that it does not close: 0 for whatever is complete. ok is false
// where the text ends within a token.
func Balance(text string) (open int, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, its := r.(stop); !its {
				panic(r)
			}
			open, ok = 0, false
		}
	}()
	lx := &lexer{src: newSource("", text), line: 1}
	for {
		switch lx.next().kind {
		case "(", "{", "[", "function", "if", "do", "repeat": // for and while have a do
			open++
		case ")", "}", "]", "end", "until":
			open--
		case kEOF:
			return open, true
		}
	}
}
