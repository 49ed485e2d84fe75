package report

import (
	"testing"
	"time"
)

const day2 = `
	0 a begin
	1 a start 1@t
	1.5 a start 1@t done started
	10 a start 2@u
	10.5 a start 2@u timeout
	20 a stop 3@t
	20.5 a stop 3@t done stopped
	30 a stop 4@v
	40 b begin
	41 b stop 1@u done stopped
	60 a end 0`

func TestAPartOfARun(t *testing.T) {
	for name, c := range map[string]struct {
		from, till                                         float64
		commands, failures, unanswered, tasks, left, noted int
		recorded                                           time.Duration
	}{
		"all of it":          {0, 60, 4, 1, 1, 3, 0, 0, (19500 + 31000) * time.Millisecond},
		"more than all":      {-9, 99, 4, 1, 1, 3, 0, 0, (19500 + 31000) * time.Millisecond},
		"the beginning":      {0, 5, 1, 0, 0, 1, 0, 1, 4 * time.Second},
		"the middle":         {5, 15, 1, 1, 0, 2, 0, 1, 15 * time.Second},
		"between recordings": {42, 50, 0, 0, 0, 0, 0, 1, 0},
		"the end":            {20, 60, 2, 0, 1, 3, 0, 1, (500 + 21000) * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			run, err := Collect(events(t, day2), Choice{Number: 1})
			if err != nil {
				t.Fatal(err)
			}
			part, err := run.Cut(after(c.from), after(c.till))
			if err != nil {
				t.Fatal(err)
			}
			f := part.figures()
			if len(part.Commands) != c.commands || part.Failures != c.failures || part.Unanswered != c.unanswered || len(part.Tasks) != c.tasks ||
				len(f.still) != c.left || len(part.notes(newWords(Options{Zone: time.UTC}, part.from, part.till), Options{})) != c.noted || f.recorded != c.recorded {
				t.Errorf("%d commands, %d failures, %d unanswered, %d tasks, %d left, recorded %v", len(part.Commands), part.Failures, part.Unanswered, len(part.Tasks), len(f.still), f.recorded)
			}
			wellFormed(t, page(t, part, Options{}))
		})
	}
	run := collect(t, "0 a begin \n 60 a end 0")
	for _, c := range [][2]float64{{61, 70}, {-9, -1}} {
		if _, err := run.Cut(after(c[0]), after(c[1])); err == nil {
			t.Errorf("%v is a part of it", c)
		}
	}
	if all, err := run.Cut(time.Time{}, time.Time{}); err != nil || all.isCut() {
		t.Errorf("%+v, %v", all, err)
	}
}
