package simulator

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fates sends n commands, one after the other or all at once, and lists what
// became of them in order of arrival.
func fates(t *testing.T, opts Options, n int, atOnce bool) []fate {
	t.Helper()
	opts.Keep = n
	r := newRecorder(t, opts)
	var wg sync.WaitGroup
	for i := range n {
		if atOnce {
			wg.Go(func() { r.Answer(start(fmt.Sprint(i))) })
		} else {
			r.Answer(start(fmt.Sprint(i)))
		}
	}
	wg.Wait()
	var got []fate
	for _, e := range r.Commands() {
		got = append(got, fate{rejected: e.Rejected, dropped: e.Dropped, delay: e.Delay})
	}
	return got
}

func TestSameSeedSameFaults(t *testing.T) {
	opts := Options{Fail: 0.3, Drop: 0.1, Delay: time.Second, Jitter: time.Second, Seed: 7}
	first := fates(t, opts, 1000, false)
	if !slices.Equal(first, fates(t, opts, 1000, false)) {
		t.Error("a second run with the same seed met other faults")
	}
	if !slices.Equal(first, fates(t, opts, 1000, true)) {
		t.Error("a thousand goroutines at once met other faults than one")
	}
	opts.Seed = 8
	if slices.Equal(first, fates(t, opts, 1000, false)) {
		t.Error("another seed met the same faults")
	}
}

func TestOneOptionDoesNotChangeTheChanceOfAnother(t *testing.T) {
	all := fates(t, Options{Fail: 0.3, Drop: 0.1, Jitter: time.Second, Seed: 7}, 1000, false)
	only := fates(t, Options{Fail: 0.3, Seed: 7}, 1000, false)
	for i := range all {
		if all[i].rejected != only[i].rejected {
			t.Fatalf("command %d: rejected is %t with drop and jitter, %t without", i, all[i].rejected, only[i].rejected)
		}
	}
}

func TestRatesAndJitterAreKept(t *testing.T) {
	const n = 2000
	count := func(all []fate, is func(fate) bool) (c int) {
		for _, f := range all {
			if is(f) {
				c++
			}
		}
		return c
	}
	rejected := func(f fate) bool { return f.rejected }
	dropped := func(f fate) bool { return f.dropped }
	for _, c := range []struct{ rate, from, to float64 }{{0, 0, 0}, {0.25, 0.2, 0.3}, {1, 1, 1}} {
		all := fates(t, Options{Fail: c.rate, Drop: c.rate}, n, false)
		for what, got := range map[string]int{"rejected": count(all, rejected), "dropped": count(all, dropped)} {
			if share := float64(got) / n; share < c.from || share > c.to {
				t.Errorf("rate %v: %v are %s", c.rate, share, what)
			}
		}
	}
	all := fates(t, Options{Delay: 2 * time.Second, Jitter: time.Second}, n, false)
	least := slices.MinFunc(all, func(a, b fate) int { return int(a.delay - b.delay) }).delay
	most := slices.MaxFunc(all, func(a, b fate) int { return int(a.delay - b.delay) }).delay
	if least < 2*time.Second || least > 2010*time.Millisecond || most >= 3*time.Second || most < 2990*time.Millisecond {
		t.Errorf("2s and up to 1s more gave delays from %s to %s", least, most)
	}
}

func TestARejectedCommandDoesNotAct(t *testing.T) {
	r := newRecorder(t, Options{Clock: newManual(), Fail: 1})
	for _, c := range []struct {
		name          string
		command, then []byte // then: what Handle carries out afterwards, without faults
		want          string
	}{
		{"start, unknown", start("cam1"), start("cam1"), reply("error", "stopped", "{}")},
		{"start, started", start("cam1"), nil, reply("error", "started", running)},
		{"status, started", status("cam1"), nil, reply("error", "started", running)},
		{"stop, started", stop("cam1"), stop("cam1"), reply("error", "started", running)},
		{"start, stopped", start("cam1"), nil, reply("error", "stopped", strings.Replace(over, "09:00", "08:55", 1))},
	} {
		if got := r.Answer(c.command); string(got.Reply) != c.want || !got.Rejected {
			t.Errorf("%s: rejected %t\n got %s\nwant %s", c.name, got.Rejected, got.Reply, c.want)
		}
		if c.then != nil && !bytes.Contains(r.Handle(c.then), []byte(`"success"`)) {
			t.Errorf("%s: the command acted although it was rejected", c.name)
		}
	}
	if malformed := r.Answer(nil); malformed.Rejected || malformed.Err == nil {
		t.Errorf("a malformed command counts as rejected by chance: %+v", malformed)
	}
}

func TestACommandWhoseReplyIsDroppedActs(t *testing.T) {
	r := newRecorder(t, Options{Clock: newManual(), Drop: 1})
	if e := r.Answer(start("cam1")); !e.Dropped {
		t.Fatal("the reply is not dropped")
	}
	if got, want := string(r.Handle(status("cam1"))), reply("success", "started", running); got != want {
		t.Errorf("afterwards\n got %s\nwant %s", got, want)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for want, opts := range map[string]Options{
		"delay must not be negative, got -1s":    {Delay: -time.Second},
		"jitter must not be negative, got -1ns":  {Jitter: -1},
		"fail must be between 0 and 1, got 30":   {Fail: 30},
		"drop must be between 0 and 1, got -0.1": {Drop: -0.1},
		"drop must be between 0 and 1, got NaN":  {Drop: math.NaN()},
	} {
		_, err := New(opts)
		if err == nil || err.Error() != "simulated recorder: "+want {
			t.Errorf("%+v: got %v, want %q", opts, err, want)
		}
	}
}
