package luabind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"
	lua "github.com/yuin/gopher-lua"

	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/natsd"
	"recue/runtime/recorder"
	"recue/runtime/script"
	"recue/runtime/simulator"
)

// studio is a NATS server, a simulated recorder and a connection, in this process.
type studio struct {
	t      testing.TB
	server *natsd.Server
	nc     *nats.Conn // of the recorder's side
	conn   *bus.Conn
	sim    *simulator.Service
	log    lockedBuffer
	dir    string
	vars   map[string]string
	stdout interface{ Write([]byte) (int, error) }
	client *recorder.Client
}

type lockedBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	onWrite func([]byte) // may be nil
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.onWrite != nil {
		l.onWrite(p)
	}
	return l.b.Write(p)
}

// whenReady calls f once a script has logged "ready".
func (s *studio) whenReady(f func()) {
	s.log.onWrite = func(p []byte) {
		if bytes.Contains(p, []byte("ready")) {
			f()
		}
	}
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newStudio(t testing.TB, opts simulator.Options) *studio {
	t.Helper()
	s := &studio{t: t, dir: t.TempDir()}
	var err error
	if s.server, err = natsd.Start(natsd.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	if s.nc, err = nats.Connect("", nats.InProcessServer(s.server)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.nc.Close)
	if s.sim, err = simulator.Serve(t.Context(), s.nc, "rec.control", opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.sim.Close() })
	if s.conn, err = bus.Connect(t.Context(), bus.Options{InProcess: s.server}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.conn.Close(context.Background()) })
	return s
}

// responder answers on a subject with whatever answer gives; nil answers nothing.
func (s *studio) responder(subject string, answer func(msg *nats.Msg) []string) {
	s.t.Helper()
	sub, err := s.nc.Subscribe(subject, func(m *nats.Msg) {
		for _, a := range answer(m) {
			m.Respond([]byte(a))
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.nc.Flush()
	s.t.Cleanup(func() { sub.Unsubscribe() })
}

func (s *studio) host(out interface{ Write([]byte) (int, error) }) script.Host {
	log := logrus.New()
	log.SetOutput(&s.log)
	log.SetLevel(logrus.DebugLevel)
	s.client = recorder.New(s.conn, recorder.Options{Subject: "rec.control", Timeout: 2 * time.Second, Log: logrus.NewEntry(log)})
	return script.Host{
		Env:      script.Env{TaskID: "task01", Location: time.Local, Stdout: out, Log: logrus.NewEntry(log), Grace: 2 * time.Second},
		Recorder: s.client,
		Clock:    clock.Real{}, Args: []string{"a", "b"}, Vars: s.vars, Dir: s.dir,
	}
}

// run runs Lua and gives what it printed.
func (s *studio) run(ctx context.Context, src string) (string, *script.Error) {
	s.t.Helper()
	p, err := New().Load("t.lua", []byte(src), script.Limits{})
	if err == nil {
		var out lockedBuffer
		var to interface{ Write([]byte) (int, error) } = &out
		if s.stdout != nil {
			to = s.stdout
		}
		err = p.Run(ctx, s.host(to))
		if err == nil {
			return out.String(), nil
		}
		var e *script.Error
		if !errors.As(err, &e) {
			s.t.Fatalf("Run gave a %T: %v", err, err)
		}
		return out.String(), e
	}
	var e *script.Error
	if !errors.As(err, &e) {
		s.t.Fatalf("Load gave a %T: %v", err, err)
	}
	return "", e
}

func (s *studio) prints(src, want string) {
	s.t.Helper()
	got, err := s.run(s.t.Context(), src)
	if err != nil {
		s.t.Errorf("%s\nfailed: %v\nhint: %s", src, err, err.Hint)
		return
	}
	if strings.TrimSuffix(got, "\n") != want {
		s.t.Errorf("%s\n got %s\nwant %s", src, got, want)
	}
}

func (s *studio) fails(src, want string, exit int) *script.Error {
	s.t.Helper()
	out, err := s.run(s.t.Context(), src)
	if err == nil {
		s.t.Errorf("%s\nprinted %q, want the error %q", src, out, want)
		return &script.Error{}
	}
	if !strings.Contains(err.Error(), want) {
		s.t.Errorf("%s\nfailed with %v\nwant %s", src, err, want)
	}
	if got := script.ExitCode(err); got != exit {
		s.t.Errorf("%s\n%v\nexit code %d, want %d", src, err, got, exit)
	}
	return err
}

func (s *studio) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func TestFullCycle(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		local r = start("cam1", {segment_time = 60, vid_byterate = 2500})
		print(r.ok, r.task_id, r.msg_status, r.app_status, r.payload.segment_time, r.payload.file_path)
		local st = status "cam1"
		print(st.app_status, st.payload.file_path == r.payload.file_path, st.payload.at_stopped == "")
		local e = stop "cam1"
		print(e.app_status, e.payload.file_path == r.payload.file_path, #e.payload.at_stopped)
		print(start().task_id, stop{task_id = "task01"}.task_id, status("nobody").payload.file_path)
		local a, b = 1, 2; a, b = b, a; print(a, b)`,
		"true\tcam1\tsuccess\tstarted\t60\t/mnt/rec_cam1_001.wav\nstarted\ttrue\ttrue\nstopped\ttrue\t20\ntask01\ttask01\tnil\n2\t1")
}

func TestFailedCommandsRaise(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	e := s.fails("local x = 1\nstart 'cam1'\n  start('cam1')", "t.lua:3: start cam1: the recorder refused: this task is already recording (rejected)", 4)
	if e.Source != "  start('cam1')" || e.At.Column != 3 || e.Hint == "" {
		t.Errorf("display: %+v", e)
	}
	s.fails("stop 'cam9'", "stop cam9: the recorder refused: this task is not recording (rejected)", 4)
	s.fails(`start("cam1", {subject = "rec.nobody"})`, `start cam1: nobody listens on "rec.nobody" (no_recorder)`, 4)
	e = s.fails("local function go()\n  stop 'x'\nend\ngo()", "t.lua:2: stop x", 4)
	if fmt.Sprint(e.Calls) != "[t.lua:4]" {
		t.Errorf("calls %v", e.Calls)
	}
	s.prints(`
		local ok, err = pcall(stop, "cam9")
		print(ok, err.ok, err.code, err.cmd, err.task_id, err.subject, err.msg_status, err.app_status, type(err.payload), err.message, err.hint ~= "")
		print(err)
		print("failed: " .. err, err .. "!", 1 .. err)
		print(getmetatable(err), pcall(setmetatable, err, nil))
		local r = try(stop, "cam9"); print(r.ok, r.code)
		print(try(function(...) return ... end, 1, nil, 3))
		print(pcall(try, error, "bug"))`,
		"false\tfalse\trejected\tstop\tcam9\trec.control\terror\tstopped\ttable\tthe recorder refused: this task is not recording\ttrue\n"+
			"stop cam9: the recorder refused: this task is not recording (rejected)\n"+
			"failed: stop cam9: the recorder refused: this task is not recording (rejected)\tstop cam9: the recorder refused: this task is not recording (rejected)!\t1stop cam9: the recorder refused: this task is not recording (rejected)\n"+
			"a failed command\tfalse\tcannot change a protected metatable\n"+
			"false\trejected\n1\tnil\t3\nfalse\tbug")
}

// Every wrong argument names the function, the parameter and what was given.
func TestWrongArguments(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for src, want := range map[string]string{
		`start("a", {vid_birate = 1})`:            `t.lua:1: start: unknown option "vid_birate" (did you mean "vid_byterate"?)`,
		`start("a", {vid_byterate = 2.5})`:        `start: vid_byterate must be a whole number, got 2.5`,
		`start("a", {vid_byterate = 2^33})`:       `start: vid_byterate must be between 1 and 4294967295, got 8589934592`,
		`start("a", {vid_byterate = "2000"})`:     `start: vid_byterate must be a number, got the text "2000"`,
		`start("a", {segment_time = -1})`:         `start: segment_time must be greater than 0, got -1`,
		`start("a", {segment_time = 0/0})`:        `start: segment_time must be a finite number of seconds`,
		`start("a", {segment_time = "soon"})`:     `start: segment_time is wrong: "soon" is no duration`,
		`start("a", {snd_source = ""})`:           `start: snd_source must not be empty`,
		`start("a", {timeout = 0})`:               `start: timeout must be greater than 0, got 0`,
		`start("a", {subject = "rec.*"})`:         `start: subject must name one subject`,
		`start("a", {"x"})`:                       `start: options are written as name = value, got the text "x" without a name`,
		`start(cam1)`:                             `start: task_id is nil: is a variable misspelled?`,
		`stop(nil)`:                               `stop: task_id is nil`,
		`parallel({"a"}, strat)`:                  `parallel: fn is nil: is a variable misspelled?`,
		`parallel({"a", camm, "c"}, start)`:       `parallel: branches is a list with nothing at 2`,
		`start(1)`:                                `start: task_id must be a text, got the number 1`,
		`start("a", "b")`:                         `start: options must be a table of options, got the text "b"`,
		`start("a", {}, 3)`:                       `start: takes at most 2 arguments, got 3: start([task_id] [, options])`,
		`start("")`:                               `start: task_id must not be empty`,
		`start("a\n")`:                            `start: task_id must not contain control characters`,
		`start("a", {task_id = "b"})`:             `start: task_id is given twice`,
		`status("a", {segment_time = 1})`:         `status: unknown option "segment_time"`,
		`sleep()`:                                 `sleep: duration is missing: expected a duration`,
		`sleep(-1)`:                               `sleep: duration must not be negative, got -1`,
		`sleep "long"`:                            `sleep: duration is wrong: "long" is no duration`,
		`wait_until "25:00"`:                      `wait_until: time "25:00" is no time`,
		`wait_for("a", "startd")`:                 `wait_for: app_status must be one of "started", "stopped", "error", got "startd" (did you mean "started"?)`,
		`parallel({}, {on_error = "wiat"})`:       `parallel: on_error must be one of "wait", "cancel", "collect", "rollback", got "wiat" (did you mean "wait"?)`,
		`parallel{function() end, 3}`:             `parallel: branch 2 is the number 3, expected a function or a command`,
		`parallel{cam = {cmd = "strat"}}`:         `parallel: branch "cam" is wrong: cmd must be one of "start", "stop", "status", got "strat" (did you mean "start"?)`,
		`parallel{{cmd = "stop", vid_byterat=1}}`: `unknown option "vid_byterat"`,
		`parallel{{task_id = "a"}}`:               `branch 1 is a table without cmd`,
		`parallel{start "a", start "b"}`:          `parallel: branch 1 is a reply: the command runs before parallel does, not as a branch of it`,
		`parallel({}, {limit = 0})`:               `parallel: limit must be a whole number, 1 or more, got 0`,
		`parallel(3)`:                             `parallel: branches must be a table, got the number 3`,
		`parallel()`:                              `parallel: branches is missing`,
		`record("a")`:                             `record: duration is missing`,
		`record("a", {til = 1})`:                  `record: duration must have a till`,
		`record("a", {till = "0:00:99"})`:         `is no time`,
		`retry({times = 0}, print)`:               `retry: times must be a whole number, 1 or more, got 0`,
		`retry(print)`:                            `retry: options must be a table of options, got a function`,
		`try(3)`:                                  `try: fn must be a function, got the number 3`,
		`fail()`:                                  `fail: message is missing`,
		`finally(1)`:                              `finally: fn must be a function`,
		`json.encode(print)`:                      `json.encode: a function has no form in JSON`,
		`json.encode(0/0)`:                        `has no form in JSON`,
		`json.decode "{"`:                         `json.decode: not JSON`,
		`log.info()`:                              `log.info: message is missing`,
		`log.info = 3`:                            `log.info cannot be assigned: log is Recue's own`,
		`require "../x"`:                          `require: name must be the name of a module beside the script`,
		`require "lib/cams.lua"`:                  `require: name is written without slashes and .lua: "lib.cams"`,
		`require "absent"`:                        `require: module "absent": cannot read "absent.lua" in the script's folder: no such file or directory`,
		`load_data "/etc/passwd"`:                 `load_data: cannot read "/etc/passwd" in the script's folder`,
		`load_data "../x.json"`:                   `load_data: cannot read "../x.json" in the script's folder`,
		`strat "cam1"`:                            `attempt to call global 'strat' (a nil value)`,
		`local t = {} t.x.y = 1`:                  `attempt to index field 'x' (a nil value)`,
	} {
		s.fails(src, want, 1)
	}
}

func TestMisspelledNamesGetAHint(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for src, want := range map[string]string{
		`strat "cam1"`:  "strat is not defined; did you mean start?",
		`logs.info "x"`: "logs is not defined; did you mean log?",
		`camera()`:      "camera is not defined: is it misspelled",
		`stopp("cam1")`: "did you mean stop?",
		`paralel{}`:     "did you mean parallel?",
		`local x; x()`:  "",
	} {
		if _, err := s.run(t.Context(), src); err == nil || !strings.Contains(err.Hint, want) {
			t.Errorf("%s: %v, hint %q, want %q", src, err, err.Hint, want)
		}
	}
}

func TestErrorsOfLuaGetAHint(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	for src, want := range map[string]string{
		`local n = "3" return n > 2`:                              "tonumber(text)",
		`return arg[9] > 2`:                                       "was it given?",
		`print("a" + 1)`:                                          "joined with ..",
		`print(vars.n + 1)`:                                       "was it given?",
		`for c in {"a", "b"} do end`:                              "ipairs(list)",
		`local cams = {"a"} print("x" .. cams[0])`:                "lists begin at 1",
		`local r = parallel({"a"}, function() end) print(r[1].x)`: "end with return?",
		`for i = 1, vars.n do end`:                                "was it given?",
		`local status = status "a" print(status "a")`:             "hides the function",
		`local function f() return 1 + f() end f()`:               "call itself",
		`parallel{start "a", start "b"}`:                          `write function() return start("cam1") end, or {cmd = "start", task_id = "cam1"}`,
		`print("on: " .. true)`:                                   "tostring(value)",
	} {
		if _, err := s.run(t.Context(), src); err == nil || !strings.Contains(err.Hint, want) {
			t.Errorf("%s: %v, hint %q, want %q", src, err, err.Hint, want)
		}
	}
}

func TestErrorObjects(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.fails(`error("plain")`, "t.lua:1: plain", 1)
	s.fails(`error()`, "error without a message", 1)
	s.fails(`error({})`, "the error object is a table without a text", 1)
	s.fails(`error(setmetatable({}, {__tostring = function() return "my error" end}))`, "my error", 1)
	s.fails(`error(setmetatable({}, {__tostring = function() error("oops") end}))`, "whose __tostring failed: t.lua:1: oops", 1)
	s.fails(`error(setmetatable({}, {__tostring = function() return {} end}))`, "whose __tostring gave no text", 1)
	s.fails(`parallel({1}, function() error(setmetatable({}, {__tostring = function() return "mine" end})) end)`, "1: t.lua:1: mine", 1)
	s.fails(`parallel({1}, function() error({code = 7}) end)`, `{"code":7}`, 1)
	s.fails(`error(print)`, "the error object is a function", 1)
	s.fails("local function check()\n error('bad', 2)\nend\n\ncheck()", "t.lua:5: bad", 1)
	s.fails(`fail("no cameras")`, "t.lua:1: no cameras", 1)
	s.fails(`pcall(fail, "not held"); print "still here"`, "not held", 1)
	s.fails(`parallel{function() sleep(10) end, function() fail("in a branch") end}`, "in a branch", 1)
}

func TestSyntaxErrors(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	e := s.fails("start 'cam1'\nif true then\n", "t.lua:", 2)
	if e.At.Line < 2 || e.At.Column == 0 {
		t.Errorf("display %+v", e)
	}
	s.fails("", "no statements", 2)
	s.fails("-- only a comment\n", "no statements", 2)
	s.fails("\x00\x01\x02", "t.lua", 2)
	for _, src := range []string{"x = 1\nstart = nil", "x = 1\nfunction status() end", "x = 1\nlog = {}"} {
		s.fails(src, "is Recue's own and cannot be assigned", 2)
	}
	s.prints("local start = print start 'mine' print = error", "mine")
	long := strings.Repeat("local x = 1\n", 5) + strings.Repeat("do local a, b = 1, 2; a, b = b, a; if a ~= 2 then error('swap') end end\n", 10_000)
	s.prints(long+"print 'done'", "done")
}

func TestFinally(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`finally(function() print "first given" end) finally(function() print "last given" end) print "body"`, "body\nlast given\nfirst given")
	out, err := s.run(t.Context(), `finally(function() print(status("cam1").app_status); stop "cam1" end) start "cam1" error "boom"`)
	if out != "started\n" || err == nil || err.Message != "boom" {
		t.Errorf("printed %q, failed with %v", out, err)
	}
	out, err = s.run(t.Context(), `finally(function() print "second" end) finally(function() error "in finally" end) error "body"`)
	if out != "second\n" || err.Message != "body" || len(err.Also) != 1 || err.Also[0].Message != "in finally" {
		t.Errorf("printed %q, failed with %+v", out, err)
	}
	_, err = s.run(t.Context(), `finally(function() error "only in finally" end)`)
	if err == nil || err.Message != "only in finally" {
		t.Errorf("failed with %v", err)
	}
	out, err = s.run(t.Context(), `finally(function() print "ran" end) fail "over"`)
	if out != "ran\n" || err == nil {
		t.Errorf("printed %q, failed with %v", out, err)
	}
}

func TestInterrupt(t *testing.T) {
	cause := errors.New("interrupted")
	for name, src := range map[string]string{
		"sleep":       `finally(function() sleep(0.01) print "cleaned" end) log.info "ready" sleep(60)`,
		"a command":   `finally(function() print "cleaned" end) log.info "ready" start("cam1", {subject = "rec.silent", timeout = 60})`,
		"computing":   `finally(function() print "cleaned" end) log.info "ready" while true do pcall(function() while true do end end) end`,
		"parallel":    `finally(function() print "cleaned" end) log.info "ready" parallel{function() sleep(60) end, function() pcall(sleep, 60) end, {cmd = "status", task_id = "x", subject = "rec.silent", timeout = 60}}`,
		"wait_for":    `finally(function() print "cleaned" end) log.info "ready" wait_for("cam1", "started", {timeout = 60})`,
		"retry":       `finally(function() print "cleaned" end) log.info "ready" retry({times = 100, every = 60}, function() stop "x" end)`,
		"long search": `finally(function() print "cleaned" end) log.info "ready" local s = ("a"):rep(3000) while true do s:find(("a-"):rep(20) .. "b") end`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, simulator.Options{})
			s.responder("rec.silent", func(*nats.Msg) []string { return nil })
			ctx, cancel := context.WithCancelCause(t.Context())
			s.whenReady(func() { cancel(cause) })
			begun := time.Now()
			out, err := s.run(ctx, src)
			if out != "cleaned\n" || err == nil || !errors.Is(err, cause) {
				t.Errorf("printed %q, failed with %v", out, err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestFinallyHasItsGrace(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	begun := time.Now()
	s.whenReady(func() { cancel(errors.New("interrupted")) })
	_, err := s.run(ctx, `finally(function() sleep(60) end) finally(function() while true do end end) log.info "ready" sleep(60)`)
	if took := time.Since(begun); took < 2*time.Second || took > 4*time.Second {
		t.Errorf("took %v with a grace of 2 s", took)
	}
	if err == nil || len(err.Also) != 2 || !strings.Contains(err.Also[0].Message, "not finished 2s after the interrupt") {
		t.Errorf("failed with %+v", err)
	}
}

func TestWhatStillRecords(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.responder("rec.silent", func(*nats.Msg) []string { return nil })
	s.prints(`start "a" start "b" stop "a" try(start, "b") try(start, "c", {subject = "rec.silent", timeout = 0.05})
		try(start, "d", {subject = "rec.none"}) start "e" stop "e" start "e"`, "")
	var got []string
	for _, r := range s.client.Scope().Recording() {
		got = append(got, fmt.Sprint(r.TaskID, " ", r.Maybe))
	}
	if strings.Join(got, ", ") != "b false, c true, e false" {
		t.Errorf("recording: %v", got)
	}
}

func TestRecord(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`local r = record("cam1", 0.05, {vid_byterate = 3000}) print(r.app_status, status("cam1").app_status)`, "stopped\tstopped")
	s.prints(`print(record("cam1", {till = now() + 0.05}).app_status)`, "stopped")
	s.fails(`record("cam1", {till = now() - 5})`, "must end in the future", 1)
	// Stopped although the branch was cancelled.
	s.prints(`
		local _, failures = parallel({function() record("cam2", 60) end}, {timeout = 0.1, on_error = "collect"})
		print(failures[1].error.code, status("cam2").app_status)`, "timeout\tstopped")
	if still := s.client.Scope().Recording(); len(still) > 0 {
		t.Errorf("still recording: %v", still)
	}
}

// A record that is cancelled before its start was sent must not stop what others record.
func TestRecordStopsOnlyWhatItStarted(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	var out lockedBuffer
	host := s.host(&out)
	taken := 0
	host.Plan = func(ctx context.Context, _ time.Time, _ recorder.Task) (func(context.Context) error, error) {
		<-ctx.Done() // cancelled while the stop is written down
		return func(context.Context) error { taken++; return nil }, nil
	}
	program, err := New().Load("main.lua", []byte(`
		start "cam1"
		local _, failures = parallel({function() record("cam1", 60) end}, {timeout = 0.02, on_error = "collect"})
		print(failures[1].error.code, status("cam1").app_status)`), script.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Run(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "timeout\tstarted\n" || taken != 1 {
		t.Errorf("printed %q; the planned stop was taken back %d times", got, taken)
	}
}

func TestTimeFunctions(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`local t = now() sleep "20ms" sleep(0.02) print(now() - t >= 0.04, now() - t < 5)
		t = now() wait_until(t + 0.03) print(now() - t >= 0.03)
		wait_until(t - 10)
		print(pcall(wait_for, "x", "started", {timeout = 0.05, every = 0.01}))
		start "x"
		print(wait_for("x", "started").app_status)`,
		"true\ttrue\ntrue\nfalse\twait_for x: not \"started\" within 50ms; it is \"stopped\" (timeout)\nstarted")
	if !strings.Contains(s.log.String(), "wait_until") {
		t.Error("no warning about an instant that has passed")
	}
}

func TestRetry(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		local n = 0
		print(retry({times = 5, every = 0}, function() n = n + 1 if n < 3 then stop "x" end return "ok", n end))
		print(select(2, pcall(retry, {times = 2, every = 0}, function() n = n + 1 stop "x" end)).code, n)
		print(pcall(retry, {times = 5, every = 0}, function() n = n + 1 error("bug", 0) end))
		print(n)`, "ok\t3\nrejected\t5\nfalse\tbug\n6")
}

func TestDataAndModules(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.vars = map[string]string{"CAMERA": "cam7"}
	s.write("cams.json", `{"cams": ["a", "b"], "empty": [], "none": {}, "null": null, "n": 1e3}`)
	s.write("cams.csv", "\ufefftask_id, rate\ncam1,2000\n\"cam, 2\",3000\n")
	s.write("lib/cams.lua", "local name = ...\nreturn {name = name, list = {1, 2}}")
	s.write("a.lua", "require 'b'")
	s.write("b.lua", "local x = 1\nrequire 'a'")
	s.write("broken.lua", "x = = 1")
	s.write("raises.lua", "\nerror 'module trouble'")
	s.prints(`
		local d = load_data "cams.json"
		print(d.cams[2], d.n, d.null, json.encode(d))
		local rows = load_data "cams.csv"
		print(#rows, rows[1].task_id, rows[2].task_id, rows[2].rate)
		local m = require "lib.cams"
		print(m.name, #m.list, require "lib.cams" == m)
		print(arg[0], arg[1], arg[2], #arg, vars.CAMERA, vars.NONE)
		print(json.encode({1, 2, {x = "y"}}), json.encode({}), json.encode(json.decode("[]")), json.encode("a\"b"), json.encode(1e15), json.encode(0.5))
		print(loadstring("return 1 + 1")(), loadstring("x ="))
		local ok, e = pcall(require, "a") print((e:gsub("^[^:]*:%d+: ", "")))`,
		"b\t1000\tnil\t{\"cams\":[\"a\",\"b\"],\"empty\":[],\"none\":{},\"n\":1000}\n"+
			"2\tcam1\tcam, 2\t3000\nlib.cams\t2\ttrue\nt.lua\ta\tb\t2\tcam7\tnil\n"+
			"[1,2,{\"x\":\"y\"}]\t{}\t[]\t\"a\\\"b\"\t1000000000000000\t0.5\n"+
			"2\tnil\t[string \"x =\"]:1: unexpected end of the file\n"+
			"require: \"a\" is being loaded already: it was required at t.lua:11 and, through what it requires, here at b.lua:2 again")
	s.fails(`require "broken"`, `module "broken": broken.lua:1:`, 1)
	e := s.fails("require 'raises'", "raises.lua:2: module trouble", 1)
	if fmt.Sprint(e.Calls) != "[t.lua:1]" || e.Source != "error 'module trouble'" {
		t.Errorf("display %+v", e)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(s.dir, "out.json")); err != nil {
		t.Fatal(err)
	}
	s.fails(`load_data "out.json"`, "cannot read", 1)
}

func TestClosedOutputEndsTheRun(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.stdout = failingWriter{}
	_, err := s.run(t.Context(), `finally(function() log.info "cleaned" end) while true do pcall(print, "x") end`)
	if !errors.Is(err, script.ErrStdout) || !strings.Contains(s.log.String(), "cleaned") {
		t.Errorf("failed with %v", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// What a recorder may answer, and what the script is told.
func TestRepliesThatAreNoAnswer(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	ok := `{"task_id":"t","msg_status":"success","app_status":"started","payload":null}`
	for name, c := range map[string]struct {
		answers []string
		want    fault.Code
	}{
		"garbage":    {[]string{"\xff\x00garbage"}, fault.InvalidReply},
		"empty":      {[]string{""}, fault.InvalidReply},
		"wrong_task": {[]string{strings.Replace(ok, `"t"`, `"u"`, 1)}, fault.InvalidReply},
		"huge":       {[]string{`{"task_id":"t","x":"` + strings.Repeat("y", 900_000) + `"}`}, fault.InvalidReply},
		"twice":      {[]string{ok, ok}, ""},
		"stopped":    {[]string{strings.Replace(ok, "started", "stopped", 1)}, fault.UnexpectedState},
		"rejected":   {[]string{strings.Replace(ok, "success", "error", 1)}, fault.Rejected},
		"silence":    {nil, fault.Timeout},
	} {
		s.responder("rec."+name, func(*nats.Msg) []string { return c.answers })
		timeout := 30.0
		if c.answers == nil {
			timeout = 0.2
		}
		s.prints(fmt.Sprintf(`local r = try(start, "t", {subject = "rec.%s", timeout = %v}) print(r.code)`, name, timeout), strings.TrimPrefix(string(c.want)+"", "")+map[bool]string{true: "nil"}[c.want == ""])
	}
}

// What a script declared is called when the script itself has run, with an
// environment and finally functions of its own.
func TestDeclaredFunctionsRunAsPiecesOfTheirOwn(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	p, err := New().Load("t.lua", []byte(`
finally(function() print "script over" end)
function job(run) finally(function() print "job over" end) start(run.task) print(run.task, run.list[2], run.flag) end
function broken() finally(function() start "late" end) fail "no" end
print "declared"`), script.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var own, jobs lockedBuffer
	host := s.host(&own)
	r := &run{}
	host.Then = func(ctx context.Context) error {
		env := host.Env
		env.Scope, env.Stdout = s.client.Scope().Child(), &jobs
		call := func(name string, args ...any) error {
			return r.declared(r.vm.State().GetGlobal(name).(*lua.LFunction)).Run(ctx, env, args...)
		}
		if err := call("job", map[string]any{"task": "cam1", "list": []any{1.0, 2.0}, "flag": true}); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(env.Scope.Recording()); !strings.Contains(got, "cam1") {
			t.Errorf("the scope of the job knows of %s", got)
		}
		return call("broken")
	}
	err = p.(*program).begin(t.Context(), r, host)
	if fmt.Sprint(err) != "t.lua:4: no" {
		t.Errorf("ended with %v", err)
	}
	if got := own.String(); got != "declared\nscript over\n" {
		t.Errorf("the script printed %q", got)
	}
	if got := jobs.String(); got != "cam1\t2\ttrue\njob over\n" {
		t.Errorf("the job printed %q", got)
	}
	if !s.client.Records(recorder.Task{Subject: "rec.control", TaskID: "late"}) {
		t.Error("the finally function of the broken one did not run")
	}
}
