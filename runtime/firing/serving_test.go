package firing

import (
	"fmt"
	"slices"
	"testing"

	"recue/runtime/schedule"
)

// serving asks who serves, as if jobs of these names were needed.
func (h *house) serving(names ...string) (Serving, []Job) {
	h.t.Helper()
	var jobs []Job
	for _, name := range names {
		jobs = append(jobs, Job{Name: name})
	}
	s, err := h.store().Serving(h.t.Context(), jobs)
	if err != nil {
		h.t.Fatal(err)
	}
	return s, jobs
}

// answering begins a node that answers who asks.
func (h *house) answering(name string, jobs ...string) (n *Node, leave func()) {
	h.t.Helper()
	specs := map[string]schedule.Spec{}
	for _, job := range jobs {
		specs[job] = schedule.Spec{Every: "1h"}
	}
	n, end := h.node(name, specs, nil)
	silent, err := n.Answer()
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(silent)
	return n, func() { silent(); end() }
}

func TestWhoServesIsKnownOfThoseWhoLive(t *testing.T) {
	h := newHouse(t, Options{})
	if s, jobs := h.serving("show"); s.Serves(jobs[0]) {
		t.Error("a job is served, and nobody is there")
	}
	_, leave := h.answering("a", "show", "news")
	if s, jobs := h.serving("show", "news"); !s.Serves(jobs[0]) || !s.Serves(jobs[1]) || !s.Has("a") {
		t.Errorf("a serves both, and is heard so: %+v", s)
	}
	s, jobs := h.serving("show", "of nobody")
	if !s.Serves(jobs[0]) || s.Serves(jobs[1]) {
		t.Errorf("one is served and one is not: %+v", s)
	}
	if !s.Serves(Job{Name: "stop cam1", Stop: &Stop{}}) {
		t.Error("a planned stop is everybody's")
	}
	leave()
	if s, jobs := h.serving("show"); s.Serves(jobs[0]) || s.Serves(Job{Stop: &Stop{}}) {
		t.Error("who has left serves on")
	}
}

func TestANodeThatIsToEndServesNothingNew(t *testing.T) {
	h := newHouse(t, Options{})
	n, _ := h.answering("a", "show")
	if served, err := n.store.Served(t.Context(), Job{Name: "show"}); err != nil || !served {
		t.Errorf("it is served: %v, %v", served, err)
	}
	n.mu.Lock()
	n.stopping, n.active["show.1"] = true, &active{}
	n.mu.Unlock()
	if got := n.answers(question{Job: "show"}); got != nil {
		t.Errorf("it would run it: %v", got)
	}
	if got := n.answers(question{}); len(got) != 1 || !slices.Equal(got[0].Jobs, []string{"show"}) {
		t.Errorf("what it runs is not named: %v", got)
	}
	n.mu.Lock()
	n.handlers["show"].Script, n.handlers["news"] = "s.lua", &Handler{Script: "s.lua"}
	n.mu.Unlock()
	news := Job{Name: "news", Script: "s.lua"}
	s, err := n.store.Serving(t.Context(), []Job{news})
	if err != nil || s.Serves(news) || !s.Ends(news) || s.Ends(Job{Name: "show", Script: "s.lua"}) || len(s.Notes("s.lua")) != 1 {
		t.Errorf("it is to end, and is not heard so: %+v, %v", s, err)
	}
	if node, err := n.store.ServedBy(t.Context(), news); err != nil || node != "" {
		t.Errorf("served by %q, %v", node, err)
	}
	n.mu.Lock()
	n.stopping = false
	delete(n.active, "show.1")
	delete(n.handlers, "news")
	n.mu.Unlock()
}

func TestALongListOfJobsIsHeardWhole(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Notes: func() map[string]string { return map[string]string{"s.lua": "is old"} }})
	var names []string
	for i := range 10_000 {
		name := fmt.Sprintf("job number %d of a long list", i)
		n.handlers[name], names = &Handler{}, append(names, name)
	}
	if parts := n.answers(question{}); len(parts) < 3 {
		t.Errorf("the answer has %d parts", len(parts))
	}
	silent, err := n.Answer()
	if err != nil {
		t.Fatal(err)
	}
	defer silent()
	s, jobs := h.serving(names...)
	for _, j := range jobs {
		if !s.Serves(j) {
			t.Fatalf("%s is not heard", j.Name)
		}
	}
	if got := s.Notes("s.lua"); !slices.Equal(got, []string{"is old (a)"}) {
		t.Errorf("the notes are %q", got)
	}
}

// Two scripts of one name are told from two versions of one.
func TestTwoScriptsOfOneNameAreToldApart(t *testing.T) {
	own := Copy{Node: "a", Script: "s.lua", Place: "one", Path: "/x/s.lua", SHA256: "2", Was: []string{"1"}}
	for name, c := range map[string]struct {
		other Copy
		same  bool
	}{
		"a replica":                      {Copy{Path: "/y/s.lua", SHA256: "2"}, true},
		"the file on another machine":    {Copy{Place: "two", Path: "/x/s.lua", SHA256: "9"}, true},
		"what it was before":             {Copy{Path: "/y/s.lua", SHA256: "1"}, true},
		"what has been what it is":       {Copy{Path: "/y/s.lua", SHA256: "3", Was: []string{"2"}}, true},
		"another file of the name":       {Copy{Place: "one", Path: "/y/s.lua", SHA256: "9", Was: []string{"8"}}, false},
		"one of the name somewhere else": {Copy{Place: "two", Path: "/y/s.lua", SHA256: "9"}, false},
	} {
		if own.SameScript(c.other) != c.same || c.other.SameScript(own) != c.same {
			t.Errorf("%s: not %v", name, c.same)
		}
	}
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Copies: func() []Copy { return []Copy{own} }})
	silent, err := n.Answer()
	if err != nil {
		t.Fatal(err)
	}
	defer silent()
	if s, _ := h.serving(); len(s.Copies("s.lua")) != 1 || s.Copies("s.lua")[0].String() != "one:/x/s.lua by a" {
		t.Errorf("heard %+v", s.Copies("s.lua"))
	}
}
