package luabind

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/fault"
)

// Func is one function that scripts can call: the binding, the check of its
// arguments, its documentation and its editor stub are all made from this value.
type Func struct {
	Name    string // "start", "log.info"
	Summary string // one line, for lists and the editor
	Doc     string // the rest of the manual's entry; may be empty
	Params  []Param
	Returns []Return
	// Verify says what is wrong with options that are right one by one. It looks
	// at nothing but the arguments, so that a check can ask it too. May be nil.
	Verify  func(c *Call) error
	Example string // Lua that runs against the simulator; the tests run it
	Run     func(c *Call) error
}

// Param is one parameter of a Func, or one option of a table parameter.
type Param struct {
	Name     string
	Type     Type
	Optional bool
	Rest     bool // takes all further arguments; the last one
	// NotNil refuses a nil that is given for an optional parameter: it is a
	// misspelled variable, and must not mean the default.
	NotNil  bool
	Default string
	Doc     string
	// Check says what is wrong with a value of the right type. May be nil.
	Check func(v lua.LValue) error
	// Fields are the options of a table parameter.
	Fields []Param
	// Elsewhere are names that are no options here, and the hint where to put
	// what was meant.
	Elsewhere map[string]string
}

// Return is one result of a Func.
type Return struct {
	Name, Type, Doc string
}

// Signature is the function as the manual writes it: start([task_id] [, options]).
func (f *Func) Signature() string {
	var b strings.Builder
	b.WriteString(f.Name + "(")
	for i, p := range f.Params {
		name := p.Name
		if p.Rest {
			name = "..."
		}
		switch {
		case !p.Optional && i > 0:
			name = ", " + name
		case p.Optional && i > 0:
			name = " [, " + name + "]"
		case p.Optional:
			name = "[" + name + "]"
		}
		b.WriteString(name)
	}
	return b.String() + ")"
}

// Call is one call of a Func: its checked arguments and where its results go.
type Call struct {
	L      *lua.LState
	fn     *Func
	run    *run
	branch *vm.Branch
	args   []arg
	rest   []lua.LValue
	count  int    // results pushed; -1: the branch is parked, see wait
	one    [1]arg // where args begins: most calls have no more

	expectation *expectation // of a matcher
}

// arg is a parameter or option that was given.
type arg struct {
	name  string
	value lua.LValue
}

// bind makes the Lua function of f for one run.
func (f *Func) bind(r *run) lua.LGFunction {
	return func(L *lua.LState) int {
		c := &Call{L: L, fn: f, run: r, branch: vm.Of(L)}
		c.args = c.one[:0]
		if err := c.parse(); err != nil {
			c.raise(err)
		}
		if err := f.Run(c); err != nil {
			c.raise(err)
		}
		return c.count
	}
}

// Return pushes results.
func (c *Call) Return(values ...lua.LValue) error {
	for _, v := range values {
		c.L.Push(v)
	}
	c.count += len(values)
	return nil
}

// wait waits for what start begins, as vm.Branch.Await does, and then returns
// what finish gives: a result, nil for none, or an error. It is the last thing
// that a function does.
func (c *Call) wait(start func(wake func()) (cancel func(cause error)), finish func() (lua.LValue, error)) error {
	if c.branch.Park(c.L, start, func() (lua.LValue, func(*lua.LState)) {
		v, err := finish()
		if err != nil {
			return nil, func(L *lua.LState) {
				c.L = L
				c.raise(err)
			}
		}
		return v, nil
	}) {
		c.count = -1
		return nil
	}
	c.branch.Await(start)
	v, err := finish()
	if err != nil || v == nil {
		return err
	}
	return c.Return(v)
}

// Value gives a parameter or option as it was given, nil where it was not.
func (c *Call) Value(name string) lua.LValue {
	for i := range c.args {
		if c.args[i].name == name {
			return c.args[i].value
		}
	}
	return nil
}

// Text gives a text parameter, or fallback where it was not given.
func (c *Call) Text(name, fallback string) string {
	if v, ok := c.Value(name).(lua.LString); ok {
		return string(v)
	}
	return fallback
}

// raise turns an error of host code into a Lua error: a fault into its error
// table, anything else into a text with the position and the function's name.
// It does not return.
func (c *Call) raise(err error) {
	switch err := err.(type) {
	case *fault.Error:
		c.run.raiseFault(c, &raisedFault{fault: err})
	case *raisedFault:
		c.run.raiseFault(c, err)
	case *vm.Error:
		c.branch.Rethrow(c.L, err)
	}
	vm.Raise(c.L, lua.LString(fmt.Sprintf("%s%s: %v", vm.At(c.L, 1), c.fn.Name, err)))
}
