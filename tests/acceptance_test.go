package tests

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/natsd"
	"recue/runtime/simulator"
)

// fields is a JSON object of a command or a reply.
type fields = map[string]any

// mutation is a recorder with one defect: a simulated one whose answers go through spoil.
type mutation struct {
	name  string
	finds string // a test of recorder_test.lua that must find it
	// spoil changes the reply; it is given the command and the replies so far to
	// commands of that task, by the command's name.
	spoil func(cmd, reply fields, before map[string]fields)
	args  []string // more of the command line
}

// payloadOf is a reply's payload, to be changed.
func payloadOf(reply fields) fields {
	payload, _ := reply["payload"].(fields)
	return payload
}

// mutations are defects that a recorder may have; recorder_test.lua finds each.
var mutations = []mutation{
	{name: "the reply names another task", finds: "a full cycle",
		spoil: func(_, reply fields, _ map[string]fields) { reply["task_id"] = "task01" }},
	{name: "no at_stopped after a stop", finds: "its timestamps tell the time",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if cmd["cmd"] == "stop" {
				delete(payloadOf(reply), "at_stopped")
			}
		}},
	{name: "at_stopped before at_started", finds: "its timestamps tell the time",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); p["at_stopped"] != nil && p["at_stopped"] != "" {
				p["at_stopped"] = "2001-01-01T00:00:00Z"
			}
		}},
	{name: "a file path that changes at the stop", finds: "start, status and stop tell the same story",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); cmd["cmd"] == "stop" && p["file_path"] != nil {
				p["file_path"] = "/mnt/other.wav"
			}
		}},
	{name: "a second start succeeds", finds: "a second start is refused",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if cmd["cmd"] == "start" {
				reply["msg_status"] = "success"
			}
		}},
	{name: "a stop without a start succeeds", finds: "a stop without a start is refused",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if cmd["cmd"] == "stop" {
				reply["msg_status"] = "success"
			}
		}},
	{name: "the status is always started", finds: "a full cycle",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if cmd["cmd"] == "status" {
				reply["app_status"] = "started"
			}
		}},
	{name: "every recording of a task has the same file", finds: "a start after a stop is a new recording",
		spoil: func(_, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); p["file_path"] != nil {
				p["file_path"] = "/mnt/rec_" + reply["task_id"].(string) + ".wav"
			}
		}},
	{name: "all tasks write one file", finds: "many tasks at once",
		spoil: func(_, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); p["file_path"] != nil {
				p["file_path"] = "/mnt/rec.wav"
			}
		}},
	{name: "the segment time is not taken", finds: "segment times are taken",
		spoil: func(_, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); p["segment_time"] != nil {
				p["segment_time"] = 300.0
			}
		}},
	{name: "the recording seems to begin at each status", finds: "start, status and stop tell the same story",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); cmd["cmd"] == "status" && p["at_started"] != nil {
				p["at_started"] = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
			}
		}},
	{name: "timestamps that are none", finds: "the reply to a start says what is recorded",
		spoil: func(_, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); p["at_started"] != nil {
				p["at_started"] = "yesterday"
			}
		}},
	{name: "at_stopped while it records", finds: "the reply to a start says what is recorded",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if p := payloadOf(reply); cmd["cmd"] == "start" && p["at_started"] != nil {
				p["at_stopped"] = p["at_started"]
			}
		}},
	{name: "a refused start tells of a new recording", finds: "a second start is refused",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			if cmd["cmd"] == "start" && reply["msg_status"] == "error" {
				reply["app_status"] = "stopped"
			}
		}},
	{name: "the stop is not carried out but said to be", finds: "a full cycle",
		spoil: func(cmd, reply fields, before map[string]fields) {
			if cmd["cmd"] == "status" && before["stop"] != nil && before["start"] != nil {
				reply["app_status"] = "started"
			}
		}},
	{name: "no payload", finds: "the reply to a start says what is recorded",
		spoil: func(_, reply fields, _ map[string]fields) { reply["payload"] = nil }},
	{name: "slow answers", finds: "it answers in time", args: []string{"--var", "answer_within=0.01", "--filter", "in time"}},
	{name: "every command gets the same answer", finds: "a full cycle",
		spoil: func(_, reply fields, _ map[string]fields) {
			for name := range reply {
				delete(reply, name)
			}
			reply["task_id"], reply["msg_status"], reply["app_status"] = "task01", "success", "started"
			reply["payload"] = fields{"segment_time": 300.0, "file_path": "/mnt/rec001.wav", "at_started": "2025-10-15T08:55:00Z", "at_stopped": ""}
		}},
	{name: "every command gets the same answer, for its task", finds: "a full cycle",
		spoil: func(cmd, reply fields, _ map[string]fields) {
			reply["msg_status"], reply["app_status"] = "success", "started"
			reply["payload"] = fields{"segment_time": 300.0, "file_path": "/mnt/rec001.wav", "at_started": "2025-10-15T08:55:00Z", "at_stopped": ""}
		}},
}

// put puts the recorder with the defect on a subject.
func (m mutation) put(t *testing.T, conn *nats.Conn, subject string) {
	t.Helper()
	if m.spoil == nil {
		service, err := simulator.Serve(t.Context(), conn, subject, simulator.Options{Delay: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(service.Close)
		return
	}
	recorder, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	before := map[any]map[string]fields{}
	_, err = conn.Subscribe(subject, func(msg *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		var cmd, reply fields
		if json.Unmarshal(msg.Data, &cmd) != nil || json.Unmarshal(recorder.Handle(msg.Data), &reply) != nil {
			return
		}
		task := cmd["task_id"]
		if before[task] == nil {
			before[task] = map[string]fields{}
		}
		m.spoil(cmd, reply, before[task])
		before[task][cmd["cmd"].(string)] = reply
		data, err := json.Marshal(reply)
		if err == nil {
			err = msg.Respond(data)
		}
		if err != nil {
			t.Error(err)
		}
	})
	if err == nil {
		err = conn.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAcceptanceTestFindsEveryDefect: recorder_test.lua passes on a good recorder
// over TCP and finds every bad one, naming what is wrong.
func TestAcceptanceTestFindsEveryDefect(t *testing.T) {
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
	// They mostly wait for time to pass, so they all run at once.
	begin := func(name string, args ...string) *process {
		all := append([]string{"test", scripts(t) + "/recorder_test.lua", "--server", server.ClientURL(), "--subject", subjectOf(name)}, args...)
		return background(t, t.TempDir(), nil, "recue", all...)
	}
	service, err := simulator.Serve(t.Context(), client.conn, subjectOf("good"), simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	good := begin("good", "--strict")
	var bad []*process
	for _, m := range mutations {
		m.put(t, client.conn, subjectOf(m.name))
		bad = append(bad, begin(m.name, m.args...))
	}
	if code, err := good.wait(); err != nil || code != 0 {
		t.Errorf("a good recorder: exit code %d, %v\n%s%s", code, err, good.stdout, good.stderr)
	}
	for i, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			code, err := bad[i].wait()
			found := false
			for line := range strings.SplitSeq(bad[i].stdout.String(), "\n") {
				found = found || strings.HasPrefix(line, "FAILED ") && strings.Contains(line, "  "+m.finds)
			}
			if err != nil || code != 1 || !found {
				t.Errorf("%v, exit code %d, want 1 and a failed %q:\n%s%s", err, code, m.finds, bad[i].stdout, bad[i].stderr)
			}
		})
	}
}

// subjectOf is a subject of its own for each recorder.
func subjectOf(name string) string {
	return "rec." + strings.NewReplacer(" ", "_", ",", "").Replace(name)
}
