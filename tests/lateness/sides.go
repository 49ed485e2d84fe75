package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed jobs.lua
var script []byte

// The sides. The first is the measure of all others.
const (
	besideGocron = "gocron"
	onStore      = "store"
	onServer     = "server"
)

func sideNames() []string { return []string{besideGocron, onStore, onServer} }

// starters start each side's process.
var starters = map[string]func(*plan, *recorder) (*child, error){
	besideGocron: startGocron,
	onStore: func(p *plan, r *recorder) (*child, error) {
		store, err := os.MkdirTemp(p.dir, "store")
		if err != nil {
			return nil, err
		}
		return startServe(p, r, "--store", store)
	},
	onServer: func(p *plan, r *recorder) (*child, error) { return startServe(p, r) },
}

// child is a measured process.
type child struct {
	cmd    *exec.Cmd
	began  time.Time
	serves chan struct{} // closed when it is ready
	ended  chan struct{}
	err    error

	mu   sync.Mutex
	last []string // of what it said
}

func startServe(p *plan, r *recorder, flags ...string) (*child, error) {
	path := filepath.Join(p.dir, "jobs.lua")
	if err := os.WriteFile(path, script, 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"serve", path, "--server", r.server.ClientURL(), "--timeout", "30s", "--var", "JOBS=" + strconv.Itoa(p.jobs)}, flags...)
	if p.same > 0 {
		args = append(args, "--var", "SAME="+strconv.Itoa(p.same))
	}
	cmd := exec.Command(p.recue, args...)
	cmd.Env = []string{"HOME=" + p.dir, "TZ=UTC", "NATS_TOKEN=" + r.server.Token(), "PATH=" + os.Getenv("PATH")}
	return startChild(cmd, "serving ")
}

// startChild starts a process that is ready when it says a text.
func startChild(cmd *exec.Cmd, ready string) (*child, error) {
	c := &child{cmd: cmd, began: time.Now(), serves: make(chan struct{}), ended: make(chan struct{})}
	out, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.ended)
		once := sync.OnceFunc(func() { close(c.serves) })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), ready) {
				once()
			}
			c.mu.Lock()
			c.last = append(c.last[max(0, len(c.last)-9):], lines.Text())
			c.mu.Unlock()
		}
		c.err = cmd.Wait()
	}()
	return c, nil
}

// readyPatience is how long a process may take until it serves.
const readyPatience = 5 * time.Minute

func (c *child) ready() error {
	select {
	case <-c.serves:
		return nil
	case <-c.ended:
		return c.said("it ended before it served")
	case <-time.After(readyPatience):
		return c.said("it does not serve")
	}
}

func (c *child) said(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Errorf("%s; it said:\n%s", what, strings.Join(c.last, "\n"))
}

// end stops the process as a service manager does.
func (c *child) end() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
		var status *exec.ExitError
		if errors.As(c.err, &status) {
			return c.said(status.Error())
		}
		return c.err
	case <-time.After(time.Minute):
		return c.said("it does not end")
	}
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() // fails where it has ended, as it should have
	<-c.ended
}

// peakKB is the most memory that the process ever had, in KiB; 0 where the system does
// not say.
func (c *child) peakKB() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	_, text, _ = bytes.Cut(text, []byte("VmHWM:"))
	text, _, _ = bytes.Cut(text, []byte("kB"))
	kb, _ := strconv.Atoi(string(bytes.TrimSpace(text)))
	return kb
}

// tick is the unit of the times in /proc, the same on all Linux systems.
const tick = 10 * time.Millisecond

// cpu is the processor time that the process has used; 0 where the system does not say.
func (c *child) cpu() time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	_, text, _ = bytes.Cut(text, []byte(") ")) // behind the name, which may hold anything
	fields := strings.Fields(string(text))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}
