package tests

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"recue/runtime/natsd"
	"recue/runtime/simulator"
)

// original is one test of the Python client that Recue replaces, in substance.
// README.md has the list.
type original struct {
	name   string
	script string
	reply  string   // what something that is no simulator answers; "": the simulator answers
	wire   []string // the exact commands that must have been sent, if given
	stdout string   // a pattern for all that is printed
	stderr string   // a pattern that must appear
	code   int      // the exit code
}

const success = `{"task_id":"task01","msg_status":"success","app_status":"started","payload":`

// Models, serialisation, parsing, validation: 15 tests.
var originalModels = []original{
	{name: "U01 start command with defaults", script: `start()`,
		wire: []string{`{"task_id":"task01","cmd":"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}`}},
	{name: "U02 start command with parameters of one's own",
		script: `start("custom_rec", {segment_time = 600, snd_source = "microphone_array", snd_byterate = 128, vid_byterate = 3000, vid_stream = "high_res"})`,
		wire:   []string{`{"task_id":"custom_rec","cmd":"start","payload":{"segment_time":600.0,"snd_source":"microphone_array","snd_byterate":128,"vid_stream":"high_res","vid_byterate":3000}}`}},
	{name: "U03 start command with some parameters keeps the other defaults", script: `start{vid_byterate = 2500, segment_time = 60}`,
		wire: []string{`{"task_id":"task01","cmd":"start","payload":{"segment_time":60.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2500}}`}},
	{name: "U04 stop command", script: `try(stop)`, wire: []string{`{"task_id":"task01","cmd":"stop","payload":{"segment_time":300.0}}`}},
	{name: "U05 status command", script: `status()`, wire: []string{`{"task_id":"task01","cmd":"status","payload":null}`}},
	{name: "U06 task id of one's own", script: `status "rec_task_A"`, wire: []string{`{"task_id":"rec_task_A","cmd":"status","payload":null}`}},
	{name: "U07 segment time is a float and byterates are integers",
		script: `start{segment_time = 0.5, snd_byterate = 1, vid_byterate = 4294967295}`,
		wire:   []string{`{"task_id":"task01","cmd":"start","payload":{"segment_time":0.5,"snd_source":"pulsesrc01","snd_byterate":1,"vid_stream":"main","vid_byterate":4294967295}}`}},
	{name: "U08 successful reply is parsed",
		script: `local r = status() print(r.ok, r.task_id, r.msg_status, r.app_status, r.payload.segment_time, r.payload.file_path, r.payload.at_started)`,
		reply:  success + `{"segment_time":300.0,"file_path":"/mnt/rec001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}}`,
		stdout: "true\ttask01\tsuccess\tstarted\t300\t/mnt/rec001.wav\t2025-10-15T08:55:00Z\n"},
	{name: "U09 error reply is parsed", script: `local r = try(start) print(r.ok, r.code, r.msg_status, r.app_status)`,
		reply:  `{"task_id":"task01","msg_status":"error","app_status":"error","payload":null}`,
		stdout: "false\trejected\terror\terror\n"},
	{name: "U10 reply without a payload is parsed", script: `print(status().payload.file_path)`,
		reply: `{"task_id":"task01","msg_status":"success","app_status":"stopped","payload":null}`, stdout: "nil\n"},
	{name: "U11 reply with some payload fields missing is parsed", script: `local p = status().payload print(p.file_path, p.at_stopped)`,
		reply: success + `{"file_path":"/mnt/a.wav","at_stopped":null}}`, stdout: "/mnt/a.wav\tnil\n"},
	{name: "U12 reply that is no JSON is refused", script: `status()`, reply: `no JSON`, stderr: `\(invalid_reply\)`, code: 4},
	{name: "U13 reply with an unknown status is refused", script: `status()`,
		reply: `{"task_id":"task01","msg_status":"success","app_status":"paused"}`, stderr: `paused.*\(invalid_reply\)`, code: 4},
	{name: "U14 wrong type of a parameter is refused and nothing is sent", script: `start{segment_time = "long"}`,
		stderr: `start: segment_time`, code: 2, wire: []string{}},
	{name: "U15 unknown command is refused", script: `parallel{{cmd = "pause"}}`, stderr: `pause`, code: 2, wire: []string{}},
}

// The service with something else in the recorder's place: 5 tests.
var originalService = []original{
	{name: "I01 start gives the reply", script: `print(start().payload.file_path)`, reply: success + `{"file_path":"/mnt/x.wav"}}`, stdout: "/mnt/x.wav\n"},
	{name: "I02 stop gives the reply", script: `print(stop().app_status)`,
		reply: `{"task_id":"task01","msg_status":"success","app_status":"stopped","payload":{}}`, stdout: "stopped\n"},
	{name: "I03 status gives the reply", script: `print(status().app_status)`, reply: success + `{}}`, stdout: "started\n"},
	{name: "I04 no answer is a failure and never looks like success", script: `status("task01", {subject = "rec.nobody"})`,
		stderr: `\(no_recorder\)`, code: 4},
	{name: "I05 reply for another task is refused", script: `status "cam2"`, reply: success + `{}}`, stderr: `\(invalid_reply\)`, code: 4},
}

// With a real NATS server: 9 tests.
var originalReal = []original{
	{name: "R01 connection is made and used again", script: `for _ = 1, 10 do status() end print "ok"`, stdout: "ok\n"},
	{name: "R02 full cycle", script: `print(start().app_status, status().app_status, stop().app_status, status().app_status)`,
		stdout: "started\tstarted\tstopped\tstopped\n"},
	{name: "R03 many tasks", stdout: "rec_A started\nrec_B started\nrec_C started\n", script: `
		for _, r in ipairs(parallel({"rec_A", "rec_B", "rec_C"}, start)) do print(r.task_id .. " " .. r.app_status) end`},
	{name: "R04 repeated start is refused and the recording goes on", stdout: "rejected\tstarted\ttrue\n", script: `
		local first = start()
		local again = try(start)
		print(again.code, status().app_status, again.payload.file_path == first.payload.file_path)`},
	{name: "R05 stop without a start is refused", script: `local r = try(stop, "never") print(r.code, r.app_status)`, stdout: "rejected\tstopped\n"},
	{name: "R06 segment times", stdout: "60\n600.5\n3600\n", script: `
		for i, t in ipairs{60, 600.5, "1h"} do print(start("seg" .. i, {segment_time = t}).payload.segment_time) end`},
	{name: "R07 timestamps", script: `start() local p = stop().payload print(p.at_started) print(p.at_stopped) print(p.at_started <= p.at_stopped)`,
		stdout: `(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\n){2}true\n`},
	{name: "R08 consistency between commands", stdout: "true\ttrue\ttrue\n", script: `
		local a, b, c = start().payload, status().payload, stop().payload
		print(a.file_path == b.file_path and b.file_path == c.file_path, a.at_started == c.at_started, b.at_stopped == "")`},
	{name: "R09 start after a stop is a new recording", stdout: "true\n", script: `
		local a = start().payload.file_path
		stop()
		print(start().payload.file_path ~= a)`},
}

// TestOriginal runs the tests of the Python original as scripts through the real
// command, against a server and a simulated recorder in this process.
func TestOriginal(t *testing.T) {
	if count := []int{len(originalModels), len(originalService), len(originalReal)}; !slices.Equal(count, []int{15, 5, 9}) {
		t.Errorf("%v tests, the original has 15, 5 and 9", count)
	}
	server, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client, err := dial(server.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.conn.Close)
	for _, o := range slices.Concat(originalModels, originalService, originalReal) {
		t.Run(o.name, func(t *testing.T) {
			subject := "rec." + o.name[:3] // its own, so that no test sees another's commands
			o.answer(t, client, subject)
			r := recue(t, nil, "run", "--server", server.ClientURL(), "--subject", subject, "-e", strings.TrimSpace(o.script))
			if r.code != o.code {
				t.Errorf("exit code %d, want %d\n%s", r.code, o.code, r.stderr)
			}
			if o.wire == nil && !regexp.MustCompile("^"+o.stdout+"$").MatchString(r.stdout) {
				t.Errorf("stdout is %q, want %q", r.stdout, o.stdout)
			}
			if !regexp.MustCompile(o.stderr).MatchString(r.stderr) {
				t.Errorf("stderr is %q, want %q", r.stderr, o.stderr)
			}
			o.checkWire(t, client, subject)
		})
	}
}

// answer puts on the subject what the test wants there.
func (o original) answer(t *testing.T, client *wire, subject string) {
	t.Helper()
	if err := client.listen(subject); err != nil {
		t.Fatal(err)
	}
	if o.reply != "" {
		if err := client.respond(subject, "once", []byte(o.reply)); err != nil {
			t.Fatal(err)
		}
		return
	}
	service, err := simulator.Serve(t.Context(), client.conn, subject, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
}

func (o original) checkWire(t *testing.T, client *wire, subject string) {
	t.Helper()
	sent, err := client.collected(subject)
	if err != nil {
		t.Fatal(err)
	}
	if o.wire == nil {
		return
	}
	var got []string
	for _, message := range sent {
		got = append(got, string(message))
	}
	if !slices.Equal(got, o.wire) {
		t.Errorf("on the wire:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(o.wire, "\n"))
	}
}
