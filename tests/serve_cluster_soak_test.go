//go:build soak

package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recue/runtime/firing"
)

// cluster is three NATS servers, each a process of the nats-server that everybody runs.
type cluster struct {
	t       *testing.T
	dir     string
	program string
	servers []*process
	clients []string // their ports for clients
	url     string   // of all three
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir()}
	c.program = filepath.Join(c.dir, "nats-server")
	if said, err := exec.CommandContext(t.Context(), "go", "build", "-o", c.program, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		t.Fatalf("build nats-server: %v\n%s", err, said)
	}
	var routes, urls []string
	for range 3 {
		routes = append(routes, freePort(t))
		c.clients = append(c.clients, freePort(t))
	}
	for i, port := range c.clients {
		urls = append(urls, "nats://127.0.0.1:"+port)
		text := fmt.Sprintf(`
server_name: n%d
listen: "127.0.0.1:%s"
jetstream: {store_dir: %q, sync_interval: always}
cluster: {name: c, listen: "127.0.0.1:%s", routes: ["nats://127.0.0.1:%s"]}
`, i, port, filepath.Join(c.dir, fmt.Sprint(i)), routes[i], strings.Join(routes, `", "nats://127.0.0.1:`))
		if err := os.WriteFile(c.config(i), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c.servers = append(c.servers, c.start(i))
	}
	c.url = strings.Join(urls, ",")
	return c
}

func (c *cluster) start(i int) *process {
	return background(c.t, c.dir, nil, c.program, "--config", c.config(i))
}

func (c *cluster) config(i int) string { return filepath.Join(c.dir, fmt.Sprintf("n%d.conf", i)) }

// whole waits until every server has all of the state.
func (c *cluster) whole(js jetstream.JetStream) {
	c.t.Helper()
	c.eventually("the cluster to be whole", func(ctx context.Context) bool {
		for _, name := range []string{"RECUE_FIRES", "KV_recue_jobs", "KV_recue_runs"} {
			s, err := js.Stream(ctx, name)
			if err != nil || s.CachedInfo().Cluster == nil || s.CachedInfo().Cluster.Leader == "" || len(s.CachedInfo().Cluster.Replicas) != 2 {
				return false
			}
			for _, r := range s.CachedInfo().Cluster.Replicas {
				if !r.Current || r.Offline {
					return false
				}
			}
		}
		return true
	})
}

func (c *cluster) eventually(what string, ok func(ctx context.Context) bool) {
	c.t.Helper()
	for begun := time.Now(); time.Since(begun) < 4*patience; {
		ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Second)
		done := ok(ctx)
		pause := time.NewTimer(100 * time.Millisecond)
		<-pause.C
		cancel()
		if done {
			return
		}
	}
	c.t.Fatalf("waited in vain for %s", what)
}

// leader is the server that leads a stream, or any where there is no leader.
func (c *cluster) leader(js jetstream.JetStream, stream string) int {
	i := rand.N(len(c.servers))
	if s, err := js.Stream(c.t.Context(), stream); err == nil && s.CachedInfo().Cluster != nil {
		_, _ = fmt.Sscanf(s.CachedInfo().Cluster.Leader, "n%d", &i)
	}
	return i
}

// strike kills a server and starts it again, or has it stand still for a while.
func (c *cluster) strike(js jetstream.JetStream, i int, freeze bool) {
	c.t.Helper()
	if freeze {
		_ = c.servers[i].cmd.Process.Signal(syscall.SIGSTOP)
		while := time.NewTimer(time.Second + rand.N(4*time.Second))
		<-while.C
		_ = c.servers[i].cmd.Process.Signal(syscall.SIGCONT)
	} else {
		c.servers[i].kill()
		c.servers[i] = c.start(i)
	}
	c.whole(js)
}

// connect has the state of the schedules made on all three.
func (c *cluster) connect(replicas int) jetstream.JetStream {
	c.t.Helper()
	nc, err := nats.Connect(c.url, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		c.t.Fatal(err)
	}
	c.eventually("the state to be made", func(context.Context) bool {
		ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
		defer cancel()
		_, err := firing.Open(ctx, nc, firing.Options{Replicas: replicas, AckWait: 5 * time.Second})
		return err == nil
	})
	return js
}

// crew is several serves on a cluster, those that were killed included.
type crew struct {
	*studio
	dir   string
	alive []*process
	all   []*process
}

func newCrew(t *testing.T, url string, jobs int) *crew {
	t.Helper()
	text := fmt.Sprintf(`for i = 1, %d do
  schedule("job" .. i, {every = "1s", missed = "all", grace = "1h", overlap = "allow"}, function(run) print(string.format("ran %%s-%%d", run.job, run.due)) end)
end`, jobs)
	w := &crew{studio: &studio{t: t, url: url, heard: map[string]int{}, news: make(chan struct{})}, dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(w.dir, "beats.lua"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.begin()
	}
	return w
}

func (w *crew) begin() {
	p := w.serve(w.dir, "beats.lua")
	w.alive, w.all = append(w.alive, p), append(w.all, p)
}

// strike kills one and starts another, or has one stand still for a while.
func (w *crew) strike(freeze bool) {
	i := rand.N(len(w.alive))
	if freeze {
		_ = w.alive[i].cmd.Process.Signal(syscall.SIGSTOP)
		while := time.NewTimer(rand.N(7 * time.Second)) // longer than its firings stay with it, or shorter
		<-while.C
		_ = w.alive[i].cmd.Process.Signal(syscall.SIGCONT)
		return
	}
	w.alive[i].kill()
	w.alive = append(w.alive[:i], w.alive[i+1:]...)
	w.begin()
}

var ran = regexp.MustCompile(`ran (job\d+-\d+)`)

// runs counts the runs that began.
func (w *crew) runs() (n int) {
	for _, p := range w.all {
		n += len(ran.FindAllString(p.stderr.String(), -1))
	}
	return n
}

// audit ends all, and checks each second of each job.
func (w *crew) audit(jobs int) (firings int) {
	histories := map[string][]history{}
	for i := range jobs {
		job := fmt.Sprintf("job%d", i+1)
		histories[job] = w.settled(w.dir, job)
	}
	for _, p := range w.alive {
		endsWell(w.t, p)
	}
	for _, p := range w.all {
		for _, m := range ran.FindAllStringSubmatch(p.stderr.String(), -1) {
			w.heard["status "+m[1]]++
		}
	}
	for job, runs := range histories {
		firings += w.account(job, runs)
	}
	return firings
}

// On a cluster, NATS servers are killed and frozen, the leader of the firings among them,
// and the processes that serve too.
func TestTwoThousandFiringsOnAClusterWhoseServersAreKilled(t *testing.T) {
	t.Parallel()
	const jobs, least, strikes = 20, 2000, 8
	c := newCluster(t)
	js := c.connect(3)
	c.whole(js)
	w := newCrew(t, c.url, jobs)
	for strike := 0; strike < strikes || w.runs() < least; strike++ {
		moment := time.NewTimer(time.Second + rand.N(2*time.Second))
		<-moment.C
		switch strike % 4 {
		case 0:
			c.strike(js, c.leader(js, "RECUE_FIRES"), false)
		case 1:
			w.strike(false)
		case 2:
			c.strike(js, c.leader(js, "KV_recue_runs"), true)
		case 3:
			w.strike(true)
		}
	}
	firings := w.audit(jobs)
	if firings < least {
		t.Errorf("only %d firings were looked at", firings)
	}
	t.Logf("%d firings", firings)
}

// The state is moved to three servers and back to one while it is served.
func TestReplicasAreChangedOnAClusterThatServes(t *testing.T) {
	t.Parallel()
	const jobs = 5
	c := newCluster(t)
	js := c.connect(1)
	w := newCrew(t, c.url, jobs)
	for _, replicas := range []int{3, 1, 3} {
		p := w.serve(w.dir, "beats.lua", "--replicas", fmt.Sprint(replicas))
		w.alive, w.all = append(w.alive, p), append(w.all, p)
		c.eventually(fmt.Sprintf("%d replicas", replicas), func(ctx context.Context) bool {
			for _, name := range []string{"RECUE_FIRES", "KV_recue_jobs", "KV_recue_runs"} {
				s, err := js.Stream(ctx, name)
				if err != nil || s.CachedInfo().Config.Replicas != replicas || s.CachedInfo().Cluster == nil || len(s.CachedInfo().Cluster.Replicas) != replicas-1 {
					return false
				}
			}
			return true
		})
		if replicas == 3 {
			c.whole(js)
			c.strike(js, c.leader(js, "RECUE_FIRES"), false) // it survives the loss of one
		}
		before := w.runs()
		c.eventually("further runs", func(context.Context) bool { return w.runs() > before+2*jobs })
	}
	r := recueIn(t, w.dir, []string{"NATS_URL=" + c.url}, "serve", "beats.lua", "--replicas", "5")
	if r.code != 2 || !strings.Contains(r.stderr, "--replicas needs as many servers with JetStream") {
		t.Errorf("five on three: exit code %d: %s", r.code, r.stderr)
	}
	t.Logf("%d firings", w.audit(jobs))
}
