package tests

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"recue/luabind"
	"recue/runtime/app"
)

// countingServer is a NATS server over TCP whose connections can be counted.
func countingServer(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("the server is not ready")
	}
	return s
}

// simOn starts a simulated recorder on the server, in a process of its own.
func simOn(t *testing.T, url string) {
	t.Helper()
	address(t, background(t, t.TempDir(), nil, "recue", "sim", "--server", url, "--log-level", "WARNING"))
}

// connections is how many clients the server has ever had.
func connections(t *testing.T, s *server.Server) uint64 {
	t.Helper()
	v, err := s.Varz(nil)
	if err != nil {
		t.Fatal(err)
	}
	return v.TotalConnections
}

// clientsAre waits until the server has so many clients: it sees the end of a
// process a moment after the process has ended, and tells nobody.
func clientsAre(t *testing.T, s *server.Server, want int) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for limit := time.Now().Add(patience); s.NumClients() != want; <-look.C {
		if time.Now().After(limit) {
			t.Fatalf("%d clients are connected, want %d", s.NumClients(), want)
		}
	}
}

// TestManyTasks runs the ported example: every task's outcome, in order, over one
// connection, and none is left behind.
func TestManyTasks(t *testing.T) {
	script, err := filepath.Abs("../scripts/many_tasks.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		tasks      []string
		code       int
	}{
		{name: "all start", want: "--- Results Summary ---\n" +
			"Task rec_task_A: SUCCESS. Status: started, Msg: success\n" +
			"Task rec_task_B: SUCCESS. Status: started, Msg: success\n" +
			"Task rec_task_C: SUCCESS. Status: started, Msg: success\n" +
			"-----------------------\nstopped 3 of 3\n"},
		{name: "one fails", tasks: []string{"hall", "stage", "hall"}, code: 1, want: "--- Results Summary ---\n" +
			"Task hall: SUCCESS. Status: started, Msg: success\n" +
			"Task stage: SUCCESS. Status: started, Msg: success\n" +
			"Task hall: FAILED. Code: rejected, Message: the recorder refused: this task is already recording\n" +
			"-----------------------\nstopped 2 of 3\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := countingServer(t)
			simOn(t, s.ClientURL())
			before := connections(t, s)
			r := recue(t, nil, append([]string{"run", "--server", s.ClientURL(), script}, c.tasks...)...)
			if r.code != c.code || r.stdout != c.want {
				t.Errorf("exit code %d, want %d; stdout:\n%s\nwant:\n%s\nstderr:\n%s", r.code, c.code, r.stdout, c.want, r.stderr)
			}
			if used := connections(t, s) - before; used != 1 {
				t.Errorf("the run used %d connections, want 1", used)
			}
			clientsAre(t, s, 1) // the simulator
		})
	}
}

func TestSleepsPassTogether(t *testing.T) {
	t.Parallel()
	r := recue(t, nil, "run", "--sim", "-e", `
		local begun, ten = now(), {}
		for i = 1, 10 do ten[i] = function() sleep(1) end end
		parallel(ten)
		print(now() - begun)`).must(t)
	took, err := strconv.ParseFloat(strings.TrimSpace(r.stdout), 64)
	if err != nil || took < 1 || took >= 2 {
		t.Errorf("ten sleeps of 1 s took %s s", strings.TrimSpace(r.stdout))
	}
}

// TestAThousandBranches holds that nothing is lost: 1,000 branches with three
// commands each, over TCP, counted by the script and by somebody who listens.
func TestAThousandBranches(t *testing.T) {
	t.Parallel()
	s := countingServer(t)
	simOn(t, s.ClientURL())
	client, err := dial(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.conn.Close()
	if err := client.listen("rec.control"); err != nil {
		t.Fatal(err)
	}
	before := connections(t, s)
	r := recue(t, nil, "run", "--server", s.ClientURL(), "--timeout", "20s", "-e", `
		local tasks, replies = {}, 0
		for i = 1, 1000 do tasks[i] = "cam" .. i end
		local function count(reply, task, state)
			assert(reply.task_id == task and reply.app_status == state, task)
			replies = replies + 1
		end
		local results = parallel(tasks, function(task)
			count(start(task), task, "started")
			count(status(task), task, "started")
			count(stop(task), task, "stopped")
			return task
		end)
		for i, task in ipairs(results) do assert(task == tasks[i]) end
		print(replies, #results)`).must(t)
	if r.stdout != "3000\t1000\n" {
		t.Errorf("replies and results: %q", r.stdout)
	}
	sent, err := client.collected("rec.control")
	if err != nil {
		t.Fatal(err)
	}
	if len(sent) != 3000 {
		t.Errorf("%d commands were on the wire, want 3000", len(sent))
	}
	if used := connections(t, s) - before; used != 1 {
		t.Errorf("the run used %d connections, want 1", used)
	}
}

// TestRunLeavesNothing runs the command inside this process, where what is left
// can be seen: no goroutine, no connection. It is not parallel to other tests.
func TestRunLeavesNothing(t *testing.T) {
	s := countingServer(t)
	simOn(t, s.ClientURL())
	for _, c := range []struct {
		name, script string
		code         int
	}{
		{"wrong arguments in branches", `local record = record parallel({"a", "b", "c"}, record, {})`, 1},
		{"branches", `parallel({"a", "b", "c"}, function(task) record(task, "10ms") end)`, 0},
		{"failure in branches", `parallel({function() sleep "1h" end, function() error "x" end}, {on_error = "cancel"})`, 1},
		{"timeout of parallel", `parallel({function() sleep "1h" end}, {timeout = "10ms"})`, 4},
		{"coroutine left in the middle", `local c = coroutine.wrap(function() status() coroutine.yield() end) c()`, 0},
		{"no recorder", `status("a", {subject = "rec.nobody"})`, 4},
	} {
		for _, where := range []string{"--sim", "--server=" + s.ClientURL()} {
			if !t.Run(c.name+" "+strings.Split(where, "=")[0], func(t *testing.T) {
				out, err := os.Create(filepath.Join(t.TempDir(), "out"))
				if err != nil {
					t.Fatal(err)
				}
				defer out.Close()
				m := app.System([]string{"recue", "run", where, "-e", c.script})
				m.LookupEnv = func(string) (string, bool) { return "", false }
				m.Stdout, m.Stderr = out, out
				before := goroutines()
				if code := app.Run(m, luabind.New()); code != c.code {
					text, _ := os.ReadFile(out.Name())
					t.Errorf("exit code %d, want %d\n%s", code, c.code, text)
				}
				onlyOldGoroutines(t, before, where != "--sim")
				clientsAre(t, s, 1) // the simulator
			}) {
				return // the next ones would tell the same, after as long a wait
			}
		}
	}
}

// goroutines gives the stacks of all goroutines by their number.
func goroutines() map[string]string {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	all := map[string]string{}
	for _, stack := range strings.Split(string(stacks), "\n\n") {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		all[number] = stack
	}
	return all
}

// onlyOldGoroutines waits until all goroutines that were not there before have
// ended. The NATS libraries do not wait for the last steps of theirs, and tell
// nobody when those are done. Those of a server that outlives the run may stay.
func onlyOldGoroutines(t *testing.T, before map[string]string, server bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for limit := time.Now().Add(patience); ; <-look.C {
		var left []string
		for number, stack := range goroutines() {
			own := strings.Contains(stack, "os/signal.loop") // Go's, which stays for ever
			if before[number] == "" && !own && !(server && strings.Contains(stack, "nats-server/v2")) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("goroutines are left:\n%s", strings.Join(left, "\n\n"))
		}
	}
}
