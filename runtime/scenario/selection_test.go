package scenario

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"recue/runtime/script"
)

func TestSelection(t *testing.T) {
	declare := func(d *declaring) error { // at lines 10-15, 20-25, 30-35
		d.test("Start works", met, func(t *script.Test) { t.Tags = []string{"quick"} })
		d.test("stop works [cam1]", met, func(t *script.Test) { t.Tags = []string{"slow", "night"} })
		d.test("status", met)
		return nil
	}
	for _, c := range []struct {
		name string
		s    Selection
		want string
	}{
		{"everything", Selection{}, "Start works, stop works [cam1], status"},
		{"a filter, in whatever case", Selection{Filters: []string{"start"}}, "Start works"},
		{"a filter with brackets", Selection{Filters: []string{"[cam1]"}}, "stop works [cam1]"},
		{"any of several filters", Selection{Filters: []string{"start", "status"}}, "Start works, status"},
		{"a tag", Selection{Tags: []string{"night"}}, "stop works [cam1]"},
		{"without a tag", Selection{Exclude: []string{"slow"}}, "Start works, status"},
		{"both", Selection{Filters: []string{"works"}, Exclude: []string{"slow"}}, "Start works"},
		{"a line", Selection{Lines: map[string][]int{"f.lua": {23}}}, "stop works [cam1]"},
		{"a line of another file", Selection{Lines: map[string][]int{"g.lua": {23}}}, "Start works, stop works [cam1], status"},
		{"those that failed", Selection{Names: map[string][]string{"f.lua": {"status"}}}, "status"},
		{"none", Selection{Filters: []string{"x"}}, ""},
	} {
		s := newStage(t)
		summary := s.run(t.Context(), Options{Select: c.s}, declare)
		var got []string
		for _, r := range summary.Files[0].Results {
			got = append(got, r.Name)
		}
		if strings.Join(got, ", ") != c.want || summary.Files[0].LeftOut != 3-len(got) {
			t.Errorf("%s: %q, want %s", c.name, got, c.want)
		}
	}
	s := newStage(t)
	summary := s.run(t.Context(), Options{Select: Selection{Lines: map[string][]int{"f.lua": {17}}}}, declare)
	if !summary.Unloaded() || !strings.Contains(s.seen.failures("choosing tests")[0], "no test at f.lua:17") {
		t.Errorf("%+v", s.seen.results)
	}
}

func TestOnlyLeavesOutTheOthers(t *testing.T) {
	s := newStage(t)
	summary := s.run(t.Context(), Options{}, func(d *declaring) error {
		d.test("a", met)
		d.test("b", met, func(t *script.Test) { t.Only = true })
		return nil
	})
	if f := summary.Files[0]; !f.Only || f.LeftOut != 1 || summary.Counts.Passed != 1 || s.seen.results["b"] == nil {
		t.Errorf("%+v", f)
	}
}

func TestNoTestRunsNoHooks(t *testing.T) {
	s := newStage(t)
	s.run(t.Context(), Options{Select: Selection{Filters: []string{"x"}}}, func(d *declaring) error {
		d.hook(script.BeforeAll, s.log.says("before_all"))
		d.hook(script.AfterAll, s.log.says("after_all"))
		d.test("a", met)
		return nil
	})
	if s.log.String() != "" {
		t.Errorf("log %q", s.log.String())
	}
}

func TestFailFast(t *testing.T) {
	s := newStage(t)
	s.files["g.lua"] = func(d *declaring) error { d.test("c", met); return nil }
	summary := s.run(t.Context(), Options{FailFast: true, Files: []string{"f.lua", "g.lua"}}, func(d *declaring) error {
		d.test("a", s.log.fails("a"))
		d.test("b", s.log.says("b"))
		return nil
	})
	if s.log.String() != "a" || s.seen.results["b"].Status != NotRun || !summary.Ended || summary.Files[1].Warnings == nil {
		t.Errorf("log %q, %+v", s.log.String(), summary)
	}
}

func TestSameSeedSameOrder(t *testing.T) {
	order := func(seed uint64, files ...string) string {
		s := newStage(t)
		for _, f := range files {
			s.files[f] = func(d *declaring) error {
				for i := range 8 {
					d.test(fmt.Sprint(f, i), met)
				}
				return nil
			}
		}
		s.run(t.Context(), Options{Shuffle: true, Seed: seed, Files: files}, nil)
		return strings.Join(s.seen.order, " ")
	}
	all := order(7, "a", "b", "c")
	if all != order(7, "a", "b", "c") || all == order(8, "a", "b", "c") {
		t.Error("the seed does not decide about the order")
	}
	if alone := order(7, "b"); !strings.Contains(all, alone) {
		t.Errorf("a file alone has another order than among others:\n%s\n%s", alone, all)
	}
}

// Results come in the order of the files, however these run.
func TestJobsRunSideBySide(t *testing.T) {
	s := newStage(t)
	lastBegan := make(chan struct{})
	var files []string
	for i := range 4 {
		name := fmt.Sprint("f", i)
		files = append(files, name)
		s.files[name] = func(d *declaring) error {
			d.test("t"+name, func(ctx context.Context, env script.Env) error {
				if i == 3 {
					close(lastBegan)
				}
				<-lastBegan // all of them run at the same time, or this never ends
				return met(ctx, env)
			})
			return nil
		}
	}
	summary := s.run(t.Context(), Options{Jobs: 4, Files: files}, nil)
	want := "start f0 tf0 file f0 start f1 tf1 file f1 start f2 tf2 file f2 start f3 tf3 file f3"
	if got := strings.Join(s.seen.order, " "); got != want || summary.Counts.Passed != 4 {
		t.Errorf("got %s", got)
	}
}

func TestRepeatRunsEverythingAgain(t *testing.T) {
	s := newStage(t)
	summary := s.run(t.Context(), Options{Repeat: 3}, func(d *declaring) error { d.test("a", met); return nil })
	if summary.Counts.Passed != 3 || len(summary.Files) != 3 || summary.Files[2].Round != 3 {
		t.Errorf("%+v", summary.Counts)
	}
}

func TestListRunsNothing(t *testing.T) {
	s := newStage(t)
	summary := s.run(t.Context(), Options{List: true}, func(d *declaring) error {
		d.hook(script.BeforeAll, s.log.says("before_all"))
		d.test("a", s.log.says("a"))
		return nil
	})
	if s.log.String() != "" || summary.Counts.Listed != 1 {
		t.Errorf("log %q, %+v", s.log.String(), summary.Counts)
	}
}
