package tests

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// grows says how large the files of a process may get from now on. A limit fails its
// writes as a full disk does, on every machine and for every user.
func grows(t *testing.T, p *process, limit uint64) {
	t.Helper()
	var now unix.Rlimit
	err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &now)
	if err == nil {
		err = unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: min(limit, now.Max), Max: now.Max}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A serve whose disk is full says so, goes on once there is room, and may be killed
// meanwhile: nothing is lost, and nothing done twice.
func TestAServeOutlivesAFullDisk(t *testing.T) {
	t.Parallel()
	fillDisk(t,
		func(w *watched, _ func() *watched) *watched { grows(t, w.process, unix.RLIM_INFINITY); return w },
		func(w *watched, begin func() *watched) *watched { w.kill(); return begin() })
}

// fillDisk has the disk of a serve full, each time until something is done, and checks
// what became of the firings.
func fillDisk(t *testing.T, until ...func(w *watched, begin func() *watched) *watched) {
	t.Helper()
	s := newStudio(t)
	dir := beats(t, 3)
	begin := func() *watched { return watch(t, dir, []string{"NATS_URL=" + s.url}, "beats.lua", "--store", "state") }
	w := begin()
	s.more(3)
	for _, until := range until {
		grows(t, w.process, 1)
		if _, err := w.stderr.match(`ERROR +the store cannot be written: file too large`, w.ended); err != nil {
			t.Fatal(err)
		}
		w.becomes("/readyz", http.StatusServiceUnavailable, `the store "state" cannot be written: file too large`)
		w.becomes("/healthz", http.StatusOK, "ok")
		w = until(w, begin)
		w.becomes("/readyz", http.StatusOK, "ok")
		s.more(6)
	}
	firings := 0
	for _, job := range []string{"job1", "job2", "job3"} {
		firings += s.account(job, s.settled(dir, job, "--store", "state"))
	}
	t.Logf("%d firings", firings)
	endsWell(t, w.process)
}

// What keeps a store from being opened is said with the folder and what to do.
func TestAStoreThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeScript(t, dir, `schedule("show", {daily = "08:00", tz = "UTC"}, function() end)`)
	at := func(path string) string { return filepath.Join(dir, path) }
	for name, c := range map[string]struct {
		prepare func() error
		want    string
	}{
		"full": {func() error { return os.Symlink("/dev/full", at("full/recue.lock")) },
			`(?s)open the store "full": no space left on device.*hint: make room there`},
		"almost-full": {func() error { return os.Symlink("/dev/full", at("almost-full/recue.probe")) },
			`(?s)open the store "almost-full": no space left on device.*hint: make room there`},
		"not-ours": {func() error { return os.MkdirAll(at("not-ours/recue.lock"), 0o700) },
			`(?s)open the store "not-ours": is a directory.*hint: --store names a folder that this user can write to`},
		"foreign": {func() error {
			return errors.Join(os.WriteFile(at("foreign/recue.lock"), nil, 0o600), os.WriteFile(at("foreign/jetstream"), nil, 0o600))
		},
			`(?s)open the store "foreign": storage directory is not a directory.*hint: --store names`},
		"damaged": {func() error {
			if err := os.MkdirAll(at("damaged/jetstream/$G"), 0o700); err != nil {
				return err
			}
			return errors.Join(os.WriteFile(at("damaged/recue.lock"), nil, 0o600), os.WriteFile(at("damaged/jetstream/$G/streams"), nil, 0o600))
		}, `(?s)bucket recue_jobs: .*hint: the server cannot write to the folder of its JetStream`},
	} {
		if err := os.Mkdir(at(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := c.prepare(); err != nil {
			t.Fatal(err)
		}
		p := background(t, dir, nil, "recue", "serve", "show.lua", "--sim", "--store", name)
		if code, err := p.wait(); err != nil || code != 2 && name != "damaged" {
			t.Errorf("%s: exit code %d, %v", name, code, err)
		}
		if _, err := p.stderr.match(c.want, p.ended); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
