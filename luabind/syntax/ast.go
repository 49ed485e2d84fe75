package syntax

// The syntax tree. It is close to the manual's grammar (§8); the few liberties are said at the node. Every node knows
// the place that an error about it should name.

// Expr is an expression.
type Expr interface{ At() Pos }

// Node gives a type its place.
type Node struct{ Pos Pos }

// At gives the place.
func (n Node) At() Pos { return n.Pos }

// The expressions.
type (
	NilExpr    struct{ Node }
	TrueExpr   struct{ Node }
	FalseExpr  struct{ Node }
	VarargExpr struct{ Node }
	NumberExpr struct {
		Node
		Value float64
	}
	StringExpr struct {
		Node
		Value string
	}
	NameExpr struct {
		Node
		Name string
	}
	IndexExpr struct {
		Node // of the dot or bracket
		Obj  Expr
		Key  Expr
	}
	// CallExpr is fn(args), or fn:method(args) when method is not empty.
	CallExpr struct {
		Node   // of the called expression's last part: what an error marks
		Fn     Expr
		Method string
		Args   []Expr
	}
	// ParenExpr cuts several values to one; parentheses that change nothing are not kept.
	ParenExpr struct {
		Node
		E Expr
	}
	UnaryExpr struct {
		Node
		Op Kind
		E  Expr
	}
	BinaryExpr struct {
		Node // of the operator
		Op   Kind
		L, R Expr
	}
	// ConcatExpr is a whole chain a .. b .. c.
	ConcatExpr struct {
		Node  // of the first operator
		Parts []Expr
	}
	FuncExpr struct {
		Node
		Params  []Name // with "self" for a method, which has no place
		Vararg  bool
		Body    []Stmt
		EndLine int
	}
	TableExpr struct {
		Node
		Fields []Field
	}
)

// Name is a variable where it is declared.
type Name struct {
	Text string
	Pos  Pos
}

// Texts are the names alone.
func Texts(names []Name) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = n.Text
	}
	return list
}

// Field is one entry of a table constructor; key is nil for a positional one.
type Field struct {
	Key, Value Expr
}

// Stmt is a statement.
type Stmt interface{ At() Pos }

// The statements.
type (
	LocalStmt struct {
		Node
		Names []Name
		Exprs []Expr
	}
	LocalFuncStmt struct {
		Node
		Name Name
		Fn   *FuncExpr
	}
	AssignStmt struct {
		Node
		Targets []Expr // NameExpr or IndexExpr
		Exprs   []Expr
	}
	CallStmt struct {
		Node
		Call *CallExpr
	}
	DoStmt struct {
		Node
		Body []Stmt
	}
	WhileStmt struct {
		Node
		Cond    Expr
		Body    []Stmt
		EndLine int
	}
	RepeatStmt struct {
		Node
		Body []Stmt
		Cond Expr
	}
	IfStmt struct {
		Node
		Clauses []Clause
		Else    []Stmt
	}
	NumForStmt struct {
		Node
		Name              Name
		Init, Limit, Step Expr // step may be nil
		Body              []Stmt
	}
	GenForStmt struct {
		Node
		Names []Name
		Exprs []Expr
		Body  []Stmt
	}
	ReturnStmt struct {
		Node
		Exprs []Expr
	}
	BreakStmt struct{ Node }
)

// Clause is one `if` or `elseif` with its body.
type Clause struct {
	Cond Expr
	Body []Stmt
}

// IsMulti reports whether an expression can give any number of values (manual §2.5).
func IsMulti(e Expr) bool {
	switch e.(type) {
	case *CallExpr, *VarargExpr:
		return true
	}
	return false
}

// Unwrap takes parentheses off that only cut to one value what is one value anyway.
func Unwrap(e Expr) Expr {
	for {
		paren, ok := e.(*ParenExpr)
		if !ok || IsMulti(paren.E) {
			return e
		}
		e = paren.E
	}
}
