package protocol

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

// The bytes of the wire format, as the protocol gives them.
func TestCommandBytes(t *testing.T) {
	custom := Command{"cam \"1\" é", Start, Payload{600, "microphone_array", 128, "high_res", 4294967295}}
	for _, c := range []struct {
		command Command
		want    string
	}{
		{NewCommand(Start, "task01"), `{"task_id":"task01","cmd":"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}`},
		{NewCommand(Stop, "task01"), `{"task_id":"task01","cmd":"stop","payload":{"segment_time":300.0}}`},
		{NewCommand(Status, "task01"), `{"task_id":"task01","cmd":"status","payload":null}`},
		{custom, `{"task_id":"cam \"1\" é","cmd":"start","payload":{"segment_time":600.0,"snd_source":"microphone_array","snd_byterate":128,"vid_stream":"high_res","vid_byterate":4294967295}}`},
	} {
		if got := string(c.command.AppendJSON(nil)); got != c.want {
			t.Errorf("bytes of %+v\n got %s\nwant %s", c.command, got, c.want)
		}
		if err := c.command.Validate(); err != nil {
			t.Errorf("%+v: %v", c.command, err)
		}
	}
}

func TestDefaultsAgreeWithFields(t *testing.T) {
	p := reflect.ValueOf(DefaultPayload())
	for i, f := range Fields {
		if got := p.Field(i).Interface(); got != f.Default {
			t.Errorf("default of %s is %v in DefaultPayload and %v in Fields", f.Name, got, f.Default)
		}
	}
}

func TestSecondsAlwaysHaveAPoint(t *testing.T) {
	for n, want := range map[float64]string{
		300: "300.0", 0.5: "0.5", 1: "1.0", 0.1: "0.1", 123456789012: "123456789012.0",
		1e20: "100000000000000000000.0", 1e21: "1.0e+21", 1.5e300: "1.5e+300", 5e-324: "5.0e-324", 1e-6: "0.000001",
	} {
		if got := string(appendSeconds(nil, n)); got != want {
			t.Errorf("seconds %v are written %s, want %s", n, got, want)
		}
	}
}

func TestValidateNamesTheField(t *testing.T) {
	start := func(change func(*Command)) Command {
		c := NewCommand(Start, "task01")
		change(&c)
		return c
	}
	for _, c := range []struct {
		command Command
		want    string
	}{
		{start(func(c *Command) { c.TaskID = "" }), "task_id must not be empty"},
		{start(func(c *Command) { c.TaskID = strings.Repeat("x", 257) }), "task_id must be at most 256 bytes, got 257"},
		{start(func(c *Command) { c.TaskID = "a\nb" }), `task_id must not contain control characters, got "a\nb"`},
		{start(func(c *Command) { c.TaskID = "\xff" }), `task_id must be valid UTF-8`},
		{start(func(c *Command) { c.Payload.SegmentTime = 0 }), "segment_time must be greater than 0, got 0"},
		{start(func(c *Command) { c.Payload.SegmentTime = -1 }), "segment_time must be greater than 0, got -1"},
		{start(func(c *Command) { c.Payload.SegmentTime = math.NaN() }), "segment_time must be a finite number"},
		{start(func(c *Command) { c.Payload.SegmentTime = math.Inf(1) }), "segment_time must be a finite number"},
		{start(func(c *Command) { c.Payload.SndSource = "" }), "snd_source must not be empty"},
		{start(func(c *Command) { c.Payload.VidStream = "" }), "vid_stream must not be empty"},
		{start(func(c *Command) { c.Payload.SndByterate = 0 }), "snd_byterate must be between 1 and 4294967295, got 0"},
		{start(func(c *Command) { c.Payload.VidByterate = 0 }), "vid_byterate must be between 1 and 4294967295, got 0"},
		{Command{"t", Stop, Payload{SegmentTime: -1}}, "segment_time must be greater"},
		{Command{"", Status, Payload{}}, "task_id must not be empty"},
	} {
		if err := c.command.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Validate(%+v) = %v, want %q", c.command, err, c.want)
		}
	}
	if err := (Command{"t", Status, Payload{}}).Validate(); err != nil {
		t.Errorf("status has no payload to check: %v", err)
	}
}

func TestCheckU32(t *testing.T) {
	for _, n := range []float64{1, 96, math.MaxUint32} {
		if err := CheckU32(n); err != nil {
			t.Errorf("CheckU32(%v) = %v", n, err)
		}
	}
	for n, want := range map[float64]string{2.5: "whole number", 1 << 32: "between 1 and 4294967295, got 4294967296", -1: "between", 0: "between", math.Inf(1): "between"} {
		if err := CheckU32(n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckU32(%v) = %v, want %q", n, err, want)
		}
	}
	if CheckU32(math.NaN()) == nil {
		t.Error("CheckU32(NaN) passes")
	}
}

func TestCheckSubject(t *testing.T) {
	for _, s := range []string{"rec.control", "rec", "a.b.c", "студия.1", "a*b"} {
		if err := CheckSubject(s); err != nil {
			t.Errorf("CheckSubject(%q) = %v", s, err)
		}
	}
	for _, s := range []string{"", "rec.", ".rec", "a..b", "rec.*", "rec.>", "*", "a b", "a\tb", "a\r\nPUB x", "\xff", "a\u2028b"} {
		if CheckSubject(s) == nil {
			t.Errorf("CheckSubject(%q) passes", s)
		}
	}
}

func TestParseReply(t *testing.T) {
	data := []byte(` {"payload":{"segment_time":300.0,"file_path":"/mnt/rec001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":"","disk":{"free":[1,2]}},
		"app_status":"started","msg_status":"success","task_id":"task01","version":"2.1"} `)
	r, err := ParseReply(data, "task01")
	if err != nil {
		t.Fatal(err)
	}
	clear(data) // the reply must not share it
	if r.TaskID != "task01" || r.MsgStatus != Success || r.AppStatus != Started {
		t.Errorf("reply = %+v", r)
	}
	if !strings.Contains(string(r.Payload), `"disk":{"free":[1,2]}`) {
		t.Errorf("payload %s lost a field that the protocol does not know", r.Payload)
	}
	if len(r.Extra) != 1 || r.Extra[0].Name != "version" || string(r.Extra[0].Value) != `"2.1"` {
		t.Errorf("extra = %v", r.Extra)
	}
	for _, payload := range []string{`,"payload":null`, ``, `,"payload":{}`, `,"payload":{"file_path":null,"segment_time":null}`, `,"payload":{"segment_time":300}`} {
		if _, err := ParseReply([]byte(`{"task_id":"t","msg_status":"error","app_status":"error"`+payload+`}`), "t"); err != nil {
			t.Errorf("payload %s: %v", payload, err)
		}
	}
}

func TestParseReplyRefusesWhatBreaksTheProtocol(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{``, "not JSON"},
		{`hello`, "not JSON"},
		{`{"task_id":"t"`, "not JSON"},
		{"{\"task_id\":\"\xff\"}", "not JSON"},
		{`[]`, "not a JSON object"},
		{`null`, "not a JSON object"},
		{`"started"`, "not a JSON object"},
		{`{"task_id":"t","msg_status":"success","app_status":"started"} x`, "more than one"},
		{`{"msg_status":"success","app_status":"started"}`, `"task_id" is missing`},
		{`{"task_id":"t","app_status":"started"}`, `"msg_status" is missing`},
		{`{"task_id":"t","msg_status":"success"}`, `"app_status" is missing`},
		{`{"Task_ID":"t","msg_status":"success","app_status":"started"}`, `"task_id" is missing`},
		{`{"task_id":"t","task_id":"t","msg_status":"success","app_status":"started"}`, "duplicate"},
		{`{"task_id":7,"msg_status":"success","app_status":"started"}`, `field "task_id" must be a string, got a number`},
		{`{"task_id":"t","msg_status":"ok","app_status":"started"}`, `field "msg_status" must be one of ["success" "error"], got "ok"`},
		{`{"task_id":"t","msg_status":"success","app_status":"STARTED"}`, `field "app_status" must be one of`},
		{`{"task_id":"t","msg_status":null,"app_status":"started"}`, `field "msg_status" must be a string, got null`},
		{`{"task_id":"u","msg_status":"success","app_status":"started"}`, `it is for task "u", not "t"`},
		{`{"task_id":"t","msg_status":"success","app_status":"started","payload":[]}`, `field "payload" must be an object or null, got a list`},
		{`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"file_path":1}}`, `field "file_path" must be a string, got a number`},
		{`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"segment_time":"300"}}`, `field "segment_time" must be a number, got a string`},
		{`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"segment_time":1e999}}`, `out of range`},
	} {
		if r, err := ParseReply([]byte(c.data), "t"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParseReply(%s) = %+v, %v; want error %q", c.data, r, err, c.want)
		}
	}
}

func TestParseCommand(t *testing.T) {
	for _, cmd := range Cmds {
		want := NewCommand(cmd, "task01")
		got, err := ParseCommand(want.AppendJSON(nil))
		if cmd != Start {
			want.Payload = Payload{}
		}
		if cmd == Stop {
			want.Payload.SegmentTime = 300
		}
		if err != nil || got != want {
			t.Errorf("ParseCommand(%s) = %+v, %v", cmd, got, err)
		}
	}
	// Any client: spaces, other order, whole numbers, fields of its own, status without payload.
	for _, data := range []string{
		`{ "cmd": "stop", "payload": {"segment_time": 60, "x": 1}, "task_id": "t", "y": [] }`,
		`{"task_id":"t","cmd":"status"}`,
		`{"task_id":"t","cmd":"status","payload":{}}`,
	} {
		if c, err := ParseCommand([]byte(data)); err != nil || c.TaskID != "t" {
			t.Errorf("ParseCommand(%s) = %+v, %v", data, c, err)
		}
	}
}

func TestParseCommandRefusesButKeepsTheTask(t *testing.T) {
	for _, c := range []struct{ data, task, want string }{
		{`nonsense`, "", "not JSON"},
		{`{"cmd":"start"}`, "", `"task_id" is missing`},
		{`{"task_id":"t"}`, "t", `"cmd" is missing`},
		{`{"task_id":"t","cmd":"pause"}`, "t", `unknown command "pause"`},
		{`{"task_id":"t","cmd":"start"}`, "t", "payload"},
		{`{"task_id":"t","cmd":"stop","payload":null}`, "t", "payload"},
		{`{"task_id":"t","cmd":"stop","payload":{}}`, "t", `"segment_time" is missing`},
		{`{"task_id":"t","cmd":"stop","payload":{"segment_time":-1}}`, "t", "greater than 0"},
		{`{"task_id":"t","cmd":"start","payload":{"segment_time":1,"snd_source":"a","snd_byterate":1.5,"vid_stream":"b","vid_byterate":1}}`, "t", "whole number"},
		{`{"task_id":"","cmd":"status"}`, "", "must not be empty"},
		{`{"task_id":"t","cmd":"status"`, "t", "not JSON"},
	} {
		got, err := ParseCommand([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) || got.TaskID != c.task {
			t.Errorf("ParseCommand(%s) = task %q, %v; want task %q, error %q", c.data, got.TaskID, err, c.task, c.want)
		}
	}
}

func TestReplyBytes(t *testing.T) {
	r := Reply{"task01", Success, Started, Recording{300, "/mnt/rec001.wav", "2025-10-15T08:55:00Z", ""}.JSON(), nil}
	const want = `{"task_id":"task01","msg_status":"success","app_status":"started","payload":{"segment_time":300.0,"file_path":"/mnt/rec001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}}`
	if got := string(r.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(Reply{"", Failure, AppError, nil, nil}.AppendJSON(nil)); got != `{"task_id":"","msg_status":"error","app_status":"error","payload":{}}` {
		t.Errorf("empty payload: %s", got)
	}
}

// Whatever a script may ask for comes back from an independent JSON decoder, and from ParseCommand.
func FuzzCommandRoundTrip(f *testing.F) {
	f.Add("task01", 300.0, "pulsesrc01", uint32(96), "main", uint32(2000))
	f.Add("ö\"\\\u2028</x>", 1e-9, "\x00", uint32(1), "\u007f", uint32(math.MaxUint32))
	f.Fuzz(func(t *testing.T, task string, seconds float64, snd string, sndRate uint32, vid string, vidRate uint32) {
		c := Command{task, Start, Payload{seconds, snd, sndRate, vid, vidRate}}
		if c.Validate() != nil {
			return
		}
		data := c.AppendJSON(nil)
		var std struct {
			TaskID  string `json:"task_id"`
			Payload struct {
				SegmentTime float64 `json:"segment_time"`
				SndSource   string  `json:"snd_source"`
			}
		}
		if err := json.Unmarshal(data, &std); err != nil {
			t.Fatalf("encoding/json: %v in %s", err, data)
		}
		if std.TaskID != task || std.Payload.SegmentTime != seconds || std.Payload.SndSource != snd {
			t.Fatalf("encoding/json read %+v from %s", std, data)
		}
		if got, err := ParseCommand(data); err != nil || got != c {
			t.Fatalf("ParseCommand(%s) = %+v, %v", data, got, err)
		}
	})
}

// No bytes make the reader panic, and what it accepts is JSON with a known state.
func FuzzParseReply(f *testing.F) {
	f.Add([]byte(`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"file_path":"x"},"more":[1]}`))
	f.Add([]byte(`{"task_id":"t","msg_status":"error","app_status":"error","payload":null}`))
	f.Add([]byte(`{"task_id":`))
	for _, reply := range plainReplies {
		f.Add([]byte(reply))
	}
	for _, reply := range otherReplies {
		f.Add([]byte(reply))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ParseCommand(data)
		r, err := ParseReply(data, "t")
		if any, anyErr := parseAny(data, "t"); (err == nil) != (anyErr == nil) || !reflect.DeepEqual(r, any) {
			t.Fatalf("%q is read as %+v, %v and, by the reader of all JSON, as %+v, %v", data, r, err, any, anyErr)
		}
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("accepted %q, which is no JSON", data)
		}
		if r.TaskID != "t" || (r.MsgStatus != Success && r.MsgStatus != Failure) {
			t.Fatalf("accepted %q as %+v", data, r)
		}
		if r.Payload != nil && !bytes.HasPrefix(bytes.TrimSpace(r.Payload), []byte("{")) {
			t.Fatalf("payload of %q is %s", data, r.Payload)
		}
	})
}

// plainReplies are read without the reader of all JSON.
var plainReplies = []string{
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"segment_time":300.0,"file_path":"/mnt/запись.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}}`,
	" {\n\t\"app_status\" : \"stopped\", \"msg_status\":\"error\" ,\"task_id\":\"t\"}\r ",
	`{"task_id":"t","msg_status":"success","app_status":"error","payload":null}`,
	`{"task_id":"t","msg_status":"success","app_status":"error","payload":{}}`,
	`{"task_id":"t","msg_status":"success","app_status":"error","payload":{"segment_time":null,"n":-0.50,"a":true,"b":false,"":"x"}}`,
}

// otherReplies are not: most are wrong, some only unusual.
var otherReplies = []string{
	`{"task_id":"t","msg_status":"success","app_status":"started","app_status":"started"}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":1,"a":1}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":{}}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"segment_time":"300"}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"segment_time":1e999}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"file_path":1}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":01}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":1.}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":-}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":nul}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":nullx}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":"x"}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":1,}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started"}}`,
	`{"task_id":"t","msg_status":"success","app_status":"started","more":1}`,
	`{"task_id":"t","msg_status":"success","app_status":"starting"}`,
	`{"task_id":"u","msg_status":"success","app_status":"started"}`,
	`{"task_id":"\u0074","msg_status":"success","app_status":"started"}`,
	`{"task_id":"t","msg_status":"success"}`,
	"{\"task_id\":\"t\",\"msg_status\":\"success\",\"app_status\":\"started\",\"payload\":{\"a\":\"\xff\"}}",
	"{\"task_id\":\"t\",\"msg_status\":\"success\",\"app_status\":\"started\",\"payload\":{\"a\":\"\n\"}}",
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":{"a":"`,
	`{"task_id":"t","msg_status":"success","app_status":"started","payload":`,
	`{`, ``, `{}`,
}

func TestPlainRepliesAreReadInTheQuickWay(t *testing.T) {
	for _, reply := range plainReplies {
		quick, ok := parsePlain([]byte(reply), "t")
		any, err := parseAny([]byte(reply), "t")
		if !ok || err != nil || !reflect.DeepEqual(quick, any) {
			t.Errorf("%s is read as %+v, %v; want %+v, %v", reply, quick, ok, any, err)
		}
	}
	for _, reply := range otherReplies {
		if quick, ok := parsePlain([]byte(reply), "t"); ok {
			t.Errorf("%s is read as %+v", reply, quick)
		}
	}
}

// Every beginning of a reply, and every reply with one byte changed, is read in
// both ways alike.
func TestBothWaysOfReadingAgree(t *testing.T) {
	same := func(data []byte) {
		t.Helper()
		quick, ok := parsePlain(data, "t")
		any, err := parseAny(data, "t")
		if ok && (err != nil || !reflect.DeepEqual(quick, any)) {
			t.Errorf("%q is read as %+v; want %+v, %v", data, quick, any, err)
		}
	}
	for _, reply := range plainReplies {
		for i := range reply {
			same([]byte(reply[:i]))
			for _, char := range []byte("\x00 \"\\{}[],:0-.ent\x7f\x80\xc3") {
				data := []byte(reply)
				data[i] = char
				same(data)
			}
		}
	}
}

func BenchmarkParseReply(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseReply([]byte(plainReplies[0]), "t"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAnyReply(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseAny([]byte(plainReplies[0]), "t"); err != nil {
			b.Fatal(err)
		}
	}
}
