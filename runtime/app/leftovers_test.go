package app

import (
	"context"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"recue/runtime/bus"
	"recue/runtime/config"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// recording runs a simulated recorder on a server, until the test ends.
func recording(t *testing.T, s *natsd.Server, subject string, o simulator.Options) *simulated {
	t.Helper()
	sim, err := simulateOn(context.Background(), bus.Options{URL: s.ClientURL()}, subject, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.close)
	return sim
}

func TestWhatStillRecordsIsNamedWithTheCommandThatStopsIt(t *testing.T) {
	s := server(t)
	recording(t, s, "rec.control", simulator.Options{})
	recording(t, s, "rec.hall2", simulator.Options{Drop: 1})
	url := s.ClientURL()
	b := newBench(t)
	b.engine.run = starts(func(ctx context.Context, h script.Host) error {
		_, _ = h.Recorder.Scope().Do(ctx, protocol.NewCommand(protocol.Start, "lost"), recorder.Route{Subject: "rec.hall2"})
		_, _ = h.Recorder.Scope().Do(ctx, protocol.NewCommand(protocol.Stop, "done"), recorder.Route{})
		return nil
	}, "cam 1", "done", "-odd")
	if code := b.recue("run", "-e", "x", "--server", url, "--timeout", "0.1"); code != 0 {
		t.Errorf("exit code %d", code)
	}
	want := `recue: cam 1 still records /mnt/rec_cam%201_001.wav; to stop it: recue stop 'cam 1' --server ` + url + `
recue: -odd still records /mnt/rec_-odd_001.wav; to stop it: recue stop --task-id=-odd --server ` + url + `
recue: lost may still record; to stop it: recue stop lost --server ` + url + ` --subject rec.hall2
`
	if got := b.stderr.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The command that is named must be one that recue understands as meant.
func TestTheNamedCommandStopsTheTask(t *testing.T) {
	s := server(t)
	sim := recording(t, s, "rec.hall-2", simulator.Options{})
	for _, task := range []string{"cam1", "it's", "-x", "камера 1"} {
		b := newBench(t)
		b.engine.run = starts(nil, task)
		b.recue("run", "-e", "x", "--server", s.ClientURL(), "--subject", "rec.hall-2")
		_, command, found := strings.Cut(b.stderr.String(), "to stop it: recue ")
		if !found {
			t.Fatalf("%q is not named: %s", task, b.stderr)
		}
		words, err := exec.Command("sh", "-c", `printf '%s\n' `+command).Output()
		if err != nil {
			t.Fatal(err)
		}
		b = newBench(t)
		if code := b.recue(strings.Split(strings.TrimSpace(string(words)), "\n")...); code != 0 {
			t.Errorf("%s: exit code %d: %s", command, code, b.stderr)
		}
		last := sim.service.Recorder().Commands()
		if c := last[len(last)-1].Command; c.Cmd != protocol.Stop || c.TaskID != task {
			t.Errorf("%s sent %s of %q", command, c.Cmd, c.TaskID)
		}
	}
}

func TestTheNamedCommandRepeatsWhatTheShellDoesNotKnow(t *testing.T) {
	home := map[string]string{"XDG_CONFIG_HOME": "/none"}
	for _, c := range []struct {
		flags, env map[string]string
		want, note string
	}{
		{nil, home, "recue stop t", ""},
		{map[string]string{"user": "me", "password": "s3cret"}, home, "recue stop t --user me", " (add the same --password as for this run)"},
		{nil, map[string]string{"NATS_USER": "me", "NATS_PASSWORD": "s3cret"}, "recue stop t", ""},
		{nil, map[string]string{"NATS_URL": "nats://h:1"}, "recue stop t --server nats://h:1", ""},
		{map[string]string{"server": "nats://u:s3cret@h:1"}, home, "recue stop t", " (add the same --server as for this run)"},
		{nil, map[string]string{"XDG_CONFIG_HOME": "/none", "NATS_CONTEXT": "studio"}, "recue stop t --context studio", ""},
		{map[string]string{"server": "nats://h:1"}, map[string]string{"XDG_CONFIG_HOME": "/none", "NATS_CONTEXT": "studio"},
			"recue stop t --server nats://h:1 --context studio", ""},
		{map[string]string{"timeout": "9s", "task-id": "x", "log-level": "ERROR"}, home, "recue stop t", ""},
	} {
		cfg, err := config.Resolve(config.Sources{
			Flags:     c.flags,
			LookupEnv: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok },
			ReadFile: func(name string) ([]byte, error) {
				if filepath.Base(name) == "studio.json" {
					return []byte(`{"url":"nats://studio:1","user":"me","password":"s3cret"}`), nil
				}
				return nil, fs.ErrNotExist
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		command, note := followUp(cfg, protocol.Stop, recorder.Task{Subject: "rec.control", TaskID: "t"})
		if command != c.want || note != c.note {
			t.Errorf("%v %v: %q %q, want %q %q", c.flags, c.env, command, note, c.want, c.note)
		}
	}
}

func TestStopOnExitStopsEverything(t *testing.T) {
	s := server(t)
	sim := recording(t, s, "rec.control", simulator.Options{})
	b := newBench(t)
	b.engine.run = starts(func(ctx context.Context, h script.Host) error {
		// Someone else stops c behind our back.
		sim.service.Recorder().Handle(protocol.NewCommand(protocol.Stop, "c").AppendJSON(nil))
		return nil
	}, "a", "b", "c")
	if code := b.recue("run", "--stop-on-exit", "-e", "x", "--server", s.ClientURL()); code != 0 {
		t.Errorf("exit code %d: %s", code, b.stderr)
	}
	wants(t, "stderr", b.stderr, "recue: stopped: a stopped, file /mnt/rec_a_001.wav")
	wants(t, "stderr", b.stderr, "recue: stopped: b stopped")
	wants(t, "stderr", b.stderr, "recue: c was not recording any more")
	if strings.Contains(b.stderr.String(), "still") {
		t.Errorf("something is said to record: %s", b.stderr)
	}
}

func TestAStopThatFailsAtTheEndIsAFailure(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{{nil, 4}, {&script.Error{Message: "bug"}, 1}} {
		s := server(t)
		sim := recording(t, s, "rec.control", simulator.Options{})
		b := newBench(t)
		b.engine.run = starts(func(context.Context, script.Host) error {
			sim.service.Close() // the recorder goes away
			return c.err
		}, "cam1")
		if code := b.recue("run", "--stop-on-exit", "-e", "x", "--server", s.ClientURL()); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, code, c.code)
		}
		wants(t, "stderr", b.stderr, `recue: stop cam1: nobody listens on "rec.control" (no_recorder)`)
		wants(t, "stderr", b.stderr, "recue: cam1 still records")
	}
}
