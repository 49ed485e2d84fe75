package schedule

import (
	"testing"
	"time"
)

// What a year of each kind costs, in occurrences per second; and Next alone.
func BenchmarkNext(b *testing.B) {
	for name, spec := range map[string]Spec{
		"daily":       {Daily: "08:00", Days: "mon-fri"},
		"every":       {Every: "1m"},
		"cron-real":   {Cron: "* * * * *"},
		"cron-fixed":  {Cron: "* 0-23 * * *"},
		"cron-seldom": {Cron: "0 0 29 2 *"},
	} {
		spec.TZ = "Europe/Berlin"
		s, err := New(spec, time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			at := begin
			for b.Loop() {
				o, _ := s.Next(at)
				if at = o.Due; at.Year() > 2040 {
					at = begin
				}
			}
		})
	}
}
