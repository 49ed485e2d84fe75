package app

import (
	"fmt"
	"iter"
	"regexp"

	"recue/runtime/rehearsal"
)

// What is alike in the lists of a rehearsal is shown whole up to mostAlike times; else
// the first few, which show the rhythm.
const (
	mostAlike  = 10
	alikeShown = 3
)

// more is how many are left out, and the last of them; count is 0 for what is shown.
type more[T any] struct {
	count int
	last  T
}

// folded gives the rows to show. Where rows are left out that are like the last one shown,
// that one is given again, with how many they are. like gives what is the same in rows
// that are alike; a row for which that is "" is shown.
func folded[T any](rows []T, all bool, like func(T) string) iter.Seq2[T, more[T]] {
	count, last := map[string]int{}, map[string]T{}
	for _, row := range rows {
		key := like(row)
		count[key]++
		last[key] = row
	}
	return func(yield func(T, more[T]) bool) {
		shown := map[string]int{}
		for _, row := range rows {
			key := like(row)
			shown[key]++
			fold := !all && key != "" && count[key] > mostAlike
			if fold && shown[key] > alikeShown {
				continue
			}
			if !yield(row, more[T]{}) {
				return
			}
			if fold && shown[key] == alikeShown && !yield(row, more[T]{count[key] - alikeShown, last[key]}) {
				return
			}
		}
	}
}

var figures = regexp.MustCompile(`[0-9]+`)

// apartFromFigures is a text without its numbers: times, most of all.
func apartFromFigures(text string) string { return figures.ReplaceAllString(text, "0") }

// likeRun: the same job, with the same end for the same reason. What took another time or
// printed something else is alike; what a change of the clocks has touched is not.
func likeRun(r *rehearsal.Run) string {
	if r.Note != "" {
		return ""
	}
	key := fmt.Sprintf("%q %s %v %s", r.Job, r.State, r.Began.After(r.Due), apartFromFigures(r.Reason))
	if r.Err != nil {
		key += apartFromFigures(r.Err.Error())
	}
	return key
}

// likeRecording: of the same task, by the same job, and ended or not.
func likeRecording(r *rehearsal.Recording) string {
	if r.By == nil {
		return ""
	}
	return fmt.Sprintf("%q %q %v", r.By.Job, r.TaskID, r.Till.IsZero())
}

// likeMistake: of the same kind, in the same job, in the same words.
func likeMistake(m rehearsal.Mistake) string {
	return fmt.Sprintf("%q %q %s", m.Job, m.Kind, apartFromFigures(m.Text))
}
