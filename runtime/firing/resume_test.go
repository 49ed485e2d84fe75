package firing

import (
	"strings"
	"testing"
	"time"

	"recue/runtime/clock"
	"recue/runtime/schedule"
)

func TestWhichRunsAreResumed(t *testing.T) {
	late := noon.Add(time.Hour)
	for name, c := range map[string]struct {
		spec   schedule.Spec
		resume bool
		cancel string
		now    time.Time
		want   string // in the reason why not; "" means that it is resumed
	}{
		"the script did not ask":       {spec: schedule.Spec{At: "2026-11-23 12:00"}, now: late, want: "the node gone went away"},
		"once":                         {spec: schedule.Spec{At: "2026-11-23 12:00"}, resume: true, now: late},
		"later than the grace":         {spec: schedule.Spec{Daily: "12:00", Grace: "1m"}, resume: true, now: late},
		"the next firing is to come":   {spec: schedule.Spec{Every: "2h"}, resume: true, now: late},
		"the next firing has been":     {spec: schedule.Spec{Every: "1h"}, resume: true, now: late, want: "has been due again"},
		"cancelled before it went":     {spec: schedule.Spec{Daily: "12:00"}, resume: true, cancel: "replaced", now: late, want: "after it had been replaced"},
		"cancelled, and not to resume": {spec: schedule.Spec{Daily: "12:00"}, cancel: "replaced", now: late, want: "went away"},
	} {
		s, err := schedule.New(c.spec, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		n := &Node{opts: NodeOptions{Clock: clock.NewVirtual(c.now)}}
		got := n.unresumed(&Run{}, Run{Due: noon, Node: "gone", Cancel: c.cancel}, &Handler{Schedule: s, Resume: c.resume})
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
