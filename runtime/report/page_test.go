package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"recue/runtime/journal"
	"recue/runtime/protocol"
)

// wellFormed reads a page as XML, which it is too, and holds that names within it
// are there once, and what is led to is there.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	ids, links := map[string]bool{}, map[string]bool{}
	for d := xml.NewDecoder(strings.NewReader(page)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("there are two %s", a.Value)
				}
				ids[a.Value] = true
			case "href":
				links[strings.TrimPrefix(a.Value, "#")] = true
			case "src", "style", "action", "onclick":
				t.Errorf("<%s> has %s=%q", start.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	for link := range links {
		if !ids[link] {
			t.Errorf("nothing is called %q", link)
		}
	}
}

func TestPage(t *testing.T) {
	got := page(t, evening(t), Options{Zone: zone(t, "Europe/Berlin"), Journal: "evening.jsonl", Life: Gone})
	wellFormed(t, got)
	if !IsPage([]byte(got)) {
		t.Error("it is not known for a page")
	}
	const golden = "testdata/evening.html"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("the page has changed; write it with -update, look at it in a browser, and read the diff")
	}
	if again := page(t, evening(t), Options{Zone: zone(t, "Europe/Berlin"), Journal: "evening.jsonl", Life: Gone}); again != got {
		t.Error("the same journal gives another page")
	}
}

func TestEndings(t *testing.T) {
	for lines, want := range map[string]string{
		"1 a end 0":   "all went well (exit code 0)",
		"1 a end 1":   "the script failed (exit code 1)",
		"1 a end 4":   "a command failed and the script did not handle it (exit code 4)",
		"1 a end 130": "interrupted (exit code 130)",
		"1 a end 77":  "failed (exit code 77)",
		"1 a stop 1@t rejected stopped \n 2 a end 0": "all went well (exit code 0), but 1 command failed on the way",
		"": "has no end: it was cut off, or is under way",
	} {
		if got := collect(t, "0 a begin \n"+lines).view(Options{Zone: time.UTC}).How; got != want {
			t.Errorf("%q: %s, want %s", lines, got, want)
		}
	}
	run := collect(t, "0 a begin")
	for life, want := range map[Life]string{UnderWay: "is under way", Gone: "was cut off: killed, or without power"} {
		if got := run.view(Options{Zone: time.UTC, Life: life}).How; got != want {
			t.Errorf("%v: %s, want %s", life, got, want)
		}
	}
	dead, err := Collect(events(t, "0 a begin \n 5 b died a \n 5 b begin"), Choice{Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := dead.view(Options{Zone: time.UTC}); v.How != "was cut off: killed, or without power" || !strings.Contains(strings.Join(v.Notes, " "), "was gone when the next run began") {
		t.Errorf("%s; %s", v.How, v.Notes)
	}
}

// Whatever stands in a journal is text on the page.
func TestTextFromOutsideIsText(t *testing.T) {
	const evil = `"><script>alert(1)</script><b onclick='x'>{{.}}]]>&amp;`
	begin := journal.Begin{Command: evil, Version: evil, Server: evil, Subject: evil, Script: evil, SHA256: evil, Args: []string{evil}, Vars: map[string]string{evil: evil}}
	list := []journal.Event{
		{Kind: journal.KindBegin, Begin: begin, Host: evil, PID: 1},
		{Kind: journal.KindIntent, ID: 1, Cmd: "start", TaskID: evil, Begin: journal.Begin{Subject: "other" + evil}, At: evil},
		{Kind: journal.KindOutcome, ID: 1, Cmd: "start", TaskID: evil, Begin: journal.Begin{Subject: "other" + evil}, At: evil, Outcome: journal.Done, AppStatus: evil, Payload: []byte(`{"file_path":"</td><script>"}`)},
		{Kind: journal.KindOutcome, ID: 2, Cmd: evil, TaskID: evil, Begin: journal.Begin{Subject: evil}, At: evil, Outcome: evil, AppStatus: evil, Message: evil},
		{Kind: journal.KindIntent, ID: 3, Cmd: evil, TaskID: evil, Begin: journal.Begin{Subject: evil}},
	}
	run, err := Collect(func(yield func(journal.Event, error) bool) {
		for i, e := range list {
			e.Run, e.Time, e.Seq = evil, after(float64(i)), uint64(i)+1
			yield(e, nil)
		}
	}, Choice{})
	if err != nil {
		t.Fatal(err)
	}
	got := page(t, run, Options{Journal: evil})
	wellFormed(t, got)
	if n := strings.Count(got, "<script"); n != 1 || strings.Contains(got, "<b ") {
		t.Errorf("there are %d scripts", n)
	}
	cleaned := page(t, run, Options{Journal: evil, Clean: func(string) string { return "clean" }})
	wellFormed(t, cleaned)
	if strings.Contains(cleaned, "alert(1)") {
		t.Error("text is shown that was not cleaned")
	}
}

// Any bytes that pass for a journal give a page, and a proper one.
func FuzzPage(f *testing.F) {
	text, err := os.ReadFile("testdata/evening.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"time":"0000-01-01T00:00:00.000000Z","run":"5b1c09d2e7fa","seq":18446744073709551615,"event":"outcome","id":1,"duration":1e300}
{"time":"9999-12-31T23:59:59.999999Z","run":"5b1c09d2e7fa","seq":1,"event":"intent","id":1,"cmd":"start"}
`))
	printable := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return '?'
			}
			return r
		}, strings.ToValidUTF8(s, "?"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		run, err := Collect(journal.Read(bytes.NewReader(text)), Choice{})
		if err != nil {
			return
		}
		wellFormed(t, page(t, run, Options{Clean: printable}))
		if part, err := run.Cut(run.First.Add(time.Second), run.Last); err == nil {
			wellFormed(t, page(t, part, Options{Clean: printable}))
		}
	})
}

// What the page's policy allows is what it has, and nothing else.
func TestNothingIsFetched(t *testing.T) {
	got := page(t, evening(t), Options{})
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(got)
	if policy == nil || !strings.HasPrefix(policy[1], "default-src &#39;none&#39;; style-src &#39;sha256-") {
		t.Fatalf("the policy is %q", policy)
	}
	for _, kind := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(got, "<"+kind+">")
		text, _, _ := strings.Cut(rest, "</"+kind+">")
		if hash := strings.ReplaceAll(hashOf(text), "+", "&#43;"); !strings.Contains(policy[1], kind+"-src &#39;"+hash+"&#39;") {
			t.Errorf("the %s is not the one that the policy allows", kind)
		}
	}
	if found := regexp.MustCompile(`(?i)https?:|url\([^#]|@import|\bfetch\b`).FindString(got); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestTimesAreShortOnOneDayAndWholeElse(t *testing.T) {
	run := collect(t, "0 a begin \n 1 a status 1@t done stopped \n 7200 a end 0")
	for _, c := range []struct{ zone, want string }{
		{"UTC", `<td title="12:00:00.500000 UTC">12:00:00.500</td>`},
		{"Asia/Tokyo", `<td title="12:00:00.500000 UTC">21:00:00.500</td>`},
		{"Pacific/Auckland", `<td title="2026-12-24 12:00:00.500000 UTC">01:00:00.500</td>`},
		{"Asia/Magadan", `<td title="2026-12-24 12:00:00.500000 UTC">2026-12-24 23:00:00.500 &#43;11:00</td>`},
	} {
		if got := page(t, run, Options{Zone: zone(t, c.zone)}); !strings.Contains(got, c.want) {
			t.Errorf("%s: there is no %s in %s", c.zone, c.want, regexp.MustCompile(`<td title.*?</td>`).FindString(got))
		}
	}
}

// many makes a run with so many commands for each of so many tasks.
func many(t testing.TB, tasks, each int, fail func(n int) bool) *Run {
	t.Helper()
	cmds := []protocol.Cmd{protocol.Start, protocol.Status, protocol.Stop}
	state := map[protocol.Cmd]string{protocol.Start: "started", protocol.Status: "started", protocol.Stop: "stopped"}
	run, err := Collect(func(yield func(journal.Event, error) bool) {
		e := journal.Event{Time: noon, Run: "5b1c09d2e7fa", Seq: 1, Kind: journal.KindBegin, Begin: journal.Begin{Command: "run", Subject: "rec.control"}}
		yield(e, nil)
		e.Kind, e.At, e.Payload, e.Duration = journal.KindOutcome, "cameras.lua:12", []byte(`{"file_path":"/mnt/rec_camera_001.wav"}`), 0.001
		for n := range tasks * each {
			cmd := cmds[n/tasks%3]
			e.ID, e.Seq, e.Cmd, e.TaskID, e.AppStatus, e.Outcome, e.Message = uint64(n+1), e.Seq+1, string(cmd), fmt.Sprintf("camera%05d", n%tasks), state[cmd], journal.Done, ""
			if fail(n) {
				e.AppStatus, e.Outcome, e.Message = "", "timeout", "no answer within 2s: the recorder may or may not have acted"
			}
			e.Time = e.Time.Add(time.Millisecond)
			yield(e, nil)
		}
		e.Kind, e.Seq = journal.KindEnd, e.Seq+1
		yield(e, nil)
	}, Choice{})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestAHundredThousandCommandsFitOnAPage(t *testing.T) {
	run := many(t, 1000, 100, func(n int) bool { return n%100 == 7 }) // marks and bars on every lane
	got := page(t, run, Options{})
	if len(got) > 20<<20 {
		t.Errorf("the page has %d bytes", len(got))
	}
	if rows := strings.Count(got, `class="failed"><td`); rows != run.Failures || strings.Contains(got, "are left out") {
		t.Errorf("%d of %d failures are in the table, or something is left out", rows, run.Failures)
	}
}

func TestALongTableIsInPieces(t *testing.T) {
	for commands, want := range map[int]int{whole: 0, whole + 1: 3} {
		got := page(t, many(t, 1, commands, func(n int) bool { return n == 5 }), Options{})
		wellFormed(t, got)
		if pieces := strings.Count(got, `<details class="part">`); pieces != want {
			t.Errorf("%d commands are in %d pieces, want %d", commands, pieces, want)
		}
		if want > 0 && !strings.Contains(got, "<summary>1 – 1,000, 12:00:00.000 – 12:00:00.999, 1 failure</summary>") {
			t.Error("the first piece has another title")
		}
	}
}

func TestOfTooManyCommandsTheOldestThatWentWellAreLeftOut(t *testing.T) {
	run := many(t, 100, 1200, func(n int) bool { return n < 10 })
	w := newWords(Options{Zone: time.UTC}, run.from, run.till)
	chosen := run.choose(w)
	if len(chosen) == len(run.Commands) || len(chosen) < 100_000 {
		t.Fatalf("%d of %d", len(chosen), len(run.Commands))
	}
	if chosen[9].ID != 10 || chosen[10].ID != uint64(len(run.Commands)-len(chosen)+11) {
		t.Errorf("behind the failures come %d, %d", chosen[9].ID, chosen[10].ID)
	}
	v := run.view(Options{Zone: time.UTC})
	if v.LeftOut != len(run.Commands)-len(chosen) {
		t.Errorf("the page says that %d are left out", v.LeftOut)
	}
}

func TestOfTooManyTasksThoseWithTroubleAreDrawn(t *testing.T) {
	run := many(t, 5*maxLanes, 3, func(n int) bool { return n%(5*maxLanes) == 5*maxLanes-1 })
	list, more := run.lanes(newWords(Options{Zone: time.UTC}, run.from, run.till), map[*Command]bool{})
	if len(list) != maxLanes || more != 4*maxLanes {
		t.Fatalf("%d lanes, %d more", len(list), more)
	}
	if list[0].Task != "camera00000" || list[maxLanes-1].Failures != "3 failed" || list[maxLanes-1].Left != "may still record" {
		t.Errorf("%+v … %+v", list[0], list[maxLanes-1])
	}
}

func TestMarksAtTheSamePlaceAreOneAsBadAsTheWorst(t *testing.T) {
	run := collect(t, `
		0 a begin
		1 a status 1@t done stopped
		1.001 a status 2@t timeout
		1.002 a status 3@t done stopped
		500 a start 4@t
		1000 a end 0`)
	list, _ := run.lanes(newWords(Options{Zone: time.UTC}, run.from, run.till), map[*Command]bool{run.Commands[1]: false})
	marks := list[0].Marks
	if len(marks) != 2 || marks[0].Class != "failed" || marks[0].Href != "#c2" || strings.Count(marks[0].Title, "\n") != 3 || marks[1].Class != "unknown" || marks[1].Href != "" {
		t.Errorf("%+v", marks)
	}
}

func TestBarsThatNearlyTouchAreMergedWhereThereAreVeryMany(t *testing.T) {
	run := many(t, 1, 60000, func(int) bool { return false })
	if n := len(run.Tasks[0].Recordings); n != 20000 {
		t.Fatalf("%d recordings", n)
	}
	list, _ := run.lanes(newWords(Options{Zone: time.UTC}, run.from, run.till), map[*Command]bool{})
	if n := len(list[0].Bars); n > 2*finest || !list[0].Dense {
		t.Errorf("%d bars; their marks are pale: %v", n, list[0].Dense)
	}
}
