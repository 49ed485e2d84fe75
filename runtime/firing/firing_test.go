package firing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/natsd"
	"recue/runtime/schedule"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is a JetStream server with nodes on it, in one virtual time.
type house struct {
	t      testing.TB
	server *natsd.Server
	clock  *clock.Virtual
	opts   Options
	ended  chan Run
	way    nats.InProcessConnProvider // to the server; nil: straight
	// patience is how long a batch's answer is waited for; 0: as always.
	patience time.Duration
	began    chan struct{}

	// What became of runs that were prepared: dropped, or started.
	dropped, started, made atomic.Int64
	// failed is told of runs that failed, by their nodes; nil: nobody is.
	failed func(node string, r Run, err error) (told bool)

	slept atomic.Int64 // for how long the machine of the nodes did, in nanoseconds

	mu   sync.Mutex
	runs map[string][]string // of each run's id, the nodes that ran it
}

// sleeper is the clock of a machine that sleeps at times: its timers stand still then.
type sleeper struct {
	*clock.Virtual
	slept *atomic.Int64
}

func (s sleeper) Now() time.Time { return s.Virtual.Now().Add(time.Duration(s.slept.Load())) }

func newHouse(t testing.TB, opts Options, configure ...func(*server.Options)) *house {
	t.Helper()
	server, err := natsd.Start(natsd.Options{Store: t.TempDir(), Configure: func(o *server.Options) {
		for _, c := range configure {
			c(o)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &house{t: t, server: server, clock: clock.NewVirtual(noon), opts: opts, ended: make(chan Run, 1000), began: make(chan struct{}, 1000), runs: map[string][]string{}}
}

func (h *house) store() *Store {
	h.t.Helper()
	var way nats.InProcessConnProvider = h.server
	if h.way != nil {
		way = h.way
	}
	nc, err := nats.Connect("", nats.InProcessServer(way), nats.Token(h.server.Token()), nats.ReconnectWait(10*time.Millisecond))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(nc.Close)
	s, err := Open(h.t.Context(), nc, h.opts)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.patience > 0 {
		s.fireWrites.patience, s.runWrites.batcher.patience = h.patience, h.patience
	}
	return s
}

// node begins a node that serves jobs; leave ends it and waits.
func (h *house) node(name string, specs map[string]schedule.Spec, run func(ctx context.Context, r Run) error) (n *Node, leave func()) {
	h.t.Helper()
	log := logrus.New()
	log.SetOutput(h.t.Output())
	n = NewNode(h.store(), NodeOptions{
		Name: name, Clock: sleeper{h.clock, &h.slept}, Log: logrus.NewEntry(log).WithField("node", name), Grace: time.Hour,
		Stop:  func(context.Context, Stop) error { return nil },
		Ended: func(r Run) { h.ended <- r },
	})
	handlers := map[string]*Handler{}
	for job, spec := range specs {
		s, err := schedule.New(spec, time.UTC)
		if err != nil {
			h.t.Fatal(err)
		}
		handlers[job] = &Handler{Schedule: s, Script: "s.lua", SHA256: "1", Run: func(ctx context.Context, r Run) error {
			h.mu.Lock()
			h.runs[r.ID()] = append(h.runs[r.ID()], name)
			h.mu.Unlock()
			h.began <- struct{}{}
			if run != nil {
				return run(ctx, r)
			}
			return nil
		}}
		handlers[job].Prepare = h.preparing(handlers[job].Run)
		if h.failed != nil {
			handlers[job].Failed = func(_ context.Context, r Run, err error) bool { return h.failed(name, r, err) }
		}
	}
	if err := n.Declare(h.t.Context(), "s.lua", handlers); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx) }()
	var once sync.Once
	leave = func() {
		once.Do(func() {
			cancel()
			if err := <-served; err != nil {
				h.t.Error(err)
			}
		})
	}
	h.t.Cleanup(leave)
	return n, leave
}

// passes lets time go on to an instant.
func (h *house) passes(d time.Duration) {
	till := h.clock.Now().Add(d)
	h.clock.AfterFunc(d, func() {})
	for {
		if next, ok := h.clock.Next(); !ok || next.After(till) {
			return
		}
		h.clock.Step()
	}
}

// next is the next run that ended.
func (h *house) next() Run {
	h.t.Helper()
	select {
	case r := <-h.ended:
		return r
	case <-time.After(20 * time.Second):
		h.t.Fatal("no run ended")
		return Run{}
	}
}

func TestAnyNameMakesAToken(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"nightly", "a b", "a=20b", "a.b", "ü*>", "", "=", "\x00\n", "a_b-c", "日本"} {
		tok := token(name)
		if strings.ContainsAny(tok, ".*> \n") || seen[tok] {
			t.Errorf("%q makes %q", name, tok)
		}
		seen[tok] = true
		if back, err := jobOf(tok); err != nil || back != name {
			t.Errorf("%q came back as %q, %v", name, back, err)
		}
	}
	for _, wrong := range []string{"=", "=4", "=zz"} {
		if _, err := jobOf(wrong); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}

func TestWhatCameDueIsDecided(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	cases := []struct {
		name               string
		missed             string
		cursor, now, since int // minutes after noon
		want               []string
	}{
		{"just due", "skip", 0, 5, -10, []string{"due +5"}},
		{"a node that ticked is late", "skip", 0, 10, 0, []string{"missed +5 x1", "due +10"}},
		{"skip", "skip", 0, 23, 22, []string{"missed +20 x4"}},
		{"once", "once", 0, 23, 22, []string{"missed +15 x3", "due +20"}},
		{"once, nothing within grace", "once", 0, 33, 32, []string{"missed +25 x5", "due +30"}},
		{"all", "all", 0, 23, 22, []string{"missed +10 x2", "due +15", "due +20"}},
		{"nothing", "all", 20, 23, 22, nil},
		{"the clock was set back", "all", 60, 23, 22, nil},
	}
	for _, c := range cases {
		s, err := schedule.New(schedule.Spec{Every: "5m", Missed: c.missed, Grace: "9m"}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range decide(s, "j", at(c.cursor), at(c.now), at(c.now)) {
			text := fmt.Sprintf("%s %+d", f.Kind, int(f.Due.Sub(noon).Minutes()))
			if f.Kind == Missed {
				text += fmt.Sprintf(" x%d", f.Count)
				if f.Reason == "" {
					t.Errorf("%s: no reason", c.name)
				}
			}
			if !f.Cursor.Equal(f.Due) {
				t.Errorf("%s: the cursor stays behind", c.name)
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// The stream keeps 200 messages of a job: what was more than that would be lost.
func TestAThousandFiringsThatAreDueAtOnceAreNotAllPublished(t *testing.T) {
	s, err := schedule.New(schedule.Spec{Every: "1s", Missed: "all", Grace: "1h"}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	firings := decide(s, "j", noon, noon.Add(1000*time.Second), noon.Add(1000*time.Second))
	if len(firings) != 1+maxBehind || firings[0].Kind != Missed || firings[0].Count != 1000-maxBehind {
		t.Errorf("%d firings, the first %+v", len(firings), firings[0])
	}
}

func TestARunIsSkippedWhereTooManyGoOn(t *testing.T) {
	var c current
	for i := range maxBehind {
		if v, _ := c.place(fmt.Sprint(i), schedule.OverlapAllow); v != enters {
			t.Fatalf("run %d did not enter", i)
		}
	}
	if v, reason := c.place("one more", schedule.OverlapAllow); v != skips || reason == "" {
		t.Errorf("one more: %v, %q", v, reason)
	}
}

// A stop that was planned by a run which is no more must not end a later recording.
func TestAPlannedStopIsLeftOutWhereALaterRecordingHasOneOfItsOwn(t *testing.T) {
	h := newHouse(t, Options{})
	n, _ := h.node("a", nil, nil)
	task := Stop{TaskID: "cam1", Subject: "rec", Run: "first"}
	if _, err := n.PlanStop(t.Context(), noon.Add(time.Hour), task); err != nil {
		t.Fatal(err)
	}
	var first Job
	if err := readAll(t.Context(), n.store.jobs, func(_ string, data []byte) error { return json.Unmarshal(data, &first) }); err != nil {
		t.Fatal(err)
	}
	if err := n.store.Pause(t.Context(), first.Name, nil); !errors.Is(err, ErrPlanned) {
		t.Errorf("it is paused: %v", err)
	}
	if err := n.store.Remove(t.Context(), first.Name); !errors.Is(err, ErrPlanned) {
		t.Errorf("it is removed: %v", err)
	}
	if superseded, err := n.superseded(t.Context(), first); superseded || err != nil {
		t.Errorf("alone: %v, %v", superseded, err)
	}
	h.passes(time.Minute)
	task.Run = "second"
	done, err := n.PlanStop(t.Context(), noon.Add(2*time.Hour), task)
	if err != nil {
		t.Fatal(err)
	}
	if superseded, err := n.superseded(t.Context(), first); !superseded || err != nil {
		t.Errorf("beside a later one: %v, %v", superseded, err)
	}
	if err := done(t.Context()); err != nil {
		t.Fatal(err)
	}
	if superseded, err := n.superseded(t.Context(), first); superseded || err != nil {
		t.Errorf("after the later one was taken back: %v, %v", superseded, err)
	}
}

func TestEveryFiringRunsOnceOnTwoNodes(t *testing.T) {
	specs := map[string]schedule.Spec{}
	for i := range 5 {
		specs[fmt.Sprintf("job %d", i)] = schedule.Spec{Every: "10s", Overlap: "allow"}
	}
	if doubled := runOnTwoNodes(t, Options{}, specs); doubled > 0 {
		t.Errorf("%d firings ran twice", doubled)
	}
}

// The conditions under which things are written are what keeps firings from running
// twice: without them they do, and the check above sees it.
func TestWithoutConditionsFiringsRunTwice(t *testing.T) {
	specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: "allow"}}
	if runOnTwoNodes(t, Options{Unchecked: true}, specs) == 0 {
		t.Error("no firing ran twice: the check would not see a double")
	}
}

func runOnTwoNodes(t *testing.T, opts Options, specs map[string]schedule.Spec) (doubled int) {
	h := newHouse(t, opts)
	_, leaveA := h.node("a", specs, nil)
	_, leaveB := h.node("b", specs, nil)
	const rounds = 20
	for range rounds {
		h.passes(10 * time.Second)
		for range specs {
			select {
			case <-h.began:
			case <-time.After(20 * time.Second):
				t.Fatal("no run began")
			}
		}
	}
	leaveA()
	leaveB()
	if !opts.Unchecked && len(h.runs) != rounds*len(specs) {
		t.Errorf("%d different firings ran, want %d", len(h.runs), rounds*len(specs))
	}
	for _, nodes := range h.runs {
		if len(nodes) > 1 {
			doubled++
		}
	}
	return doubled
}

func TestARunOfANodeThatWentAwayIsInterrupted(t *testing.T) {
	h := newHouse(t, Options{AckWait: 500 * time.Millisecond})
	specs := map[string]schedule.Spec{"job": {At: "2026-11-23 12:01"}}
	began := make(chan struct{})
	release := make(chan struct{})
	dead, _ := h.node("dead", specs, func(ctx context.Context, r Run) error {
		close(began)
		<-release
		return nil
	})
	h.passes(time.Minute)
	<-began
	dead.store.js.Conn().Close() // as a node that is killed
	_, _ = h.node("alive", specs, nil)
	r := h.next()
	if r.State != Interrupted || r.Node != "alive" || !strings.Contains(r.Reason, "dead") {
		t.Errorf("the run ended as %+v", r)
	}
	close(release)
}

func TestOverlapPolicies(t *testing.T) {
	for policy, want := range map[string][]string{
		"skip":    {"12:00:20 skipped", "12:00:30 skipped", "12:00:10 done"},
		"queue":   {"12:00:30 skipped", "12:00:10 done", "12:00:20 done"},
		"allow":   {"12:00:10 done", "12:00:20 done", "12:00:30 done"},
		"replace": {"12:00:10 failed", "12:00:20 failed", "12:00:30 done"},
	} {
		t.Run(policy, func(t *testing.T) {
			h := newHouse(t, Options{})
			began, release := make(chan string, 10), make(chan struct{})
			specs := map[string]schedule.Spec{"job": {Every: "10s", Overlap: policy, Till: "2026-11-23 12:00:30"}}
			h.node("a", specs, func(ctx context.Context, r Run) error {
				began <- r.Due.Format(time.TimeOnly)
				select {
				case <-release:
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			})
			var got []string
			take := func() { r := h.next(); got = append(got, r.Due.Format("15:04:05")+" "+string(r.State)) }
			h.passes(10 * time.Second)
			<-began
			for range 2 {
				h.passes(10 * time.Second)
				switch policy {
				case "skip":
					take()
				case "allow":
					<-began
				case "replace":
					take()
					<-began
				case "queue":
					if len(got) == 0 && h.clock.Now().Equal(noon.Add(30*time.Second)) {
						take()
					} else {
						h.waits("job")
					}
				}
			}
			close(release)
			for len(got) < 3 {
				take()
			}
			if policy == "allow" {
				slices.Sort(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// waits returns when a firing of the job waits for its turn.
func (h *house) waits(job string) {
	h.t.Helper()
	s := h.store()
	w, err := s.runs.Watch(h.t.Context(), nowKey(job))
	if err != nil {
		h.t.Fatal(err)
	}
	defer w.Stop()
	for e := range w.Updates() {
		if e != nil && strings.Contains(string(e.Value()), `"waiting"`) {
			return
		}
	}
}

func TestAPausedJobDoesNotFireAndAManualOneDoes(t *testing.T) {
	h := newHouse(t, Options{})
	n, _ := h.node("a", map[string]schedule.Spec{"job": {Every: "10s"}}, nil)
	ctx := t.Context()
	if err := n.store.Pause(ctx, "job", nil); err != nil {
		t.Fatal(err)
	}
	id, err := n.store.Fire(ctx, "job", h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if r := h.next(); r.ID() != id || r.Kind != Manual || r.State != Done {
		t.Errorf("fired by hand: %+v", r)
	}
	until := h.clock.Now().Add(35 * time.Second)
	if err := n.store.Pause(ctx, "job", &until); err != nil {
		t.Fatal(err)
	}
	h.passes(time.Second) // the ticker hears of it
	list, err := n.store.Jobs(ctx, h.clock.Now())
	if err != nil || len(list) != 1 || !list[0].Next.Equal(noon.Add(40*time.Second)) {
		t.Errorf("listed %+v, %v", list, err)
	}
	if _, err := n.store.Fire(ctx, "jab", h.clock.Now()); !errors.Is(err, ErrNoJob) {
		t.Errorf("a job that is not there: %v", err)
	}
}
