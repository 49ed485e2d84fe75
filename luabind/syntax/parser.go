package syntax

// maxChain bounds what nests without brackets, such as a()()() or 1+1+1.
const maxChain = 20000

// parser reads statements by recursive descent; the grammar is manual §8.
type parser struct {
	src      *source
	lex      *lexer
	tok      token // the current one
	ahead    *token
	lastLine int // of the token before the current one
	depth    int
	nesting  int          // how deep it may get
	poll     func() error // see Limits
	tokens   int          // that were passed
	opened   []opener     // blocks and brackets that still wait for their end
	suspect  *opener      // the first block whose "end" stands at another indent than its beginning
	varargs  []bool       // for each function around, whether it takes "..."
	loops    []int        // for each function around, how many loops are open
}

// opener is a keyword or bracket that something must close.
type opener struct {
	kind Kind
	pos  Pos
}

// parse turns a source into statements or panics with fail.
func parse(src *source, l Limits) []Stmt {
	p := newParser(src, l, newLexer(src))
	defer p.markUnfinished()
	p.tok = p.lex.next()
	body := p.block()
	if p.tok.kind != kEOF {
		p.unexpected()
	}
	return body
}

func newParser(src *source, l Limits, lex *lexer) *parser {
	return &parser{src: src, nesting: l.Nesting, poll: l.Poll, lex: lex, varargs: []bool{true}, loops: []int{0}}
}

// markUnfinished, deferred, marks an error about the end of the file.
func (p *parser) markUnfinished() {
	r := recover()
	if r == nil {
		return
	}
	if s, ok := r.(stop); ok && p.tok.kind == kEOF {
		if err, ok := s.err.(*Error); ok && err.Line == p.tok.pos.Line && err.Column == p.src.column(p.tok.pos) {
			err.Unfinished = true
		}
	}
	panic(r)
}

// pollEvery is how many tokens are read between two polls.
const pollEvery = 1 << 12

func (p *parser) advance() {
	if p.tokens++; p.tokens%pollEvery == 0 && p.poll != nil {
		if err := p.poll(); err != nil {
			panic(stop{err})
		}
	}
	p.lastLine = p.tok.pos.Line
	if p.ahead != nil {
		p.tok, p.ahead = *p.ahead, nil
		return
	}
	p.tok = p.lex.next()
}

func (p *parser) peek() token {
	if p.ahead == nil {
		t := p.lex.next()
		p.ahead = &t
	}
	return *p.ahead
}

func (p *parser) accept(k Kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

// expect passes a token of kind k; context says where it belongs: `after the condition`.
func (p *parser) expect(k Kind, context string) {
	if p.tok.kind != k {
		p.expected(k, context)
	}
	p.advance()
}

func (p *parser) name(context string) string {
	if p.tok.kind != kName {
		p.expected(kName, context)
	}
	text := p.tok.text
	p.advance()
	return text
}

// declared is name for a variable that begins here.
func (p *parser) declared(context string) Name {
	at := p.tok.pos
	return Name{p.name(context), at}
}

// key is a name behind a dot.
func (p *parser) key(context string) *StringExpr {
	name := p.declared(context) // its place must be read before it is passed
	return &StringExpr{Node{name.Pos}, name.Text}
}

// enter and leave count nesting: of blocks and of expressions, as the reference interpreter counts. Whatever nests otherwise has
// one of the two in each level.
func (p *parser) enter() {
	p.depth++
	if p.depth > p.nesting {
		p.src.raise(p.tok.pos, p.tok.text, "", "too many levels of nesting (limit --max-nesting %d)", p.nesting)
	}
}

func (p *parser) leave() { p.depth-- }

// open remembers that the current token must be closed, and passes it.
func (p *parser) open() opener {
	o := opener{p.tok.kind, p.tok.pos}
	p.opened = append(p.opened, o)
	p.advance()
	return o
}

// close passes the token that ends what o began.
func (p *parser) close(k Kind, o opener) (line int) {
	if p.tok.kind != k {
		p.unclosed(k, o)
	}
	line = p.tok.pos.Line
	if k == "end" && p.suspect == nil && line != o.pos.Line && p.tok.pos.Col-1 != p.src.indent(o.pos.Line) {
		p.suspect = &o
	}
	p.opened = p.opened[:len(p.opened)-1]
	p.advance()
	return line
}

func (p *parser) blockEnds() bool {
	switch p.tok.kind {
	case kEOF, "end", "else", "elseif", "until":
		return true
	}
	return false
}

func (p *parser) block() []Stmt {
	p.enter()
	defer p.leave()
	var body []Stmt
	for !p.blockEnds() {
		s := p.statement()
		p.accept(";")
		body = append(body, s)
		switch s.(type) {
		case *ReturnStmt, *BreakStmt:
			if !p.blockEnds() {
				p.notLast(s)
			}
			return body
		}
	}
	return body
}

func (p *parser) loop(body func() []Stmt) []Stmt {
	p.loops[len(p.loops)-1]++
	b := body()
	p.loops[len(p.loops)-1]--
	return b
}

func (p *parser) statement() Stmt {
	at := Node{p.tok.pos}
	switch p.tok.kind {
	case "if":
		return p.ifStatement()
	case "while":
		o := p.open()
		cond := p.condition("do", "after the condition of the loop")
		body := p.loop(p.block)
		return &WhileStmt{at, cond, body, p.close("end", o)}
	case "do":
		o := p.open()
		body := p.block()
		p.close("end", o)
		return &DoStmt{at, body}
	case "for":
		return p.forStatement()
	case "repeat":
		o := p.open()
		body := p.loop(p.block)
		p.close("until", o)
		return &RepeatStmt{at, body, p.conditionExpr()}
	case "function":
		return p.functionStatement()
	case "local":
		p.advance()
		if p.tok.kind == "function" {
			return p.localFunction(at)
		}
		return p.localStatement(at)
	case "return":
		p.advance()
		var exprs []Expr
		if !p.blockEnds() && p.tok.kind != ";" {
			exprs = p.exprList()
		}
		return &ReturnStmt{at, exprs}
	case "break":
		p.advance()
		if p.loops[len(p.loops)-1] == 0 {
			p.src.raise(at.Pos, "break", "", `"break" outside a loop`)
		}
		return &BreakStmt{at}
	}
	return p.exprStatement()
}

// condition reads an expression and the keyword behind it; "=" there is the commonest mistake.
func (p *parser) condition(k Kind, context string) Expr {
	cond := p.conditionExpr()
	p.expect(k, context)
	return cond
}

func (p *parser) conditionExpr() Expr {
	cond := p.expr()
	if p.tok.kind == "=" {
		p.src.raise(p.tok.pos, "=", `to compare two values write == (one = sign stores a value)`, `unexpected "=" in a condition`)
	}
	return cond
}

func (p *parser) ifStatement() Stmt {
	s := &IfStmt{Node: Node{p.tok.pos}}
	o := p.open()
	for {
		cond := p.condition("then", "after the condition")
		s.Clauses = append(s.Clauses, Clause{cond, p.block()})
		if !p.accept("elseif") {
			break
		}
	}
	if p.accept("else") {
		s.Else = p.block()
	}
	p.close("end", o)
	return s
}

func (p *parser) forStatement() Stmt {
	at := Node{p.tok.pos}
	o := p.open()
	first := p.declared(`after "for"`)
	if p.tok.kind == "=" {
		p.advance()
		s := &NumForStmt{Node: at, Name: first, Init: p.expr()}
		p.expect(",", "between the first and the last value of the loop")
		s.Limit = p.expr()
		if p.accept(",") {
			s.Step = p.expr()
		}
		p.expect("do", "after the values of the loop")
		s.Body = p.loop(p.block)
		p.close("end", o)
		return s
	}
	s := &GenForStmt{Node: at, Names: []Name{first}}
	for p.accept(",") {
		s.Names = append(s.Names, p.declared("in the list of names"))
	}
	p.expect("in", `in "for"`)
	s.Exprs = p.exprList()
	p.expect("do", `after what the loop goes through`)
	s.Body = p.loop(p.block)
	p.close("end", o)
	return s
}

// functionStatement reads `function a.b:c() … end`, which is an assignment (manual §2.5.9).
func (p *parser) functionStatement() Stmt {
	at := Node{p.tok.pos}
	o := p.open()
	first := p.declared(`after "function"`)
	var target Expr = &NameExpr{Node{first.Pos}, first.Text}
	method := false
	for !method && (p.tok.kind == "." || p.tok.kind == ":") {
		method = p.tok.kind == ":"
		dot := Node{p.tok.pos}
		p.advance()
		key := p.key("in the name of a function")
		target = &IndexExpr{dot, target, key}
	}
	fn := p.functionBody(at.Pos, o, method)
	return &AssignStmt{at, []Expr{target}, []Expr{fn}}
}

func (p *parser) localFunction(at Node) Stmt {
	fnAt, o := p.tok.pos, p.open()
	name := p.declared(`after "local function"`)
	return &LocalFuncStmt{at, name, p.functionBody(fnAt, o, false)}
}

func (p *parser) localStatement(at Node) Stmt {
	s := &LocalStmt{Node: at}
	for {
		s.Names = append(s.Names, p.declared(`after "local"`))
		if !p.accept(",") {
			break
		}
	}
	if p.accept("=") {
		s.Exprs = p.exprList()
	}
	return s
}

// functionBody reads parameters, body and "end" of a function that o opened.
func (p *parser) functionBody(at Pos, o opener, method bool) *FuncExpr {
	fn := &FuncExpr{Node: Node{at}}
	if method {
		fn.Params = append(fn.Params, Name{Text: "self"})
	}
	p.expect("(", "before the parameters of a function")
	for p.tok.kind != ")" && !fn.Vararg {
		if p.accept("...") {
			fn.Vararg = true
		} else {
			fn.Params = append(fn.Params, p.declared("in the list of parameters"))
		}
		if !p.accept(",") {
			break
		}
		if fn.Vararg || p.tok.kind == ")" {
			p.expected(kName, "in the list of parameters")
		}
	}
	p.expect(")", "after the parameters of a function")
	p.varargs = append(p.varargs, fn.Vararg)
	p.loops = append(p.loops, 0)
	fn.Body = p.block()
	p.varargs = p.varargs[:len(p.varargs)-1]
	p.loops = p.loops[:len(p.loops)-1]
	fn.EndLine = p.close("end", o)
	return fn
}

// exprStatement reads a call or an assignment: nothing else may stand alone.
func (p *parser) exprStatement() Stmt {
	first := p.tok
	at := Node{first.pos}
	e := p.suffixed()
	if call, ok := e.(*CallExpr); ok && p.tok.kind != "=" && p.tok.kind != "," {
		return &CallStmt{at, call}
	}
	s := &AssignStmt{Node: at}
	for {
		switch e.(type) {
		case *NameExpr, *IndexExpr:
			s.Targets = append(s.Targets, e)
		default:
			p.notAssignable(first, e)
		}
		if !p.accept(",") {
			break
		}
		e = p.suffixed()
	}
	if p.tok.kind != "=" {
		p.noStatement(first)
	}
	p.advance()
	s.Exprs = p.exprList()
	return s
}
