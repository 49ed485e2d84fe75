package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"recue/runtime/protocol"
)

const (
	running = `{"segment_time":300.0,"file_path":"/mnt/rec_cam1_001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}`
	over    = `{"segment_time":300.0,"file_path":"/mnt/rec_cam1_001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":"2025-10-15T09:00:00Z"}`
)

func reply(msg, app, payload string) string {
	return `{"task_id":"cam1","msg_status":"` + msg + `","app_status":"` + app + `","payload":` + payload + `}`
}

// Every row of the protocol's table; each step is five minutes after the one before.
func TestTableOfTheProtocol(t *testing.T) {
	const task = "cam1"
	type step struct {
		command []byte
		want    string
	}
	started := step{start(task), reply("success", "started", running)}
	stopped := step{stop(task), reply("success", "stopped", over)}
	for name, steps := range map[string][]step{
		"start, task unknown":      {started},
		"start, started":           {started, {start(task), reply("error", "started", running)}},
		"stop, started":            {started, stopped},
		"stop, stopped":            {started, stopped, {stop(task), reply("error", "stopped", over)}},
		"stop, task unknown":       {{stop(task), reply("error", "stopped", "{}")}},
		"status, started":          {started, {status(task), reply("success", "started", running)}},
		"status, stopped":          {started, stopped, {status(task), reply("success", "stopped", over)}},
		"status, task unknown":     {{status(task), reply("success", "stopped", "{}")}},
		"status after failed stop": {{stop(task), reply("error", "stopped", "{}")}, {status(task), reply("success", "stopped", "{}")}},
		"stop after failed start":  {started, {start(task), reply("error", "started", running)}, {stop(task), reply("success", "stopped", strings.Replace(over, "09:00", "09:05", 1))}},
		"start, stopped": {started, stopped, {start(task), reply("success", "started",
			`{"segment_time":300.0,"file_path":"/mnt/rec_cam1_002.wav","at_started":"2025-10-15T09:05:00Z","at_stopped":""}`)}},
		"segment_time is that of the start": {
			{[]byte(`{"task_id":"cam1","cmd":"start","payload":{"segment_time":0.5,"snd_source":"a","snd_byterate":1,"vid_stream":"b","vid_byterate":1}}`),
				reply("success", "started", strings.Replace(running, "300.0", "0.5", 1))},
			{stop(task), reply("success", "stopped", strings.Replace(over, "300.0", "0.5", 1))},
		},
		"other tasks do not matter": {
			{start("cam2"), `{"task_id":"cam2","msg_status":"success","app_status":"started","payload":` +
				strings.Replace(running, "cam1", "cam2", 1) + `}`},
			{status(task), reply("success", "stopped", "{}")},
		},
		"malformed commands change nothing": {started,
			{[]byte(`{"task_id":"cam1","cmd":"stop"}`), reply("error", "error", "{}")},
			{status(task), reply("success", "started", running)}},
	} {
		t.Run(name, func(t *testing.T) {
			clk := newManual()
			r := newRecorder(t, Options{Clock: clk})
			for i, s := range steps {
				clk.set(noon.Add(time.Duration(i) * 5 * time.Minute))
				if got := string(r.Handle(s.command)); got != s.want {
					t.Errorf("step %d: %s\n got %s\nwant %s", i, s.command, got, s.want)
				}
			}
		})
	}
}

func TestMalformedCommandsAreAnsweredAsErrors(t *testing.T) {
	huge := strings.Repeat("é", 600_000)
	for name, c := range map[string]struct{ command, taskID string }{
		"empty":                  {``, ""},
		"no JSON":                {`start cam1`, ""},
		"a list":                 {`["cam1","start"]`, ""},
		"null":                   {`null`, ""},
		"cut off":                {`{"task_id":"cam1","cmd":"sta`, "cam1"},
		"cut off in the id":      {`{"task_id":"cam`, ""},
		"two values":             {string(status("cam1")) + `{}`, "cam1"},
		"empty object":           {`{}`, ""},
		"no task_id":             {`{"cmd":"status","payload":null}`, ""},
		"task_id empty":          {`{"task_id":"","cmd":"status","payload":null}`, ""},
		"task_id a number":       {`{"task_id":5,"cmd":"status","payload":null}`, ""},
		"task_id with control":   {`{"task_id":"a\u0000b","cmd":"status","payload":null}`, "a\x00b"},
		"task_id too long":       {string(status(strings.Repeat("x", 257))), strings.Repeat("x", 256)},
		"task_id of a megabyte":  {string(status("x" + huge)), "x" + huge[:254]},
		"no cmd":                 {`{"task_id":"cam1","payload":null}`, "cam1"},
		"cmd a number":           {`{"task_id":"cam1","cmd":1,"payload":null}`, "cam1"},
		"cmd unknown":            {`{"task_id":"cam1","cmd":"pause","payload":null}`, "cam1"},
		"cmd in capitals":        {`{"task_id":"cam1","cmd":"START","payload":null}`, "cam1"},
		"start without payload":  {`{"task_id":"cam1","cmd":"start"}`, "cam1"},
		"start, payload null":    {`{"task_id":"cam1","cmd":"start","payload":null}`, "cam1"},
		"start, field missing":   {string(bytes.Replace(start("cam1"), []byte(`"snd_byterate":96,`), nil, 1)), "cam1"},
		"start, byterate 0":      {string(bytes.Replace(start("cam1"), []byte(`:96,`), []byte(`:0,`), 1)), "cam1"},
		"start, byterate 96.5":   {string(bytes.Replace(start("cam1"), []byte(`:96,`), []byte(`:96.5,`), 1)), "cam1"},
		"start, byterate a text": {string(bytes.Replace(start("cam1"), []byte(`:96,`), []byte(`:"96",`), 1)), "cam1"},
		"stop, segment_time 0":   {`{"task_id":"cam1","cmd":"stop","payload":{"segment_time":0.0}}`, "cam1"},
		"stop, segment_time -1":  {`{"task_id":"cam1","cmd":"stop","payload":{"segment_time":-1.0}}`, "cam1"},
		"invalid UTF-8":          {"{\"task_id\":\"cam1\",\"cmd\":\"\xff\",\"payload\":null}", "cam1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t, Options{})
			got, err := protocol.ParseReply(r.Handle([]byte(c.command)), c.taskID)
			if err != nil {
				t.Fatal(err)
			}
			if got.MsgStatus != protocol.Failure || got.AppStatus != protocol.AppError || string(got.Payload) != "{}" {
				t.Errorf("got %s, %s, %s; want error, error, {}", got.MsgStatus, got.AppStatus, got.Payload)
			}
			if e := r.Commands()[0]; e.Err == nil {
				t.Error("its record has no error")
			}
		})
	}
}

func TestARecordingNeverEndsBeforeItBegan(t *testing.T) {
	clk := newManual()
	r := newRecorder(t, Options{Clock: clk})
	r.Handle(start("cam1"))
	clk.set(noon.Add(-time.Hour))
	want := reply("success", "stopped", strings.Replace(running, `"at_stopped":""`, `"at_stopped":"2025-10-15T08:55:00Z"`, 1))
	if got := string(r.Handle(stop("cam1"))); got != want {
		t.Errorf("after the clock was set back:\n got %s\nwant %s", got, want)
	}
}

func TestFilePathsAreFitForAFileSystemAndNeverShared(t *testing.T) {
	for id, want := range map[string]string{
		"cam1":         "/mnt/rec_cam1_001.wav",
		"зал 2":        "/mnt/rec_зал%202_001.wav",
		"a/b":          "/mnt/rec_a%2Fb_001.wav",
		"a_b":          "/mnt/rec_a_b_001.wav",
		"../etc":       "/mnt/rec_..%2Fetc_001.wav",
		"50%":          "/mnt/rec_50%25_001.wav",
		"tick \"tock~": "/mnt/rec_tick%20%22tock%7E_001.wav",
	} {
		if got := filePath(id, 1); got != want {
			t.Errorf("path of %q is %q, want %q", id, got, want)
		}
	}
	if got, want := filePath("cam1", 1000), "/mnt/rec_cam1_1000.wav"; got != want {
		t.Errorf("the thousandth recording is %q, want %q", got, want)
	}
	seen := map[string]string{}
	long := strings.Repeat("é/", 85)
	for _, id := range []string{long + "1", long + "2", "a", "a_001", "a_001_001", "a%2Fb", "a/b"} {
		path := filePath(id, 1)
		if other, ok := seen[path]; ok {
			t.Errorf("%q and %q share the path %q", id, other, path)
		}
		seen[path] = id
		if name := strings.TrimPrefix(path, "/mnt/"); len(name) > 255 || !utf8.ValidString(name) || strings.Contains(name, "/") {
			t.Errorf("%q is no file name (%d bytes)", name, len(name))
		}
	}
}

func TestCommandsTellWhatWasSentAndAnswered(t *testing.T) {
	clk := newManual()
	r := newRecorder(t, Options{Clock: clk})
	sent := start("cam1")
	r.Handle(sent)
	sent[0] = 'X' // the caller may use its bytes again
	clk.set(noon.Add(time.Second))
	r.Handle([]byte(`{"task_id":"cam2"}`))

	got := r.Commands()
	if len(got) != 2 || r.Count() != 2 {
		t.Fatalf("%d of %d commands, want 2 of 2", len(got), r.Count())
	}
	first, second := got[0], got[1]
	if !first.At.Equal(noon) || string(first.Raw) != string(start("cam1")) || first.Err != nil ||
		first.Command != protocol.NewCommand(protocol.Start, "cam1") || string(first.Reply) != reply("success", "started", running) {
		t.Errorf("first is %+v", first)
	}
	if !second.At.Equal(noon.Add(time.Second)) || second.Err == nil || second.Command.TaskID != "cam2" {
		t.Errorf("second is %+v", second)
	}
}

func TestCommandsKeepsTheLatestOnly(t *testing.T) {
	for _, c := range []struct {
		keep, send  int
		first, last string
	}{
		{0, 5, "0", "4"}, {3, 2, "0", "1"}, {3, 3, "0", "2"}, {3, 4, "1", "3"}, {3, 8, "5", "7"}, {1, 9, "8", "8"},
		{0, DefaultKeep + 1, "1", fmt.Sprint(DefaultKeep)}, {-1, 5, "", ""},
	} {
		r := newRecorder(t, Options{Keep: c.keep})
		for i := range c.send {
			r.Handle(status(fmt.Sprint(i)))
		}
		got := r.Commands()
		var first, last string
		if len(got) > 0 {
			first, last = got[0].Command.TaskID, got[len(got)-1].Command.TaskID
		}
		if first != c.first || last != c.last || r.Count() != c.send {
			t.Errorf("keep %d of %d: got %q … %q, count %d; want %q … %q", c.keep, c.send, first, last, r.Count(), c.first, c.last)
		}
	}
	r := newRecorder(t, Options{})
	r.Handle(bytes.Repeat([]byte("x"), 1<<20))
	if got := len(r.Commands()[0].Raw); got != maxRaw {
		t.Errorf("a megabyte is kept as %d bytes, want %d", got, maxRaw)
	}
}

func TestEachCommandIsLoggedAtDebug(t *testing.T) {
	logger, hook := logtest.NewNullLogger()
	r := newRecorder(t, Options{Log: logrus.NewEntry(logger), Delay: time.Second, Drop: 1, Fail: 1})
	r.Answer(status("cam1"))
	if n := len(hook.Entries); n != 0 {
		t.Fatalf("%d lines at level info, want none", n)
	}
	logger.SetLevel(logrus.DebugLevel)
	r.Answer(status("cam1"))
	r.Handle([]byte(`{}`))
	if n := len(hook.Entries); n != 2 {
		t.Fatalf("%d lines for two commands", n)
	}
	want := logrus.Fields{"task_id": "cam1", "cmd": protocol.Status, "msg_status": protocol.Failure, "app_status": protocol.Stopped,
		"rejected": true, "dropped": true, "delay": time.Second}
	if got := hook.Entries[0].Data; fmt.Sprint(got) != fmt.Sprint(want) || hook.Entries[0].Level != logrus.DebugLevel {
		t.Errorf("logged %v, want %v at debug", got, want)
	}
	if hook.Entries[1].Data[logrus.ErrorKey] == nil {
		t.Errorf("a malformed command is logged without its error: %v", hook.Entries[1].Data)
	}
}

// Whatever arrives, the recorder answers with a reply that its own protocol
// accepts, leaves the bytes alone, and goes on working.
func FuzzHandle(f *testing.F) {
	for _, seed := range [][]byte{
		start("cam1"), stop("cam1"), status("cam1"), {}, []byte(`{`), []byte(`{"task_id":"\ud800"}`),
		[]byte(`{"task_id":"a","task_id":"b","cmd":"status"}`), []byte(`{"task_id":"a/b\u0007","cmd":"start","payload":{}}`),
		status(strings.Repeat("é", 200)), []byte("\xff\xfe"), []byte(`[[[[`), []byte(`{"segment_time":1e999}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, command []byte) {
		r := newRecorder(t, Options{})
		before := bytes.Clone(command)
		first := r.Handle(command)
		if !bytes.Equal(command, before) {
			t.Fatalf("the command was changed to %q", command)
		}
		for _, got := range [][]byte{first, r.Handle(command)} {
			var id struct {
				TaskID string `json:"task_id"`
			}
			if err := json.Unmarshal(got, &id); err != nil {
				t.Fatalf("reply %q: %v", got, err)
			}
			if _, err := protocol.ParseReply(got, id.TaskID); err != nil {
				t.Fatalf("reply %q: %v", got, err)
			}
		}
		if got := string(r.Handle(start("afterwards"))); !strings.Contains(got, `"success","app_status":"started"`) && id(command) != "afterwards" {
			t.Fatalf("afterwards a start is answered %s", got)
		}
	})
}

func id(command []byte) string {
	c, _ := protocol.ParseCommand(command)
	return c.TaskID
}

func BenchmarkHandle(b *testing.B) {
	r := newRecorder(b, Options{})
	commands := [][]byte{start("cam1"), status("cam1"), stop("cam1")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Handle(commands[i%3])
	}
}
