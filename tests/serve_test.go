package tests

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/firing"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/simulator"
)

// studio is a NATS server with JetStream and a simulated recorder, and a witness who
// hears every command that reaches it.
type studio struct {
	t    *testing.T
	url  string
	conn *nats.Conn

	mu    sync.Mutex
	heard map[string]int // by "start cam1"
	news  chan struct{}  // closed, and made anew, with each command
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	server, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0", Store: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := &studio{t: t, url: server.ClientURL(), heard: map[string]int{}, news: make(chan struct{})}
	if s.conn, err = nats.Connect(s.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.conn.Close)
	service, err := simulator.Serve(t.Context(), s.conn, "rec.control", simulator.Options{Keep: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	if _, err := s.conn.Subscribe("rec.control", s.hear); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *studio) hear(m *nats.Msg) {
	c, err := protocol.ParseCommand(m.Data)
	if err != nil {
		return // nothing of ours
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard[string(c.Cmd)+" "+c.TaskID]++
	close(s.news)
	s.news = make(chan struct{})
}

// until waits until what was heard is enough.
func (s *studio) until(what string, enough func(heard map[string]int) bool) {
	s.t.Helper()
	limit := time.After(3 * patience)
	for {
		s.mu.Lock()
		ok, news := enough(s.heard), s.news
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-news:
		case <-limit:
			s.t.Fatalf("the recorder has not heard %s", what)
		}
	}
}

func (s *studio) hears(command string) {
	s.t.Helper()
	s.until(command, func(heard map[string]int) bool { return heard[command] > 0 })
}

// more waits for n further commands.
func (s *studio) more(n int) {
	s.t.Helper()
	s.mu.Lock()
	before := total(s.heard)
	s.mu.Unlock()
	s.until("more", func(heard map[string]int) bool { return total(heard) >= before+n })
}

func total(heard map[string]int) (n int) {
	for _, count := range heard {
		n += count
	}
	return n
}

// serve starts recue serve and waits until it serves.
func (s *studio) serve(dir string, flags ...string) *process {
	s.t.Helper()
	p := background(s.t, dir, []string{"NATS_URL=" + s.url}, "recue", append([]string{"serve"}, flags...)...)
	if _, err := p.stderr.match(`serving \d+ job`, p.ended); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// history is one run as recue jobs history prints it.
type history struct {
	Run   string    `json:"run"`
	Job   string    `json:"job"`
	Due   time.Time `json:"due"`
	Kind  string    `json:"kind"`
	State string    `json:"state"`
	Count int       `json:"count"`
}

// settled gives the runs of a job once none of them goes on that was due before now, and
// none is missing between them: a firing that a dead process had in hand has no record
// until another takes it. Out of patience it gives what there is.
func (s *studio) settled(dir, job string, flags ...string) []history {
	s.t.Helper()
	now := time.Now()
	for {
		r := recueIn(s.t, dir, []string{"NATS_URL=" + s.url}, append([]string{"jobs", "history", job, "-n", "100000", "--output", "json"}, flags...)...).must(s.t)
		var runs, old []history
		if err := json.Unmarshal([]byte(r.stdout), &runs); err != nil {
			s.t.Fatal(err)
		}
		open := 0
		for _, h := range runs {
			if h.Due.After(now) {
				continue
			}
			old = append(old, h)
			if h.State == "claimed" || h.State == "running" {
				open++
			}
		}
		late := time.Since(now) > 2*patience
		if open > 0 && late {
			s.t.Fatalf("%d runs of %s do not end: %s", open, job, r.stdout)
		}
		if open == 0 && len(old) > 0 && (late || !strings.HasPrefix(job, "job") || holes(old) == 0) {
			return old
		}
	}
}

// holes counts the seconds between the first and the last of runs, the newest first,
// that have none.
func holes(runs []history) int {
	n := int(runs[0].Due.Unix()-runs[len(runs)-1].Due.Unix()) + 1
	for i, h := range runs {
		if n--; i < len(runs)-1 {
			n -= max(h.Count, 1) - 1
		}
	}
	return max(n, 0)
}

// beats is a script with jobs that are due each second and ask for the status of a
// task that names the firing.
func beats(t *testing.T, jobs int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	script := fmt.Sprintf(`
for i = 1, %d do
  schedule("job" .. i, {every = "1s", missed = "all", grace = "1h", overlap = "allow"}, function(run)
    status(string.format("%%s-%%d", run.job, run.due))
    sleep(math.random() / 4)
  end)
end`, jobs)
	if err := os.WriteFile(filepath.Join(dir, "beats.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// account checks that each second of a job has one record, and that its run was heard
// as often as the record says. It gives how many firings there were.
func (s *studio) account(job string, runs []history) (firings int) {
	s.t.Helper()
	at := map[int64]string{} // the state of each second's firing
	for _, h := range runs {
		for i := range int64(max(h.Count, 1)) {
			second := h.Due.Unix() - i
			if at[second] != "" {
				s.t.Errorf("%s at %d has two records: %s and %s", job, second, at[second], h.State)
			}
			at[second] = h.State
		}
	}
	first, last := runs[len(runs)-1].Due.Unix(), runs[0].Due.Unix()
	s.mu.Lock()
	defer s.mu.Unlock()
	for second := first; second <= last; second++ {
		heard := s.heard[fmt.Sprintf("status %s-%d", job, second)]
		switch state := at[second]; {
		case state == "":
			s.t.Errorf("%s at %d was lost", job, second)
		case heard > 1:
			s.t.Errorf("%s at %d ran %d times (%s)", job, second, heard, state)
		case state == "done" && heard != 1, (state == "missed" || state == "skipped") && heard != 0:
			s.t.Errorf("%s at %d is %s and ran %d times", job, second, state, heard)
		case state == "failed":
			s.t.Errorf("%s at %d failed", job, second)
		}
		firings++
	}
	return firings
}

func TestAServeThatIsKilledLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	killAlone(t, 3)
}

// killAlone kills a lone serve at random moments and starts it on the same store.
func killAlone(t *testing.T, kills int) {
	s := newStudio(t)
	dir := beats(t, 4)
	flags := []string{"beats.lua", "--store", "state"}
	p := s.serve(dir, flags...)
	s.more(1)
	for range kills {
		moment := time.NewTimer(rand.N(1200 * time.Millisecond)) // any moment will do: there is nothing to wait for
		<-moment.C
		p.kill()
		p = s.serve(dir, flags...)
	}
	s.more(4)
	firings := 0
	for i := range 4 {
		job := fmt.Sprintf("job%d", i+1)
		firings += s.account(job, s.settled(dir, job, "--store", "state"))
	}
	t.Logf("%d firings, %d kills", firings, kills)
	endsWell(t, p)
}

// endsWell asks a serve to end and waits for its good end.
func endsWell(t *testing.T, p *process) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code, err := p.wait(); err != nil || code != 0 {
		t.Errorf("exit code %d, %v\n%s", code, err, p.stderr)
	}
}

func TestEachFiringRunsOnOneOfTwoServes(t *testing.T) {
	t.Parallel()
	killAmong(t, 2, 4, 2, false, 0)
}

// killAmong kills, and with freeze stops for a while, some of several serves on one
// server, and starts others instead. It goes on until at least least runs were heard.
func killAmong(t *testing.T, serves, jobs, strikes int, freeze bool, least int) (firings int) {
	s := newStudio(t)
	dir := beats(t, jobs)
	// What a dead process had in hand is to be taken over while the test waits.
	if _, err := firing.Open(t.Context(), s.conn, firing.Options{AckWait: 3 * time.Second}); err != nil {
		t.Fatal(err)
	}
	alive := make([]*process, serves)
	for i := range alive {
		alive[i] = s.serve(dir, "beats.lua")
	}
	s.more(1)
	for range strikes {
		moment := time.NewTimer(rand.N(1500 * time.Millisecond))
		<-moment.C
		i := rand.N(len(alive))
		if freeze && rand.N(2) == 0 {
			_ = alive[i].cmd.Process.Signal(syscall.SIGSTOP)
			s.more(jobs)
			_ = alive[i].cmd.Process.Signal(syscall.SIGCONT)
			continue
		}
		alive[i].kill()
		alive[i] = s.serve(dir, "beats.lua")
	}
	s.more(jobs)
	s.until("the least", func(heard map[string]int) bool { return total(heard) >= least })
	for i := range jobs {
		job := fmt.Sprintf("job%d", i+1)
		firings += s.account(job, s.settled(dir, job))
	}
	t.Logf("%d firings, %d strikes", firings, strikes)
	for _, p := range alive {
		endsWell(t, p)
	}
	return firings
}

// The stop of a recording is written down before its start is sent, so that it is sent
// whoever is alive.
func TestAPlannedStopIsSentAfterAKill(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	dir := t.TempDir()
	script := `schedule("show", {at = "2099-01-01 12:00", tz = "UTC"}, function() record("cam1", "2s") end)`
	if err := os.WriteFile(filepath.Join(dir, "show.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.serve(dir, "show.lua", "--store", "state")
	recueIn(t, dir, nil, "jobs", "fire", "show", "--store", "state").must(t)
	s.hears("start cam1")
	p.kill()
	p = s.serve(dir, "show.lua", "--store", "state")
	s.hears("stop cam1")
	runs := s.settled(dir, "show", "--store", "state")
	if len(runs) != 1 || runs[0].State != "interrupted" {
		t.Errorf("the history is %+v", runs)
	}
	if _, err := p.stderr.match(`planned stop: the recording was stopped`, p.ended); err != nil {
		t.Error(err)
	}
	for {
		r := recueIn(t, dir, nil, "jobs", "--store", "state").must(t)
		if !strings.Contains(r.stdout, "planned stop") {
			break // it is done with, and taken back
		}
	}
	endsWell(t, p)
	if s.heard["stop cam1"] != 1 || s.heard["start cam1"] != 1 {
		t.Errorf("the recorder heard %v", s.heard)
	}
}
