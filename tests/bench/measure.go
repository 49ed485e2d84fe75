package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// partVariable tells a process of this program which part it has: "serve", or a
// job as JSON.
const partVariable = "RECUE_BENCH_PART"

// timeout is that of every command: longer than the longest wait of a hundred
// thousand that are sent at once.
const timeout = time.Minute

const commandsPerTask = 3 // start, status, stop

// job is what a measured process has to do.
type job struct {
	Side     string
	URL      string
	InFlight int
	Rounds   int    // how often all tasks are run
	Profile  string // file for a CPU profile, or ""
}

func (j job) commands() int { return j.InFlight * j.Rounds * commandsPerTask }

// sample is what one process has measured.
type sample struct {
	Wall     time.Duration
	CPU      time.Duration // user and system time of the process during Wall
	PeakKB   int           // the most memory that the process ever had
	Commands int
}

func (s sample) perSecond() float64 { return float64(s.Commands) / s.Wall.Seconds() }

// sides are what is compared. The first is the measure of all others.
var sides = []struct {
	name  string
	lowly bool // makes sense with one in flight only
	run   func(job, *meter) error
}{
	{name: "hand-written Go", run: byHand},
	{name: "Lua branches", run: inLua(branchesScript)},
	{name: "Lua commands", run: inLua(commandsScript)},
	{name: "Lua sequential", lowly: true, run: inLua(sequentialScript)},
	{name: "flood limit", run: flood},
}

// meter takes time and CPU between begin and end.
type meter struct {
	job     job
	from    time.Time
	fromCPU time.Duration
	sample  sample
	profile *os.File
	err     error
}

func (m *meter) begin() {
	if m.job.Profile != "" {
		if m.profile, m.err = os.Create(m.job.Profile); m.err == nil {
			m.err = pprof.StartCPUProfile(m.profile)
		}
	}
	m.from, m.fromCPU = time.Now(), cpuTime()
}

func (m *meter) end() {
	m.sample.Wall, m.sample.CPU = time.Since(m.from), cpuTime()-m.fromCPU
	m.sample.Commands = m.job.commands()
	m.sample.PeakKB = peakKB()
	if m.profile != nil {
		pprof.StopCPUProfile()
		m.err = errors.Join(m.err, m.profile.Close())
	}
}

// Write takes what a script prints: its marks.
func (m *meter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		switch strings.TrimSpace(line) {
		case "begin":
			m.begin()
		case "end":
			m.end()
		}
	}
	return len(p), nil
}

// runPart is what a process does that was started for one part. It gives the exit code.
func runPart(part string) int {
	var err error
	if part == "serve" {
		err = serve()
	} else {
		err = runJob(part)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// runJob runs one job and prints its sample as JSON.
func runJob(text string) error {
	var m meter
	if err := json.Unmarshal([]byte(text), &m.job); err != nil {
		return fmt.Errorf("%s: %w", partVariable, err)
	}
	for _, side := range sides {
		if side.name != m.job.Side {
			continue
		}
		if err := errors.Join(side.run(m.job, &m), m.err); err != nil {
			return err
		}
		if m.sample.Commands == 0 {
			return fmt.Errorf("%s: nothing was measured", m.job.Side)
		}
		return json.NewEncoder(os.Stdout).Encode(m.sample)
	}
	return fmt.Errorf("unknown side %q", m.job.Side)
}

func taskNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "cam" + strconv.Itoa(i+1)
	}
	return names
}
