package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// plan says what is measured.
type plan struct {
	inFlight []int
	only     string
	rounds   int
	commands int // of one measurement, at least
	output   string
	profile  string

	nats, recue string // see compareStart
}

// measured are the samples of one side with so many in flight, one a round.
type measured struct {
	side     string
	inFlight int
	samples  []sample
	hand     []sample // hand-written Go in the same rounds
}

// measure runs all processes, round by round.
func (p *plan) measure(progress io.Writer) ([]*measured, error) {
	server, err := startServer()
	if err != nil {
		return nil, err
	}
	defer server.stop()
	var all []*measured
	for _, n := range p.inFlight {
		var row []*measured
		for _, side := range sides {
			skip := p.only != "" && !strings.Contains(side.name, p.only) && side.name != sides[0].name
			if skip || side.lowly && n > 1 {
				continue
			}
			row = append(row, &measured{side: side.name, inFlight: n})
		}
		for round := range p.rounds {
			fmt.Fprintf(progress, "%d in flight, round %d of %d\n", n, round+1, p.rounds)
			for i := range row {
				m := row[(i+round)%len(row)]
				s, err := runProcess(p.job(m, server.url))
				if err != nil {
					return nil, fmt.Errorf("%s, %d in flight: %w", m.side, n, err)
				}
				m.samples = append(m.samples, s)
			}
		}
		for _, m := range row {
			m.hand = row[0].samples
		}
		all = append(all, row...)
	}
	return all, nil
}

// job is what one process of m has to do. A command that waits for the one
// before takes several times as long, so with one in flight fewer are enough.
func (p *plan) job(m *measured, url string) job {
	commands := p.commands
	if m.inFlight == 1 {
		commands /= 3
	}
	j := job{Side: m.side, URL: url, InFlight: m.inFlight}
	j.Rounds = max(1, commands/(m.inFlight*commandsPerTask))
	if p.profile != "" {
		j.Profile = filepath.Join(p.profile, fmt.Sprintf("%s-%d.pprof", strings.ReplaceAll(m.side, " ", "-"), m.inFlight))
	}
	return j
}

// part is this program as a process for one part.
func part(what string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), partVariable+"="+what)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// runProcess runs a job in a process of its own.
func runProcess(j job) (sample, error) {
	text, err := json.Marshal(j)
	if err != nil {
		return sample{}, err
	}
	cmd, err := part(string(text))
	if err != nil {
		return sample{}, err
	}
	out, err := cmd.Output()
	if err != nil {
		return sample{}, err
	}
	var s sample
	if err := json.Unmarshal(out, &s); err != nil {
		return sample{}, fmt.Errorf("read the sample %q: %w", out, err)
	}
	return s, nil
}

// serverProcess is the server with the recorder.
type serverProcess struct {
	cmd   *exec.Cmd
	stdin io.Closer
	url   string
}

func startServer() (*serverProcess, error) {
	cmd, err := part("serve")
	if err != nil {
		return nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &serverProcess{cmd: cmd, stdin: stdin}
	line := make([]byte, 100)
	n, err := stdout.Read(line)
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("start the server: %w", err)
	}
	s.url = string(bytes.TrimSpace(line[:n]))
	return s, nil
}

// stop ends the process, which ends when its stdin does.
func (s *serverProcess) stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}
