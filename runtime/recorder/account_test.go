package recorder

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// held is a connection whose answers come when the test says so.
type held struct {
	waiting []func([]byte, error)
	late    map[int]func([]byte)
}

type heldCall struct {
	unsent
	h *held
	i int
}

func (c heldCall) OnLate(late func([]byte)) { c.h.late[c.i] = late }

func (h *held) Request(_ string, _ []byte, _ time.Duration, done func([]byte, error)) Call {
	h.waiting = append(h.waiting, done)
	return heldCall{h: h, i: len(h.waiting) - 1}
}

// answer has a command answered, late where it has had an outcome.
func (h *held) answer(i int, how string) {
	how, late := strings.CutPrefix(how, "late ")
	tell := h.waiting[i]
	if late {
		tell = func(data []byte, _ error) { h.late[i](data) }
	}
	reply := func(msg, app string) {
		tell(fmt.Appendf(nil, `{"msg_status":%q,"task_id":"cam1","app_status":%q,"payload":{"file_path":"/a.wav"}}`, msg, app), nil)
	}
	switch how {
	case "started":
		reply("success", "started")
	case "stopped":
		reply("success", "stopped")
	case "refused":
		reply("error", "stopped")
	case "garbage":
		tell([]byte("}{"), nil)
	case "nothing":
		h.waiting[i](nil, &fault.Error{Code: fault.Timeout})
	}
}

// What is known of a recording is what the recorder said after it had begun, however the
// commands on one task cross each other.
func TestWhatRecordsWhenCommandsCross(t *testing.T) {
	for _, c := range []struct{ steps, want string }{
		// A command is sent by its name and answered by its place: 0 is the first.
		{"start, 0 started, status, 1 stopped", ""},
		{"start, 0 started, stop, 1 stopped", ""},
		{"start, 0 started, stop, 1 refused", ""},
		{"status, start, 1 started, 0 stopped", "cam1"},
		{"start, status, 0 started, 1 stopped", "cam1"},
		{"start, status, 0 started, 1 stopped, status, 2 stopped", ""},
		{"stop, start, 1 started, 0 refused", "cam1"},
		{"stop, start, 1 started, 0 stopped", "cam1?"},
		{"start, stop, 0 started, 1 stopped", "cam1?"},
		{"start, stop, 0 started, 1 stopped, status, 2 started", "cam1"},
		{"start, 0 nothing", "cam1?"},
		{"start, 0 nothing, status, 1 stopped", ""},
		{"start, 0 nothing, status, 1 stopped, status, 2 started", "cam1"},
		{"start, 0 nothing, stop, 1 refused, status, 2 started", "cam1"},
		{"start, 0 nothing, stop, 1 stopped, status, 2 started", ""},
		{"start, status, 0 nothing, 1 stopped", "cam1?"},
		{"start, 0 nothing, status, 1 stopped, start", "cam1?"},
		{"start, 0 nothing, status, 1 stopped, start, 2 nothing", "cam1?"},
		{"start, 0 nothing, status, 1 stopped, start, 2 started", "cam1"},
		{"start, 0 started, stop, 1 nothing", "cam1?"},
		{"start, 0 started, stop, 1 nothing, status, 2 started", "cam1"},
		{"start, 0 started, stop, 1 nothing, status, 2 stopped", ""},
		{"start, 0 started, stop, 1 nothing, stop, 2 stopped", ""},
		{"start, 0 started, stop, status, 1 stopped, 2 started", ""},
		{"start, 0 nothing, 0 late started", "cam1"},
		{"start, 0 nothing, status, 1 stopped, 0 late started", "cam1"},
		{"start, 0 nothing, 0 late refused", ""},
		{"start, 0 nothing, 0 late garbage", "cam1?"},
		{"start, 0 nothing, stop, 1 stopped, 0 late started", ""},
		{"start, 0 nothing, start, 1 started, 0 late refused", "cam1"},
		{"start, 0 started, stop, 1 nothing, 1 late stopped", ""},
		{"start, 0 started, stop, 1 nothing, 1 late refused", "cam1?"},
		{"start, 0 started, stop, 1 nothing, start, 2 started, 1 late stopped", "cam1?"},
	} {
		t.Run(c.steps, func(t *testing.T) {
			h := &held{late: map[int]func([]byte){}}
			client := NewOn(h, Options{Subject: "rec", Timeout: time.Second})
			for step := range strings.SplitSeq(c.steps, ", ") {
				if i, how, answered := strings.Cut(step, " "); answered {
					h.answer(int(i[0]-'0'), how)
					continue
				}
				client.Scope().Send(protocol.NewCommand(protocol.Cmd(step), "cam1"), Route{}, func(protocol.Reply, error) {})
			}
			if got := names(client.Scope().Recording()); got != c.want {
				t.Errorf("it records %q, want %q", got, c.want)
			}
			if records := client.Records(Task{"rec", "cam1"}); records != (c.want != "") && !strings.HasSuffix(c.steps, "start") {
				t.Errorf("Records says %v", records)
			}
		})
	}
}

// Who waits for a late answer, perhaps for days, must not keep what was told of the outcome.
func TestALateAnswerIsAwaitedWithoutTheRun(t *testing.T) {
	h := &held{late: map[int]func([]byte){}}
	client := NewOn(h, Options{Subject: "rec", Timeout: time.Second})
	kept := func() weak.Pointer[[1 << 20]byte] {
		run := new([1 << 20]byte)
		client.Scope().Send(protocol.NewCommand(protocol.Start, "cam1"), Route{}, func(protocol.Reply, error) { run[0]++ })
		return weak.Make(run)
	}()
	h.answer(0, "nothing")
	runtime.GC()
	if kept.Value() != nil {
		t.Error("what was told is still in memory")
	}
	h.answer(0, "late started")
	if got := names(client.Scope().Recording()); got != "cam1" {
		t.Errorf("it records %q", got)
	}
}
