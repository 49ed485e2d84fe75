package check

import (
	"recue/luabind/syntax"
)

// Library is what scripts can use, as data. All fields are needed.
type Library struct {
	Funcs []Func
	// Globals are the names that every script finds, Recue's and Lua's own.
	Globals map[string]Table
	// Commands are the Funcs that parallel takes as tables, {cmd = "start", …}, and CheckCommand gives the error of a cmd
	// that is none of them.
	Commands     []string
	CheckCommand func(v Value) error

	// Absent gives the error of a function that Lua has and scripts have not.
	Absent func(name string) (message string, absent bool)
	// Compile gives the error of a program that cannot be turned into code.
	Compile func(file *syntax.File) error
	// Nearest gives the known name that a name was probably meant to be, or "".
	Nearest func(name string, known []string) string
	// UnknownOption is the text for an option that is not among the known ones; elsewhere is the Param's.
	UnknownOption func(elsewhere map[string]string, name string, known []string) string
	// UnknownMatcher is the text for a field of an expectation that is no matcher, "" for one that is. never says that the
	// expectation is of the opposite already.
	UnknownMatcher func(name string, never bool) string
	// ReplyValues are all values of fields of a reply or an error table, by the field's name.
	ReplyValues map[string][]string
	// AtMost says how many arguments a function takes.
	AtMost func(n int) string
	// Show is a value as errors show it.
	Show func(v Value) string

	byName map[string]*Func
}

// Table is a global: its fields, where it is a library. Nil fields: it is no table, or one with any fields.
type Table struct {
	Fields   map[string]bool
	ReadOnly bool // assigning a field raises
}

// Func is a function of Recue.
type Func struct {
	Name      string // "start", "log.info"
	Signature string
	Params    []Param

	Results     int  // how many values it gives, -1 where that is not known
	Gives       Kind // the first of them
	Reply       bool // which is the reply of a command
	Expectation bool // which has the matchers as its fields

	// Verify says what is wrong with a table of options whose options are right one by one. May be nil.
	Verify func(options Value) error
}

// Param is a parameter or an option.
type Param struct {
	Name     string
	Article  string // what it must be: "a text"
	Optional bool
	Rest     bool // takes all further arguments
	NotNil   bool // a nil that is given is an error although the parameter is optional
	Any      bool // takes every value, nil included
	// Fits reports whether a value has the right type. It is asked for known types only.
	Fits func(v Value) bool
	// Check says what is wrong with a value that is known completely. May be nil.
	Check func(v Value) error
	// Fields are the options of a table; Elsewhere are names that are none, with what to do instead.
	Fields    []Param
	Elsewhere map[string]string
}

// Index must be called once, when all is set and before Check.
func (l *Library) Index() {
	l.byName = make(map[string]*Func, len(l.Funcs))
	for i := range l.Funcs {
		l.byName[l.Funcs[i].Name] = &l.Funcs[i]
	}
}

// forwards reports whether a function calls its first argument with the others, as try does.
func (f *Func) forwards() bool {
	return len(f.Params) == 2 && f.Params[1].Rest && f.Params[0].Fits(Value{Kind: Function})
}

// options is the last parameter that has fields, or nil.
func (f *Func) options() *Param {
	for i := range f.Params {
		if f.Params[i].Fields != nil {
			return &f.Params[i]
		}
	}
	return nil
}
