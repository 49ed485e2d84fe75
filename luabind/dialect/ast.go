package dialect

// The syntax tree. It is close to the manual's grammar (§8); the few liberties are said at the node. Every node knows
// the place that an error about it should name.

type expr interface{ at() pos }

// node gives a type its place.
type node struct{ pos pos }

func (n node) at() pos { return n.pos }

type (
	nilExpr    struct{ node }
	trueExpr   struct{ node }
	falseExpr  struct{ node }
	varargExpr struct{ node }
	numberExpr struct {
		node
		value float64
	}
	stringExpr struct {
		node
		value string
	}
	nameExpr struct {
		node
		name string
	}
	indexExpr struct {
		node // of the dot or bracket
		obj  expr
		key  expr
	}
	// callExpr is fn(args), or fn:method(args) when method is not empty.
	callExpr struct {
		node   // of the called expression's last part: what an error marks
		fn     expr
		method string
		args   []expr
	}
	// parenExpr cuts several values to one; parentheses that change nothing are not kept.
	parenExpr struct {
		node
		e expr
	}
	unaryExpr struct {
		node
		op kind
		e  expr
	}
	binaryExpr struct {
		node // of the operator
		op   kind
		l, r expr
	}
	// concatExpr is a whole chain a .. b .. c.
	concatExpr struct {
		node  // of the first operator
		parts []expr
	}
	funcExpr struct {
		node
		params  []string // with "self" for a method
		vararg  bool
		body    []stmt
		endLine int
	}
	tableExpr struct {
		node
		fields []field
	}
)

// field is one entry of a table constructor; key is nil for a positional one.
type field struct {
	key, value expr
}

type stmt interface{ at() pos }

type (
	localStmt struct {
		node
		names []string
		exprs []expr
	}
	localFuncStmt struct {
		node
		name string
		fn   *funcExpr
	}
	assignStmt struct {
		node
		targets []expr // nameExpr or indexExpr
		exprs   []expr
	}
	callStmt struct {
		node
		call *callExpr
	}
	doStmt struct {
		node
		body []stmt
	}
	whileStmt struct {
		node
		cond    expr
		body    []stmt
		endLine int
	}
	repeatStmt struct {
		node
		body []stmt
		cond expr
	}
	ifStmt struct {
		node
		clauses []clause
		els     []stmt
	}
	numForStmt struct {
		node
		name              string
		init, limit, step expr // step may be nil
		body              []stmt
	}
	genForStmt struct {
		node
		names []string
		exprs []expr
		body  []stmt
	}
	returnStmt struct {
		node
		exprs []expr
	}
	breakStmt struct{ node }
)

// clause is one `if` or `elseif` with its body.
type clause struct {
	cond expr
	body []stmt
}

// isMulti reports whether an expression can give any number of values (manual §2.5).
func isMulti(e expr) bool {
	switch e.(type) {
	case *callExpr, *varargExpr:
		return true
	}
	return false
}
