package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// row is the result of one side with so many in flight; all figures are medians.
type row struct {
	InFlight  int     `json:"in_flight"`
	Side      string  `json:"side"`
	PerSecond float64 `json:"commands_per_second"`
	Ratio     float64 `json:"ratio"`      // of PerSecond to hand-written Go
	RatioLow  float64 `json:"ratio_low"`  // the lowest of all rounds
	RatioHigh float64 `json:"ratio_high"` // the highest
	CPU       float64 `json:"cpu_us"`     // microseconds of CPU of the client's process, for a command
	PeakMB    float64 `json:"peak_mb"`    // MiB
	PeakRatio float64 `json:"peak_ratio"` // of PeakMB to hand-written Go
	Rounds    int     `json:"rounds"`
	Commands  int     `json:"commands"` // of a round
}

func (m *measured) row() row {
	r := row{InFlight: m.inFlight, Side: m.side, Rounds: len(m.samples), Commands: m.samples[0].Commands}
	var speed, ratio, cpu, peak, peakRatio []float64
	for i, s := range m.samples {
		speed = append(speed, s.perSecond())
		ratio = append(ratio, s.perSecond()/m.hand[i].perSecond())
		cpu = append(cpu, float64(s.CPU.Microseconds())/float64(s.Commands))
		peak = append(peak, float64(s.PeakKB)/1024)
		peakRatio = append(peakRatio, float64(s.PeakKB)/float64(max(1, m.hand[i].PeakKB)))
	}
	r.PerSecond, r.Ratio, r.CPU, r.PeakMB, r.PeakRatio = median(speed), median(ratio), median(cpu), median(peak), median(peakRatio)
	r.RatioLow, r.RatioHigh = slices.Min(ratio), slices.Max(ratio)
	return r
}

// median is the middle one, or the mean of the two in the middle.
func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

func rows(results []*measured) []row {
	list := make([]row, len(results))
	for i, m := range results {
		list[i] = m.row()
	}
	return list
}

func writeJSON(out io.Writer, results []*measured) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(rows(results))
}

// writeTable writes a table that is Markdown too.
func writeTable(out io.Writer, results []*measured) error {
	lines := [][]string{
		{"in flight", "side", "commands/s", "ratio", "lowest … highest", "CPU, µs a command", "peak memory, MiB", "ratio"},
		{"---:", "---", "---:", "---:", "---:", "---:", "---:", "---:"},
	}
	for _, r := range rows(results) {
		lines = append(lines, []string{
			thousands(float64(r.InFlight)), r.Side, thousands(r.PerSecond), fmt.Sprintf("%.2f", r.Ratio),
			fmt.Sprintf("%.2f … %.2f", r.RatioLow, r.RatioHigh), fmt.Sprintf("%.1f", r.CPU),
			fmt.Sprintf("%.0f", r.PeakMB), fmt.Sprintf("%.2f", r.PeakRatio),
		})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			if i == 1 {
				cell += pad
			} else {
				cell = pad + cell
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// thousands writes a whole number with commas: 104,000.
func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
