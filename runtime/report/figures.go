package report

import (
	"math"
	"slices"
	"time"

	"recue/runtime/protocol"
)

// figures are the numbers at the top of a page.
type figures struct {
	latency           // of all commands
	kinds      []kind // in the order of protocol
	recordings int
	recorded   time.Duration // of all recordings together, within what is shown; a maybe counts too
	still      []*left
	peak       int // most recordings at the same time
}

// latency is how long recorders took to answer; zero where they did not.
type latency struct {
	answers     int
	median, p99 time.Duration
	slowest     *Command
}

// kind is all commands of a kind.
type kind struct {
	cmd                   protocol.Cmd
	sent, failed, unknown int
	latency
}

// left is a recording that the run has left behind.
type left struct {
	*Recording
	Task *Task
}

func latencyOf(commands []*Command) latency {
	var took []time.Duration
	var l latency
	for _, c := range commands {
		if !c.answered() {
			continue
		}
		took = append(took, c.Took)
		if l.slowest == nil || c.Took > l.slowest.Took {
			l.slowest = c
		}
	}
	slices.Sort(took)
	l.answers, l.median, l.p99 = len(took), percentile(took, 50), percentile(took, 99)
	return l
}

func (r *Run) figures() figures {
	f := figures{latency: latencyOf(r.Commands)}
	for _, cmd := range []protocol.Cmd{protocol.Start, protocol.Stop, protocol.Status} {
		k := kind{cmd: cmd}
		var own []*Command
		for _, c := range r.Commands {
			switch {
			case c.Cmd != cmd:
				continue
			case c.Failed():
				k.failed++
			case c.Outcome == "":
				k.unknown++
			}
			own = append(own, c)
		}
		if k.sent, k.latency = len(own), latencyOf(own); k.sent > 0 {
			f.kinds = append(f.kinds, k)
		}
	}
	for _, t := range r.Tasks {
		for _, rec := range t.Recordings {
			f.recordings++
			f.recorded += r.recorded(rec)
			if r.goesOn(rec) {
				f.still = append(f.still, &left{rec, t})
			}
		}
	}
	slices.SortStableFunc(f.still, func(a, b *left) int { return a.From.Compare(b.From) })
	f.peak = slices.Max(r.atOnce(1))
	return f
}

// till is where a recording ends on a timeline that ends with edge.
func (r *Recording) till(edge time.Time) time.Time {
	if r.Till.IsZero() || r.Till.After(edge) {
		return edge
	}
	return r.Till
}

// percentile gives the smallest value that is not exceeded by p percent of all
// ("nearest rank"); 0 of none. values must be sorted.
func percentile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(values))))
	return values[max(rank, 1)-1]
}

// atOnce cuts the run's time into equal parts and gives for each how many
// recordings there were at the same time, at most.
func (r *Run) atOnce(parts int) []int {
	type step struct {
		at    time.Time
		delta int
	}
	axis := newAxis(r.from, r.till)
	var steps []step
	for _, t := range r.Tasks {
		for _, rec := range t.Recordings {
			steps = append(steps, step{rec.From, 1}, step{rec.till(r.till), -1})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		if !a.at.Equal(b.at) {
			return a.at.Compare(b.at)
		}
		return a.delta - b.delta // a recording that ends makes room for the next
	})
	most := make([]int, parts)
	now, part := 0, 0
	for _, s := range steps {
		for to := axis.part(s.at, parts); part < to; {
			part++
			most[part] = now
		}
		now += s.delta
		most[part] = max(most[part], now)
	}
	for part++; part < parts; part++ {
		most[part] = now
	}
	return most
}
