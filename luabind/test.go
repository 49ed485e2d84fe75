package luabind

import (
	"errors"
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/runtime/script"
)

// noTests is what the functions of test scenarios say outside of a test run.
const noTests = "belongs to test scenarios: run this file with `recue test`"

func testFuncs() []*Func {
	funcs := []*Func{{
		Name:    "test",
		Summary: "Declares a test, which `recue test` runs.",
		Doc: "Tests stand at the top of a file and run in their order, after the rest of the file. A test passes when fn ends without an error and with no expectation unmet. " +
			"What it started and did not stop is stopped after it.",
		Params: []Param{
			{Name: "name", Type: Text, Check: checkName, Doc: "what the test shows; each name of a file once"},
			{Name: "options", Type: Options, Optional: true, Doc: "the options below", Fields: []Param{
				{Name: "tags", Type: TextOrList, Optional: true, Check: checkTags, Doc: "words to choose tests by: `recue test --tag slow`"},
				{Name: "timeout", Type: Duration, Optional: true, Check: checkTimeout, Default: "30s", Doc: "for the test and the before_each hooks, and once more for the after_each hooks"},
				{Name: "retries", Type: Number, Optional: true, Check: checkRetries, Default: "0", Doc: "how often to try again after a failure"},
				{Name: "skip", Type: TextOrBoolean, Optional: true, Default: "false", Doc: "leave it out; a text says why"},
				{Name: "only", Type: Boolean, Optional: true, Default: "false", Doc: "leave out the file's other tests, while one works on this one"},
				{Name: "cases", Type: Table, Optional: true, Check: checkCases, Doc: "a list: fn runs as a test of its own for each, and is given it"},
			}},
			{Name: "fn", Type: Function, Doc: "the test; called with the case, if there are any"},
		},
		Example: "test(\"a recording can be started\", {tags = \"quick\"}, function()\n  expect(start(\"cam1\").app_status).equals(\"started\")\nend)",
		Run:     declareTest,
	}}
	for _, hook := range []struct {
		kind         script.HookKind
		summary, doc string
	}{
		{script.BeforeAll, "Runs fn once, before the first test of the file.", "Where it fails, every test of the file fails."},
		{script.BeforeEach, "Runs fn before each test of the file.", "Where it fails, the test is not run and counts as failed."},
		{script.AfterEach, "Runs fn after each test of the file, however that ended.", "Where it fails, the test counts as failed."},
		{script.AfterAll, "Runs fn once, after the last test of the file.", "Where it fails, the run counts as failed."},
	} {
		funcs = append(funcs, &Func{
			Name: string(hook.kind), Summary: hook.summary,
			Doc:     hook.doc + " Several run in the order in which they stand in the file.",
			Params:  []Param{{Name: "fn", Type: Function, Doc: "what to run"}},
			Example: fmt.Sprintf("%s(function() log.info \"%s\" end)\ntest(\"a test\", function() expect(1).equals(1) end)", hook.kind, hook.kind),
			Run:     func(c *Call) error { return declareHook(c, hook.kind) },
		})
	}
	return funcs
}

// TextOrBoolean is a switch that may say why.
var TextOrBoolean = Type{"true, false or text", "true, false or a text", "boolean|string",
	func(v lua.LValue) bool { return isString(v) || v.Type() == lua.LTBool }}

func checkName(v lua.LValue) error {
	if strings.TrimSpace(v.String()) == "" {
		return errors.New("must not be empty")
	}
	return nil
}

func checkRetries(v lua.LValue) error {
	if v == lua.LNumber(0) {
		return nil
	}
	return checkCount(v)
}

func checkTags(v lua.LValue) error {
	_, err := tagsOf(v)
	return err
}

// tagsOf reads a tag, or a list of them.
func tagsOf(v lua.LValue) ([]string, error) {
	list, ok := v.(*lua.LTable)
	if !ok {
		return []string{v.String()}, nil
	}
	var tags []string
	for k, v := range tables.All(list) {
		if k != lua.LNumber(len(tags)+1) || !isString(v) {
			return nil, fmt.Errorf(`must be a text or a list of texts, such as {"slow", "night"}`)
		}
		tags = append(tags, v.String())
	}
	return tags, nil
}

func checkCases(v lua.LValue) error {
	if _, err := casesOf(v.(*lua.LTable)); err != nil {
		return err
	}
	return nil
}

// casesOf reads the list of cases. An empty one would be a test that never runs.
func casesOf(list *lua.LTable) ([]lua.LValue, error) {
	count := tables.Count(list)
	if count == 0 {
		return nil, errors.New("must have at least one case")
	}
	cases := make([]lua.LValue, count)
	for i := range cases {
		if cases[i] = list.RawGetInt(i + 1); cases[i] == lua.LNil {
			return nil, errors.New(`must be a list, such as {"cam1", "cam2"} or {{segment_time = 60}, {segment_time = 600}}`)
		}
	}
	return cases, nil
}

// declareTest hands a test over, or one for each of its cases.
func declareTest(c *Call) error {
	if c.run.host.Tests == nil {
		return errors.New(noTests)
	}
	fn := c.Value("fn").(*lua.LFunction)
	t := script.Test{Name: c.Text("name", ""), Timeout: c.Span("timeout", 0)}
	t.At, t.End = c.declaredAt(fn)
	if tags := c.Value("tags"); tags != nil {
		t.Tags, _ = tagsOf(tags) // checked
	}
	if n, ok := c.Value("retries").(lua.LNumber); ok {
		t.Retries = int(n)
	}
	t.Only = c.Value("only") == lua.LTrue
	t.Reason = c.Text("skip", "")
	t.Skip = c.Value("skip") == lua.LTrue || t.Reason != ""
	list, ok := c.Value("cases").(*lua.LTable)
	if !ok {
		t.Run = c.run.declared(fn)
		return c.run.host.Tests.AddTest(t)
	}
	cases, _ := casesOf(list) // checked
	names := map[string]int{}
	for _, v := range cases {
		own := t
		label := caseName(v)
		if names[label]++; names[label] > 1 {
			label = fmt.Sprintf("%s #%d", label, names[label])
		}
		own.Name = fmt.Sprintf("%s [%s]", t.Name, label)
		own.Run = c.run.declared(fn, v)
		if err := c.run.host.Tests.AddTest(own); err != nil {
			return err
		}
	}
	return nil
}

// maxCaseName is how many characters of a case stand in its test's name.
const maxCaseName = 60

// caseName is a case as its test is called: its field name, if it has one, else
// the value.
func caseName(v lua.LValue) string {
	text := ""
	switch v := v.(type) {
	case lua.LString:
		text = string(v)
	case *lua.LTable:
		if name, ok := v.RawGetString("name").(lua.LString); ok {
			text = string(name)
			break
		}
		text = literal(v, false)
	default:
		text = literal(v, false)
	}
	text = strings.Join(strings.Fields(text), " ")
	if short := []rune(text); len(short) > maxCaseName {
		return string(short[:maxCaseName-1]) + "…"
	}
	return text
}

func declareHook(c *Call, kind script.HookKind) error {
	if c.run.host.Tests == nil {
		return errors.New(noTests)
	}
	fn := c.Value("fn").(*lua.LFunction)
	at, _ := c.declaredAt(fn)
	return c.run.host.Tests.AddHook(script.Hook{Kind: kind, At: at, Run: c.run.declared(fn)})
}

// declaredAt is where the running call stands that was given fn, and the last
// line of what belongs to it.
func (c *Call) declaredAt(fn *lua.LFunction) (at script.Position, end int) {
	here := c.branch.Position()
	at = script.Position{File: here.Source, Line: here.Line}
	end = here.Line
	if fn.Proto != nil && fn.Proto.SourceName == here.Source {
		end = max(end, fn.Proto.LastLineDefined)
		at.Line = min(at.Line, max(fn.Proto.LineDefined, 1))
	}
	return at, end
}

// eventuallyFunc is in expect.go's family, but waits.
func eventuallyFunc() *Func {
	return &Func{
		Name:    "eventually",
		Summary: "In a test: calls fn again and again until it stops failing, and gives what it returned.",
		Doc:     "Any failure counts: an expectation, a failed command, an error. The test fails with the last one when fn still fails after `within`.",
		Params: []Param{
			{Name: "fn", Type: Function, Doc: "what must stop failing"},
			{Name: "options", Type: Options, Optional: true, Doc: "the options below", Fields: []Param{
				{Name: "within", Type: Duration, Optional: true, Check: checkDuration, Default: "10s", Doc: "how long to go on trying"},
				{Name: "every", Type: Duration, Optional: true, Check: checkDuration, Default: "200ms", Doc: "the pause before trying again"},
			}},
		},
		Returns: []Return{{"result", "any", "what fn returned at last"}},
		Example: "test(\"the recording stops by itself\", function()\n  start \"cam1\"\n  parallel {\n    function() sleep \"100ms\"; stop \"cam1\" end,\n    function()\n      eventually(function() expect(status(\"cam1\").app_status).equals(\"stopped\") end, {within = \"5s\", every = \"20ms\"})\n    end,\n  }\nend)",
		Run:     eventually,
	}
}

func eventually(c *Call) error {
	trial, err := c.trial()
	if err != nil {
		return err
	}
	within, every := c.Span("within", 10*time.Second), c.Span("every", 200*time.Millisecond)
	begun := c.run.host.Clock.Now()
	for tries := 1; ; tries++ {
		results, failed, unmet := c.contained(c.Value("fn"))
		if failed == nil && len(unmet) == 0 {
			trial.Expectations++
			return c.Return(results...)
		}
		if c.branch.Cancelled() {
			if failed == nil {
				return c.branch.Cause()
			}
			return failed
		}
		passed := c.run.host.Clock.Now().Sub(begun)
		if passed >= within {
			if failed == nil {
				return c.stillFailing(tries, within, unmet[len(unmet)-1])
			}
			return c.stillFailing(tries, within, c.run.explainValue(c.branch, failed))
		}
		if err := c.pause(min(every, within-passed), "eventually"); err != nil {
			return err
		}
	}
}

// stillFailing is the failure of eventually, with the last one of its function.
func (c *Call) stillFailing(tries int, within time.Duration, last *script.Error) error {
	times := fmt.Sprintf("%d times", tries)
	if tries == 1 {
		times = "once"
	}
	unmet := &script.Unmet{Message: fmt.Sprintf("still failing after %v (tried %s): %s", within, times, last.Message)}
	var inner *script.Unmet
	if errors.As(last.Err, &inner) {
		unmet.Expected, unmet.Actual = inner.Expected, inner.Actual
	}
	return c.unmet(unmet, false, script.Failure{Key: "last failure", Error: last})
}
