package firing

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/schedule"
)

// together are jobs that are all due at the same times.
func together(n int) map[string]schedule.Spec {
	specs := map[string]schedule.Spec{}
	for i := range n {
		specs[fmt.Sprintf("job %d", i)] = schedule.Spec{Every: "10s", Overlap: "allow"}
	}
	return specs
}

// beats lets time go on for some firings of all jobs, and waits until they have begun.
func (h *house) beats(times, jobs int) {
	h.t.Helper()
	for range times {
		h.passes(10 * time.Second)
		h.begin(jobs)
	}
}

// begin waits until so many runs have begun.
func (h *house) begin(runs int) {
	h.t.Helper()
	for range runs {
		select {
		case <-h.began:
		case <-time.After(20 * time.Second):
			h.t.Fatal("no run began")
		}
	}
}

// once checks that so many firings ran, each once.
func (h *house) once(firings int) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.runs) != firings {
		h.t.Errorf("%d firings ran, want %d", len(h.runs), firings)
	}
	for id, nodes := range h.runs {
		if len(nodes) != 1 {
			h.t.Errorf("%s ran on %v", id, nodes)
		}
	}
}

func TestWhereOneConditionOfABatchFailsOnlyThatOneIsLost(t *testing.T) {
	h := newHouse(t, Options{})
	s := h.store()
	ctx := t.Context()
	if _, ok, err := s.putRun(ctx, "taken.1", Run{Job: "taken", Node: "other"}, 0); !ok || err != nil {
		t.Fatal(ok, err)
	}
	var list []*write
	for i := range 100 {
		key := fmt.Sprintf("job%d.1", i)
		if i == 42 {
			key = "taken.1"
		}
		list = append(list, &write{subject: recordSubject(runsBucket, key), data: []byte(key)})
	}
	s.runWrites.commit(ctx, list)
	for i, w := range list {
		if w.err != nil || w.won != (i != 42) {
			t.Errorf("record %d: won %v, %v", i, w.won, w.err)
		}
		if !w.won {
			continue
		}
		entry, err := s.runs.Get(ctx, fmt.Sprintf("job%d.1", i))
		if err != nil || entry.Revision() != w.seq {
			t.Errorf("record %d has the revision %v, and %d was told: %v", i, entry, w.seq, err)
		}
	}
}

// Firings that somebody else publishes between two ticks, by hand or on a faster node,
// cost the others nothing.
func TestAFiringThatAnotherPublishedIsItsOwnAlone(t *testing.T) {
	h := newHouse(t, Options{})
	n, leave := h.node("a", together(50), nil)
	h.beats(1, 50)
	if _, err := n.store.Fire(t.Context(), "job 7", h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.begin(1)
	h.beats(2, 50)
	leave()
	h.once(151)
}

func TestWhereTheServerTakesNoBatchesAllIsStoredSingly(t *testing.T) {
	for name, refuse := range map[string]func(t *testing.T, s *Store){
		"it says so before": func(t *testing.T, s *Store) {
			s.fireWrites.enabled, s.runWrites.batcher.enabled, s.jobWrites.enabled = false, false, false
		},
		"it refuses the batch": func(t *testing.T, s *Store) {
			for _, name := range []string{stream, "KV_" + runsBucket} {
				kept, err := s.js.Stream(t.Context(), name)
				if err != nil {
					t.Fatal(err)
				}
				config := kept.CachedInfo().Config
				config.AllowAtomicPublish = false
				if _, err := s.js.UpdateStream(t.Context(), config); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, Options{})
			n, leave := h.node("a", together(20), nil)
			if !n.store.fireWrites.enabled || !n.store.runWrites.batcher.enabled || !n.store.jobWrites.enabled {
				t.Fatal("the server takes no batches")
			}
			refuse(t, n.store)
			h.beats(3, 20)
			leave()
			h.once(60)
		})
	}
}

func TestManyFiringsAtOnceRunOnceOnTwoNodes(t *testing.T) {
	h := newHouse(t, Options{})
	_, leaveA := h.node("a", together(100), nil)
	_, leaveB := h.node("b", together(100), nil)
	h.beats(5, 100)
	leaveA()
	leaveB()
	h.once(500)
}

// cutter is a way to the server on which the connection ends right after a certain thing
// has been sent, before its answer.
type cutter struct {
	server nats.InProcessConnProvider
	armed  atomic.Int32 // how many answers are to be lost yet
	texts  []string     // what is sent then: one of these
}

func (c *cutter) InProcessConn() (net.Conn, error) {
	conn, err := c.server.InProcessConn()
	return &cutConn{Conn: conn, cutter: c}, err
}

type cutConn struct {
	net.Conn
	cutter *cutter
	mu     sync.Mutex
	deaf   bool // nothing is read any more
}

func (c *cutConn) Write(b []byte) (int, error) {
	if slices.ContainsFunc(c.cutter.texts, func(text string) bool { return bytes.Contains(b, []byte(text)) }) && c.cutter.armed.Add(-1) >= 0 {
		c.mu.Lock()
		c.deaf = true
		c.mu.Unlock()
		n, err := c.Conn.Write(b)
		// The server takes in what it was sent, and hangs up then.
		_, _ = c.Conn.Write([]byte("no command\r\n"))
		return n, err
	}
	return c.Conn.Write(b)
}

func (c *cutConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		c.mu.Lock()
		deaf := c.deaf
		c.mu.Unlock()
		if err != nil || !deaf {
			return n, err
		}
	}
}

func TestWhatHasNoAnswerIsNeitherLostNorDoubled(t *testing.T) {
	for name, texts := range map[string][]string{"of firings": {"Nats-Batch-Commit"}, "of runs": {`"ready":true`, `"state":"running"`}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, Options{AckWait: 2 * time.Second})
			way := &cutter{server: h.server, texts: texts}
			h.way, h.patience = way, 300*time.Millisecond
			_, leave := h.node("a", together(20), nil)
			h.beats(1, 20)
			way.armed.Store(1)
			h.passes(10 * time.Second)
			h.passes(retryAfter) // the ticker tries again
			h.begin(20)
			if way.armed.Load() > 0 {
				t.Error("no answer was lost")
			}
			h.beats(1, 20)
			leave()
			h.once(60)
		})
	}
}

func TestAnEndIsWrittenOnceWhereItsAnswerWasLost(t *testing.T) {
	h := newHouse(t, Options{})
	n := NewNode(h.store(), NodeOptions{Name: "a", Clock: h.clock})
	a := n.newActive(t.Context(), "job.1", nil, Firing{Job: "job"})
	a.run.State = Done
	if err := n.write(a); err != nil {
		t.Fatal(err)
	}
	a.rev = 0 // as it is without an answer
	if err := n.write(a); err != nil {
		t.Errorf("the second time: %v", err)
	}
	a.run.State, a.rev = Failed, 0
	if err := n.write(a); !errors.Is(err, errLost) {
		t.Errorf("another end: %v", err)
	}
}

// A node that begins reads the last firings of many jobs in one go, and goes on behind them.
func TestANodeThatBeginsGoesOnBehindWhatWasFired(t *testing.T) {
	const jobs = 2 * many
	h := newHouse(t, Options{})
	_, leave := h.node("a", together(jobs), nil)
	h.beats(2, jobs)
	leave()
	n, leave := h.node("b", together(jobs), nil)
	h.beats(2, jobs)
	leave()
	h.once(4 * jobs)
	for _, j := range n.ticker.jobs {
		if f, seq, err := n.store.last(t.Context(), j.name); err != nil || j.seq != seq || !j.cursor.Equal(f.Cursor) {
			t.Errorf("%s: sequence %d, cursor %v; the last is %d, %v, %v", j.name, j.seq, j.cursor, seq, f.Cursor, err)
		}
	}
}
