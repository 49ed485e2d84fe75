package app

import (
	"strings"
	"syscall"
	"testing"

	"recue/runtime/simulator"
)

func TestSimServesOnAPortUntilItIsAskedToEnd(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		sim := newBench(t)
		sim.env["NATS_URL"] = "nats://127.0.0.1:1" // may be the one with the real recorder: left alone
		end := sim.begin("sim", "--listen", "127.0.0.1:0", "--subject", "rec.trial")
		sim.stdout.until(t, "try it: ")
		first, second, _ := strings.Cut(strings.TrimSpace(sim.stdout.String()), "\n")
		url, ok := strings.CutPrefix(first, "listening on ")
		if !ok || !strings.HasPrefix(url, "nats://127.0.0.1:") {
			t.Fatalf("the first line is %q", first)
		}
		if want := "try it: recue status cam1 --server " + url + " --subject rec.trial"; second != want {
			t.Errorf("the second line is %q", second)
		}
		b := newBench(t)
		if code := b.recue(strings.Fields(strings.TrimPrefix(second, "try it: recue "))...); code != 0 {
			t.Errorf("exit code %d: %s", code, b.stderr)
		}
		wants(t, "stdout", b.stdout, "cam1 stopped")
		sim.signal(s)
		if code := end(); code != 0 {
			t.Errorf("%v: exit code %d: %s", s, code, sim.stderr)
		}
		wants(t, "the log", sim.stderr, "INFO    status cam1 → success stopped\n")
	}
}

func TestSimOnAnExistingServer(t *testing.T) {
	s := server(t)
	sim := newBench(t)
	end := sim.begin("--server", s.ClientURL(), "sim", "--output", "json", "--fail", "1", "--seed", "7", "--log-format=json")
	sim.stdout.until(t, "\n")
	wants(t, "stdout", sim.stdout, `{"url":"`+s.ClientURL()+`","subject":"rec.control"}`+"\n")
	b := newBench(t)
	if code := b.recue("start", "cam1", "--server", s.ClientURL()); code != 4 {
		t.Errorf("exit code %d", code)
	}
	sim.signal(syscall.SIGTERM)
	if code := end(); code != 0 {
		t.Errorf("exit code %d: %s", code, sim.stderr)
	}
	wants(t, "the log", sim.stderr, `"msg":"start cam1 → error stopped","rejected":true`)
}

func TestSimDoesNotNeedItsStdout(t *testing.T) {
	sim := newBench(t)
	sim.stdout.fail = syscall.EPIPE
	end := sim.begin("sim", "--listen", "127.0.0.1:0")
	sim.signal(syscall.SIGINT)
	if code := end(); code != 0 {
		t.Errorf("exit code %d: %s", code, sim.stderr)
	}
}

func TestSimSaysWhyItCannotStart(t *testing.T) {
	s := server(t)
	b := newBench(t)
	if code := b.recue("sim", "--listen", s.Addr().String()); code != 2 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "is in use by another program")
	b = newBench(t)
	if code := b.recue("sim", "--server", "127.0.0.1:1"); code != 3 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "nothing listens there")
}

func TestMalformedCommandsAreLoggedToo(t *testing.T) {
	out := newBuffer()
	log := newLog(out, testConfig(t), false)
	recorder, err := simulator.New(simulator.Options{Log: commandLog(log)})
	if err != nil {
		t.Fatal(err)
	}
	recorder.Handle([]byte("{"))
	wants(t, "the log", out, "INFO    malformed command  → error error  error=")
}
