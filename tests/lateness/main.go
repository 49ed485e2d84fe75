package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if part := os.Getenv(partVariable); part != "" {
		os.Exit(runPart(part))
	}
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "lateness:", err)
		os.Exit(1)
	}
}

// plan is what is measured.
type plan struct {
	jobs   int
	same   int // seconds between two firings of a job, all jobs at once; 0: they lie evenly over ten minutes
	during time.Duration
	rounds int
	sides  []string
	recue  string // the command
	dir    string // for stores and scripts
}

// run is the command: out gets the table, progress what is under way.
func run(args []string, out, progress io.Writer) error {
	p, err := parse(args, progress)
	if err != nil {
		return err
	}
	if p.dir, err = os.MkdirTemp("", "lateness"); err != nil {
		return err
	}
	defer os.RemoveAll(p.dir)
	if p.recue == "" {
		p.recue = filepath.Join(p.dir, "recue")
		if text, err := exec.Command("go", "build", "-o", p.recue, "recue").CombinedOutput(); err != nil {
			return fmt.Errorf("build recue: %w\n%s", err, text)
		}
	}
	results, err := p.measure(progress)
	if err != nil {
		return err
	}
	return writeTable(out, p, results)
}

// parse reads the flags.
func parse(args []string, usage io.Writer) (*plan, error) {
	p := &plan{}
	flags := flag.NewFlagSet("lateness", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.IntVar(&p.jobs, "jobs", 1000, "how many jobs")
	flags.IntVar(&p.same, "same", 10, "all jobs are due at once, at every so many `SECONDS`; 0: they lie evenly over ten minutes")
	flags.DurationVar(&p.during, "during", 30*time.Second, "how long firings are counted")
	flags.IntVar(&p.rounds, "rounds", 1, "how often every side is measured")
	sides := flags.String("sides", strings.Join(sideNames(), ","), "which are measured, with commas")
	flags.StringVar(&p.recue, "recue", "", "the recue command; a build of this source if left out")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	p.sides = strings.Split(*sides, ",")
	for _, side := range p.sides {
		if starters[side] == nil {
			return nil, fmt.Errorf("-sides: there is no %q, only %s", side, strings.Join(sideNames(), ", "))
		}
	}
	if flags.NArg() > 0 || p.jobs < 1 || p.rounds < 1 || p.same < 0 || p.same > 59 || p.during < time.Second {
		return nil, fmt.Errorf("-jobs and -rounds must be 1 or more, -same from 0 to 59, -during a second or more, and nothing may follow them")
	}
	return p, nil
}

// measure has the sides take turns.
func (p *plan) measure(progress io.Writer) (map[string]*sample, error) {
	r, err := newRecorder(filepath.Join(p.dir, "server"))
	if err != nil {
		return nil, err
	}
	defer r.close()
	results := map[string]*sample{}
	for round := range p.rounds {
		for _, side := range p.sides {
			fmt.Fprintf(progress, "round %d of %d: %s\n", round+1, p.rounds, side)
			s, err := p.one(side, r)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", side, err)
			}
			if results[side] == nil {
				results[side] = &sample{}
			}
			results[side].add(s)
		}
	}
	return results, nil
}

// one measures a side once.
func (p *plan) one(side string, r *recorder) (*sample, error) {
	r.clear()
	c, err := starters[side](p, r)
	if err != nil {
		return nil, err
	}
	defer c.kill()
	if err := c.ready(); err != nil {
		return nil, err
	}
	ready := time.Since(c.began)
	from := time.Now().Truncate(time.Second).Add(2 * time.Second)
	over := time.NewTimer(time.Until(from.Add(p.during)))
	before := c.cpu()
	<-over.C
	// What is due at the last instant may still come, and so may what is very late.
	r.settle(from, from.Add(p.during), p.expected(from))
	used := c.cpu() - before
	s := r.sample(from, from.Add(p.during))
	s.expected, s.ready, s.cpu, s.peakKB = p.expected(from), ready, used, c.peakKB()
	return s, c.end()
}

// expected is how many firings are due from an instant on.
func (p *plan) expected(from time.Time) (n int) {
	for second := from.Unix(); second < from.Add(p.during).Unix(); second++ {
		switch {
		case p.same == 0:
			n += p.dueAt(int(second % 600))
		case int(second%60)%p.same == 0:
			n += p.jobs
		}
	}
	return n
}

// dueAt is how many of the jobs that lie over ten minutes are due in a second of them.
func (p *plan) dueAt(second int) (n int) {
	for i := range p.jobs {
		if i*600/p.jobs == second {
			n++
		}
	}
	return n
}
