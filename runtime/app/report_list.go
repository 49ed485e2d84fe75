package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	timeline "recue/runtime/report"
)

// listedRun is a run of a journal as JSON; times are RFC 3339 with the zone's offset.
type listedRun struct {
	Number     int        `json:"number"`
	Run        string     `json:"run"`
	Began      time.Time  `json:"began"`
	Ended      *time.Time `json:"ended"` // null: it has no end in the journal
	Exit       *int       `json:"exit"`  // null: as ended
	UnderWay   *bool      `json:"under_way,omitempty"`
	Command    string     `json:"recue"`
	Script     string     `json:"script,omitempty"`
	SHA256     string     `json:"sha256,omitempty"`
	Simulated  bool       `json:"simulated"`
	Commands   int        `json:"commands"`
	Failures   int        `json:"failures"`
	Unanswered int        `json:"unanswered"`
}

// printRuns writes the runs of a journal, the oldest first.
func (a *app) printRuns(f *reportFlags, in io.Reader, list []*timeline.Summary) error {
	if !f.json {
		a.printRunTable(f, in, list)
		return nil
	}
	out := make([]listedRun, len(list))
	for i, s := range list {
		r := listedRun{
			Number: s.Number, Run: s.ID, Began: s.First.In(f.zone), Command: s.Command, Script: f.mask.text(s.Script), SHA256: s.SHA256,
			Simulated: s.Simulated, Commands: s.Commands, Failures: s.Failures, Unanswered: s.Unanswered,
		}
		if s.Ended {
			ended := s.Last.In(f.zone)
			r.Ended, r.Exit = &ended, &s.Exit
		} else if life := lifeOf(in, s); life != timeline.NotKnown {
			is := life == timeline.UnderWay
			r.UnderWay = &is
		}
		out[i] = r
	}
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(out) // the output remembers a failed write
	return nil
}

func (a *app) printRunTable(f *reportFlags, in io.Reader, list []*timeline.Summary) {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NO\tRUN\tBEGAN\tTOOK\tCOMMANDS\tFAILED\tEND\tWHAT")
	for _, s := range list {
		what := strings.TrimSpace(s.Command + " " + s.Script)
		if s.Simulated {
			what += " (simulated)"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", s.Number, visible(s.ID), s.First.In(f.zone).Format("2006-01-02 15:04:05 -07:00"),
			s.Last.Sub(s.First).Round(time.Millisecond), s.Commands, s.Failures, endWord(s, lifeOf(in, s)), f.clean(what))
	}
	_ = table.Flush() // a bytes.Buffer takes everything
	for line := range strings.Lines(text.String()) {
		a.print(strings.TrimRight(line, " \n"))
	}
}

// endWord is the exit code, or what is known where there is none.
func endWord(s *timeline.Summary, life timeline.Life) string {
	switch {
	case s.Ended:
		return "exit " + strconv.Itoa(s.Exit)
	case life == timeline.UnderWay:
		return "under way"
	case life == timeline.Gone || !s.Died.IsZero():
		return "cut off"
	}
	return "none"
}
