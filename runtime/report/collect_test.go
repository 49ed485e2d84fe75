package report

import (
	"errors"
	"io"
	"iter"
	"slices"
	"testing"

	"recue/runtime/journal"
)

const three = `
0 a begin
1 a start 1@t
torn
2 b begin
3 b status 1@u done stopped
4 a start 1@t done started
5 b end 0
torn
7 c begin
7 c died a
8 c start 1@t
8.5 c start 1@t timeout
9 c end 4
10 a status 2@t done started`

func TestWhichRun(t *testing.T) {
	for _, c := range []struct {
		choice   string
		run      string
		commands int
	}{{"last", "c", 1}, {"1", "a", 2}, {"2", "b", 1}, {"3", "c", 1}} {
		choice, err := ParseChoice(c.choice)
		if err != nil {
			t.Fatal(err)
		}
		run, err := Collect(events(t, three), choice)
		if err != nil || run.ID != c.run || len(run.Commands) != c.commands || run.Of != 3 {
			t.Errorf("%s gives %+v, %v", c.choice, run, err)
		}
		if run.Damage != (Damage{2, 20}) {
			t.Errorf("the damage is %v", run.Damage)
		}
	}
	if run, err := Collect(events(t, three), Choice{ID: "b"}); err != nil || run.ID != "b" {
		t.Errorf("%v, %v", run, err)
	}
	for want, choice := range map[string]Choice{"there is no run 4: it has 3": {Number: 4}, `there is no run "x" in it`: {ID: "x"}} {
		var unknown *UnknownRunError
		if _, err := Collect(events(t, three), choice); !errors.As(err, &unknown) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestChoices(t *testing.T) {
	for text, want := range map[string]Choice{
		"last": {}, "7": {Number: 7}, "5b1c09d2e7fa": {ID: "5b1c09d2e7fa"}, "123456789012": {ID: "123456789012"},
	} {
		if got, err := ParseChoice(text); err != nil || got != want {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "first", "5b1c", "5B1C09D2E7FA", "1.5"} {
		if got, err := ParseChoice(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestListOfRuns(t *testing.T) {
	list, err := List(events(t, three))
	if err != nil || len(list) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	a, b, c := list[0], list[1], list[2]
	if a.Number != 1 || a.Ended || !a.Died.Equal(after(7)) || a.Commands != 2 || a.Failures != 0 || a.Unanswered != 0 || !a.Last.Equal(after(10)) {
		t.Errorf("%+v", a)
	}
	if b.Number != 2 || !b.Ended || b.Exit != 0 || b.Commands != 1 || !b.First.Equal(after(2)) || !b.Last.Equal(after(5)) {
		t.Errorf("%+v", b)
	}
	if c.Exit != 4 || c.Commands != 1 || c.Failures != 1 || c.Unanswered != 0 {
		t.Errorf("%+v", c)
	}
	if list, _ := List(events(t, "0 a begin \n 1 a start 1@t \n 2 a stop 2@t")); list[0].Unanswered != 2 || list[0].Commands != 2 {
		t.Errorf("%+v", list[0])
	}
}

// A status is in the journal when it has ended, behind what was sent after it.
func TestCommandsAreInTheOrderOfSending(t *testing.T) {
	run := collect(t, "0 a begin \n 1 a start 1@t \n 1.1 a stop 3@t \n 1.4 a status 2@t done started \n 1.5 a start 1@t done started")
	for _, list := range [][]*Command{run.Commands, run.Tasks[0].Commands} {
		if ids := []uint64{list[0].ID, list[1].ID, list[2].ID}; !slices.Equal(ids, []uint64{2, 1, 3}) {
			t.Errorf("the order is %v", ids)
		}
	}
}

func TestLinesThatWereNeverWrittenAreCounted(t *testing.T) {
	run, err := Collect(func(yield func(journal.Event, error) bool) {
		for _, seq := range []uint64{1, 2, 5, 6} {
			yield(journal.Event{Run: "a", Seq: seq, Time: noon, Kind: journal.KindBegin}, nil)
		}
	}, Choice{})
	if err != nil || run.Missing != 2 {
		t.Errorf("%+v, %v", run, err)
	}
}

func TestWhatIsNoJournal(t *testing.T) {
	broken := func(yield func(journal.Event, error) bool) { yield(journal.Event{}, io.ErrUnexpectedEOF) }
	for _, c := range []struct {
		events iter.Seq2[journal.Event, error]
		want   error
	}{{events(t, ""), ErrEmpty}, {events(t, "torn"), ErrNoJournal}, {broken, io.ErrUnexpectedEOF}} {
		if _, err := Collect(c.events, Choice{}); !errors.Is(err, c.want) {
			t.Errorf("collect: %v, want %v", err, c.want)
		}
		if _, err := List(c.events); !errors.Is(err, c.want) {
			t.Errorf("list: %v, want %v", err, c.want)
		}
	}
}
