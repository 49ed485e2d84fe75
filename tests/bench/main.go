package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	if part := os.Getenv(partVariable); part != "" {
		os.Exit(runPart(part))
	}
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the command: out gets the table, progress what is under way.
func run(args []string, out, progress io.Writer) error {
	p, err := parse(args, progress)
	if err != nil {
		return err
	}
	if p.nats != "" {
		return compareStart(p, out)
	}
	results, err := p.measure(progress)
	if err != nil {
		return err
	}
	if p.output == "json" {
		return writeJSON(out, results)
	}
	return writeTable(out, results)
}

// parse reads the flags.
func parse(args []string, usage io.Writer) (*plan, error) {
	p := &plan{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(usage)
	inFlight := flags.String("in-flight", "1,100,1000,10000,100000", "how many tasks at once, with commas")
	flags.StringVar(&p.only, "only", "", "measure the sides whose name contains this text, and hand-written Go")
	flags.IntVar(&p.rounds, "rounds", 5, "how often everything is measured")
	flags.IntVar(&p.commands, "commands", 90_000, "commands of one measurement, at least; with one in flight a third of it")
	flags.StringVar(&p.output, "output", "text", "text or json")
	flags.StringVar(&p.profile, "profile", "", "write a CPU profile of the last measurement of each side into this folder")
	flags.StringVar(&p.nats, "nats", "", "compare the start of `recue run` with this nats command (github.com/nats-io/natscli) instead")
	flags.StringVar(&p.recue, "recue", "", "the recue command for -nats; a build of this source if left out")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("takes no arguments, got %q", flags.Args())
	}
	if p.output != "text" && p.output != "json" {
		return nil, fmt.Errorf("-output must be text or json, got %q", p.output)
	}
	if p.rounds < 1 || p.commands < 1 {
		return nil, fmt.Errorf("-rounds and -commands must be 1 or more")
	}
	for text := range strings.SplitSeq(*inFlight, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-in-flight: must be numbers from 1, with commas, got %q", text)
		}
		p.inFlight = append(p.inFlight, n)
	}
	return p, nil
}
