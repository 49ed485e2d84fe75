package syntax

// Binary operators and how tightly they bind, left and right (manual §2.5.6); a smaller right side makes the operator
// associate to the right.
var binaryPriority = map[Kind]struct{ left, right int }{
	"or": {1, 1}, "and": {2, 2},
	"<": {3, 3}, ">": {3, 3}, "<=": {3, 3}, ">=": {3, 3}, "~=": {3, 3}, "==": {3, 3},
	"..": {5, 4},
	"+":  {6, 6}, "-": {6, 6}, "*": {7, 7}, "/": {7, 7}, "%": {7, 7},
	"^": {10, 9},
}

const unaryPriority = 8

func (p *parser) exprList() []Expr {
	list := []Expr{p.expr()}
	for p.accept(",") {
		list = append(list, p.expr())
	}
	return list
}

func (p *parser) expr() Expr { return p.subexpr(0) }

// subexpr reads an expression whose operators bind tighter than limit.
func (p *parser) subexpr(limit int) Expr {
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
			e = &BinaryExpr{Node{at}, op, e, p.subexpr(priority.right)}
		}
	}
}

// concat reads the rest of a chain a .. b .. c in a loop: scripts build long texts that way, and the operator associates to
// the right, so plain recursion would count every part as a level of nesting.
func (p *parser) concat(first Expr, at Pos) Expr {
	chain := &ConcatExpr{Node{at}, []Expr{first}}
	for {
		p.boundChain(len(chain.Parts))
		chain.Parts = append(chain.Parts, p.subexpr(binaryPriority[".."].left))
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

func (p *parser) operand() Expr {
	at := Node{p.tok.pos}
	switch k := p.tok.kind; k {
	case "not", "-", "#":
		p.advance()
		return &UnaryExpr{at, k, p.subexpr(unaryPriority)}
	}
	return p.simple()
}

func (p *parser) simple() Expr {
	at := Node{p.tok.pos}
	tok := p.tok
	switch tok.kind {
	case kNumber:
		p.advance()
		return &NumberExpr{at, tok.num}
	case kString:
		p.advance()
		return &StringExpr{at, tok.text}
	case "nil":
		p.advance()
		return &NilExpr{at}
	case "true":
		p.advance()
		return &TrueExpr{at}
	case "false":
		p.advance()
		return &FalseExpr{at}
	case "...":
		if !p.varargs[len(p.varargs)-1] {
			p.src.raise(at.Pos, "...", `add ... to the parameters of this function`, `"..." used in a function that does not take it`)
		}
		p.advance()
		return &VarargExpr{at}
	case "{":
		return p.table()
	case "function":
		return p.functionBody(at.Pos, p.open(), false)
	}
	return p.suffixed()
}

func (p *parser) primary() Expr {
	at := Node{p.tok.pos}
	switch p.tok.kind {
	case kName:
		return &NameExpr{at, p.name("")}
	case "(":
		o := p.open()
		e := p.expr()
		p.close(")", o)
		if IsMulti(e) {
			return &ParenExpr{at, e}
		}
		switch e.(type) {
		case *NameExpr, *IndexExpr: // (a) = 1 is an error and must stay one
			return &ParenExpr{at, e}
		}
		return e
	}
	p.unexpected()
	return nil
}

// suffixed reads a primary expression with everything that is called on it or taken from it.
func (p *parser) suffixed() Expr {
	e := p.primary()
	for n := 0; ; n++ {
		p.boundChain(n)
		at := Node{p.tok.pos}
		switch p.tok.kind {
		case ".":
			p.advance()
			key := p.key(`after "."`)
			e = &IndexExpr{at, e, key}
		case "[":
			o := p.open()
			key := p.expr()
			p.close("]", o)
			e = &IndexExpr{at, e, key}
		case ":":
			p.advance()
			at.Pos = p.tok.pos
			method := p.name(afterColon)
			e = &CallExpr{at, e, method, p.callArgs()}
		case "(", kString, "{":
			if p.tok.kind == "(" && p.tok.pos.Line != p.lastLine {
				p.src.raise(at.Pos, "(", "put the bracket on the line of the call, or a ; before it if a new statement begins here",
					"a call must not begin on a new line: is this a call or a new statement?")
			}
			if named := calleePos(e); named.Line == at.Pos.Line {
				at.Pos = named
			}
			e = &CallExpr{at, e, "", p.callArgs()}
		default:
			return e
		}
	}
}

// calleePos is the place that names what is called: the name itself, not the bracket behind it.
func calleePos(e Expr) Pos {
	if index, ok := e.(*IndexExpr); ok {
		if key, ok := index.Key.(*StringExpr); ok {
			return key.Pos
		}
	}
	return e.At()
}

func (p *parser) callArgs() []Expr {
	at := Node{p.tok.pos}
	switch p.tok.kind {
	case kString:
		text := p.tok.text
		p.advance()
		return []Expr{&StringExpr{at, text}}
	case "{":
		return []Expr{p.table()}
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

func (p *parser) table() Expr {
	t := &TableExpr{Node: Node{p.tok.pos}}
	o := p.open()
	for p.tok.kind != "}" {
		t.Fields = append(t.Fields, p.field())
		if !p.accept(",") && !p.accept(";") {
			break
		}
	}
	p.close("}", o)
	return t
}

func (p *parser) field() Field {
	switch {
	case p.tok.kind == "[":
		o := p.open()
		key := p.expr()
		p.close("]", o)
		p.expect("=", "after the key of a table entry")
		return Field{key, p.expr()}
	case p.tok.kind == kName && p.peek().kind == "=":
		key := &StringExpr{Node{p.tok.pos}, p.tok.text}
		p.advance()
		p.advance()
		return Field{key, p.expr()}
	}
	return Field{nil, p.expr()}
}
