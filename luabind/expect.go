package luabind

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/script"
)

func expectFuncs() []*Func {
	const example = "test(\"a reply\", function()\n  local r = start \"cam1\"\n  %s(r.app_status).equals(\"started\")\n  %s(r.payload).has{segment_time = 300}\n  %s(r.payload.file_path).never.equals(\"\")\nend)"
	value := []Param{{Name: "value", Type: Any, Doc: "what came out"}}
	returns := []Return{{"expectation", "Expectation", "what the matchers below belong to"}}
	return []*Func{
		{
			Name:    "expect",
			Summary: "In a test: begins an expectation about a value, which one of the matchers below finishes.",
			Doc: "`expect(r.app_status).equals(\"started\")`; with `.never` before the matcher, the opposite is expected. An expectation that is not met fails the test and ends it, " +
				"also inside `pcall`. One that is begun and not finished is a failure too.",
			Params: value, Returns: returns,
			Example: strings.ReplaceAll(example, "%s", "expect"),
			Run:     func(c *Call) error { return expect(c, false) },
		},
		{
			Name:    "expect.soft",
			Summary: "As expect, but the test goes on where the expectation is not met, and fails at its end.",
			Params:  value, Returns: returns,
			Example: strings.ReplaceAll(example, "%s", "expect.soft"),
			Run:     func(c *Call) error { return expect(c, true) },
		},
		eventuallyFunc(),
	}
}

// expectation is the value that expect returns, in a userdata.
type expectation struct {
	value lua.LValue
	at    vm.Position
	soft  bool
	never bool
	whole *expectation // with never: the one that it is the opposite of
}

// trial gives the account of the test that is running.
func (c *Call) trial() (*script.Trial, error) {
	switch {
	case c.env().Trial != nil:
		return c.env().Trial, nil
	case c.run.host.Tests == nil:
		return nil, errors.New(noTests)
	}
	return nil, errors.New("must be called inside a test or a hook, not at the top of the file")
}

func expect(c *Call, soft bool) error {
	if _, err := c.trial(); err != nil {
		return err
	}
	e := &expectation{value: c.Value("value"), at: c.branch.Position(), soft: soft}
	env := c.env()
	if env.unfinished == nil {
		env.unfinished = map[*expectation]struct{}{}
	}
	env.unfinished[e] = struct{}{}
	return c.Return(c.run.expectationValue(e))
}

// expectationValue is an expectation as a script sees it: something whose fields
// are the matchers.
func (r *run) expectationValue(e *expectation) lua.LValue {
	L := r.vm.State()
	ud := L.NewUserData()
	ud.Value = e
	meta := mark(L, "recue.expectation")
	if meta.RawGetString("__index") == lua.LNil {
		meta.RawSetString("__index", L.NewFunction(r.matcher))
		meta.RawSetString("__metatable", lua.LString("an expectation"))
	}
	ud.Metatable = meta
	return ud
}

// matcher is the __index of an expectation: a function that finishes it.
func (r *run) matcher(L *lua.LState) int {
	self := L.Get(1).(*lua.LUserData)
	e := self.Value.(*expectation)
	name := L.Get(2).String()
	if name == "never" && !e.never {
		opposite := *e
		opposite.never, opposite.whole = true, e
		L.Push(r.expectationValue(&opposite))
		return 1
	}
	fn := matchers[name]
	if fn == nil {
		vm.Raise(L, lua.LString(fmt.Sprintf("%sexpect: %v", vm.At(L, 1), checkMatcher(name, e.never))))
	}
	L.Push(L.NewFunction(func(L *lua.LState) int {
		if L.Get(1) == lua.LValue(self) { // expect(x):equals(y) means the same
			L.Remove(1)
		}
		c := &Call{L: L, fn: fn, run: r, branch: vm.Of(L), expectation: e}
		if err := c.parse(); err != nil {
			c.raise(err)
		}
		delete(c.env().unfinished, e.origin())
		if trial := c.env().Trial; trial != nil {
			trial.Expectations++
		}
		if err := fn.Run(c); err != nil {
			c.raise(err)
		}
		return c.count
	}))
	return 1
}

// checkMatcher says what is wrong with a field of an expectation; never says that it
// is one of the opposite already.
func checkMatcher(name string, never bool) error {
	var known []string
	if !never {
		known = append(known, "never")
	}
	for _, m := range Matchers() {
		known = append(known, strings.TrimPrefix(m.Name, matcherPrefix))
	}
	if slices.Contains(known, name) {
		return nil
	}
	return unknown("matcher", name, known)
}

// origin is the expectation that expect returned.
func (e *expectation) origin() *expectation {
	if e.whole != nil {
		return e.whole
	}
	return e
}

// settle ends a matcher: met says whether the value is as the matcher asks, said
// what it asks, to follow "expected X to ".
func (c *Call) settle(met bool, said string, expected, actual string) error {
	e := c.expectation
	if met != e.never {
		return nil
	}
	not := ""
	if e.never {
		not, expected, actual = "not ", "", "" // there is no difference to show
	}
	return c.unmet(&script.Unmet{
		Message:  fmt.Sprintf("expected %s %sto %s", brief(e.value), not, said),
		Expected: expected, Actual: actual,
	}, e.soft)
}

// unmet notes an expectation that was not met and, unless it is a soft one, gives
// the error to raise. Inside eventually and fails it is only raised: there a
// failure need not be the test's.
func (c *Call) unmet(u *script.Unmet, soft bool, failures ...script.Failure) error {
	e := c.run.locate(u.Message, c.branch.Trace(), u)
	e.Message, e.Hint = u.Message, ""
	e.Failures = failures
	c.note(e)
	if held := c.branch.Host().(*local).held; soft && held == nil {
		return nil
	}
	return &vm.Error{Value: c.run.unmetValue(e), Trace: c.branch.Trace()}
}

// note tells whoever judges it of an expectation that was not met.
func (c *Call) note(e *script.Error) {
	if held := c.branch.Host().(*local).held; held != nil {
		held.unmet = append(held.unmet, e)
	} else if trial := c.env().Trial; trial != nil {
		trial.Unmet = append(trial.Unmet, e)
	}
}

// contained calls fn so that what fails in it is its caller's to judge. It also gives
// the expectations that were not met, those that a pcall or a parallel took included.
func (c *Call) contained(fn lua.LValue) ([]lua.LValue, *vm.Error, []*script.Error) {
	before := c.branch.Host().(*local)
	within := *before // the branch's own: others may share what it has
	within.held = &holding{}
	c.branch.SetHost(&within)
	defer c.branch.SetHost(before)
	results, err := c.branch.Call(fn)
	return results, err, within.held.unmet
}

// unmetKey is where the metatable of a raised expectation keeps its *script.Error.
const unmetKey = "unmet"

// unmetValue is the error object of an expectation that was not met: a table that
// prints as its message.
func (r *run) unmetValue(e *script.Error) *lua.LTable {
	L := r.vm.State()
	text := lua.LString(e.Error())
	t := L.CreateTable(0, 1)
	t.RawSetString("message", lua.LString(e.Message))
	meta := L.CreateTable(0, 4)
	secret := L.NewUserData()
	secret.Value = e
	meta.RawSetString(unmetKey, secret)
	meta.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int { L.Push(text); return 1 }))
	meta.RawSetString("__concat", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(valueText(L.Get(1)) + valueText(L.Get(2))))
		return 1
	}))
	meta.RawSetString("__metatable", lua.LString("an expectation that was not met"))
	t.Metatable = meta
	return t
}

// unmetOf gives what is behind an error object, if that is an expectation that
// was not met, else nil.
func unmetOf(v lua.LValue) *script.Error {
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil
	}
	meta, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return nil
	}
	secret, ok := meta.RawGetString(unmetKey).(*lua.LUserData)
	if !ok {
		return nil
	}
	e, _ := secret.Value.(*script.Error)
	return e
}

// forgotten is the failure of a piece that began an expectation and did not finish
// it; nil where there is none.
func (r *run) forgotten(env *environment) *script.Error {
	var first *expectation
	for e := range env.unfinished {
		if first == nil || e.at.Line < first.at.Line {
			first = e
		}
	}
	if first == nil {
		return nil
	}
	u := &script.Unmet{Message: fmt.Sprintf("this expectation about %s is not finished: it checks nothing", brief(first.value))}
	e := r.locate(u.Message, []vm.Position{first.at}, u)
	e.Message, e.Hint = u.Message, "add what is expected, as in expect(value).equals(3)"
	return e
}
