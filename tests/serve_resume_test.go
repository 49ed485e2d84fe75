package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recue/runtime/firing"
)

// A run that asks for it is called again when its process was killed, and when it was
// stopped without being waited for; one that does not is interrupted.
func TestARunThatIsCutShortIsResumedWhereTheScriptAskedForIt(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	dir := t.TempDir()
	script := `
local function job(run)
  status(run.job .. " " .. run.attempt .. " " .. tostring(run.resumed))
  if run.attempt < 3 then sleep "1h" end
end
schedule("resumed", {at = "2099-01-01 12:00", tz = "UTC", resume = true}, job)
schedule("left", {at = "2099-01-01 12:00", tz = "UTC", on_failure = function(run) status("failed " .. run.job) end}, job)`
	if err := os.WriteFile(filepath.Join(dir, "show.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := firing.Open(t.Context(), s.conn, firing.Options{AckWait: time.Second}); err != nil {
		t.Fatal(err)
	}
	flags := []string{"show.lua", "--grace", "1ms"}
	p := s.serve(dir, flags...)
	for _, job := range []string{"resumed", "left"} {
		recueIn(t, dir, []string{"NATS_URL=" + s.url}, "jobs", "fire", job).must(t)
		s.hears("status " + job + " 1 false")
	}
	p.kill()

	p = s.serve(dir, flags...)
	s.hears("status resumed 2 true")
	s.hears("status failed left")
	if _, err := p.stderr.match(`the run is resumed: .*attempt=2`, p.ended); err != nil {
		t.Error(err)
	}
	endsWell(t, p) // and does not wait for it

	p = s.serve(dir, flags...)
	s.hears("status resumed 3 true")
	for job, want := range map[string]string{"resumed": "done", "left": "interrupted"} {
		if runs := s.settled(dir, job); len(runs) != 1 || runs[0].State != want {
			t.Errorf("the history of %s is %+v, want %s", job, runs, want)
		}
	}
	if r := recueIn(t, dir, []string{"NATS_URL=" + s.url}, "jobs", "history", "resumed").must(t); !strings.Contains(r.stdout, "begun 3 times\n") {
		t.Errorf("the history does not say how often it was begun:\n%s", r.stdout)
	}
	endsWell(t, p)
	s.mu.Lock()
	defer s.mu.Unlock()
	for command, count := range s.heard {
		if count > 1 || strings.HasPrefix(command, "status failed resumed") {
			t.Errorf("%s was heard %d times", command, count)
		}
	}
}
