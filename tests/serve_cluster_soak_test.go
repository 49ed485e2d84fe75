//go:build soak

package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
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

// cluster is three NATS servers, each a process.
type cluster struct {
	t       *testing.T
	dir     string
	servers []*process
	clients []string // their ports for clients
	url     string   // of all three
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir()}
	var routes, urls []string
	for range 3 {
		routes = append(routes, freePort(t))
		c.clients = append(c.clients, freePort(t))
	}
	for i, port := range c.clients {
		urls = append(urls, "nats://127.0.0.1:"+port)
		text := fmt.Sprintf("server_name: n%d\njetstream: {store_dir: %q}\ncluster: {name: c, listen: \"127.0.0.1:%s\", routes: [", i, filepath.Join(c.dir, fmt.Sprint(i)), routes[i])
		for _, other := range routes {
			text += fmt.Sprintf("\"nats://127.0.0.1:%s\",", other)
		}
		if err := os.WriteFile(c.config(i), []byte(text+"]}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c.servers = append(c.servers, background(t, c.dir, nil, "nats-server", c.config(i), port))
	}
	c.url = strings.Join(urls, ",")
	return c
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

// On a cluster, NATS servers are killed, the leader of the firings among them, and
// the processes that serve too.
func TestFiringsOnAClusterWhoseServersAreKilled(t *testing.T) {
	t.Parallel()
	const jobs = 10
	c := newCluster(t)
	nc, err := nats.Connect(c.url, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	c.eventually("the state to be made", func(context.Context) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := firing.Open(ctx, nc, firing.Options{Replicas: 3, AckWait: 5 * time.Second})
		return err == nil
	})
	c.whole(js)
	dir := t.TempDir()
	text := fmt.Sprintf(`for i = 1, %d do
  schedule("job" .. i, {every = "1s", missed = "all", grace = "1h", overlap = "allow"}, function(run) print(string.format("ran %%s-%%d", run.job, run.due)) end)
end`, jobs)
	if err := os.WriteFile(filepath.Join(dir, "beats.lua"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &studio{t: t, url: c.url, heard: map[string]int{}, news: make(chan struct{})}
	var all []*process
	alive := make([]*process, 3)
	for i := range alive {
		alive[i] = s.serve(dir, "beats.lua")
		all = append(all, alive[i])
	}
	for strike := range 6 {
		moment := time.NewTimer(time.Second + rand.N(2*time.Second))
		<-moment.C
		if i := rand.N(len(alive)); strike%3 == 2 {
			alive[i].kill()
			alive[i] = s.serve(dir, "beats.lua")
			all = append(all, alive[i])
			continue
		}
		i := rand.N(len(c.servers))
		if stream, err := js.Stream(t.Context(), "RECUE_FIRES"); err == nil && strike%3 == 0 {
			_, _ = fmt.Sscanf(stream.CachedInfo().Cluster.Leader, "n%d", &i)
		}
		_ = c.servers[i].cmd.Process.Signal(syscall.SIGKILL)
		<-c.servers[i].ended
		c.servers[i] = background(t, c.dir, nil, "nats-server", c.config(i), c.clients[i])
		c.whole(js)
	}
	firings := 0
	histories := map[string][]history{}
	for i := range jobs {
		job := fmt.Sprintf("job%d", i+1)
		histories[job] = s.settled(dir, job)
	}
	for _, p := range alive {
		endsWell(t, p)
	}
	for _, p := range all {
		for _, m := range regexp.MustCompile(`ran (job\d+-\d+)`).FindAllStringSubmatch(p.stderr.String(), -1) {
			s.heard["status "+m[1]]++
		}
	}
	for job, runs := range histories {
		firings += s.account(job, runs)
	}
	t.Logf("%d firings", firings)
}
