package journal

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// The lines are a contract: others read them.
func TestLinesAreAsDocumented(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{
		Clock: &ticking{now: time.Date(2026, 12, 24, 19, 0, 0, 0, time.FixedZone("", 3600))},
		Begin: Begin{Command: "run", Version: "v1", Server: "nats://h:4222", Subject: "rec.control", Script: "a b.lua", SHA256: "00ff", Args: []string{"hall"}, Vars: map[string]string{"n": "1"}},
	})
	outcome, err := j.Intend(protocol.NewCommand(protocol.Start, "cam\"1"), "rec.control", "a b.lua:3")
	if err != nil {
		t.Fatal(err)
	}
	reply := started
	reply.Payload = []byte("{\"file_path\":\n\"/x\"}")
	outcome(reply, nil)
	outcome, _ = j.Intend(protocol.NewCommand(protocol.Status, "t"), "rec.two", "")
	outcome(protocol.Reply{}, failed(fault.Timeout))
	intend(t, j, protocol.Stop, "t")
	if err := j.End(4); err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	want := `
{"time":"2026-12-24T18:00:00.001000Z","run":"RUN","seq":1,"event":"begin","recue":"run","version":"v1","server":"nats://h:4222","subject":"rec.control","script":"a b.lua","sha256":"00ff","args":["hall"],"vars":{"n":"1"},"format":1,"pid":PID,"host":"HOST"}
{"time":"2026-12-24T18:00:00.002000Z","run":"RUN","seq":2,"event":"intent","id":1,"subject":"rec.control","at":"a b.lua:3","task_id":"cam\"1","cmd":"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}
{"time":"2026-12-24T18:00:00.003000Z","run":"RUN","seq":3,"event":"outcome","id":1,"cmd":"start","task_id":"cam\"1","subject":"rec.control","at":"a b.lua:3","outcome":"done","app_status":"started","duration":0.001000,"payload":{"file_path":"/x"}}
{"time":"2026-12-24T18:00:00.005000Z","run":"RUN","seq":4,"event":"outcome","id":2,"cmd":"status","task_id":"t","subject":"rec.two","outcome":"timeout","message":"because","duration":0.001000}
{"time":"2026-12-24T18:00:00.006000Z","run":"RUN","seq":5,"event":"intent","id":3,"subject":"rec.control","task_id":"t","cmd":"stop","payload":{"segment_time":300.0}}
{"time":"2026-12-24T18:00:00.007000Z","run":"RUN","seq":6,"event":"end","exit":4}
`
	want = strings.NewReplacer("RUN", j.Run(), "PID", fmt.Sprint(os.Getpid()), "HOST", host).Replace(want[1:])
	if got := read(t, path); got != want {
		t.Errorf("the journal is\n%s\nwant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(j.Run()) {
		t.Errorf("the run is called %q", j.Run())
	}
}

func TestEventsAreReadAsTheyWereWritten(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{Begin: Begin{Command: "run", Server: "nats://h", Script: "x.lua"}})
	intend(t, j, protocol.Start, "cam\x011\"")(started, nil)
	if err := j.End(3); err != nil {
		t.Fatal(err)
	}
	list, bad := events(t, path)
	if len(bad) > 0 || len(list) != 4 {
		t.Fatalf("%v, %v", list, bad)
	}
	begin, intent, outcome, end := list[0], list[1], list[2], list[3]
	if begin.Kind != KindBegin || begin.Command != "run" || begin.Server != "nats://h" || begin.Script != "x.lua" || begin.Format != 1 || begin.PID != os.Getpid() {
		t.Errorf("begin: %+v", begin)
	}
	if intent.Kind != KindIntent || intent.ID != 1 || intent.Cmd != "start" || intent.TaskID != "cam\x011\"" || intent.Subject != "rec.control" || len(intent.Payload) == 0 {
		t.Errorf("intent: %+v", intent)
	}
	if outcome.Kind != KindOutcome || outcome.ID != 1 || outcome.Outcome != Done || outcome.AppStatus != "started" || outcome.Duration <= 0 || outcome.Run != j.Run() || outcome.Seq != 3 || outcome.Time.IsZero() {
		t.Errorf("outcome: %+v", outcome)
	}
	if end.Kind != KindEnd || end.Exit != 3 {
		t.Errorf("end: %+v", end)
	}
}

func TestIntentIsInTheFileBeforeTheCommandIsSent(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{})
	for _, cmd := range []protocol.Cmd{protocol.Start, protocol.Stop} {
		intend(t, j, cmd, "t-"+string(cmd))
		if list, _ := events(t, path); list[len(list)-1].TaskID != "t-"+string(cmd) || list[len(list)-1].Kind != KindIntent {
			t.Errorf("when %s is about to be sent the journal ends with %+v", cmd, list[len(list)-1])
		}
	}
}

func TestOutcomeIsWrittenWithoutAnotherCommand(t *testing.T) {
	written := make(chan struct{})
	d := &disk{room: 1 << 20, wrote: func(b []byte) {
		if strings.Contains(string(b), `"outcome":"done"`) {
			close(written)
		}
	}}
	j := on(d, Options{})
	intend(t, j, protocol.Start, "t")(started, nil)
	<-written
	if err := j.End(0); err != nil {
		t.Error(err)
	}
}

func TestLargePayloadsAreLeftOut(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{})
	cmd := protocol.NewCommand(protocol.Start, "t")
	cmd.Payload.SndSource = strings.Repeat("x", maxPayload)
	outcome, err := j.Intend(cmd, "s", "")
	if err != nil {
		t.Fatal(err)
	}
	reply := started
	reply.Payload = []byte(`{"x":"` + strings.Repeat("x", maxPayload) + `"}`)
	outcome(reply, &fault.Error{Code: fault.Rejected, Message: strings.Repeat("€", maxMessage)})
	if err := j.End(0); err != nil {
		t.Fatal(err)
	}
	list, bad := events(t, path)
	if len(bad) > 0 || list[1].TaskID != "t" || list[1].Cmd != "start" || list[1].Payload != nil || list[2].Payload != nil || len(list[2].Message) > maxMessage+2 {
		t.Errorf("%+v %v", list, bad)
	}
	if size := len(read(t, path)); size > 4096 {
		t.Errorf("the journal has %d bytes", size)
	}
}

func TestFullDiskRefusesIntentsAndLosesNothingElse(t *testing.T) {
	d := &disk{room: 1 << 20}
	j := on(d, Options{})
	first := intend(t, j, protocol.Start, "first")
	d.room = 100 // in the middle of the next line
	refused, err := j.Intend(protocol.NewCommand(protocol.Start, "refused"), "s", "")
	if !errors.Is(err, syscall.ENOSPC) || err.Error() != "write to the journal journal.jsonl: no space left on device" {
		t.Errorf("a full disk says %v", err)
	}
	refused(protocol.Reply{}, failed(fault.NotSent))
	first(started, nil)
	if _, err := j.Intend(protocol.NewCommand(protocol.Stop, "first"), "s", ""); err == nil {
		t.Error("the second intent has nothing to complain about")
	}
	j.writing.Lock()
	d.room = 1 << 20
	j.writing.Unlock()
	intend(t, j, protocol.Start, "last")
	if err := j.End(0); err != nil {
		t.Error(err)
	}
	list, bad := d.events(t)
	equal(t, "kinds", kinds(list), []Kind{KindIntent, KindOutcome, KindOutcome, KindIntent, KindEnd})
	equal(t, "tasks", []string{list[0].TaskID, list[1].TaskID, list[1].Outcome, list[2].TaskID, list[3].TaskID},
		[]string{"first", "refused", "not_sent", "first", "last"})
	if bad != 1 { // what there was room for
		t.Errorf("%d places are unreadable", bad)
	}
	if list[1].Seq != 3 || list[3].Seq != 6 { // the two lines that are missing can be told
		t.Errorf("%+v", list)
	}
}

func TestEndTellsWhatIsMissing(t *testing.T) {
	d := &disk{}
	j := on(d, Options{})
	if err := j.End(0); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	if err := j.End(0); err != nil {
		t.Errorf("the second call does something: %v", err)
	}
	j = on(&disk{room: 1 << 20, broken: syscall.EIO}, Options{})
	if err := j.End(0); !errors.Is(err, syscall.EIO) {
		t.Errorf("a broken disk: %v", err)
	}
	j = on(d, Options{})
	for range 1000 { // of 64 KiB: more than waits
		outcome, _ := j.Intend(protocol.NewCommand(protocol.Status, "t"), "s", "")
		reply := started
		reply.Payload = []byte(`{"x":"` + strings.Repeat("x", maxPayload-10) + `"}`)
		outcome(reply, nil)
	}
	j.writing.Lock()
	if len(j.pending) > maxPending+2*maxPayload {
		t.Errorf("%d bytes wait", len(j.pending))
	}
	d.room = 1 << 30
	j.writing.Unlock()
	if err := j.End(0); err == nil || !strings.Contains(err.Error(), "lines are missing in the journal journal.jsonl") {
		t.Errorf("lines were given up: %v", err)
	}
}

func TestSyncReachesTheDiskBeforeTheCommandIsSent(t *testing.T) {
	for _, each := range []bool{false, true} {
		d := &disk{room: 1 << 20}
		j := on(d, Options{Sync: each})
		want := 0
		for range 3 {
			intend(t, j, protocol.Start, "t")(started, nil)
			if each {
				want++
			}
			if d.syncs != want {
				t.Errorf("each=%v: %d syncs, want %d", each, d.syncs, want)
			}
		}
		if err := j.End(0); err != nil || d.syncs != want+1 {
			t.Errorf("each=%v: %d syncs at the end, %v", each, d.syncs, err)
		}
		d.broken = syscall.EIO
		j = on(d, Options{Sync: each})
		if _, err := j.Intend(protocol.NewCommand(protocol.Start, "t"), "s", ""); (err != nil) != each {
			t.Errorf("each=%v: a disk that cannot sync says %v", each, err)
		}
		_ = j.End(0)
	}
}

func TestManyAtOnceKeepTheirOrder(t *testing.T) {
	path := temp(t)
	j := open(t, path, Options{})
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			for range 50 {
				outcome := intend(t, j, protocol.Start, fmt.Sprint(i))
				outcome(started, nil)
			}
		})
	}
	wait.Wait()
	late := intend(t, j, protocol.Start, "late")
	if err := j.End(0); err != nil {
		t.Fatal(err)
	}
	late(started, nil) // after the end: nowhere to go, no harm
	list, bad := events(t, path)
	if len(bad) > 0 || len(list) != 2+2*20*50+1 {
		t.Fatalf("%d events, %v", len(list), bad)
	}
	intents := map[uint64]string{}
	for i, e := range list {
		if e.Seq != uint64(i+1) {
			t.Fatalf("line %d is number %d of the run", i+1, e.Seq)
		}
		switch {
		case e.Kind == KindIntent && intents[e.ID] == "":
			intents[e.ID] = e.TaskID
		case e.Kind == KindIntent, e.Kind == KindOutcome && intents[e.ID] != e.TaskID:
			t.Fatalf("%+v, and command %d was %q", e, e.ID, intents[e.ID])
		}
	}
}

// A payload is the recorder's, whatever is in it.
func TestOddPayloadsAreRead(t *testing.T) {
	const head = `{"time":"2026-12-24T18:00:00.000000Z","run":"5b1c09d2e7fa","seq":1,"event":"outcome","id":1,"payload":`
	for _, payload := range []string{`{"a":1,"a":2}`, "{\"a\":\"\xff\"}", `[1,null,"x"]`, `1e999`} {
		n := 0
		for e, err := range Read(strings.NewReader(head + payload + "}\n")) {
			if n++; err != nil || string(e.Payload) != payload {
				t.Errorf("%s: %s, %v", payload, e.Payload, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d events", payload, n)
		}
	}
}
