package luabind

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/recorder"
	"recue/runtime/scenario"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// outcome is what came of a file of tests.
type outcome struct {
	*scenario.Summary
	results  map[string]*scenario.Result // by name
	failures []string                    // "stage: message", of all
}

// keeper is a scenario.Reporter that only keeps.
type keeper struct{ outcome }

func (k *keeper) Begin(scenario.Plan)       {}
func (k *keeper) Start(string, int)         {}
func (k *keeper) File(*scenario.FileResult) {}
func (k *keeper) Result(r *scenario.Result) {
	k.results[r.Name] = r
	for _, f := range r.Failures {
		k.failures = append(k.failures, f.Stage+": "+f.Err.Error())
	}
}
func (k *keeper) End(s *scenario.Summary) error { k.Summary = s; return nil }

// tests runs a file of tests against the studio's simulated recorder.
func (s *studio) tests(src string) outcome {
	s.t.Helper()
	return s.testsWith(s.t.Context(), src, scenario.Options{Timeout: time.Minute})
}

func (s *studio) testsWith(ctx context.Context, src string, o scenario.Options) outcome {
	s.t.Helper()
	o.Files, o.Grace = []string{"t.lua"}, 5*time.Second
	o.Open = func(context.Context, string) (*scenario.Session, error) {
		program, err := New().Load("t.lua", []byte(src), script.Limits{})
		if err != nil {
			return nil, err
		}
		host := s.host(io.Discard)
		host.Simulator = s.sim.Recorder()
		host.Recorder = recorder.NewOn(scenario.Refusing(recorder.OnBus(s.conn), host.Simulator), recorder.Options{Subject: "rec.control", Timeout: 2 * time.Second})
		return &scenario.Session{Program: program, Host: host, Log: func(w io.Writer) *logrus.Entry {
			log := logrus.New()
			log.SetOutput(w)
			return logrus.NewEntry(log)
		}}, nil
	}
	k := &keeper{outcome{results: map[string]*scenario.Result{}}}
	if _, err := scenario.Run(ctx, o, k); err != nil {
		s.t.Fatal(err)
	}
	return k.outcome
}

func TestMatchers(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for _, c := range []struct {
		code string
		want string // what the failure says; "" where it is met
	}{
		{`expect(3).equals(3)`, ""},
		{`expect(3).equals(4)`, "expected 3 to equal 4"},
		{`expect(3).never.equals(4)`, ""},
		{`expect(3).never.equals(3)`, "expected 3 not to equal 3"},
		{`expect("3").equals(3)`, `expected "3" to equal 3`},
		{`expect({a = {1, 2}, b = "x"}).equals({b = "x", a = {1, 2}})`, ""},
		{`expect({a = {1, 2}}).equals({a = {1, 3}})`, `expected {a = {1, 2}} to equal {a = {1, 3}}`},
		{`expect({1, 2}).equals({1, 2, 3})`, "expected {1, 2} to equal {1, 2, 3}"},
		{`local a, b = {}, {} a.a = a b.a = b expect(a).equals(b)`, ""},
		{`expect(0/0).equals(0/0)`, ""},
		{`expect(nil).equals(nil)`, ""},
		{`expect(1):equals(1)`, ""},
		{`expect(true).is_true()`, ""},
		{`expect(1).is_true()`, "expected 1 to be true"},
		{`expect(false).is_false()`, ""},
		{`expect(nil).is_false()`, "expected nil to be false"},
		{`expect(nil).is_nil()`, ""},
		{`expect(false).never.is_nil()`, ""},
		{`expect("abc").contains("b")`, ""},
		{`expect("a.c").contains("a%.")`, `expected "a.c" to contain "a%."`},
		{`expect({1, {a = 2}}).contains({a = 2})`, ""},
		{`expect({"a"}).contains("b")`, `expected {"a"} to contain "b"`},
		{`expect({"a"}).never.contains("a")`, `expected {"a"} not to contain "a"`},
		{`expect(nil).contains("b")`, `expected nil to be a text or a list`},
		{`expect(nil).never.contains("b")`, `expected nil to be a text or a list`},
		{`expect("rec_001.wav").matches("%d+%.wav$")`, ""},
		{`expect("rec").matches("%d")`, `expected "rec" to match "%d"`},
		{`expect(7).matches("7")`, `expected 7 to be a text`},
		{`expect({a = 1, b = {c = 2, d = 3}}).has{b = {c = 2}}`, ""},
		{`expect({a = 1, b = {c = 2, d = 3}}).has{b = {c = 3}}`, `expected {a = 1, b = {c = 2, d = 3}} to have {b = {c = 3}}`},
		{`expect({a = 1}).never.has{b = 1}`, ""},
		{`expect("x").has{b = 1}`, `expected "x" to be a table`},
		{`expect(0.1 + 0.2).is_near(0.3, 1e-9)`, ""},
		{`expect(0.5).is_near(0.3, 0.1)`, "expected 0.5 to be 0.3 ± 0.1"},
		{`expect(0/0).is_near(0, 10)`, "expected nan to be 0 ± 10"},
		{`expect(3).above(2)`, ""},
		{`expect(2).above(2)`, "expected 2 to be above 2"},
		{`expect("2025-10-15").below("2025-10-16")`, ""},
		{`expect(0/0).below(2)`, "expected nan to be below 2"},
		{`expect({}).below(2)`, "expected {} to be a number or a text"},
		{`expect(function() stop "x" end).fails("rejected")`, ""},
		{`expect(function() stop "x" end).fails()`, ""},
		{`expect(function() return 7 end).fails()`, "expected a function to fail: it returned 7"},
		{`expect(function() stop "x" end).fails("timeout")`, `expected a function to fail with "timeout": it failed with t.lua:2: stop x: the recorder refused`},
		{`expect(function() local x = nil; x() end).fails("error")`, ""},
		{`expect(function() local x = nil; x() end).fails()`, `by a command (fails("error") expects a Lua error): it failed with`},
		{`expect(function() status "x" end).never.fails()`, ""},
		{`expect(function() stop "x" end).never.fails()`, "not to fail: it failed with t.lua:2: stop x"},
		{`expect(function() stop "x" end).never.fails("timeout")`, "stop x: the recorder refused"},
		{`local e = expect(function() stop "x" end).fails("rejected") expect(e.task_id).equals("x")`, ""},
		{`expect(function() error "x" end).fails("error")`, ""},
		// an expectation within is the test's own, whoever catches it
		{`expect(function() expect(1).equals(2) end).fails("error")`, "expected 1 to equal 2"},
		{`expect(function() pcall(function() expect(1).equals(2) end) stop "x" end).fails("rejected")`, "expected 1 to equal 2"},
		{`eventually(function() pcall(function() expect(1).equals(2) end) end, {within = 0})`, "still failing after 0s (tried once): expected 1 to equal 2"},
		{`eventually(function() parallel({function() expect(1).equals(2) end}, {on_error = "collect"}) end, {within = 0})`, "expected 1 to equal 2"},
		{`local n = 0 eventually(function() n = n + 1 pcall(function() expect(n).equals(3) end) end, {every = 0})`, ""},
		// what is no proper use
		{`expect(3).equal(4)`, `unknown matcher "equal" (did you mean "equals"?)`},
		{`expect(3).is_near(4)`, `expect(value).is_near: tolerance is missing`},
		{`expect(3)`, "this expectation about 3 is not finished"},
		{`local e = expect({1}).equals`, "this expectation about {1} is not finished"},
		{`expect(function() end).fails("reject")`, `did you mean "rejected"?`},
		{`expect(3).above("x")`, "x must be a number"},
		{`pcall(function() expect(1).equals(2) end)`, "expected 1 to equal 2"},
		{`parallel({1, 2}, function(n) expect(n).equals(1) end, {on_error = "collect"})`, "expected 2 to equal 1"},
		{`local ok, e = pcall(function() eventually(function() expect(1).equals(2) end, {within = 0}) end)`, "still failing after 0s (tried once): expected 1 to equal 2"},
		{`local n = 0 eventually(function() n = n + 1 expect(n).equals(3) end, {every = 0})`, ""},
		{`local n = 0 eventually(function() n = n + 1 expect.soft(n).equals(3) end, {every = 0}) expect(n).equals(3)`, ""},
		{`local done
		  parallel {
		    function() eventually(function() sleep(0) expect(done).is_true() end, {every = 0}) end,
		    function() pcall(function() expect(1).equals(2) end) done = true end,
		  }`, "expected 1 to equal 2"}, // held back in the one branch, not in the other
		{`local got = eventually(function() return "x" end) expect(got).equals("x")`, ""},
	} {
		got := s.tests("test('x', function()\n" + c.code + "\nend)")
		all := strings.Join(got.failures, "\n")
		if met := got.failures == nil; met != (c.want == "") || !strings.Contains(all, c.want) {
			t.Errorf("%s\ngave %q\nwant %q", c.code, all, c.want)
		}
	}
}

func TestSoftExpectationsGoOn(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`test("soft", function()
		expect.soft(1).equals(2)
		expect.soft(1).equals(1)
		expect.soft("a").equals("b")
		print "still here"
	end)`)
	want := []string{"test: t.lua:2: expected 1 to equal 2", `test: t.lua:4: expected "a" to equal "b"`}
	if r := got.results["soft"]; !slices.Equal(got.failures, want) || r.Output != "still here\n" || r.Expectations != 3 {
		t.Errorf("failures %q, printed %q", got.failures, got.results["soft"].Output)
	}
}

func TestFailureIsSaidOnce(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for _, src := range []string{
		`expect(1).equals(2)`,
		`parallel({1}, function() expect(1).equals(2) end)`,
		`finally(function() expect(1).equals(2) end)`,
		`local ok, e = pcall(function() expect(1).equals(2) end) error(e)`,
	} {
		got := s.tests("test('x', function()\n" + src + "\nend)")
		if len(got.failures) != 1 || !strings.Contains(got.failures[0], "expected 1 to equal 2") {
			t.Errorf("%s: %q", src, got.failures)
		}
	}
}

func TestUnmetHasBothValues(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`test("x", function()
		expect({name = "cam1", list = {1, 2}}).equals({name = "cam2", list = {1, 2}})
	end)`)
	e := got.results["x"].Failures[0].Err
	u, ok := e.Err.(*script.Unmet)
	if !ok {
		t.Fatalf("%T", e.Err)
	}
	want := "{\n  list = {\n    1,\n    2,\n  },\n  name = \"cam2\",\n}"
	if u.Expected != want || u.Actual != strings.ReplaceAll(want, "cam2", "cam1") {
		t.Errorf("expected %s\nactual %s", u.Expected, u.Actual)
	}
	if e.At.Line != 2 || !strings.Contains(e.Source, "cam2") {
		t.Errorf("at %v: %q", e.At, e.Source)
	}
}

func TestTestFunctionsOutsideATest(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for code, want := range map[string]string{
		`test("x", function() end)`:   "test: belongs to test scenarios: run this file with `recue test`",
		`before_each(function() end)`: "before_each: belongs to test scenarios",
		`expect(1).equals(1)`:         "expect: belongs to test scenarios",
		`eventually(function() end)`:  "eventually: belongs to test scenarios",
		`sim.fail{}`:                  "sim.fail: belongs to test scenarios",
		`sim.commands()`:              "sim.commands: belongs to test scenarios",
	} {
		if _, err := s.run(t.Context(), code); err == nil || !strings.Contains(err.Message, want) {
			t.Errorf("%s: %v, want %q", code, err, want)
		}
	}
	for code, want := range map[string]string{
		`expect(1).equals(1)`: "must be called inside a test or a hook",
		`sim.reset()`:         "must be called inside a test or a hook",
		`test("a", function() test("b", function() end) end)`:                         "inside a test or a hook: tests and hooks belong at the top",
		`test("a", function() after_all(function() end) end)`:                         "inside a test or a hook: tests and hooks belong at the top",
		`before_all(function() sim.fail{} end) test("a", function() end)`:             "belongs into a test or a before_each",
		"test('a', function() end)\ntest('a', function() end)":                        `there is a test "a" already, at t.lua:1`,
		`test("a", {cases = {}}, function() end)`:                                     "must have at least one case",
		`test("a", {cases = {x = 1}}, function() end)`:                                "must be a list",
		`test("a", {tags = {1}}, function() end)`:                                     "list of texts",
		`test("", function() end)`:                                                    "must not be empty",
		`test("a", {timeot = 1}, function() end)`:                                     `did you mean "timeout"?`,
		`test("a", function() sim.fail{cmd = "status", as = "unexpected_state"} end)`: "no unexpected state",
		`test("a", function() sim.fail{as = "slow"} end)`:                             "as must be one of",
		`test("a", function() sim.delay{cmd = "start"} end)`:                          "by is missing",
	} {
		if got := s.tests(code); !strings.Contains(strings.Join(got.failures, "\n"), want) {
			t.Errorf("%s: %q, want %q", code, got.failures, want)
		}
	}
}

func TestCasesAreTestsOfTheirOwn(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`local shared = {}
		test("case", {cases = {1, "two", {a = 3}, {name = "four", x = 1}, 1, shared, ("x"):rep(100)}}, function(c)
			expect(c).never.is_nil()
			if c == shared then print "the very table" end
		end)`)
	want := []string{"case [1 #2]", "case [1]", "case [four]", "case [two]", "case [" + strings.Repeat("x", 59) + "…]", "case [{a = 3}]", "case [{}]"}
	var names []string
	for name := range got.results {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) || got.failures != nil {
		t.Errorf("names %q, failures %q", names, got.failures)
	}
	if got.results["case [{}]"].Output != "the very table\n" {
		t.Error("a case is not the value that was given")
	}
}

// Every failure code of the manual can be had from a scenario.
func TestEveryFailureCodeCanBeProvoked(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`
		test("by sim.fail", {cases = {"no_recorder", "timeout", "not_sent", "rejected", "unexpected_state", "invalid_reply", "permission_denied", "too_large"}}, function(code)
			sim.fail{cmd = "start", as = code}
			expect(function() start("cam1", {timeout = "20ms"}) end).fails(code)
			expect(status("cam1").ok).is_true()
		end)
		test("by the shape of the answer", {cases = {{"garbage", "invalid_reply"}, {"wrong_task", "invalid_reply"}, {"late", "timeout"}}}, function(c)
			sim.fail{as = c[1], times = 1}
			expect(function() status("cam1", {timeout = "20ms"}) end).fails(c[2])
		end)
		test("cancelled and error", function()
			local _, failures = parallel({
				function() sleep "1h" end, function() local nothing; nothing() end,
			}, {on_error = "collect", timeout = "20ms"})
			expect(failures[1].error.code).equals("timeout")
			expect(failures[2].error.code).equals("error")
			local e = expect(function() parallel({ function() sleep "1h" end, function() stop "no" end }, {on_error = "cancel"}) end).fails("parallel_failed")
			expect(e.failures[1].error.code).equals("cancelled")
		end)
		test("answers that are well", {cases = {"twice", "huge"}}, function(as)
			sim.fail{as = as}
			expect(start("cam2").ok).is_true()
		end)`)
	if got.failures != nil || got.Counts.Passed != 14 {
		t.Errorf("%+v: %q", got.Counts, got.failures)
	}
}

func TestWhatSimFailBeganEndsWithTheTest(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`
		after_each(function() stop "cam1" end)
		test("first", function()
			start "cam1"
			sim.fail{as = "timeout"}
			sim.delay{by = "1h"}
		end)
		test("second", function()
			expect(#sim.commands()).equals(0)
			start("cam1", {segment_time = 60})
			expect(status("cam1").ok).is_true()
			local sent = sim.commands()
			expect(sent).has{{cmd = "start", task_id = "cam1", payload = {segment_time = 60}, reply = {app_status = "started"}}, {cmd = "status"}}
			expect(sent[2].payload).equals({})
		end)`)
	if got.failures != nil {
		t.Errorf("%q", got.failures)
	}
}

func TestBranchesThatWereLeftRunningAreNamed(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	got := s.tests(`test("x", {timeout = "50ms"}, function()
		parallel {
			waits = function()
				sleep "1h"
			end,
			loops = function()
				while true do sleep(0) end
			end,
		}
	end)`)
	e := got.results["x"].Failures[0].Err
	if len(e.Failures) != 2 || !strings.Contains(e.Message, "not finished within 50ms") {
		t.Fatalf("%v: %+v", e, e.Failures)
	}
	for i, line := range []int{4, 7} {
		if at := e.Failures[i].Error.At; at.Line != line {
			t.Errorf("branch %s was at %v, want line %d", e.Failures[i].Key, at, line)
		}
	}
}
