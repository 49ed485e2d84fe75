package luabench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options say how much is measured. Zero fields take the values in brackets.
type Options struct {
	Rounds int           // how often each side of each script is measured (7)
	Span   time.Duration // how long a measurement takes, at least (60 ms)
	Only   string        // scripts whose group or name contains this (all)
	Each   func(Row)     // is told each row when it is there (nobody)
}

// Row is the result of one script.
type Row struct {
	Group, Name  string
	Recue, Stock time.Duration // medians, for one run of the body
	Ratio        float64       // the median of Recue's time by its neighbour's
	Target       float64       // 0: none
}

// Missed says whether the row is above its target.
func (r Row) Missed() bool { return r.Target > 0 && r.Ratio > r.Target }

// Measure runs all scripts on both sides, in turns.
func Measure(ctx context.Context, opts Options) ([]Row, error) {
	if opts.Rounds == 0 {
		opts.Rounds = 7
	}
	if opts.Span == 0 {
		opts.Span = 60 * time.Millisecond
	}
	var rows []Row
	for _, group := range Groups {
		for _, s := range group.Scripts {
			if !strings.Contains(group.Name+": "+s.Name, opts.Only) {
				continue
			}
			row, err := compare(ctx, s, opts)
			if err != nil {
				return rows, fmt.Errorf("%s: %s: %w", group.Name, s.Name, err)
			}
			row.Group, row.Target = group.Name, group.Target
			rows = append(rows, row)
			if opts.Each != nil {
				opts.Each(row)
			}
		}
	}
	return rows, nil
}

type side func(ctx context.Context, source string, rounds int) (string, error)

func compare(ctx context.Context, s Script, opts Options) (Row, error) {
	source := s.source()
	n, err := enough(ctx, source, opts.Span)
	if err != nil {
		return Row{}, err
	}
	var recue, stock, ratios []float64
	for round := range opts.Rounds {
		// Who is first changes, so that neither profits from a machine that gets slower or faster.
		sides := []side{runRecue, runStock}
		if round%2 == 1 {
			slices.Reverse(sides)
		}
		first, printed, err := timed(ctx, sides[0], source, n)
		if err != nil {
			return Row{}, err
		}
		second, alsoPrinted, err := timed(ctx, sides[1], source, n)
		if err != nil {
			return Row{}, err
		}
		if !sameNumber(printed, alsoPrinted) {
			return Row{}, fmt.Errorf("one side prints %q, the other %q", printed, alsoPrinted)
		}
		if round%2 == 1 {
			first, second = second, first
		}
		recue, stock = append(recue, first.Seconds()), append(stock, second.Seconds())
		ratios = append(ratios, first.Seconds()/second.Seconds())
	}
	perRound := func(all []float64) time.Duration {
		return time.Duration(median(all) / float64(n) * float64(time.Second))
	}
	return Row{Name: s.Name, Recue: perRound(recue), Stock: perRound(stock), Ratio: median(ratios)}, nil
}

// enough is the number of rounds that take Recue as long as span.
func enough(ctx context.Context, source string, span time.Duration) (int, error) {
	for n := 100; ; n *= 4 {
		took, _, err := timed(ctx, runRecue, source, n)
		if err != nil {
			return 0, err
		}
		if took >= span/4 {
			return max(1, int(float64(n)*span.Seconds()/took.Seconds())), nil
		}
	}
}

func timed(ctx context.Context, run side, source string, rounds int) (time.Duration, string, error) {
	runtime.GC() // what others left
	begun := cpuTime()
	printed, err := run(ctx, source, rounds)
	return max(cpuTime()-begun, time.Nanosecond), printed, err
}

// sameNumber compares what was printed, each side having a manner of its own to write large numbers.
func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(b), 64)
	return errX == nil && errY == nil && (x-y)*(x-y) <= 1e-20*x*x
}

func median(all []float64) float64 {
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}
