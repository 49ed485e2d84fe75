package app

import (
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"recue/runtime/config"
	"recue/runtime/protocol"
	"recue/runtime/simulator"
)

func TestOneCommandForPeopleAndForPrograms(t *testing.T) {
	s := server(t)
	recording(t, s, "rec.control", simulator.Options{})
	url := s.ClientURL()
	steps := []struct {
		line     string
		code     int
		out, err string // what stdout and stderr begin with; "" means that they are empty
	}{
		{"status cam1", 0, "cam1 stopped\n", ""},
		{"start cam1 --segment-time 10m", 0, "cam1 started, file /mnt/rec_cam1_001.wav, since 20", ""},
		{"status cam1", 0, "cam1 started, file /mnt/rec_cam1_001.wav, since 20", ""},
		{"status --task-id cam1 --output json", 0,
			`{"ok":true,"task_id":"cam1","msg_status":"success","app_status":"started","payload":{"segment_time":600.0,"file_path":"/mnt/rec_cam1_001.wav","at_started":"20`, ""},
		{"start cam1", 4, "", "recue: start cam1: the recorder refused: this task is already recording (rejected)\n  hint: stop it first"},
		{"start cam1 --output json", 4,
			`{"ok":false,"code":"rejected","message":"the recorder refused: this task is already recording","hint":"stop it first, or use another task id","cmd":"start","task_id":"cam1","subject":"rec.control","msg_status":"error","app_status":"started","payload":{"segment_time":600.0,`,
			"recue: start cam1: "},
		{"status cam1 --task-id cam1", 0, "cam1 started, ", ""},
		{"stop cam1", 0, "cam1 stopped, file /mnt/rec_cam1_001.wav, since 20", ""},
		{"status cam1 --subject rec.none --output=json", 4,
			`{"ok":false,"code":"no_recorder","message":"nobody listens on \"rec.none\"","hint":"is the recorder running`,
			`recue: status cam1: nobody listens on "rec.none" (no_recorder)`},
	}
	for _, step := range steps {
		b := newBench(t)
		code := b.recue(append(strings.Fields(step.line), "--server", url)...)
		if code != step.code || !begins(b.stdout, step.out) || !begins(b.stderr, step.err) {
			t.Errorf("recue %s: exit code %d\n%s%s", step.line, code, b.stdout, b.stderr)
		}
	}
}

func begins(out *buffer, text string) bool {
	return strings.HasPrefix(out.String(), text) && (text != "" || out.String() == "")
}

func TestPayloadFlagsReachTheRecorder(t *testing.T) {
	s := server(t)
	sim := recording(t, s, "rec.control", simulator.Options{})
	b := newBench(t)
	line := "start --segment-time 1h30m --snd-source mic,1 --snd-byterate 128 cam1 --vid-stream=b --vid-byterate 4294967295 --server " + s.ClientURL()
	if code := b.recue(strings.Fields(line)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	got := string(sim.service.Recorder().Commands()[0].Raw)
	want := `{"task_id":"cam1","cmd":"start","payload":{"segment_time":5400.0,"snd_source":"mic,1","snd_byterate":128,"vid_stream":"b","vid_byterate":4294967295}}`
	if got != want {
		t.Errorf("sent %s", got)
	}
}

// None of these may reach for a server: the address is one that nobody listens on.
func TestWrongCommandsAreRefusedBeforeConnecting(t *testing.T) {
	for line, message := range map[string]string{
		"start a b":                     `takes one task, got "a" and "b"`,
		"stop a --task-id b":            `takes one task, got "a" and --task-id "b"`,
		"start a --segment-time 0":      "--segment-time: ",
		"start a --segment-time -1":     "--segment-time: ",
		"start a --segment-time NaN":    "--segment-time: ",
		"start a --segment-time soon":   "--segment-time: ",
		"start a --snd-byterate 2.5":    "--snd-byterate: ",
		"start a --snd-byterate NaN":    "--snd-byterate: ",
		"start a --vid-byterate 2e10":   "--vid-byterate: ",
		"start a --vid-byterate much":   `--vid-byterate: must be a whole number from 1 to 4294967295, got "much"`,
		"start a --snd-source=":         "--snd-source: ",
		"status a --output yaml":        "--output: must be text or json",
		"status " + "\x07":              "task id",
		"status --timeout 0":            "--timeout",
		"config now":                    "config takes no arguments",
		"version now":                   "takes no arguments",
		"reference now":                 "no function now",
		"completion":                    "bash, zsh or fish",
		"completion tcsh":               "bash, zsh or fish",
		"sim now":                       "takes no arguments",
		"sim --fail 2":                  "--fail: must be a number from 0",
		"sim --drop NaN":                "--drop: must be",
		"sim --delay soon":              "--delay: ",
		"sim --jitter -1s":              "--jitter: ",
		"sim --seed -1":                 "--seed: must be a whole number",
		"sim --listen 127.0.0.1:123456": "the port must be a number",
		"sim --listen 127.0.0.1:0":      "--listen and an existing server are both given",
	} {
		b := newBench(t)
		words := append(strings.Split(line, " "), "--server", "127.0.0.1:1")
		if strings.Contains(line, "123456") {
			words = words[:len(words)-2]
		}
		if code := b.recue(words...); code != 2 || b.stdout.String() != "" {
			t.Errorf("recue %s: exit code %d, stdout %q", line, code, b.stdout)
		}
		wants(t, "stderr of recue "+line, b.stderr, message)
	}
}

func TestWithoutAServerACommandIsNotSent(t *testing.T) {
	b := newBench(t)
	if code := b.recue("start", "cam1", "--output", "json", "--server", "127.0.0.1:1"); code != 3 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stdout", b.stdout, `{"ok":false,"code":"not_sent","message":"connect to NATS at 127.0.0.1:1: nothing listens there"`)
	wants(t, "stderr", b.stderr, "nothing listens there\n  hint: ")
}

func TestAStartWhoseOutcomeIsUnknownSaysHowToAsk(t *testing.T) {
	s := server(t)
	recording(t, s, "rec.control", simulator.Options{Drop: 1})
	b := newBench(t)
	if code := b.recue("start", "cam 1", "--timeout", "50ms", "--server", s.ClientURL(), "--output=json"); code != 4 {
		t.Errorf("exit code %d", code)
	}
	ask := "hint: cam 1 may be recording now: `recue status 'cam 1' --server " + s.ClientURL() + "` asks it\n"
	wants(t, "stderr", b.stderr, ask)
	wants(t, "stdout", b.stdout, `"code":"timeout"`)
	wants(t, "stdout", b.stdout, `"hint":"cam 1 may be recording now`)
}

func TestAnInterruptEndsACommandThatWaits(t *testing.T) {
	s := server(t)
	arrived := newBuffer()
	log := newLog(arrived, &config.Config{LogLevel: slog.LevelDebug}, false)
	recording(t, s, "rec.control", simulator.Options{Delay: time.Hour, Log: log})
	b := newBench(t)
	end := b.begin("start", "cam1", "--timeout", "1h", "--server", s.ClientURL())
	arrived.until(t, "took a command")
	b.signal(syscall.SIGINT)
	if code := end(); code != 130 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "(cancelled)")
	wants(t, "stderr", b.stderr, "cam1 may be recording now")
}

func TestFieldsThatANewerRecorderSendsAreKept(t *testing.T) {
	reply, err := protocol.ParseReply([]byte(`{"task_id":"t","ok":1,"msg_status":"success","load":{"cpu": 0.5},"app_status":"started","payload":{"n":[1, 2],"html":"<b>"}}`), "t")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"ok":true,"task_id":"t","msg_status":"success","app_status":"started","payload":{"n":[1,2],"html":"<b>"},"load":{"cpu":0.5}}`
	if got := string(replyJSON(reply)); got != want {
		t.Errorf("got %s", got)
	}
}

func TestWhatARecorderSaysCannotSteerTheTerminal(t *testing.T) {
	reply := protocol.Reply{TaskID: "t", AppStatus: protocol.Started, Payload: []byte(`{"file_path":"\u001b[2J","at_started":"now"}`)}
	if got := replyText(reply); got != `t started, file \x1b[2J, since now` {
		t.Errorf("got %q", got)
	}
}
