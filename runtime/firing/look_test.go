package firing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"recue/runtime/schedule"
)

// filled is a store with so many jobs, each of which has had so many runs, a minute apart
// and the last at noon.
func (h *house) filled(t testing.TB, jobs, runs int) *Store {
	s := h.store()
	for i := range jobs {
		name := fmt.Sprintf("job %d", i)
		if err := s.update(t.Context(), name, func(j *Job) bool {
			j.Name, j.Zone, j.Spec = name, "UTC", schedule.Spec{Every: "1m"}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		for r := range runs {
			due := noon.Add(time.Duration(r-runs+1) * time.Minute)
			run := Run{Job: name, Due: due, Kind: Due, State: Done, Node: "a", Began: &due, Ended: &due}
			send := func(subject string, record any) {
				data, err := json.Marshal(record)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.js.PublishAsync(subject, data); err != nil {
					t.Fatal(err)
				}
				if s.js.PublishAsyncPending() > 1000 {
					<-s.js.PublishAsyncComplete()
				}
			}
			send(subjects+token(name), Firing{Job: name, Kind: Due, Due: due, Cursor: due})
			send("$KV."+runsBucket+"."+run.ID(), run)
		}
	}
	<-s.js.PublishAsyncComplete()
	return s
}

// unsafe has the server not wait for the disk, for tests that write much.
func unsafe(o *server.Options) { o.SyncAlways = false }

func BenchmarkJobs(b *testing.B) {
	h := newHouse(b, Options{}, unsafe)
	s := h.filled(b, 100, 500)
	for b.Loop() {
		if list, err := s.Jobs(b.Context(), noon); err != nil || len(list) != 100 || list[99].Last == nil {
			b.Fatal(list, err)
		}
	}
}

func BenchmarkHistory(b *testing.B) {
	h := newHouse(b, Options{}, unsafe)
	s := h.filled(b, 2, 25_000)
	for b.Loop() {
		if list, err := s.History(b.Context(), "job 1", 20); err != nil || len(list) < 20 {
			b.Fatal(list, err)
		}
	}
}

func TestTheListSaysWhatRunsAndWhatRanLast(t *testing.T) {
	h := newHouse(t, Options{})
	release := make(chan struct{})
	n, _ := h.node("a", map[string]schedule.Spec{
		"both": {Every: "10s", Overlap: "allow"}, "one": {Every: "10s", Overlap: "skip"}, "never": {At: "2099-01-01 12:00"},
	}, func(context.Context, Run) error { <-release; return nil })
	h.passes(10 * time.Second)
	<-h.began
	<-h.began
	h.passes(10 * time.Second)
	<-h.began
	h.next() // the second of "one" is skipped
	list, err := n.store.Jobs(t.Context(), h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range list {
		text := fmt.Sprintf("%s runs %d", st.Job.Name, len(st.Running))
		if st.Last != nil {
			text += fmt.Sprintf(", last %s %s", st.Last.State, st.Last.Due.Format(time.TimeOnly))
		}
		got = append(got, text)
	}
	if want := []string{"both runs 2, last running 12:00:20", "never runs 0", "one runs 1, last skipped 12:00:20"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	close(release)
}

// A firing that nobody has taken has no record: the last run is then the one before, and
// a history is as long as was asked for.
func TestAFiringThatNobodyHasTakenHidesNothing(t *testing.T) {
	h := newHouse(t, Options{})
	s := h.filled(t, 2, 30)
	last, seq, err := s.last(t.Context(), "job 1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		last.Due = last.Due.Add(time.Minute)
		if seq, _, err = s.publish(t.Context(), last, seq); err != nil {
			t.Fatal(i, err)
		}
	}
	list, err := s.Jobs(t.Context(), noon)
	if err != nil || len(list) != 2 || list[1].Last == nil || !list[1].Last.Due.Equal(noon) {
		t.Errorf("the last runs are not those of noon: %+v, %v", list, err)
	}
	for most, want := range map[int]int{0: 30, 1: 1, 20: 20, 30: 30, 100: 30, firingsKept: 30} {
		runs, err := s.History(t.Context(), "job 1", most)
		if err != nil || len(runs) != want || !runs[0].Due.Equal(noon) {
			t.Errorf("a history of %d has %d runs, want %d: %v", most, len(runs), want, err)
		}
	}
}

// A job that was renamed leaves its runs under its old name.
func TestAJobThatIsDeclaredNoMoreKeepsItsHistory(t *testing.T) {
	h := newHouse(t, Options{})
	n, _ := h.node("a", map[string]schedule.Spec{"job": {Every: "10s"}}, nil)
	h.passes(10 * time.Second)
	h.next()
	h.renames(n)
	for _, most := range []int{0, 1, 20} {
		if runs, err := n.store.History(t.Context(), "job", most); err != nil || len(runs) != 1 || runs[0].State != Done {
			t.Errorf("the history of %d by the old name: %+v, %v", most, runs, err)
		}
	}
	if runs, err := n.store.History(t.Context(), "new name", 20); err != nil || len(runs) != 0 {
		t.Errorf("a job that has not run yet: %+v, %v", runs, err)
	}
	for _, name := range []string{"jab", "", strings.Repeat("x", longestName+1)} {
		if _, err := n.store.History(t.Context(), name, 20); !errors.Is(err, ErrNoJob) {
			t.Errorf("the history of %.10q, which never was: %v", name, err)
		}
	}
}
