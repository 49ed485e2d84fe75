package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// sample is what was measured of a side.
type sample struct {
	called, received []time.Duration
	expected         int           // how many firings were due
	ready            time.Duration // from the start until it served
	cpu              time.Duration // while firings were counted
	peakKB           int
}

// add joins a further round's.
func (s *sample) add(o *sample) {
	s.called, s.received = append(s.called, o.called...), append(s.received, o.received...)
	s.expected += o.expected
	s.cpu += o.cpu
	s.ready, s.peakKB = max(s.ready, o.ready), max(s.peakKB, o.peakKB)
}

// at is the value below which so much of the sorted values lies.
func at(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// writeTable writes a table that is Markdown too. The ratio is that of the p99 of the
// function's call to that of gocron.
func writeTable(out io.Writer, p *plan, results map[string]*sample) error {
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| side\t| firings\t| p50, ms\t| p99, ms\t| max, ms\t| to gocron\t| command p50, ms\t| p99, ms\t| max, ms\t| CPU, µs a run\t| peak, MiB\t| ready, s\t|")
	fmt.Fprintln(w, "| ---\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t|")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	for _, side := range p.sides {
		s := results[side]
		slices.Sort(s.called)
		slices.Sort(s.received)
		ratio := "-"
		if g := results[besideGocron]; g != nil && at(g.called, 0.99) > 0 {
			ratio = fmt.Sprintf("%.1f", float64(at(s.called, 0.99))/float64(at(g.called, 0.99)))
		}
		row := []any{side, fmt.Sprintf("%d of %d", len(s.called), s.expected), ms(at(s.called, 0.5)), ms(at(s.called, 0.99)), ms(at(s.called, 1)), ratio}
		if side == besideGocron {
			row = append(row, "-", "-", "-")
		} else {
			row = append(row, ms(at(s.received, 0.5)), ms(at(s.received, 0.99)), ms(at(s.received, 1)))
		}
		row = append(row, s.cpu.Microseconds()/int64(max(1, len(s.called))), s.peakKB/1024, fmt.Sprintf("%.1f", s.ready.Seconds()))
		for _, cell := range row {
			fmt.Fprintf(w, "| %v\t", cell)
		}
		fmt.Fprintln(w, "|")
	}
	return w.Flush()
}
