package faults

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"recue/tests/stage"
)

// TestRealCommand strikes at the command as people run it, in a process of its
// own, while its start is in flight: what it prints, and its exit code.
func TestRealCommand(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(*stage.Options)
		strike func(*stage.Stage)
		code   int
		says   []string // on stderr
	}{
		{"the server stops", nil, func(s *stage.Stage) { s.Server.Stop() }, 4,
			[]string{"start cam1: no answer", "(timeout)", "cam1 may still record"}},
		{"the link is cut", nil, func(s *stage.Stage) { s.Proxy.Refuse(); s.Proxy.Cut() }, 4,
			[]string{"start cam1: no answer", "(timeout)", "cam1 may still record"}},
		{"the server is a lame duck", nil, func(s *stage.Stage) { s.Server.LameDuck(); s.Log.Until(t, "about to shut down") }, 0,
			[]string{"about to shut down", "cam1 still records"}},
		{"the login is revoked", withUsers(everything), func(s *stage.Stage) { s.Server.Reload(users(nil)) }, 4,
			[]string{"Authorization Violation", "(cancelled)", "cam1 may still record"}},
		{"the recorder answers with garbage", nil, func(s *stage.Stage) { s.Recorder.Behave(stage.Garbage) }, 4,
			[]string{"(invalid_reply)", "cam1 may still record"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			options := stage.Options{T: t}
			if c.set != nil {
				c.set(&options)
			}
			s := stage.New(t, options)
			s.Recorder.Hold(true)
			timeout := "25s" // never meant to pass
			if strings.Contains(strings.Join(c.says, ""), "(timeout)") {
				timeout = "1s"
			}
			ctx, cancel := context.WithTimeout(t.Context(), stage.Patience)
			defer cancel()
			cmd := exec.CommandContext(ctx, "recue", "run", "--server", "nats://"+s.Proxy.Addr(),
				"--timeout", timeout, "--user", "anna", "--password", "pw", "-e", `start "cam1" log.info "started"`)
			cmd.Dir = t.TempDir()
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			command := s.Recorder.Next()
			c.strike(s)
			s.Recorder.Answer(command)
			err := cmd.Wait()
			var status *exec.ExitError
			if err != nil && !errors.As(err, &status) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != c.code {
				t.Errorf("exit code %d, want %d", got, c.code)
			}
			for _, text := range c.says {
				if !strings.Contains(stderr.String(), text) {
					t.Errorf("stderr lacks %q:\n%s", text, stderr.String())
				}
			}
			if strings.Contains(stderr.String(), "panic") || stdout.Len() > 0 {
				t.Errorf("stdout %q, stderr:\n%s", stdout.String(), stderr.String())
			}
		})
	}
}
