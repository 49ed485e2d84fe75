package firing

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/schedule"
)

// A node that goes away right before a run was due has not begun it: another runs it.
func TestARunWhoseNodeWentAwayBeforeItsTimeIsRunByAnother(t *testing.T) {
	h := newHouse(t, Options{AckWait: 500 * time.Millisecond})
	specs := map[string]schedule.Spec{"job": {Every: "10s"}}
	dead, _ := h.node("dead", specs, nil)
	h.prepared()
	dead.store.js.Conn().Close() // as a node that is killed
	h.node("alive", specs, nil)
	h.passes(lead)
	if r := h.next(); r.State != Done || r.Node != "alive" || r.Attempt != 1 {
		t.Errorf("the run ended as %+v", r)
	}
}

// readyRun is a run for which a node is ready.
func readyRun(t *testing.T, n *Node, job string, due time.Time) (a *active, begin func() bool) {
	t.Helper()
	f := Firing{Job: job, Kind: Due, Due: due}
	a = n.newActive(t.Context(), runKey(f.Job, f.Due, f.Kind), nil, f)
	begin, err := n.ready(a)
	if err != nil {
		t.Fatal(err)
	}
	return a, begin
}

// takesOver has a node take over a run as if it had been delivered to it.
func takesOver(t *testing.T, n *Node, of *active) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	var r Run
	rev, err := get(ctx, n.store.runs, of.key, &r)
	if err != nil {
		t.Fatal(err)
	}
	if begun, err := n.begunBy(ctx, r); begun || err != nil {
		t.Fatalf("begun %v, %v", begun, err)
	}
	a := n.newActive(ctx, of.key, nil, Firing{Job: of.run.Job, Due: of.run.Due})
	a.rev = rev
	a.run.begin(noon)
	if err := n.write(a); err != nil {
		t.Fatal(err)
	}
}

// A node that is frozen until others have taken over what it was ready for does not begin it.
func TestANodeDoesNotBeginWhatAnotherHasTakenOver(t *testing.T) {
	h := newHouse(t, Options{})
	node := func(name string) *Node {
		return NewNode(h.store(), NodeOptions{Name: name, Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	}
	frozen, alive := node("frozen"), node("alive")
	due := noon
	for _, round := range []string{"1", "2"} { // the second after a word that was accepted
		taken, begin := readyRun(t, frozen, "taken"+round, due)
		kept, beginKept := readyRun(t, frozen, "kept"+round, due)
		takesOver(t, alive, taken)
		if begin() || beginKept() {
			t.Fatal("a word was accepted that another node has refused")
		}
		taken.run.begin(noon)
		if err := frozen.write(taken); !errors.Is(err, errLost) {
			t.Errorf("the run that was taken over: %v", err)
		}
		kept.run.begin(noon)
		if err := frozen.write(kept); err != nil {
			t.Errorf("the run that was not: %v", err)
		}
		due = due.Add(time.Second)
		if _, begin := readyRun(t, frozen, "next"+round, due); !begin() {
			t.Error("the next word was refused too")
		}
		due = due.Add(time.Second)
	}
}

// What has begun by a node's word is not begun again, nor is it shown as about to begin.
func TestWhatHasBegunByANodesWordRuns(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	_, begin := readyRun(t, n, "job", noon)
	for _, want := range []State{Claimed, Running} {
		runs, err := n.store.allRuns(t.Context(), "job")
		if err != nil || len(runs) != 1 || runs[0].State != want {
			t.Fatalf("%+v, %v, want it %s", runs, err, want)
		}
		if want == Claimed && !begin() {
			t.Fatal("the word was refused")
		}
	}
	other := NewNode(n.store, NodeOptions{Name: "b"})
	if begun, err := other.begunBy(t.Context(), Run{Node: "a", Due: noon}); !begun || err != nil {
		t.Errorf("begun %v, %v", begun, err)
	}
}

func TestARunThatBeganByAWordIsInterruptedWhereItsNodeWentAway(t *testing.T) {
	h := newHouse(t, Options{AckWait: 500 * time.Millisecond})
	specs := map[string]schedule.Spec{"job": {Every: "10s"}}
	began, release := make(chan struct{}), make(chan struct{})
	dead, _ := h.node("dead", specs, func(context.Context, Run) error {
		close(began)
		<-release
		return nil
	})
	h.prepared()
	h.passes(lead)
	<-began
	dead.store.js.Conn().Close() // as a node that is killed
	h.node("alive", specs, nil)
	if r := h.next(); r.State != Interrupted || r.Node != "alive" || r.Attempt != 1 || !strings.Contains(r.Reason, "nobody knows whether it did") {
		t.Errorf("the run ended as %+v", r)
	}
	close(release)
}

// Whether a word that has no answer was accepted nobody knows: the runs say it themselves.
func TestAfterAWordWithoutAnAnswerRunsBeginOneByOne(t *testing.T) {
	h := newHouse(t, Options{})
	way := &cutter{server: h.server, texts: []string{`"until":`}}
	h.way, h.patience = way, 300*time.Millisecond
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock, Log: logrus.NewEntry(logrus.New())})
	a, begin := readyRun(t, n, "job", noon)
	way.armed.Store(1)
	if begin() {
		t.Fatal("the word had an answer")
	}
	a.run.begin(noon)
	if err := n.write(a); err != nil {
		t.Error(err)
	}
	if _, begin := readyRun(t, n, "job", noon.Add(time.Second)); !begin() {
		t.Error("the next word was refused too")
	}
}

// Somebody asks for the cancellation of a run in the moment in which a node takes it over
// from one that went away: it takes it over all the same.
func TestARunIsTakenOverAlsoWhereItsCancellationWasJustAskedFor(t *testing.T) {
	h := newHouse(t, Options{})
	node := func(name string) *Node {
		return NewNode(h.store(), NodeOptions{Name: name, Clock: h.clock, Log: logrus.NewEntry(logrus.New()), Ended: func(r Run) { h.ended <- r }})
	}
	gone, alive := node("gone"), node("alive")
	f := Firing{Job: "job", Kind: Due, Due: noon}
	key := runKey(f.Job, f.Due, f.Kind)
	theirs := gone.newActive(t.Context(), key, nil, f)
	theirs.run.begin(noon)
	if err := gone.write(theirs); err != nil {
		t.Fatal(err)
	}
	var before Run
	rev, err := get(t.Context(), alive.store.runs, key, &before)
	if err != nil {
		t.Fatal(err)
	}
	if err := alive.store.cancel(t.Context(), key, asked{why: "replaced"}); err != nil {
		t.Fatal(err)
	}
	ours := alive.newActive(t.Context(), key, nil, f)
	ours.from = &before
	if err := alive.interrupt(ours, before, rev, nil, "its node went away"); err != nil {
		t.Fatal(err)
	}
	if r := h.next(); r.State != Interrupted || r.Node != "alive" {
		t.Errorf("%+v", r)
	}
	theirs.run.Attempt++ // as if it were not gone after all
	if err := gone.write(theirs); !errors.Is(err, errLost) {
		t.Errorf("its node goes on: %v", err)
	}
}
