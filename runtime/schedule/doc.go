// Package schedule says what a schedule means: which instants it names. It is
// pure: it has no clock, starts nothing and knows no script.
//
//	s, err := schedule.New(schedule.Spec{Daily: "02:30", TZ: "Europe/Berlin"}, time.Local)
//	next, ok := s.Next(time.Now())       // next.Due, next.Note
//	for o := range s.Between(from, till) // from < o.Due <= till
//
// # The rule
//
// A schedule is wall-clock time in a zone. Twice a year most zones have a night
// on which a wall-clock time occurs twice, or not at all:
//
//   - Fixed hours (daily, at, a cron whose hour field does not begin with "*")
//     fire exactly once for each wall-clock time that matches. A time that occurs
//     twice fires at its first occurrence, one that does not occur at the first
//     instant after the gap; several that come to one instant fire once, together.
//   - A cron whose hour field begins with "*" fires at every instant whose wall
//     clock matches, and every fires at fixed distances of real time: nothing is
//     left out, nothing is made up for.
//
// # How it is computed
//
// The fields of a cron are evaluated on wall-clock times, which are held as times
// of UTC: there every day has 24 hours. What comes out is mapped to instants: for
// fixed hours by clock.Wall, else stretch by stretch of constant offset. The
// parser is that of github.com/robfig/cron/v3; its own evaluation is not used,
// because like that of every library that was looked at it fires twice, or not
// at all, on the nights in question.
//
// A Schedule does not change and is safe for concurrent use.
package schedule
