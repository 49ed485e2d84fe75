package report

import (
	"fmt"
	"strings"
	"testing"
)

// told writes a task's recordings: from, till, how each ended, and its turns.
func told(t *Task) string {
	var list []string
	for _, r := range t.Recordings {
		text := fmt.Sprintf("%v-", r.From.Sub(noon).Seconds())
		if !r.Till.IsZero() {
			text += fmt.Sprint(r.Till.Sub(noon).Seconds())
		}
		if r.Ending != "" {
			text += " " + strings.TrimSpace(string(r.Ending)+" "+r.By)
		}
		for _, turn := range r.turns {
			word := "sure"
			if turn.maybe {
				word = "maybe"
			}
			text += fmt.Sprintf(" %s@%v", word, turn.at.Sub(noon).Seconds())
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

func TestRecordings(t *testing.T) {
	for name, c := range map[string]struct{ lines, want string }{
		"start and stop": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t done stopped",
			"1-5.5 stopped sure@1"},
		"nothing stops it":           {"1 a start 1@t \n 1.5 a start 1@t done started", "1- sure@1"},
		"a start that was refused":   {"1 a start 1@t \n 1.5 a start 1@t rejected error", ""},
		"a start that nobody heard":  {"1 a start 1@t \n 1.5 a start 1@t no_recorder", ""},
		"a start without an answer":  {"1 a start 1@t \n 1.5 a start 1@t timeout", "1- maybe@1"},
		"a start without an outcome": {"1 a start 1@t", "1- maybe@1"},
		"a maybe that a status settles": {
			"1 a start 1@t \n 1.5 a start 1@t timeout \n 9 a status 2@t done started", "1- maybe@1 sure@9"},
		"a maybe that a status finds stopped": {
			"1 a start 1@t \n 1.5 a start 1@t timeout \n 9 a status 2@t done stopped", "1-9 was found stopped maybe@1"},
		"a stop without an answer": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t timeout", "1- sure@1 maybe@5"},
		"a stop without an outcome": {"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t", "1- sure@1 maybe@5"},
		"a stop that nobody heard": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t no_recorder", "1- sure@1"},
		"a stop that was refused while it records": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t rejected started", "1- sure@1"},
		"a stop that was refused as it is stopped": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t rejected stopped", "1-5.5 was found stopped sure@1"},
		"a stop that says it goes on": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a stop 2@t \n 5.5 a stop 2@t unexpected_state started", "1- sure@1 maybe@5 sure@5.5"},
		"a second start that was refused": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a start 2@t \n 5.5 a start 2@t rejected started", "1- sure@1"},
		"a second start that went well": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 5 a start 2@t \n 5.5 a start 2@t done started",
			"1-5 ended by the next start sure@1; 5- sure@5"},
		"a second recording": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 2 a stop 2@t \n 2.5 a stop 2@t done stopped \n 3 a start 3@t \n 3.5 a start 3@t done started",
			"1-2.5 stopped sure@1; 3- sure@3"},
		"a status while the start is on its way": {
			"1 a start 1@t \n 2 a status 2@t done stopped \n 3 a start 1@t done started", "1- sure@1"},
		"a status from before the start that is answered late": {
			"3 a start 2@t \n 3.5 a start 2@t done started \n 3.6 a status 1@t done stopped", "3- sure@3"},
		"a stop from before the start that is answered late": {
			"1 a stop 1@t \n 3 a start 2@t \n 3.5 a start 2@t done started \n 4 a stop 1@t done stopped", "3- sure@3 maybe@3"},
		"a status before a start that gets no answer": {
			"1 a start 1@t \n 2 a status 2@t done stopped \n 3 a start 1@t timeout", "1- maybe@1"},
		"found stopped, and then recording after all": {
			"1 a start 1@t \n 1.5 a start 1@t timeout \n 2 a status 2@t done stopped \n 3 a status 3@t done started", "1- maybe@1 sure@3"},
		"a stop without an answer that was not carried out": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 2 a stop 2@t \n 2.5 a stop 2@t timeout \n 3 a status 3@t done started", "1- sure@1 maybe@2 sure@3"},
		"a stop of what another run started": {"5 a stop 1@t \n 5.5 a stop 1@t done stopped", ""},
		"an outcome whose intent is missing": {"1.5 a start 1@t done started", "1- sure@1"},
		"another run stops it": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 7 b begin \n 8 b stop 1@t done stopped", "1-8 stopped by another run b sure@1"},
		"another run starts it": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 7 b begin \n 8 b start 1@t done started", "1-8 taken over by another run b sure@1"},
		"another run finds it": {
			"1 a start 1@t \n 7 b begin \n 8 b status 1@t done started", "1- maybe@1 sure@8"},
		"another run with a simulated recorder": {
			"1 a start 1@t \n 1.5 a start 1@t done started \n 7 b begin simulated \n 8 b stop 1@t done stopped", "1- sure@1"},
		"a clock that was set back": {
			"5 a start 1@t \n 5.5 a start 1@t done started \n 1 a stop 2@t \n 1.5 a stop 2@t done stopped", "5-5 stopped sure@5"},
	} {
		t.Run(name, func(t *testing.T) {
			run, err := Collect(events(t, "0 a begin \n"+c.lines), Choice{Number: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := told(run.Tasks[0]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			wellFormed(t, page(t, run, Options{}))
		})
	}
}
