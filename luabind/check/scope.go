package check

import "recue/luabind/syntax"

// variable is a local, a parameter, or the variable of a loop.
type variable struct {
	name     syntax.Name
	declared *syntax.LocalStmt // nil for what is no local
	function *function         // the function it holds from its declaration on, or nil
	isLocal  bool
	reads    int
	writes   int // after its declaration
	value    syntax.Expr
	known    *Value
}

// function is a function while a file is looked at; the file itself is the outermost.
type function struct {
	parent *function
	depth  int
	caught bool // its failures are caught by whoever calls it
}

func (f *function) isCaught() bool {
	for ; f != nil; f = f.parent {
		if f.caught {
			return true
		}
	}
	return false
}

// global is what one file does with a global.
type global struct {
	reads, writes []mention
	function      *function // one that it is set to
}

// mention is a place where a global is named.
type mention struct {
	fn   *function
	at   syntax.Pos
	near []string // the locals in scope, where the global is mentioned first
	file *file
	decl bool // function name() … end, or one that is no slip
}

type required struct {
	name string
	at   syntax.Pos
	fn   *function // where
}

// interest is how much an expression's value being nil would matter.
type interest int

const (
	wanted interest = iota
	fallback
	asked
)
