package tests

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"recue/runtime/simulator"
)

// watched is a recue serve with --metrics.
type watched struct {
	*process
	t   *testing.T
	url string
}

// watch starts one, and waits until it answers over HTTP.
func watch(t *testing.T, dir string, env []string, flags ...string) *watched {
	t.Helper()
	p := background(t, dir, env, "recue", append([]string{"serve", "--metrics", "127.0.0.1:0"}, flags...)...)
	found, err := p.stderr.match(`metrics at (http://\S+)/metrics`, p.ended)
	if err != nil {
		t.Fatal(err)
	}
	return &watched{p, t, found[1]}
}

// get gives the status and the text of a page.
func (w *watched) get(page string) (status int, text string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+page, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.stderr)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// becomes asks a page again and again until it answers so.
func (w *watched) becomes(page string, status int, text string) {
	w.t.Helper()
	for begun := time.Now(); ; {
		gotStatus, got := w.get(page)
		if gotStatus == status && strings.Contains(got, text) {
			return
		}
		if time.Since(begun) > patience {
			w.t.Fatalf("%s answers %d %q, want %d %q\n%s", page, gotStatus, got, status, text, w.stderr)
		}
	}
}

// metric gives the samples of a metric, as Prometheus reads them.
func (w *watched) metric(name string, labels ...string) (found []*dto.Metric) {
	w.t.Helper()
	_, text := w.get("/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		w.t.Fatalf("Prometheus cannot read it: %v\n%s", err, text)
	}
	if families[name] == nil {
		return nil
	}
	for _, m := range families[name].Metric {
		has := map[string]bool{}
		for _, l := range m.Label {
			has[l.GetName()+"="+l.GetValue()] = true
		}
		fits := true
		for _, l := range labels {
			fits = fits && has[l]
		}
		if fits {
			found = append(found, m)
		}
	}
	return found
}

// counts waits until a counter or gauge has a value, or more.
func (w *watched) counts(least float64, name string, labels ...string) {
	w.t.Helper()
	for begun := time.Now(); ; {
		sum := 0.0
		for _, m := range w.metric(name, labels...) {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
		if sum >= least {
			return
		}
		if time.Since(begun) > patience {
			w.t.Fatalf("%s%v is %v, want %v or more\n%s", name, labels, sum, least, w.stderr)
		}
	}
}

func writeScript(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "show.lua"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPrometheusReadsWhatBecameOfFirings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, `
schedule("good", {at = "2099-01-01 12:00", tz = "UTC"}, function() end)
schedule("bad", {at = "2099-01-01 12:00", tz = "UTC"}, function() fail "no tape" end)
schedule("long", {at = "2099-01-01 12:00", tz = "UTC"}, function() sleep "1h" end)
schedule("beat", {every = "1s", missed = "skip"}, function() end)`)
	flags := []string{"show.lua", "--sim", "--store", "state", "--grace", "1ms"}
	w := watch(t, dir, nil, flags...)
	fire := func(job string) { recueIn(t, dir, nil, "jobs", "fire", job, "--store", "state").must(t) }
	if _, err := w.stderr.match(`serving 4 jobs`, w.ended); err != nil {
		t.Fatal(err)
	}
	for _, job := range []string{"good", "bad", "long"} {
		fire(job)
	}
	w.counts(1, "recue_running", "job=long")
	fire("long")
	w.counts(1, "recue_runs_total", "job=good", "state=done")
	w.counts(1, "recue_runs_total", "job=bad", "state=failed")
	w.counts(1, "recue_runs_total", "job=long", "state=skipped")
	w.counts(2, "recue_firings_total", "job=beat", "kind=due")
	w.counts(2, "recue_runs_total", "job=beat", "state=done")
	late := w.metric("recue_lateness_seconds")
	if len(late) != 1 || late[0].GetHistogram().GetSampleCount() < 5 || len(late[0].GetHistogram().Bucket) < 5 {
		t.Errorf("the lateness is %v", late)
	}
	endsWell(t, w.process)

	away := time.NewTimer(3200 * time.Millisecond) // a beat is missed; the first was published already, and the last is in time
	<-away.C
	w = watch(t, dir, nil, flags...)
	w.counts(1, "recue_firings_total", "job=beat", "kind=missed")
	w.counts(1, "recue_runs_total", "job=beat", "state=missed")
	endsWell(t, w.process)
}

// A new version of a script that is broken is no reason to begin the process again, which
// would end the one that is in force; but somebody has to look at it.
func TestABrokenNewVersionIsToldToWhoeverWatches(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := `schedule("show", {at = "2099-01-01 12:00", tz = "UTC"}, function() end)`
	writeScript(t, dir, good)
	w := watch(t, dir, nil, "show.lua", "--sim", "--store", "state")
	w.becomes("/readyz", http.StatusOK, "ok")
	broken := func() float64 {
		t.Helper()
		found := w.metric("recue_script_broken", "script=show.lua")
		if len(found) != 1 {
			t.Fatalf("the metric has %d samples", len(found))
		}
		return found[0].GetGauge().GetValue()
	}
	if broken() != 0 {
		t.Error("it is broken from the beginning")
	}
	writeScript(t, dir, `schedule("show", {`)
	w.becomes("/healthz", http.StatusOK, "ok\nshow.lua keeps the version that was read at ")
	w.becomes("/readyz", http.StatusOK, "; the new one has an error: show.lua:1: ")
	if broken() != 1 {
		t.Error("the metric does not say so")
	}
	writeScript(t, dir, good)
	if _, err := w.stderr.match("was read again", w.ended); err != nil {
		t.Fatal(err)
	}
	if _, text := w.get("/healthz"); text != "ok\n" {
		t.Errorf("it is mended, and /healthz says %q", text)
	}
	if broken() != 0 {
		t.Error("it is mended, and the metric does not say so")
	}
	endsWell(t, w.process)
}

func TestReadyIsWhatServesAndHealthyWhatWorks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, `schedule("long", {at = "2099-01-01 12:00", tz = "UTC"}, function()
  print "it waits"
  wait_for("go", "started", {timeout = "1m", every = "20ms"})
end)`)
	port := freePort(t)
	config := filepath.Join(dir, "nats.conf")
	if err := os.WriteFile(config, []byte(`jetstream: {store_dir: jetstream}`), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"NATS_URL=nats://127.0.0.1:" + port}

	w := watch(t, dir, env, "show.lua", "--grace", "1m") // and no server yet
	w.becomes("/readyz", http.StatusServiceUnavailable, "the jobs are not registered")
	w.becomes("/healthz", http.StatusOK, "ok") // it waits, as it should
	server := background(t, dir, nil, "nats-server", config, port)
	w.becomes("/readyz", http.StatusOK, "ok")
	server.kill()
	w.becomes("/readyz", http.StatusServiceUnavailable, "the NATS server with the state is away")
	w.becomes("/healthz", http.StatusOK, "ok")
	background(t, dir, nil, "nats-server", config, port)
	w.becomes("/readyz", http.StatusOK, "ok")

	conn, err := nats.Connect("nats://127.0.0.1:" + port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	service, err := simulator.Serve(t.Context(), conn, "rec.control", simulator.Options{Keep: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	recueIn(t, dir, env, "jobs", "fire", "long").must(t)
	if _, err := w.stderr.match("it waits", w.ended); err != nil {
		t.Fatal(err)
	}
	_ = w.cmd.Process.Signal(syscall.SIGTERM)
	w.becomes("/readyz", http.StatusServiceUnavailable, "it is about to end")
	w.becomes("/healthz", http.StatusOK, "ok")
	recueIn(t, dir, env, "start", "go").must(t)
	if code, err := w.wait(); err != nil || code != 0 {
		t.Errorf("exit code %d, %v\n%s", code, err, w.stderr)
	}
}

// What systemd is told of a service of Type=notify with a watchdog.
func TestSystemdIsToldHowItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, `schedule("show", {at = "2099-01-01 12:00", tz = "UTC"}, function() end)`)
	socket := filepath.Join(dir, "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	p := background(t, dir, []string{"NOTIFY_SOCKET=" + socket, fmt.Sprintf("WATCHDOG_USEC=%d", time.Second.Microseconds())}, "recue", "serve", "show.lua", "--sim", "--store", "state")
	next := func() string {
		t.Helper()
		_ = systemd.SetReadDeadline(time.Now().Add(patience))
		buffer := make([]byte, 100)
		n, err := systemd.Read(buffer)
		if err != nil {
			t.Fatalf("%v\n%s", err, p.stderr)
		}
		return string(buffer[:n])
	}
	if got := next(); got != "READY=1" {
		t.Errorf("it was told %q first", got)
	}
	for range 3 {
		if got := next(); got != "WATCHDOG=1" {
			t.Errorf("it was told %q then", got)
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	for got := next(); got != "STOPPING=1"; got = next() {
		if got != "WATCHDOG=1" {
			t.Errorf("it was told %q at the end", got)
		}
	}
	if code, err := p.wait(); err != nil || code != 0 {
		t.Errorf("exit code %d, %v\n%s", code, err, p.stderr)
	}
}

// A script is read a while after it was saved: what comes due meanwhile is not lost, and is
// called in the new version.
func TestAJobThatIsSavedRightBeforeItsTimeFires(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	job := func(at, does string) string {
		return fmt.Sprintf(`schedule("once", {at = %q, tz = "UTC"}, function() %s end)`, at, does)
	}
	writeScript(t, dir, job("2099-01-01 12:00", `print "the old one"`))
	p := background(t, dir, nil, "recue", "serve", "show.lua", "--sim", "--store", "state")
	if _, err := p.stderr.match(`serving 1 job`, p.ended); err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Second)
	if err := os.WriteFile(filepath.Join(dir, "new.lua"), []byte(job(at.Format(time.DateTime), `print "the new one"`)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, "new.lua"), time.Time{}, at.Add(-time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "new.lua"), filepath.Join(dir, "show.lua")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.stderr.match(`the new one`, p.ended); err != nil {
		t.Fatal(err)
	}
	endsWell(t, p)
}
