package chaos

import (
	"testing"
	"time"
)

// noon is when the stories of these tests begin.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

var cam1 = Key{"start", "cam1"}

// calm is the ledger of one start that went well.
func calm() Ledger {
	return Ledger{
		Issued: []Key{cam1}, Timeout: time.Second,
		Results:   []Result{{Key: cam1, Begin: at(0), End: at(10), Code: "ok", File: "a.wav"}},
		Sightings: []Sighting{{Key: cam1, OK: true, File: "a.wav"}},
		Passages: []Passage{
			{Key: cam1, At: at(2), Link: 1, Opened: at(-100)},
			{Key: cam1, At: at(5), Link: 1, Opened: at(-100), Reply: true},
		},
		Journaled: true, Journal: []Entry{{Key: cam1, At: at(1)}, {Key: cam1, At: at(6), Outcome: "done"}},
		Recording: []string{"cam1"}, Believed: []string{"cam1"},
	}
}

// Each bug is planted in a ledger that is right otherwise.
func TestCheckFinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(*Ledger)
		want  []Kind
	}{
		{"nothing", func(*Ledger) {}, nil},
		{"a lost result", func(l *Ledger) { l.Results = nil }, []Kind{Lost}},
		{"a result told twice", func(l *Ledger) { l.Results = append(l.Results, l.Results[0]) }, []Kind{Doubled}},
		{"a start that the recorder saw twice", func(l *Ledger) { l.Sightings = append(l.Sightings, l.Sightings[0]) }, []Kind{Doubled}},
		{"a start that was sent again, in vain", func(l *Ledger) { l.Passages = append(l.Passages, l.Passages[0]) }, []Kind{Doubled}},
		{"a command that nobody issued", func(l *Ledger) {
			l.Sightings = append(l.Sightings, Sighting{Key: Key{"stop", "cam2"}})
		}, []Kind{Ghost}},
		{"a result of what nobody issued", func(l *Ledger) {
			l.Results = append(l.Results, Result{Key: Key{"stop", "cam2"}, Code: "ok"})
		}, []Kind{MadeUp, MadeUp, Unwritten}},
		{"delivered, and reported as not sent", func(l *Ledger) {
			l.Results[0].Code = "not_sent"
			l.Outages = []Outage{{From: at(0), To: at(20)}}
		}, []Kind{Ghost}},
		{"delivered after a reconnect, long after its timeout", func(l *Ledger) {
			l.Results[0] = Result{Key: cam1, Begin: at(0), End: at(1000), Code: "timeout"}
			l.Outages = []Outage{{From: at(0), To: at(5000)}}
			l.Passages = []Passage{{Key: cam1, At: at(6000), Link: 2, Opened: at(4000)}}
		}, []Kind{Ghost}},
		{"a success that the recorder never gave", func(l *Ledger) { l.Sightings, l.Passages = nil, nil }, []Kind{MadeUp}},
		{"a success with another's file", func(l *Ledger) { l.Results[0].File = "b.wav" }, []Kind{MadeUp}},
		{"a refusal told as success", func(l *Ledger) { l.Sightings[0].OK = false }, []Kind{MadeUp}},
		{"a success told as refusal", func(l *Ledger) { l.Results[0].Code = "rejected" }, []Kind{MadeUp}},
		{"a lost reply", func(l *Ledger) {
			l.Results[0] = Result{Key: cam1, Begin: at(0), End: at(1000), Code: "timeout"}
			l.Passages = l.Passages[:1]
		}, []Kind{Causeless}},
		{"a reply that came and was not heeded", func(l *Ledger) {
			l.Results[0] = Result{Key: cam1, Begin: at(0), End: at(1000), Code: "timeout"}
		}, []Kind{Causeless}},
		{"not sent in a calm", func(l *Ledger) {
			*l = Ledger{Issued: l.Issued, Results: []Result{{Key: cam1, Begin: at(0), End: at(1), Code: "not_sent"}},
				Outages: []Outage{{From: at(-500), To: at(-1)}, {From: at(2), To: at(500)}}}
		}, []Kind{Causeless}},
		{"an end that cannot be", func(l *Ledger) { l.Results[0].Code = "cancelled" }, []Kind{Stray}},
		{"a recording that Recue forgot", func(l *Ledger) { l.Believed = nil }, []Kind{Forgotten}},

		{"not sent in an outage: all is well", func(l *Ledger) {
			*l = Ledger{Issued: l.Issued, Results: []Result{{Key: cam1, Begin: at(0), End: at(1), Code: "not_sent"}},
				Outages: []Outage{{From: at(-500), To: at(0)}}}
		}, nil},
		{"a timeout over an outage, delivered by the old link: all is well", func(l *Ledger) {
			l.Results[0] = Result{Key: cam1, Begin: at(0), End: at(1000), Code: "timeout"}
			l.Passages[0].At = at(3000)
			l.Outages = []Outage{{From: at(500), To: at(5000)}}
		}, nil},
		{"a reply that came late, under load: all is well", func(l *Ledger) {
			l.Results[0] = Result{Key: cam1, Begin: at(0), End: at(1000), Code: "timeout"}
			l.Passages[1].At = at(1200)
		}, nil},
		{"a refusal: all is well", func(l *Ledger) {
			l.Results[0].Code, l.Sightings[0].OK = "rejected", false
		}, nil},
		{"no intent", func(l *Ledger) { l.Journal = l.Journal[1:] }, []Kind{Unwritten}},
		{"no outcome", func(l *Ledger) { l.Journal = l.Journal[:1] }, []Kind{Unwritten}},
		{"an intent that was written too late", func(l *Ledger) { l.Journal[0].At = at(3) }, []Kind{Unwritten}},
		{"two intents", func(l *Ledger) { l.Journal = append(l.Journal, l.Journal[0]) }, []Kind{Unwritten}},
		{"an outcome that is not what the script was told", func(l *Ledger) { l.Journal[1].Outcome = "timeout" }, []Kind{Unwritten}},
		{"an intent that nobody had", func(l *Ledger) {
			l.Journal = append(l.Journal, Entry{Key: Key{"stop", "cam2"}, At: at(1)})
		}, []Kind{MadeUp}},

		{"nothing recorded, a maybe: all is well", func(l *Ledger) { l.Recording = nil }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := calm()
			c.plant(&l)
			if len(l.Results) == 1 && l.Results[0].Code != "ok" { // written as it was told
				for i := range l.Journal {
					if l.Journal[i].Outcome != "" {
						l.Journal[i].Outcome = l.Results[0].Code
					}
				}
			}
			found := Check(l)
			same := len(found) == len(c.want)
			for i := 0; same && i < len(found); i++ {
				same = found[i].Kind == c.want[i]
			}
			if !same {
				t.Errorf("found %v, want %v", found, c.want)
			}
		})
	}
}
