//go:build soak

package hostile

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// atOnce is how many processes run at the same time.
const atOnce = 3

// late is how long after its limit a script may still run, its start and end
// included, on a machine that has nothing else to do.
const late = time.Second

// quiet is how long the yardstick takes on a quiet machine.
const quiet = 400 * time.Millisecond

// work is how long a script may take that does not run into the limit of computing.
const work = "3s"

// TestEveryHostileScript runs all scripts. A time is only held against a script
// that exceeds it alone, too, again and again.
func TestEveryHostileScript(t *testing.T) {
	scripts := load(t)
	if len(scripts) < 200 {
		t.Errorf("there are only %d scripts", len(scripts))
	}
	dir := prepare(t)
	var mu sync.Mutex
	outcomes := map[string]outcome{}
	var slow []script
	t.Run("all", func(t *testing.T) {
		places := make(chan struct{}, atOnce)
		var running sync.WaitGroup
		for _, s := range scripts {
			places <- struct{}{}
			running.Go(func() {
				defer func() { <-places }()
				o := s.start(t, dir)
				if wrong := s.verdict(o); wrong != "" {
					t.Errorf("%s: %s\n%v\n%s", s.name, wrong, o, s.text)
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[s.name] = o
				if o.took > s.budget(t) {
					slow = append(slow, s)
				}
			})
		}
		running.Wait()
	})
	yardstick := scripts[slices.IndexFunc(scripts, func(s script) bool { return s.name == "loops/while" })]
	for _, s := range slow {
		if o, allowed := again(t, s, yardstick, dir); o.took > allowed {
			t.Errorf("%s: ended after %v, and %v are allowed", s.name, o.took, allowed)
		}
	}
	slices.SortFunc(scripts, func(a, b script) int { return int(outcomes[b.name].took - outcomes[a.name].took) })
	for _, s := range scripts[:10] {
		t.Logf("%-40s %v", s.name, outcomes[s.name].took.Round(time.Millisecond))
	}
}

// again runs a script alone, up to three times, until it ends in time. What is
// allowed grows as the yardstick does, a script that is known to end in time: other
// work on the machine slows down both.
func again(t *testing.T, s, yardstick script, dir string) (o outcome, allowed time.Duration) {
	for range 3 {
		before := yardstick.start(t, dir).took
		o = s.start(t, dir)
		busy := max(before, yardstick.start(t, dir).took).Seconds() / quiet.Seconds()
		allowed = time.Duration(max(1, busy) * float64(s.budget(t)))
		if o.took <= allowed {
			break
		}
	}
	return o, allowed
}

// budget is when a script must have ended.
func (s script) budget(t *testing.T) time.Duration {
	compute := s.flags["max-compute"]
	if compute == longCompute { // it does its work, or fills its memory, and ends
		compute = work
	}
	limit, err := time.ParseDuration(compute)
	if err != nil {
		t.Fatal(err)
	}
	return limit + late
}
