package check

import (
	"math"

	"recue/luabind/stdlib"
	"recue/luabind/syntax"
)

// Kind is the type of a value, as far as it is known.
type Kind int

// The kinds of values.
const (
	Unknown Kind = iota
	Nil
	Boolean
	Number
	Text
	Tables
	Function
)

// Value is what is known of an expression's value before anything runs.
type Value struct {
	Kind   Kind
	Bool   bool
	Number float64
	Text   string
	Fields []Field // of a table whose keys and values are all known
	// Exact: the value itself is known, not only its type.
	Exact bool
}

// Field is an entry of a table.
type Field struct{ Key, Value Value }

// value is what is known of e. Arithmetic and .. of tables may run metamethods, so only that of constants is known.
func (r *rules) value(e syntax.Expr) Value {
	switch e := syntax.Unwrap(e).(type) {
	case *syntax.NilExpr:
		return Value{Kind: Nil, Exact: true}
	case *syntax.TrueExpr:
		return Value{Kind: Boolean, Bool: true, Exact: true}
	case *syntax.FalseExpr:
		return Value{Kind: Boolean, Exact: true}
	case *syntax.NumberExpr:
		return Value{Kind: Number, Number: e.Value, Exact: true}
	case *syntax.StringExpr:
		return Value{Kind: Text, Text: e.Value, Exact: true}
	case *syntax.FuncExpr:
		return Value{Kind: Function, Exact: true}
	case *syntax.TableExpr:
		return r.tableValue(e)
	case *syntax.UnaryExpr:
		return r.unaryValue(e)
	case *syntax.BinaryExpr:
		return r.binaryValue(e)
	case *syntax.ConcatExpr:
		return r.concatValue(e)
	case *syntax.NameExpr:
		return r.namedValue(e)
	}
	return Value{}
}

// namedValue is a local that is declared with a constant and never assigned, or a name that nobody defines.
func (r *rules) namedValue(e *syntax.NameExpr) Value {
	v := r.file.uses[e]
	switch {
	case v == nil:
		if r.undefined(e.Name) && !r.tested[e.Name] {
			return Value{Kind: Nil, Exact: true}
		}
	case v.writes == 0 && v.value != nil:
		if v.known == nil { // once: each of a chain of locals may use the one before twice
			v.known = &Value{}
			if known := r.value(v.value); known.Exact && known.Kind != Nil && known.Kind != Tables {
				v.known = &known
			}
		}
		return *v.known
	}
	return Value{}
}

func (r *rules) tableValue(e *syntax.TableExpr) Value {
	v := Value{Kind: Tables, Exact: true}
	position := 0
	for _, f := range e.Fields {
		key := Value{}
		if f.Key != nil {
			key = r.value(f.Key)
		} else {
			position++
			key = Value{Kind: Number, Number: float64(position), Exact: true}
		}
		value := r.value(f.Value)
		if !key.Exact || !value.Exact || value.Kind == Nil || syntax.IsMulti(f.Value) {
			return Value{Kind: Tables}
		}
		v.Fields = append(v.Fields, Field{key, value})
	}
	return v
}

func (r *rules) unaryValue(e *syntax.UnaryExpr) Value {
	v := r.value(e.E)
	switch {
	case e.Op == "-" && v.Exact && v.Kind == Number:
		return Value{Kind: Number, Number: -v.Number, Exact: true}
	case e.Op == "not":
		return Value{Kind: Boolean}
	}
	return Value{}
}

func (r *rules) binaryValue(e *syntax.BinaryExpr) Value {
	switch e.Op {
	case "==", "~=", "<", ">", "<=", ">=":
		return Value{Kind: Boolean}
	case "and", "or":
		return Value{}
	}
	a, b := r.value(e.L), r.value(e.R)
	if a.Kind != Number || b.Kind != Number {
		return Value{}
	}
	v := Value{Kind: Number, Exact: a.Exact && b.Exact}
	switch e.Op {
	case "+":
		v.Number = a.Number + b.Number
	case "-":
		v.Number = a.Number - b.Number
	case "*":
		v.Number = a.Number * b.Number
	case "/":
		v.Number = a.Number / b.Number
	case "^":
		v.Number = math.Pow(a.Number, b.Number)
	default:
		v.Exact = false
	}
	return v
}

func (r *rules) concatValue(e *syntax.ConcatExpr) Value {
	text := ""
	for _, part := range e.Parts {
		v := r.value(part)
		switch {
		case v.Kind == Text && v.Exact:
			text += v.Text
		case v.Kind == Number && v.Exact:
			text += stdlib.FormatNumber(v.Number)
		default:
			return Value{}
		}
	}
	return Value{Kind: Text, Text: text, Exact: true}
}
