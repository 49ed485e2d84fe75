package report

import (
	"flag"
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"recue/runtime/journal"
)

var update = flag.Bool("update", false, "write the golden page; read the diff")

var noon = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

// line makes an event of a line "SECOND RUN KIND …", where KIND is begin, end CODE, died RUN,
// or start, stop, status followed by ID@TASK and, for an outcome, OUTCOME and STATE.
func line(t *testing.T, text string) journal.Event {
	t.Helper()
	words := append(strings.Fields(text), "", "", "")
	at, err := strconv.ParseFloat(words[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	e := journal.Event{Time: after(at), Run: words[1], Kind: journal.Kind(words[2])}
	switch e.Kind {
	case journal.KindBegin:
		e.Command, e.Server = "run", "nats://h"
		e.Simulated = words[3] == "simulated"
	case journal.KindEnd:
		if e.Exit, err = strconv.Atoi(words[3]); err != nil {
			t.Fatal(err)
		}
	case journal.KindDied:
		e.Of = words[3]
	default:
		if _, err := fmt.Sscanf(strings.Replace(words[3], "@", " ", 1), "%d %s", &e.ID, &e.TaskID); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		e.Cmd, e.Subject, e.Kind, e.Outcome, e.AppStatus = words[2], "rec.control", journal.KindIntent, words[4], words[5]
		if e.Outcome != "" {
			e.Kind, e.Duration, e.Payload = journal.KindOutcome, 0.5, []byte(`{"file_path":"/mnt/`+e.TaskID+`"}`)
		}
	}
	return e
}

// events gives the events of lines, each run's numbered. A line "torn" is one that cannot be read.
func events(t *testing.T, lines string) iter.Seq2[journal.Event, error] {
	t.Helper()
	seq := map[string]uint64{}
	var list []journal.Event
	for text := range strings.Lines(lines) {
		if text = strings.TrimSpace(text); text == "torn" {
			list = append(list, journal.Event{})
		} else if text != "" {
			e := line(t, text)
			seq[e.Run]++
			e.Seq = seq[e.Run]
			list = append(list, e)
		}
	}
	return func(yield func(journal.Event, error) bool) {
		for _, e := range list {
			var err error
			if e.Run == "" {
				err = &journal.UnreadableError{Length: 10}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func collect(t *testing.T, lines string) *Run {
	t.Helper()
	run, err := Collect(events(t, lines), Choice{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func page(t *testing.T, r *Run, o Options) string {
	t.Helper()
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	var b strings.Builder
	if err := r.Write(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func evening(t *testing.T) *Run {
	t.Helper()
	file, err := os.Open("testdata/evening.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() // nothing was written
	run, err := Collect(journal.Read(file), Choice{Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	return run
}
