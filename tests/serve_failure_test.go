package tests

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// told is what was sent to the URL of --on-failure.
type told struct {
	method, kind string
	text         []byte
	report       map[string]any
}

// office takes what is told of failed runs. It answers as the job's name says.
func office(t *testing.T) (url string, reports <-chan told) {
	t.Helper()
	all := make(chan told, 100)
	closing := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := told{method: r.Method, kind: r.Header.Get("Content-Type")}
		got.text, _ = io.ReadAll(r.Body)
		_ = json.Unmarshal(got.text, &got.report)
		all <- got
		switch got.report["job"] {
		case "slow":
			<-closing
		case "refused":
			http.Error(w, "no", http.StatusInternalServerError)
		case "moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(closing) })
	return server.URL, all
}

const failing = `
for _, job in ipairs {"slow", "refused", "moved"} do
  schedule(job, {at = "2099-01-01 12:00", tz = "UTC"}, function() fail "no tape" end)
end
schedule("told", {at = "2099-01-01 12:00", tz = "UTC", on_failure = function(run)
  print("on_failure", run.job, run.error, run.code, run.due > 1e9, run.attempt, run.resumed)
end}, function() stop "cam1" end)`

func TestAURLIsToldOfFailedRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, failing)
	url, reports := office(t)
	p := background(t, dir, nil, "recue", "serve", "show.lua", "--sim", "--store", "state", "--on-failure", url+"/hook?key=s3cret")
	if _, err := p.stderr.match(`serving 4 jobs`, p.ended); err != nil {
		t.Fatal(err)
	}
	fire := func(job string) told {
		t.Helper()
		recueIn(t, dir, nil, "jobs", "fire", job, "--store", "state").must(t)
		select {
		case got := <-reports:
			return got
		case <-p.ended:
			t.Fatalf("it ended\n%s", p.stderr)
		}
		return told{}
	}
	says := func(pattern string) {
		t.Helper()
		if _, err := p.stderr.match(pattern, p.ended); err != nil {
			t.Fatal(err)
		}
	}

	fire("slow") // and nobody waits for its answer
	fire("slow")
	got := fire("told")
	if got.method != http.MethodPost || got.kind != "application/json" {
		t.Errorf("it was a %s of %q", got.method, got.kind)
	}
	for name, want := range map[string]string{
		"job": "told", "state": "failed", "kind": "manual", "code": "rejected", "error": "show.lua:7: stop cam1: the recorder refused", "run": "told.", "node": "-", "due": "T", "began": "T", "ended": "T",
	} {
		if text, _ := got.report[name].(string); !strings.Contains(text, want) {
			t.Errorf("%s is %q, want %q, in %s", name, text, want, got.text)
		}
	}
	says(`on_failure\\ttold\\tshow\.lua:7: stop cam1: the recorder refused: .*\\trejected\\ttrue\\t1\\tfalse`)
	fire("refused")
	says(`--on-failure could not be told +error="the answer is 500 Internal Server Error" job=refused`)
	if got := fire("moved"); got.method != http.MethodPost {
		t.Errorf("a redirection was followed with a %s", got.method)
	}
	says(`--on-failure could not be told +error="the answer is 302 Found" job=moved`)
	if strings.Contains(p.stderr.String(), "s3cret") {
		t.Error("the log shows the URL, which may hold a secret")
	}
}

func TestAURLThatNobodyAnswersIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, failing)
	p := background(t, dir, nil, "recue", "serve", "show.lua", "--sim", "--store", "state", "--on-failure", "http://127.0.0.1:"+freePort(t)+"/s3cret")
	if _, err := p.stderr.match(`serving 4 jobs`, p.ended); err != nil {
		t.Fatal(err)
	}
	recueIn(t, dir, nil, "jobs", "fire", "told", "--store", "state").must(t)
	if _, err := p.stderr.match(`--on-failure could not be told +error=.*connection refused" job=told`, p.ended); err != nil {
		t.Fatal(err)
	}
	endsWell(t, p)
	if strings.Contains(p.stderr.String(), "s3cret") {
		t.Error("the log shows the URL, which may hold a secret")
	}
	r := recueIn(t, dir, nil, "serve", "show.lua", "--sim", "--store", "state", "--on-failure", "https:///hook")
	if r.code != 2 || !strings.Contains(r.stderr, `--on-failure: "https:///hook" is no URL`) {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}

// What a process that was killed has not told is told by the next one.
func TestAFailureThatWasNotToldBeforeAKillIsToldAfterIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, failing)
	url, reports := office(t)
	serve := func() *process {
		t.Helper()
		p := background(t, dir, nil, "recue", "serve", "show.lua", "--sim", "--store", "state", "--on-failure", url)
		if _, err := p.stderr.match(`serving 4 jobs`, p.ended); err != nil {
			t.Fatal(err)
		}
		return p
	}
	heard := func(p *process) told {
		t.Helper()
		select {
		case got := <-reports:
			return got
		case <-p.ended:
			t.Fatalf("it ended\n%s", p.stderr)
		case <-time.After(patience):
			t.Fatalf("nobody was told\n%s", p.stderr)
		}
		return told{}
	}
	p := serve()
	recueIn(t, dir, nil, "jobs", "fire", "slow", "--store", "state").must(t)
	first := heard(p) // its answer never comes
	p.kill()
	p = serve()
	again := heard(p)
	if !bytes.Equal(first.text, again.text) {
		t.Errorf("it was told\n%s, and again\n%s", first.text, again.text)
	}
	p.kill()
}
