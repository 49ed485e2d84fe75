package tests

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recue/runtime/journal"
)

// readJournal gives the events of a journal, and how many places of it are torn.
func readJournal(t *testing.T, path string) (events []journal.Event, torn int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for e, err := range journal.Read(file) {
		var bad *journal.UnreadableError
		switch {
		case errors.As(err, &bad):
			torn++
		case err != nil:
			t.Fatal(err)
		default:
			events = append(events, e)
		}
	}
	return events, torn
}

// endless starts and stops recordings in many branches until it is killed. Every
// task has a name of its own, which begins with arg[1].
const endless = `
local last = 0
local function task() last = last + 1; return arg[1] .. last end
local branches = {}
for i = 1, 40 do
  branches[i] = function()
    while true do
      local t = task()
      start(t)
      stop(t)
    end
  end
end
branches[41] = function()
  while true do
    local many = {}
    for i = 1, 40 do many[i] = {cmd = "start", task_id = task()} end
    parallel(many)
  end
end
start(task())
print "one is done"
parallel(branches)
`

// TestKilledRuns holds what the journal is for: whatever a recorder saw of a run
// that was killed at any moment is in the journal.
func TestKilledRuns(t *testing.T) {
	t.Parallel()
	killRuns(t, 5)
}

// killRuns kills so many runs, one after the other, at moments drawn at random.
func killRuns(t *testing.T, kills int) {
	seed := rand.Uint64()
	t.Logf("the seed is %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	s := countingServer(t)
	sim := background(t, t.TempDir(), nil, "recue", "sim", "--server", s.ClientURL())
	address(t, sim)
	dir := t.TempDir()
	var journals []string
	for i := range kills {
		if i%20 == 0 { // the runs of a journal find what those before left in it
			journals = append(journals, filepath.Join(dir, fmt.Sprintf("%d.jsonl", i)))
		}
		run := background(t, dir, nil, "recue", "run", "--server", s.ClientURL(), "--journal", journals[len(journals)-1],
			"-e", endless, fmt.Sprintf("k%d-", i))
		if i%5 > 0 { // else it may be killed before it has begun
			if _, err := run.stdout.match("one is done", run.ended); err != nil {
				t.Fatalf("%v\n%s", err, run.stderr)
			}
		}
		<-time.After(time.Duration(chance.IntN(60_000)) * time.Microsecond) // any moment: nothing depends on which
		run.kill()
	}
	clientsAre(t, s, 1)
	recue(t, nil, "status", "marker", "--server", s.ClientURL()).must(t)
	if _, err := sim.stderr.match("status marker", sim.ended); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m) ((?:start|stop) \S+) →`).FindAllStringSubmatch(sim.stderr.String(), -1) {
		seen[m[1]] = true
	}
	if len(seen) < kills*4/5 {
		t.Errorf("the recorder saw %d commands only", len(seen))
	}
	checkKilled(t, seen, journals, kills)
}

// checkKilled compares what the recorder saw with the journals of killed runs.
func checkKilled(t *testing.T, seen map[string]bool, journals []string, kills int) {
	intended, torn, open := map[string]bool{}, 0, 0
	for _, path := range journals {
		events, bad := readJournal(t, path)
		torn += bad
		next := map[string]uint64{}
		for _, e := range events {
			if next[e.Run]++; e.Seq != next[e.Run] {
				t.Fatalf("%s: line %d of run %s follows line %d", path, e.Seq, e.Run, next[e.Run]-1)
			}
			name := e.Cmd + " " + e.TaskID
			switch e.Kind {
			case journal.KindIntent:
				intended[name] = true
				open++
			case journal.KindOutcome:
				open--
				if e.Outcome == journal.Done && !seen[name] {
					t.Errorf("%s was done, and the recorder has not seen it", name)
				}
			case journal.KindEnd:
				t.Errorf("a run that was killed has an end: %+v", e)
			}
		}
	}
	missing := 0
	for name := range seen {
		if !intended[name] {
			if missing++; missing <= 10 {
				t.Errorf("the recorder saw %s, and no journal has its intent", name)
			}
		}
	}
	if missing > 0 || torn > kills {
		t.Errorf("%d intents are missing, %d lines torn", missing, torn)
	}
	t.Logf("%d kills: the recorder saw %d commands, %d were intended, %d had no outcome yet, %d lines were torn",
		kills, len(seen), len(intended), open, torn)
}

// TestSeveralRunsInOneJournal holds that processes that write at the same time
// neither lose nor mix lines.
func TestSeveralRunsInOneJournal(t *testing.T) {
	t.Parallel()
	s := countingServer(t)
	simOn(t, s.ClientURL())
	path := filepath.Join(t.TempDir(), "j.jsonl")
	const runs, tasks = 4, 100
	var all []*process
	for i := range runs {
		all = append(all, background(t, t.TempDir(), nil, "recue", "run", "--server", s.ClientURL(), "--journal", path, "-e", `
			local tasks = {}
			for i = 1, arg[2] do tasks[i] = arg[1] .. i end
			parallel(tasks, function(t) start(t); status(t); stop(t) end)`, fmt.Sprintf("p%d-", i), fmt.Sprint(tasks)))
	}
	for _, p := range all {
		if code, err := p.wait(); err != nil || code != 0 || strings.Contains(p.stderr.String(), "journal") {
			t.Fatalf("exit code %d, %v\n%s", code, err, p.stderr)
		}
	}
	events, torn := readJournal(t, path)
	next, done := map[string]uint64{}, 0
	for _, e := range events {
		if next[e.Run]++; e.Seq != next[e.Run] {
			t.Fatalf("line %d of run %s follows line %d", e.Seq, e.Run, next[e.Run]-1)
		}
		if e.Kind == journal.KindOutcome && e.Outcome == journal.Done {
			done++
		}
	}
	if torn > 0 || len(next) != runs || done != 3*runs*tasks || len(events) != runs*(2+5*tasks) {
		t.Errorf("%d runs, %d events, %d commands done, %d lines torn", len(next), len(events), done, torn)
	}
}

// TestJournalOnAFullDisk stands in for one by a limit on the size of files.
func TestJournalOnAFullDisk(t *testing.T) {
	t.Parallel()
	s := countingServer(t)
	simOn(t, s.ClientURL())
	path := filepath.Join(t.TempDir(), "j.jsonl")
	limited := func(args ...string) result {
		p := background(t, t.TempDir(), nil, "sh", append([]string{"-c", `ulimit -f 8 && exec recue "$@"`, "sh"},
			append(args, "--server", s.ClientURL(), "--journal", path)...)...)
		code, err := p.wait()
		if err != nil {
			t.Fatal(err)
		}
		return result{code, p.stdout.String(), p.stderr.String()}
	}
	r := limited("run", "-e", `
		local n, failed = 0
		repeat
		  n = n + 1
		  failed = try(start, "t" .. n)
		until failed.ok == false
		print(n, failed.code, failed.message)
		print(status("t1").app_status)
		for i = 1, n - 1 do stop("t" .. i) end
		start "again"`)
	if r.code != 4 || !regexp.MustCompile(`^\d+\tnot_sent\tit was not sent, because it could not be written down first: write to the journal \S*j.jsonl: file too large\nstarted\n$`).MatchString(r.stdout) {
		t.Errorf("exit code %d, stdout:\n%s\nstderr:\n%s", r.code, r.stdout, r.stderr)
	}
	for _, text := range []string{"stop t1 is sent without having been written down", "start again: it was not sent", "the journal is not complete"} {
		if !strings.Contains(r.stderr, text) {
			t.Errorf("stderr does not say %q:\n%s", text, r.stderr)
		}
	}
	if strings.Contains(r.stderr, "still record") {
		t.Errorf("something was not stopped:\n%s", r.stderr)
	}
	if r := limited("stop", "t1"); r.code != 4 || !strings.Contains(r.stderr, "no start will be sent until it can be; stops will") || !strings.Contains(r.stderr, "not recording (rejected)") {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
	if r := limited("start", "t1"); r.code != 4 || !strings.Contains(r.stderr, "(not_sent)") {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
	// With room again it goes on where it was torn.
	recue(t, nil, "start", "late", "--server", s.ClientURL(), "--journal", path).must(t)
	events, torn := readJournal(t, path)
	if last := events[len(events)-2]; torn > 1 || last.Kind != journal.KindOutcome || last.TaskID != "late" {
		t.Errorf("%d torn places, at the end %+v", torn, last)
	}
}
