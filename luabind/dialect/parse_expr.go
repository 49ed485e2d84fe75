package dialect

// Binary operators and how tightly they bind, left and right (manual §2.5.6); a smaller right side makes the operator
// associate to the right.
var binaryPriority = map[kind]struct{ left, right int }{
	"or": {1, 1}, "and": {2, 2},
	"<": {3, 3}, ">": {3, 3}, "<=": {3, 3}, ">=": {3, 3}, "~=": {3, 3}, "==": {3, 3},
	"..": {5, 4},
	"+":  {6, 6}, "-": {6, 6}, "*": {7, 7}, "/": {7, 7}, "%": {7, 7},
	"^": {10, 9},
}

const unaryPriority = 8

func (p *parser) exprList() []expr {
	list := []expr{p.expr()}
	for p.accept(",") {
		list = append(list, p.expr())
	}
	return list
}

func (p *parser) expr() expr { return p.subexpr(0) }

// subexpr reads an expression whose operators bind tighter than limit.
func (p *parser) subexpr(limit int) expr {
	p.enter()
	defer p.leave()
	e := p.operand()
	for n := 0; ; n++ {
		op, at := p.tok.kind, p.tok.pos
		priority, ok := binaryPriority[op]
		if !ok || priority.left <= limit {
			return e
		}
		p.boundChain(n)
		p.advance()
		if op == ".." {
			e = p.concat(e, at)
		} else {
			e = &binaryExpr{node{at}, op, e, p.subexpr(priority.right)}
		}
	}
}

// concat reads the rest of a chain a .. b .. c in a loop: scripts build long texts that way, and the operator associates to
// the right, so plain recursion would count every part as a level of nesting.
func (p *parser) concat(first expr, at pos) expr {
	chain := &concatExpr{node{at}, []expr{first}}
	for {
		p.boundChain(len(chain.parts))
		chain.parts = append(chain.parts, p.subexpr(binaryPriority[".."].left))
		if !p.accept("..") {
			return chain
		}
	}
}

func (p *parser) boundChain(n int) {
	if n > maxChain {
		p.src.raise(p.tok.pos, p.tok.text, "cut it into several statements", "the expression is too long (limit %d parts)", maxChain)
	}
}

func (p *parser) operand() expr {
	at := node{p.tok.pos}
	switch k := p.tok.kind; k {
	case "not", "-", "#":
		p.advance()
		return &unaryExpr{at, k, p.subexpr(unaryPriority)}
	}
	return p.simple()
}

func (p *parser) simple() expr {
	at := node{p.tok.pos}
	tok := p.tok
	switch tok.kind {
	case kNumber:
		p.advance()
		return &numberExpr{at, tok.num}
	case kString:
		p.advance()
		return &stringExpr{at, tok.text}
	case "nil":
		p.advance()
		return &nilExpr{at}
	case "true":
		p.advance()
		return &trueExpr{at}
	case "false":
		p.advance()
		return &falseExpr{at}
	case "...":
		if !p.varargs[len(p.varargs)-1] {
			p.src.raise(at.pos, "...", `add ... to the parameters of this function`, `"..." used in a function that does not take it`)
		}
		p.advance()
		return &varargExpr{at}
	case "{":
		return p.table()
	case "function":
		return p.functionBody(at.pos, p.open(), false)
	}
	return p.suffixed()
}

func (p *parser) primary() expr {
	at := node{p.tok.pos}
	switch p.tok.kind {
	case kName:
		return &nameExpr{at, p.name("")}
	case "(":
		o := p.open()
		e := p.expr()
		p.close(")", o)
		if isMulti(e) {
			return &parenExpr{at, e}
		}
		switch e.(type) {
		case *nameExpr, *indexExpr: // (a) = 1 is an error and must stay one
			return &parenExpr{at, e}
		}
		return e
	}
	p.unexpected()
	return nil
}

// suffixed reads a primary expression with everything that is called on it or taken from it.
func (p *parser) suffixed() expr {
	p.enter()
	defer p.leave()
	e := p.primary()
	for n := 0; ; n++ {
		p.boundChain(n)
		at := node{p.tok.pos}
		switch p.tok.kind {
		case ".":
			p.advance()
			key := &stringExpr{node{p.tok.pos}, p.name(`after "."`)}
			e = &indexExpr{at, e, key}
		case "[":
			o := p.open()
			key := p.expr()
			p.close("]", o)
			e = &indexExpr{at, e, key}
		case ":":
			p.advance()
			at.pos = p.tok.pos
			method := p.name(`after ":"`)
			e = &callExpr{at, e, method, p.callArgs()}
		case "(", kString, "{":
			if p.tok.kind == "(" && p.tok.pos.line != p.lastLine {
				p.src.raise(at.pos, "(", "put the bracket on the line of the call, or a ; before it if a new statement begins here",
					"a call must not begin on a new line: is this a call or a new statement?")
			}
			if named := calleePos(e); named.line == at.pos.line {
				at.pos = named
			}
			e = &callExpr{at, e, "", p.callArgs()}
		default:
			return e
		}
	}
}

// calleePos is the place that names what is called: the name itself, not the bracket behind it.
func calleePos(e expr) pos {
	if index, ok := e.(*indexExpr); ok {
		if key, ok := index.key.(*stringExpr); ok {
			return key.pos
		}
	}
	return e.at()
}

func (p *parser) callArgs() []expr {
	at := node{p.tok.pos}
	switch p.tok.kind {
	case kString:
		text := p.tok.text
		p.advance()
		return []expr{&stringExpr{at, text}}
	case "{":
		return []expr{p.table()}
	case "(":
		o := p.open()
		if p.tok.kind == ")" {
			p.close(")", o)
			return nil
		}
		args := p.exprList()
		p.close(")", o)
		return args
	}
	p.expected("(", "before the arguments of a call")
	return nil
}

func (p *parser) table() expr {
	t := &tableExpr{node: node{p.tok.pos}}
	p.enter()
	defer p.leave()
	o := p.open()
	for p.tok.kind != "}" {
		t.fields = append(t.fields, p.field())
		if !p.accept(",") && !p.accept(";") {
			break
		}
	}
	p.close("}", o)
	return t
}

func (p *parser) field() field {
	switch {
	case p.tok.kind == "[":
		o := p.open()
		key := p.expr()
		p.close("]", o)
		p.expect("=", "after the key of a table entry")
		return field{key, p.expr()}
	case p.tok.kind == kName && p.peek().kind == "=":
		key := &stringExpr{node{p.tok.pos}, p.tok.text}
		p.advance()
		p.advance()
		return field{key, p.expr()}
	}
	return field{nil, p.expr()}
}
