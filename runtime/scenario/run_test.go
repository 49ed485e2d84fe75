package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recue/runtime/protocol"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

func TestHooksRunInOrder(t *testing.T) {
	s := newStage(t)
	s.run(t.Context(), Options{}, func(d *declaring) error {
		for _, kind := range []script.HookKind{script.AfterAll, script.AfterEach, script.BeforeEach, script.BeforeAll} {
			d.hook(kind, s.log.says(string(kind)+"1"))
			d.hook(kind, s.log.says(string(kind)+"2"))
		}
		d.test("a", s.log.says("a"))
		d.test("skipped", s.log.says("skipped"), func(t *script.Test) { t.Skip = true })
		d.test("b", s.log.says("b"))
		return nil
	})
	const each = "before_each1 before_each2 %s after_each1 after_each2"
	want := "before_all1 before_all2 " + fmt.Sprintf(each+" "+each, "a", "b") + " after_all1 after_all2"
	if got := s.log.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestHooksThatFail(t *testing.T) {
	for _, c := range []struct {
		fails  script.HookKind
		log    string
		status Status
		other  int
		says   string
	}{
		{script.BeforeAll, "before_all! after_all", Failed, 0, "before_all: before_all! failed"},
		{script.BeforeEach, "before_all before_each! after_each before_each! after_each after_all", Failed, 0, "before_each: before_each! failed"},
		{script.AfterEach, "before_all before_each a after_each! before_each b after_each! after_all", Failed, 0, "after_each: after_each! failed"},
		{script.AfterAll, "before_all before_each a after_each before_each b after_each after_all!", Passed, 1, ""},
	} {
		t.Run(string(c.fails), func(t *testing.T) {
			s := newStage(t)
			summary := s.run(t.Context(), Options{}, func(d *declaring) error {
				for _, kind := range script.HookKinds {
					if kind == c.fails {
						d.hook(kind, s.log.fails(string(kind)+"!"))
					} else {
						d.hook(kind, s.log.says(string(kind)))
					}
				}
				d.test("a", s.log.says("a"))
				d.test("b", s.log.says("b"))
				return nil
			})
			if got := s.log.String(); got != c.log {
				t.Errorf("got  %s\nwant %s", got, c.log)
			}
			for _, name := range []string{"a", "b"} {
				r := s.seen.results[name]
				if r.Status != c.status || strings.Join(s.seen.failures(name), "; ") != c.says {
					t.Errorf("%s: %s, %q", name, r.Status, s.seen.failures(name))
				}
			}
			if summary.Counts.Other != c.other || summary.Good() {
				t.Errorf("%+v", summary.Counts)
			}
		})
	}
}

func TestHooksAfterAFailedOne(t *testing.T) {
	s := newStage(t)
	s.run(t.Context(), Options{}, func(d *declaring) error {
		for _, kind := range script.HookKinds {
			d.hook(kind, s.log.fails(string(kind)+"1"))
			d.hook(kind, s.log.fails(string(kind)+"2"))
		}
		d.test("a", s.log.says("a"))
		return nil
	})
	if got, want := s.log.String(), "before_all1 after_all1 after_all2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTasksAreStoppedAfterTheTestThatStartedThem(t *testing.T) {
	s := newStage(t)
	state := func(task string) protocol.AppStatus {
		reply, err := protocol.ParseReply(s.sim.Handle(protocol.NewCommand(protocol.Status, task).AppendJSON(nil)), task)
		if err != nil {
			t.Error(err)
		}
		return reply.AppStatus
	}
	summary := s.run(t.Context(), Options{}, func(d *declaring) error {
		d.hook(script.BeforeAll, func(ctx context.Context, env script.Env) error { return startTask(ctx, env, "whole") })
		d.hook(script.BeforeEach, func(ctx context.Context, env script.Env) error { return startTask(ctx, env, "each") })
		d.test("a", func(ctx context.Context, env script.Env) error { return startTask(ctx, env, "own") })
		d.test("b", func(ctx context.Context, env script.Env) error {
			if state("own") != protocol.Stopped || state("whole") != protocol.Started || state("each") != protocol.Started {
				t.Errorf("during the second test: own %s, whole %s, each %s", state("own"), state("whole"), state("each"))
			}
			return met(ctx, env)
		})
		return nil
	})
	if !summary.Good() || state("whole") != protocol.Stopped || state("each") != protocol.Stopped {
		t.Errorf("%+v; whole is %s, each is %s", summary.Counts, state("whole"), state("each"))
	}
	var sent []string
	for _, c := range s.seen.results["a"].Commands {
		sent = append(sent, fmt.Sprint(c.Command.Cmd, " ", c.Command.TaskID, " ", c.Reply.AppStatus))
	}
	slices.Sort(sent[2:])
	if want := []string{"start each started", "start own started", "stop each stopped", "stop own stopped"}; !slices.Equal(sent, want) {
		t.Errorf("the first test sent %q, want %q", sent, want)
	}
}

func TestTasksThatCannotBeStoppedAreFailures(t *testing.T) {
	s := newStage(t)
	summary := s.run(t.Context(), Options{}, func(d *declaring) error {
		d.hook(script.AfterEach, func(context.Context, script.Env) error { // outlives the rules of the test
			return s.sim.AddRule(simulator.Rule{Cmd: protocol.Stop, TaskID: "cam1", Times: 1, As: simulator.Timeout})
		})
		d.test("a", func(ctx context.Context, env script.Env) error { return startTask(ctx, env, "cam1") })
		return nil
	})
	got := s.seen.failures("a")
	if len(got) != 1 || !strings.HasPrefix(got[0], "clean-up: cam1 still records: it was started in the test and could not be stopped after it: stop cam1: no answer (timeout)") {
		t.Errorf("failures %q", got)
	}
	if summary.Counts.Other != 0 { // the second try, at the end of the file, went well
		t.Errorf("%+v", summary.Counts)
	}
}

func TestTimeouts(t *testing.T) {
	s := newStage(t)
	hang := func(ctx context.Context, env script.Env) error {
		<-ctx.Done()
		return &script.Error{Message: context.Cause(ctx).Error(), Err: context.Cause(ctx)}
	}
	s.run(t.Context(), Options{Timeout: 20 * time.Millisecond}, func(d *declaring) error {
		d.hook(script.AfterEach, s.log.says("after_each"))
		d.test("its own", hang, func(t *script.Test) { t.Timeout = time.Millisecond })
		d.test("the usual", hang)
		d.test("the next", met)
		return nil
	})
	for name, want := range map[string]string{
		"its own": "test: the test is not finished within 1ms (option timeout)", "the usual": "test: the test is not finished within 20ms (option timeout)", "the next": "",
	} {
		if got := strings.Join(s.seen.failures(name), "; "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if s.log.String() != "after_each after_each after_each" {
		t.Errorf("log %q", s.log.String())
	}
}

func TestRetries(t *testing.T) {
	s := newStage(t)
	tries := map[string]int{}
	passesAt := func(name string, n int) body {
		return func(ctx context.Context, env script.Env) error {
			env.Trial.Expectations++
			if tries[name]++; tries[name] < n {
				return fmt.Errorf("try %d", tries[name])
			}
			return nil
		}
	}
	twice := func(t *script.Test) { t.Retries = 2 }
	summary := s.run(t.Context(), Options{}, func(d *declaring) error {
		d.test("second", passesAt("second", 2), twice)
		d.test("never", passesAt("never", 9), twice)
		d.test("first", passesAt("first", 1), twice)
		return nil
	})
	if tries["second"] != 2 || tries["never"] != 3 || tries["first"] != 1 {
		t.Errorf("tries %v", tries)
	}
	if c := summary.Counts; c.Flaky != 1 || c.Passed != 2 || c.Failed != 1 || len(s.seen.results["never"].Earlier) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestStrictAndWarnings(t *testing.T) {
	for _, strict := range []bool{false, true} {
		s := newStage(t)
		s.run(t.Context(), Options{Strict: strict}, func(d *declaring) error {
			d.test("nothing", s.log.says("x"))
			d.test("something", met)
			return nil
		})
		r := s.seen.results["nothing"]
		if (r.Status == Failed) != strict || (len(r.Warnings) == 1) == strict || s.seen.results["something"].Status != Passed {
			t.Errorf("strict %v: %s, warnings %q", strict, r.Status, r.Warnings)
		}
	}
}

func TestInterruptRunsWhatMustRun(t *testing.T) {
	s := newStage(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted here")
	summary := s.run(ctx, Options{Files: []string{"f.lua", "g.lua"}}, func(d *declaring) error {
		d.hook(script.AfterEach, func(ctx context.Context, env script.Env) error {
			s.log.add("after_each:%v", ctx.Err())
			return nil
		})
		d.hook(script.AfterAll, func(ctx context.Context, env script.Env) error {
			s.log.add("after_all:%v", ctx.Err())
			return nil
		})
		d.test("a", func(ctx context.Context, env script.Env) error {
			if err := startTask(ctx, env, "cam1"); err != nil {
				return err
			}
			cancel(cause)
			<-ctx.Done()
			return &script.Error{Message: context.Cause(ctx).Error(), Err: context.Cause(ctx)}
		})
		d.test("b", s.log.says("b"))
		return nil
	})
	if got := s.log.String(); got != "after_each:<nil> after_all:<nil>" {
		t.Errorf("log %q", got)
	}
	if !errors.Is(summary.Interrupted, cause) || s.seen.results["a"].Status != Failed || s.seen.results["b"].Status != NotRun {
		t.Errorf("%v, %+v", summary.Interrupted, summary.Counts)
	}
	commands := s.seen.results["a"].Commands
	if n := len(commands); n != 2 || commands[1].Command.Cmd != protocol.Stop || commands[1].Err != nil {
		t.Errorf("the task was not stopped: %+v", commands)
	}
	if w := summary.Files[1].Warnings; len(w) != 1 || w[0] != "not run: interrupted" {
		t.Errorf("the second file: %q", w)
	}
}

func TestFailuresBesideTheTests(t *testing.T) {
	s := newStage(t)
	s.files["broken.lua"] = func(d *declaring) error {
		d.test("declared", met)
		return errors.New("the top failed")
	}
	s.files["panics.lua"] = func(d *declaring) error { panic("boom") }
	s.files["empty.lua"] = func(d *declaring) error { return nil }
	s.files["good.lua"] = func(d *declaring) error { d.test("good", met); return nil }
	summary := s.run(t.Context(), Options{Files: []string{"missing.lua", "broken.lua", "panics.lua", "empty.lua", "good.lua"}}, nil)
	if c := summary.Counts; c.Other != 3 || c.Passed != 1 || c.Total() != 1 || !summary.Unloaded() {
		t.Errorf("%+v", c)
	}
	for i, want := range []string{"loading", "the top of the file", "running the file", "", ""} {
		f := summary.Files[i]
		if want != "" && (len(f.Results) != 1 || f.Results[0].Name != want || !f.Results[0].Other) {
			t.Errorf("%s: %+v", f.Path, f.Results)
		}
	}
	if w := summary.Files[3].Warnings; len(w) != 1 || w[0] != "it has no tests" {
		t.Errorf("%q", w)
	}
}

func TestOutputIsKeptAndBounded(t *testing.T) {
	s := newStage(t)
	s.run(t.Context(), Options{}, func(d *declaring) error {
		fmt.Fprint(d.host.Stdout, "top\n")
		d.test("a", func(ctx context.Context, env script.Env) error {
			fmt.Fprint(env.Stdout, "printed\n")
			env.Log.Info("logged")
			return met(ctx, env)
		})
		d.test("floods", func(ctx context.Context, env script.Env) error {
			for range maxCapture/1000 + 10 {
				fmt.Fprint(env.Stdout, strings.Repeat("x", 1000))
			}
			return met(ctx, env)
		})
		return nil
	})
	if out := s.seen.results["a"].Output; !strings.HasPrefix(out, "printed\n") || !strings.Contains(out, "logged") || strings.Contains(out, "top") {
		t.Errorf("output %q", out)
	}
	if out := s.seen.results["floods"].Output; len(out) > maxCapture+100 || !strings.HasSuffix(out, "not kept)\n") {
		t.Errorf("%d bytes were kept", len(out))
	}
}

// BenchmarkTrivialTests is the cost of a test that does nothing, hooks and all.
func BenchmarkTrivialTests(b *testing.B) {
	for b.Loop() {
		s := newStage(&testing.T{})
		s.run(b.Context(), Options{}, func(d *declaring) error {
			for i := range 1000 {
				d.test(fmt.Sprint(i), met)
			}
			return nil
		})
	}
}
