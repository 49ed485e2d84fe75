package tests

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// world is what the commands of one testscript file share.
type world struct {
	processes map[string]*process
	wires     map[string]*wire // by the server's address
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func setup(env *testscript.Env) error {
	w := &world{processes: map[string]*process{}, wires: map[string]*wire{}}
	env.Values[worldKey{}] = w
	env.Defer(func() {
		for _, c := range w.wires {
			c.conn.Close()
		}
		for _, p := range w.processes {
			p.kill()
		}
	})
	program, err := exec.LookPath("recue")
	if err != nil {
		return err
	}
	env.Setenv("RECUE", program) // a binary file, to be taken for a script
	home := env.WorkDir + "/home"
	env.Setenv("HOME", home)
	env.Setenv("XDG_CONFIG_HOME", home+"/.config")
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", raceOptions)
	return os.MkdirAll(home, 0o755)
}

// commands are the words that the scripts know besides testscript's own. They
// are explained in README.md.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, []string){
		"exits": exits, "bg": bg, "await": await, "signal": signalProcess, "ended": ended, "output": output,
		"sim": startSim, "server": startServer, "kill-server": killServer, "restart-server": restartServer,
		"listen": listen, "heard": heard, "responder": responder, "request": request, "lines": lines,
	}
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, run := range all {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("%s cannot be negated", name)
			}
			run(ts, args)
		}
	}
	return out
}

func need(ts *testscript.TestScript, args []string, least int, usage string) {
	if len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits CODE PROGRAM ARG...: runs it, and its exit code must be that one.
func exits(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "exits CODE PROGRAM ARG...")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	var status *exec.ExitError
	if errors.As(err, &status) {
		got, err = status.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// start starts a program with the script's environment, in its folder.
func start(ts *testscript.TestScript, name, program string, args ...string) *process {
	var env []string
	for _, v := range []string{"PATH", "HOME", "XDG_CONFIG_HOME", "TZ", "GORACE", "TMPDIR", "NATS_URL", "NATS_USER", "NATS_PASSWORD", "NATS_TIMEOUT", "NATS_SUBJECT", "TASK_ID", "LOG_LEVEL", "NO_COLOR"} {
		if value := ts.Getenv(v); value != "" {
			env = append(env, v+"="+value)
		}
	}
	w := worldOf(ts)
	if w.processes[name] != nil {
		w.processes[name].kill()
	}
	p, err := launch(ts.MkAbs("."), env, nil, program, args...)
	ts.Check(err)
	w.processes[name] = p
	return p
}

func named(ts *testscript.TestScript, name string) *process {
	p := worldOf(ts).processes[name]
	if p == nil {
		ts.Fatalf("no process is called %q", name)
	}
	return p
}

// bg NAME PROGRAM ARG...: starts a program in the background.
func bg(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "bg NAME PROGRAM ARG...")
	start(ts, args[0], args[1], args[2:]...)
}

// await NAME stdout|stderr PATTERN: waits until the background process has written it.
func await(ts *testscript.TestScript, args []string) {
	need(ts, args, 3, "await NAME stdout|stderr PATTERN")
	p := named(ts, args[0])
	s := p.stdout
	if args[1] == "stderr" {
		s = p.stderr
	}
	if _, err := s.match(args[2], p.ended); err != nil {
		ts.Fatalf("%s: %v\nstderr:\n%s", args[0], err, p.stderr)
	}
}

// signal NAME INT|TERM|HUP|KILL
func signalProcess(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "signal NAME INT|TERM|HUP|KILL")
	number, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}[args[1]]
	if !ok {
		ts.Fatalf("no such signal: %s", args[1])
	}
	ts.Check(named(ts, args[0]).cmd.Process.Signal(number))
}

// ended NAME CODE: waits for its end; its exit code must be that one. stdout
// and stderr are then those of this process.
func ended(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "ended NAME CODE")
	p := named(ts, args[0])
	got, err := p.wait()
	ts.Check(err)
	output(ts, args[:1])
	if strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s: exit code %d, want %s", args[0], got, args[1])
	}
}

// output NAME: makes stdout and stderr those of this process until now.
func output(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "output NAME")
	p := named(ts, args[0])
	fmt.Fprint(ts.Stdout(), p.stdout)
	fmt.Fprint(ts.Stderr(), p.stderr)
}

// serving waits for the address of a server, and has the commands that follow use it.
func serving(ts *testscript.TestScript, name string) {
	p := named(ts, name)
	found, err := p.stdout.match(`listening on (\S+)$`, p.ended)
	if err != nil {
		ts.Fatalf("%s: %v\nstderr:\n%s", name, err, p.stderr)
	}
	ts.Setenv("NATS_URL", found[1])
	ts.Setenv(strings.ToUpper(name)+"_URL", found[1])
}

// sim NAME FLAG...: a simulated recorder with a server of its own, in the background.
func startSim(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "sim NAME FLAG...")
	start(ts, args[0], "recue", append([]string{"sim", "--listen", "127.0.0.1:0"}, args[1:]...)...)
	serving(ts, args[0])
}

// server NAME [CONFIG]: a NATS server in a process of its own.
func startServer(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "server NAME [CONFIG]")
	config := ts.MkAbs(args[0] + ".conf")
	if len(args) > 1 {
		config = ts.MkAbs(args[1])
	} else {
		ts.Check(os.WriteFile(config, nil, 0o644))
	}
	start(ts, args[0], "nats-server", config)
	serving(ts, args[0])
}

// kill-server NAME: ends the process without a word, as a power cut would.
func killServer(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "kill-server NAME")
	named(ts, args[0]).kill()
}

// restart-server NAME: the killed server again, at the same address.
func restartServer(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "restart-server NAME")
	url := ts.Getenv(strings.ToUpper(args[0]) + "_URL")
	start(ts, args[0], "nats-server", named(ts, args[0]).cmd.Args[1], url[strings.LastIndex(url, ":")+1:])
	serving(ts, args[0])
}

// client is the plain NATS client on the server in force.
func client(ts *testscript.TestScript) *wire {
	w, url := worldOf(ts), ts.Getenv("NATS_URL")
	if w.wires[url] == nil {
		c, err := dial(url)
		ts.Check(err)
		w.wires[url] = c
	}
	return w.wires[url]
}

// listen SUBJECT: begins to collect what is sent there.
func listen(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "listen SUBJECT")
	ts.Check(client(ts).listen(args[0]))
}

// heard SUBJECT: stdout becomes what was sent there, a message a line.
func heard(ts *testscript.TestScript, args []string) {
	need(ts, args, 1, "heard SUBJECT")
	all, err := client(ts).collected(args[0])
	ts.Check(err)
	for _, message := range all {
		fmt.Fprintf(ts.Stdout(), "%s\n", message)
	}
}

// responder SUBJECT MANNER [FILE]: something that answers with the file's bytes.
func responder(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "responder SUBJECT MANNER [FILE]")
	var reply []byte
	if len(args) > 2 {
		reply = bytes.TrimSuffix([]byte(ts.ReadFile(args[2])), []byte("\n"))
	}
	ts.Check(client(ts).respond(args[0], args[1], reply))
}

// request SUBJECT FILE: asks as any NATS client does; stdout becomes the reply.
func request(ts *testscript.TestScript, args []string) {
	need(ts, args, 2, "request SUBJECT FILE")
	question := bytes.TrimSuffix([]byte(ts.ReadFile(args[1])), []byte("\n"))
	reply, err := client(ts).conn.Request(args[0], question, patience)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", reply.Data)
}

// lines COUNT FILE TEXT: writes a file with so many lines of this text, in which
// %d is the line's number.
func lines(ts *testscript.TestScript, args []string) {
	need(ts, args, 3, "lines COUNT FILE TEXT")
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	var text bytes.Buffer
	for i := range count {
		text.WriteString(strings.ReplaceAll(args[2], "%d", strconv.Itoa(i+1)) + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text.Bytes(), 0o644))
}
