package journal

import (
	"fmt"
	"strings"
	"testing"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// story writes a journal run by run, from words: "+a" starts a, "-a" stops it, "?a" asks
// for its status; what follows says the outcome: "" done, "!" none, "x" refused,
// "t" timed out, "n" not sent. A status says "1" started or "0" stopped. "?a/" sends only; the
// same word without the slash, behind a dot, is its answer: "?a/ +a .?a0".
func story(t *testing.T, j *Journal, words string) {
	t.Helper()
	cmds := map[byte]protocol.Cmd{'+': protocol.Start, '-': protocol.Stop, '?': protocol.Status}
	sent := map[string]func(protocol.Reply, error){}
	for _, word := range strings.Fields(words) {
		word, answer := strings.CutPrefix(word, ".")
		outcome := sent[word[:2]]
		if !answer {
			outcome = intend(t, j, cmds[word[0]], word[1:2])
			sent[word[:2]] = outcome
		}
		reply := started
		if word[0] == '-' {
			reply = stopped
		}
		switch word[2:] {
		case "", "1":
			outcome(reply, nil)
		case "0":
			outcome(stopped, nil)
		case "x":
			if word[0] == '+' { // it records already
				outcome(started, failed(fault.Rejected))
			} else {
				outcome(stopped, failed(fault.Rejected))
			}
		case "t":
			outcome(protocol.Reply{}, failed(fault.Timeout))
		case "n":
			outcome(protocol.Reply{}, failed(fault.NotSent))
		}
	}
}

func unsettled(j *Journal) string {
	var list []string
	for _, u := range j.Found().Unsettled {
		name := u.TaskID
		if u.Maybe {
			name += "?"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

func TestWhatDeadRunsLeaveRecording(t *testing.T) {
	for _, c := range []struct {
		name string
		runs []string // "dead:" or "ended:" and a story
		want string
	}{
		{"nothing was done", []string{"dead:"}, ""},
		{"a start in flight", []string{"dead: +a!"}, "a?"},
		{"a start that was done", []string{"dead: +a"}, "a"},
		{"stopped", []string{"dead: +a -a"}, ""},
		{"a stop in flight", []string{"dead: +a -a!"}, "a?"},
		{"a start that timed out", []string{"dead: +at"}, "a?"},
		{"a start that was not sent", []string{"dead: +an"}, ""},
		{"a start that was refused", []string{"dead: +ax"}, ""},
		{"several, in order", []string{"dead: +c +a! +b -c"}, "a? b"},
		{"a run that ended has named its own", []string{"ended: +a +b!"}, ""},
		{"stopped by a later run", []string{"dead: +a +b!", "ended: -a"}, "b?"},
		{"found stopped by a later run", []string{"dead: +a!", "ended: ?a0"}, ""},
		{"found recording by a later run", []string{"dead: +a!", "ended: ?a1"}, "a"},
		{"found not recording by a later stop", []string{"dead: +a!", "ended: -ax"}, ""},
		{"a later start that finds it recording", []string{"dead: +a!", "ended: +ax"}, "a"},
		{"recorded again by a run that answers for it", []string{"dead: +a!", "ended: +a"}, ""},
		{"a later stop that timed out", []string{"dead: +a", "ended: -at"}, "a"},
		{"two dead runs", []string{"dead: +a", "ended: +b", "dead: +c! -a"}, "c?"},
		{"a status from before that is answered late", []string{"dead: ?a/ +a .?a0"}, "a"},
		{"a status from before the start's answer", []string{"dead: +a/ ?a/ .+a .?a0"}, "a"},
		{"a status from before the start's answer, which never came", []string{"dead: +a! ?a0"}, "a?"},
		{"a status from before that runs out of time", []string{"dead: +a/ ?a/ .+at .?a0"}, "a?"},
		{"a stop from before that is answered late", []string{"dead: -a/ +a .-a"}, "a?"},
		{"a refused stop from before that is answered late", []string{"dead: -a/ +a .-ax"}, "a"},
		{"found stopped, and then recording after all", []string{"dead: +at ?a0 ?a1"}, "a"},
		{"found stopped after a start without an answer", []string{"dead: +at ?a0"}, ""},
		{"started again after it was found stopped", []string{"dead: +at ?a0 +a!"}, "a?"},
		{"a stop without an answer, then found stopped", []string{"dead: +a -at ?a0"}, ""},
		{"the second dead run was refused the start", []string{"dead: +a!", "dead: +ax"}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := temp(t)
			for _, run := range c.runs {
				how, words, _ := strings.Cut(run, ":")
				j := open(t, path, Options{Begin: Begin{Command: "run", Server: "nats://h", Script: "x.lua"}, Clock: &ticking{}})
				story(t, j, words)
				if how == "dead" {
					die(t, j)
				} else if err := j.End(0); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // until it is settled it is found every time
				j := open(t, path, Options{})
				if got := unsettled(j); got != c.want {
					t.Errorf("%q may record, want %q\n%s", got, c.want, read(t, path))
				}
				for _, u := range j.Found().Unsettled {
					if u.Server != "nats://h" || u.Subject != "rec.control" || u.Script != "x.lua" || u.Since.IsZero() || u.Run == "" {
						t.Errorf("%+v", u)
					}
				}
				if err := j.End(0); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestRunThatIsUnderWayIsNotDead(t *testing.T) {
	path := temp(t)
	other := open(t, path, Options{})
	intend(t, other, protocol.Start, "a")
	if j := open(t, path, Options{}); unsettled(j) != "" {
		t.Errorf("%q is named, and its run goes on", unsettled(j))
	}
	die(t, other)
	if j := open(t, path, Options{}); unsettled(j) != "a?" {
		t.Errorf("%q is named", unsettled(j))
	}
}

func TestSimulatedRecordersDieWithTheirRuns(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{Begin: Begin{Simulated: true}})
	story(t, j, "+a +b!")
	die(t, j)
	if j := open(t, path, Options{}); unsettled(j) != "" {
		t.Errorf("%q is named", unsettled(j))
	}
}

func TestTasksOfOneNameOnSeveralServers(t *testing.T) {
	path := temp(t)
	for _, server := range []string{"nats://one", "nats://two", "nats://three"} {
		j := open(t, path, Options{Begin: Begin{Server: server}})
		story(t, j, "+a")
		die(t, j)
	}
	j := open(t, path, Options{Begin: Begin{Server: "nats://two"}})
	story(t, j, "-a")
	_ = j.End(0)
	j = open(t, path, Options{})
	if u := j.Found().Unsettled; len(u) != 2 || u[0].Server != "nats://one" || u[1].Server != "nats://three" {
		t.Errorf("%+v", u)
	}
}

// A dead run is looked into again only while something of it may record.
func TestDeadRunIsLaidToRest(t *testing.T) {
	path := temp(t)
	dead := open(t, path, Options{})
	story(t, dead, "+a")
	die(t, dead)
	died := func() string {
		var runs []string
		list, _ := events(t, path)
		for _, e := range list {
			if e.Kind == KindDied {
				runs = append(runs, e.Of)
			}
		}
		return fmt.Sprint(runs)
	}
	j := open(t, path, Options{})
	if died() != "[]" {
		t.Errorf("laid to rest while a records: %s", died())
	}
	story(t, j, "-a")
	_ = j.End(0)
	for range 2 {
		_ = open(t, path, Options{}).End(0)
		if died() != "["+dead.Run()+"]" {
			t.Errorf("laid to rest: %s, want %s once", died(), dead.Run())
		}
	}
}

// What is in a task's name must not be taken for what stands around it.
func TestNamesThatLookLikeALine(t *testing.T) {
	path := temp(t)
	for _, name := range []string{`","cmd":"stop`, `{"time":"`, `a\`, `"`, "é\x7f", `\u0022`} {
		j := open(t, path, Options{Begin: Begin{Script: name}})
		if _, err := j.Intend(protocol.NewCommand(protocol.Start, name), name, name); err != nil {
			t.Fatal(err)
		}
		die(t, j)
		j = open(t, path, Options{})
		if u := j.Found().Unsettled; len(u) != 1 || u[0].TaskID != name || u[0].Subject != name || u[0].Script != name {
			t.Fatalf("%q: %+v", name, u)
		}
		outcome, _ := j.Intend(protocol.NewCommand(protocol.Stop, name), name, "")
		reply := stopped
		reply.Payload = []byte(`{"x":",\"app_status\":\"started\"","app_status":"started","outcome":"timeout"}`)
		outcome(reply, nil)
		if err := j.End(0); err != nil {
			t.Fatal(err)
		}
		if list, bad := events(t, path); len(bad) > 0 || list[len(list)-2].AppStatus != "stopped" {
			t.Errorf("%q: %+v %v", name, list[len(list)-2], bad)
		}
	}
}
