package luabind

import (
	"fmt"
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/luabind/vm"
	"recue/runtime/fault"
)

// matcherPrefix is what a matcher's name begins with in the manual.
const matcherPrefix = "expect(value)."

// matchers are the Matchers by the name that a script writes.
var matchers = map[string]*Func{}

func init() {
	for _, m := range Matchers() {
		matchers[strings.TrimPrefix(m.Name, matcherPrefix)] = m
	}
}

// Matchers lists what may finish an expectation, in the order of the manual. They
// are no globals: expect(value) has them as its fields.
func Matchers() []*Func {
	codes := make([]string, len(fault.Codes))
	for i, code := range fault.Codes {
		codes[i] = string(code)
	}
	x := func(t Type, doc string) []Param { return []Param{{Name: "x", Type: t, Doc: doc}} }
	in := func(body string) string { return "test(\"an example\", function()\n  " + body + "\nend)" }
	list := []*Func{
		{Name: "equals", Summary: "The value is x; tables are compared by what is in them.",
			Params: x(Any, "what is expected"), Example: in(`expect({1, {a = 2}}).equals({1, {a = 2}})`), Run: equals},
		{Name: "is_true", Summary: "The value is true, and not only something that counts as true.",
			Example: in(`expect(status("cam1").ok).is_true()`), Run: func(c *Call) error { return is(c, lua.LTrue) }},
		{Name: "is_false", Summary: "The value is false.",
			Example: in(`expect(try(stop, "cam1").ok).is_false()`), Run: func(c *Call) error { return is(c, lua.LFalse) }},
		{Name: "is_nil", Summary: "There is no value.",
			Example: in(`expect(status("cam1").payload.file_path).is_nil()`), Run: func(c *Call) error { return is(c, lua.LNil) }},
		{Name: "contains", Summary: "The text has x in it, or the list has x among its items.",
			Params: x(Any, "a text, or an item"), Example: in(`expect("/mnt/rec_cam1_001.wav").contains("cam1")`), Run: contains},
		{Name: "matches", Summary: "The text matches a Lua pattern.",
			Params: []Param{{Name: "pattern", Type: Text, Doc: "as for string.match"}}, Example: in(`expect("/mnt/rec_001.wav").matches("%d+%.wav$")`), Run: matches},
		{Name: "has", Summary: "The table has these fields with these values, and maybe others; tables within it too.",
			Params: []Param{{Name: "fields", Type: Table, Doc: "what it must have"}}, Example: in(`expect(start "cam1").has{app_status = "started", payload = {segment_time = 300}}`), Run: has},
		{Name: "is_near", Summary: "The number differs from x by at most tolerance.",
			Params:  []Param{{Name: "x", Type: Number, Doc: "the number"}, {Name: "tolerance", Type: Number, Check: checkTolerance, Doc: "how far it may be off"}},
			Example: in(`expect(0.1 + 0.2).is_near(0.3, 1e-9)`), Run: isNear},
		{Name: "above", Summary: "The number (or text) is greater than x.",
			Params: x(NumberOrText, "the limit"), Example: in(`expect(now()).above(0)`), Run: func(c *Call) error { return compare(c, "be above", 1) }},
		{Name: "below", Summary: "The number (or text) is less than x.",
			Params: x(NumberOrText, "the limit"), Example: in(`expect(#"abc").below(4)`), Run: func(c *Call) error { return compare(c, "be below", -1) }},
		{Name: "fails", Summary: "The value is a function, and a command fails when it is called.",
			Doc: "With a code, only a failure with this code will do; the code \"error\" stands for a plain Lua error, such as a wrong argument. " +
				"Without one, a Lua error is not taken for the failure that was meant.",
			Params:  []Param{{Name: "code", Type: Text, Optional: true, NotNil: true, Check: oneOf(codes...), Doc: "a failure code, such as \"rejected\""}},
			Returns: []Return{{"failure", "Reply", "the error table, to look at it further"}},
			Example: in(`expect(function() stop "cam1" end).fails("rejected")`), Run: fails},
	}
	for _, m := range list {
		m.Name = matcherPrefix + m.Name
	}
	return list
}

// NumberOrText is what can be compared in size.
var NumberOrText = Type{"number or text", "a number or a text", "number|string", isNumberOrString}

func checkTolerance(v lua.LValue) error {
	if !(float64(v.(lua.LNumber)) >= 0) {
		return fmt.Errorf("must be 0 or more, got %s", formatNumber(float64(v.(lua.LNumber))))
	}
	return nil
}

func equals(c *Call) error {
	actual, x := c.expectation.value, orNil(c.Value("x"))
	said := "equal " + brief(x)
	if isTable(x) && brief(x) == "a table" {
		said = "equal another"
	}
	return c.settle(same(actual, x), said, literal(x, true), literal(actual, true))
}

func is(c *Call, x lua.LValue) error {
	actual := c.expectation.value
	return c.settle(actual == x, "be "+literal(x, false), literal(x, true), literal(actual, true))
}

func contains(c *Call) error {
	x := orNil(c.Value("x"))
	switch v := c.expectation.value.(type) {
	case lua.LString:
		part, ok := x.(lua.LString)
		if !ok {
			return argumentf("x must be a text, because the value is one, got %s", show(x))
		}
		return c.settle(strings.Contains(string(v), string(part)), "contain "+brief(x), "", "")
	case *lua.LTable:
		found := false
		for k, item := range tables.All(v) {
			if _, ok := k.(lua.LNumber); ok && same(item, x) {
				found = true
				break
			}
		}
		said := "contain " + brief(x)
		if c.expectation.never {
			return c.settle(found, said, "", "")
		}
		return c.settle(found, said, "a list with "+literal(x, true), literal(v, true))
	}
	return c.unfit("a text or a list")
}

func matches(c *Call) error {
	text, ok := c.expectation.value.(lua.LString)
	if !ok {
		return c.unfit("a text")
	}
	pattern := c.Value("pattern")
	found, err := c.branch.Call(c.run.match, text, pattern)
	if err != nil {
		return err
	}
	return c.settle(len(found) > 0 && found[0] != lua.LNil, "match "+brief(pattern), "", "")
}

func has(c *Call) error {
	table, ok := c.expectation.value.(*lua.LTable)
	if !ok {
		return c.unfit("a table")
	}
	fields := c.Value("fields").(*lua.LTable)
	said := "have " + brief(fields)
	if said == "have a table" {
		said = "have certain fields"
	}
	return c.settle(within(fields, table, 0), said, literal(fields, true), literal(c.run.only(fields, table, 0), true))
}

func isNear(c *Call) error {
	n, ok := c.expectation.value.(lua.LNumber)
	if !ok {
		return c.unfit("a number")
	}
	x, tolerance := float64(c.Value("x").(lua.LNumber)), float64(c.Value("tolerance").(lua.LNumber))
	off := math.Abs(float64(n) - x)
	return c.settle(off <= tolerance || float64(n) == x, fmt.Sprintf("be %s ± %s", formatNumber(x), formatNumber(tolerance)), "", "")
}

// compare is above (sign 1) and below (sign -1).
func compare(c *Call, said string, sign int) error {
	x := c.Value("x")
	met := false
	switch v := c.expectation.value.(type) {
	case lua.LNumber:
		limit, ok := x.(lua.LNumber)
		if !ok {
			return argumentf("x must be a number, because the value is one, got %s", show(x))
		}
		met = sign > 0 && v > limit || sign < 0 && v < limit
	case lua.LString:
		limit, ok := x.(lua.LString)
		if !ok {
			return argumentf("x must be a text, because the value is one, got %s", show(x))
		}
		met = strings.Compare(string(v), string(limit)) == sign
	default:
		return c.unfit("a number or a text")
	}
	return c.settle(met, said+" "+brief(x), "", "")
}

// unfit is for a value that the matcher cannot be asked about: not met, and its
// opposite is not met either.
func (c *Call) unfit(kind string) error {
	e := *c.expectation
	e.never = false
	own := *c
	own.expectation = &e
	return own.settle(false, "be "+kind, kind, literal(e.value, true))
}

func fails(c *Call) error {
	e := c.expectation
	if e.value.Type() != lua.LTFunction {
		return argumentf("the value must be a function, as in expect(function() stop \"cam1\" end).fails(), got %s", show(e.value))
	}
	code := c.Text("code", "")
	results, failed, unmet := c.contained(e.value)
	if c.branch.Cancelled() {
		if failed != nil {
			return failed
		}
		return c.branch.Cause()
	}
	if len(unmet) > 0 { // the test's own failure, and not the one that is looked for
		for _, u := range unmet {
			c.note(u)
		}
		return &vm.Error{Value: c.run.unmetValue(unmet[0]), Trace: c.branch.Trace()}
	}
	said := "fail"
	if code != "" {
		said = fmt.Sprintf("fail with %q", code)
	}
	if failed == nil {
		returned := "it returned nothing"
		if len(results) > 0 {
			returned = "it returned " + brief(results[0])
		}
		return c.settle(false, said+": "+returned, "", "")
	}
	was := fault.Script
	rf := faultOf(failed.Value)
	if rf != nil {
		was = rf.fault.Code
	}
	met := string(was) == code || code == "" && (rf != nil || e.never)
	if e.never && !met {
		return failed // another failure than the one that was not to be
	}
	if !met || e.never {
		text := c.run.explainValue(c.branch, failed).Error()
		if code == "" && rf == nil && !e.never {
			said += ` by a command (fails("error") expects a Lua error)`
		}
		return c.settle(met, fmt.Sprintf("%s: it failed with %s", said, text), "", "")
	}
	return c.Return(c.run.errorValue(failed))
}

func orNil(v lua.LValue) lua.LValue {
	if v == nil {
		return lua.LNil
	}
	return v
}
