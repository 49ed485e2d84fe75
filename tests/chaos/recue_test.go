package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"recue/runtime/journal"
	"recue/runtime/recorder"
	"recue/tests/stage"
)

// asRecue is Recue itself: a Lua script with parallel.
type asRecue struct {
	r       *run
	written *journal.Journal
	file    string
	wrap    func(recorder.Journal) recorder.Journal // a journal with a bug; nil: none
}

const chaosScript = `
math.randomseed(tonumber(vars.seed))
local pause = tonumber(vars.pause)
local commands = {start = start, status = status, stop = stop}
local function tell(cmd, task)
  sleep(math.random() * pause)
  local begun = now()
  local r = try(commands[cmd], task)
  print(string.format("%s %s %.6f %.6f %s %s", cmd, task, begun, now(), r.code or "ok", r.payload.file_path or "-"))
  if r.code == "not_sent" then sleep(pause) end -- the server will be back
end
local tasks = {}
for i = 1, tonumber(vars.tasks) do tasks[i] = "t" .. i end
parallel(tasks, function(task)
  tell("start", task)
  tell("status", task)
  tell("stop", task)
end, {limit = tonumber(vars.limit)})
`

func (c *asRecue) run(r *run) {
	c.r = r
	script := r.Run(chaosScript, map[string]string{
		"seed": fmt.Sprint(r.seed), "pause": fmt.Sprint(r.plan.pause.Seconds()),
		"tasks": fmt.Sprint(r.plan.tasks), "limit": fmt.Sprint(r.plan.limit),
	})
	<-script.Ended()
	if err := script.Err(); err != nil {
		r.t.Errorf("the script failed: %v", err)
	}
}

func (c *asRecue) reconnected(r *run) {
	r.Log.Until(r.t, "reconnected to NATS")
	if err := r.Conn.NATS().FlushTimeout(stage.Patience); err != nil {
		r.t.Fatal(err)
	}
}

func (c *asRecue) journal(t *testing.T) recorder.Journal {
	c.file = filepath.Join(t.TempDir(), "journal.jsonl")
	var err error
	if c.written, err = journal.Open(c.file, journal.Options{Begin: journal.Begin{Command: "run"}}); err != nil {
		t.Fatal(err)
	}
	if c.wrap != nil {
		return c.wrap(c.written)
	}
	return c.written
}

func (c *asRecue) entries(t *testing.T) []Entry {
	if err := c.written.End(0); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(c.file)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var entries []Entry
	for e, err := range journal.Read(file) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == journal.KindIntent || e.Kind == journal.KindOutcome {
			entries = append(entries, Entry{Key{e.Cmd, e.TaskID}, e.Outcome, e.Time})
		}
	}
	return entries
}

func (c *asRecue) links() int { return 1 }

func (c *asRecue) believed() []string {
	var tasks []string
	for _, task := range c.r.Client.Scope().Recording() {
		tasks = append(tasks, task.TaskID)
	}
	return tasks
}
