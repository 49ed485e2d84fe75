package luabind

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
)

// routeParams are the options that say where a command goes.
func routeParams() []Param {
	return []Param{
		{Name: "timeout", Type: Duration, Optional: true, Check: checkTimeout, Default: "NATS_TIMEOUT", Doc: "how long to wait for the answer"},
		{Name: "subject", Type: Text, Optional: true, Check: checkSubject, Default: "NATS_SUBJECT", Doc: "the NATS subject of the recorder"},
	}
}

func taskParam() Param {
	return Param{Name: "task_id", Type: Text, Optional: true, NotNil: true, Check: checkTaskID, Default: "TASK_ID", Doc: "which recording"}
}

// commandFields are the options of a command: those of the payload, and where it goes.
func commandFields(cmd protocol.Cmd) []Param {
	var fields []Param
	for _, f := range protocol.FieldsOf(cmd) {
		fields = append(fields, fieldParam(f))
	}
	return append(fields, routeParams()...)
}

// commandParams are the parameters of start, stop and status.
func commandParams(cmd protocol.Cmd) []Param {
	task := taskParam()
	return []Param{task, {
		Name: "options", Type: Options, Optional: true, Doc: "the options below, and task_id",
		Fields: append(commandFields(cmd), task),
	}}
}

// commandOptions are the options of commands that are written as tables. They are
// read for every command, so they are made once.
var commandOptions = map[protocol.Cmd][]Param{
	protocol.Start:  commandParams(protocol.Start)[1].Fields,
	protocol.Stop:   commandParams(protocol.Stop)[1].Fields,
	protocol.Status: commandParams(protocol.Status)[1].Fields,
}

var replyReturn = []Return{{"reply", "Reply", "`ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)"}}

func recorderFuncs() []*Func {
	return []*Func{
		{
			Name:    "start",
			Summary: "Starts a recording and returns the recorder's reply.",
			Doc:     "Raises an error table when the command failed. After an outcome that is not known (timeout, invalid_reply, unexpected_state, cancelled) the task counts as maybe recording.",
			Params:  commandParams(protocol.Start),
			Returns: replyReturn,
			Example: "local r = start(\"cam1\", {segment_time = \"10m\", vid_byterate = 3000})\nprint(r.payload.file_path)",
			Run:     func(c *Call) error { return c.command(protocol.Start) },
		},
		{
			Name:    "stop",
			Summary: "Stops a recording and returns the recorder's reply.",
			Params:  commandParams(protocol.Stop),
			Returns: replyReturn,
			Example: "start \"cam1\"\nlocal r = stop \"cam1\"\nprint(r.payload.at_stopped)",
			Run:     func(c *Call) error { return c.command(protocol.Stop) },
		},
		{
			Name:    "status",
			Summary: "Asks for the state of a recording.",
			Params:  commandParams(protocol.Status),
			Returns: replyReturn,
			Example: "print(status(\"cam1\").app_status)",
			Run:     func(c *Call) error { return c.command(protocol.Status) },
		},
		{
			Name:    "wait_for",
			Summary: "Asks for a task's state again and again until it is the one waited for.",
			Doc:     "Returns the reply that said so. Raises `timeout` when it did not come in time; a status that gets no answer meanwhile is asked again.",
			Params: []Param{
				{Name: "task_id", Type: Text, Check: checkTaskID, Doc: "which recording"},
				{Name: "app_status", Type: Text, Check: oneOf("started", "stopped", "error"), Doc: "the state to wait for"},
				{Name: "options", Type: Options, Optional: true, Doc: "the options below", Fields: []Param{
					{Name: "timeout", Type: Duration, Optional: true, Check: checkTimeout, Default: "10s", Doc: "how long to go on asking"},
					{Name: "every", Type: Duration, Optional: true, Check: checkTimeout, Default: "200ms", Doc: "how often to ask"},
					routeParams()[1],
				}},
			},
			Returns: replyReturn,
			Example: "start \"cam1\"\nwait_for(\"cam1\", \"started\", {timeout = \"5s\"})",
			Run:     waitFor,
		},
		{
			Name:    "record",
			Summary: "Starts a recording, waits, and stops it: on every way out.",
			Doc:     "The stop is sent also when the script fails, is cancelled or interrupted meanwhile. After a start whose outcome is not known it is sent too. Returns the reply to the stop.",
			Params: []Param{
				{Name: "task_id", Type: Text, Check: checkTaskID, Doc: "which recording"},
				{Name: "duration", Type: Span, Check: checkSpan, Doc: "how long to record, or {till = \"10:00\"}"},
				{Name: "options", Type: Options, Optional: true, Doc: "the options of start", Fields: commandFields(protocol.Start), Elsewhere: map[string]string{
					"till": `it takes the place of the duration: record("cam1", {till = "18:30"})`,
				}},
			},
			Returns: replyReturn,
			Example: "local r = record(\"cam1\", \"100ms\")\nprint(r.app_status)",
			Run:     record,
		},
	}
}

// request is a command with its way.
type request struct {
	cmd   protocol.Command
	route recorder.Route
}

// request builds the command that the call's arguments describe.
func (c *Call) request(cmd protocol.Cmd) request {
	q := request{protocol.NewCommand(cmd, c.Text("task_id", c.env().TaskID)), c.route()}
	p := &q.cmd.Payload
	for _, a := range c.args {
		switch a.name {
		case "segment_time":
			p.SegmentTime, _ = seconds(a.value) // checked by parse, as all the others
		case "snd_source":
			p.SndSource = a.value.String()
		case "snd_byterate":
			p.SndByterate = uint32(a.value.(lua.LNumber))
		case "vid_stream":
			p.VidStream = a.value.String()
		case "vid_byterate":
			p.VidByterate = uint32(a.value.(lua.LNumber))
		case "timeout":
			q.route.Timeout, _ = duration(a.value)
		case "subject":
			q.route.Subject = a.value.String()
		}
	}
	return q
}

// route is the usual way of a command, with the place in the script where the journal wants it.
func (c *Call) route() (r recorder.Route) {
	if c.scope().Client().Journaled() {
		r.At = c.place()
	}
	return r
}

// place is the line of the script that makes this call, for the journal; "" where
// there is none.
func (c *Call) place() string {
	at, ok := vm.Where(c.L, 1)
	if !ok { // called by another of our functions: parallel, try
		at = c.branch.Position()
	}
	if at.Line == 0 {
		return ""
	}
	return at.String()
}

func (c *Call) command(cmd protocol.Cmd) error {
	q := c.request(cmd)
	if err := c.stopped(string(cmd), q.cmd.TaskID); err != nil {
		return err
	}
	wanted, L := !vm.Unwanted(c.L), c.run.vm.State() // the branch's thread runs others meanwhile
	var a struct {
		err   error
		table *lua.LTable
	}
	return c.wait(func(wake func()) func(error) {
		return c.transmit(q, func(r protocol.Reply, err error) {
			if a.err = err; err == nil && wanted {
				a.table = replyTable(L, r) // at once, without the baton
			}
			wake()
		})
	}, func() (lua.LValue, error) {
		if a.err != nil || a.table == nil {
			return nil, a.err
		}
		return a.table, nil
	})
}

// send sends a command and waits for its outcome, without the baton.
func (c *Call) send(q request) (reply protocol.Reply, err error) {
	if err := c.stopped(string(q.cmd.Cmd), q.cmd.TaskID); err != nil {
		return protocol.Reply{}, err
	}
	return c.exchange(q)
}

// exchange is send for a command that is sent in any case; a branch that was cancelled
// does not wait for the outcome.
func (c *Call) exchange(q request) (reply protocol.Reply, err error) {
	c.branch.Await(func(wake func()) func(error) {
		return c.transmit(q, func(r protocol.Reply, failed error) {
			reply, err = r, failed
			wake()
		})
	})
	return reply, err
}

// transmit sends a command, and gives how to cancel the wait for its outcome.
func (c *Call) transmit(q request, done func(protocol.Reply, error)) (cancel func(cause error)) {
	call := c.scope().Send(q.cmd, q.route, done)
	return func(cause error) { call.Cancel(causeFault(cause)) }
}

// stopped is the failure of a wait or a command of a branch that was cancelled
// before it began; nil in a branch that goes on.
func (c *Call) stopped(cmd, task string) error {
	cause := c.branch.Interrupted()
	if cause == nil {
		return nil
	}
	f := causeFault(cause)
	f.Cmd, f.TaskID = cmd, task
	return f
}

func waitFor(c *Call) error {
	q := c.request(protocol.Status)
	want := protocol.AppStatus(c.Text("app_status", ""))
	timeout, every := c.Span("timeout", 10*time.Second), c.Span("every", 200*time.Millisecond)
	deadline := c.run.host.Clock.Now().Add(timeout)
	last := "it was never asked"
	for {
		left := deadline.Sub(c.run.host.Clock.Now())
		if left <= 0 {
			return &fault.Error{
				Code: fault.Timeout, Cmd: "wait_for", TaskID: q.cmd.TaskID, Subject: q.route.Subject,
				Message: fmt.Sprintf("not %q within %v; %s", want, timeout, last),
				Hint:    "give it longer with {timeout = …}, or look at the recorder",
			}
		}
		q.route.Timeout = min(left, c.scope().Client().Timeout())
		reply, err := c.send(q)
		switch code := fault.CodeOf(err); {
		case err == nil && reply.AppStatus == want:
			return c.Return(replyTable(c.L, reply))
		case err == nil:
			last = fmt.Sprintf("it is %q", reply.AppStatus)
		case slices.Contains([]fault.Code{fault.Timeout, fault.NotSent, fault.NoRecorder}, code):
			last = fmt.Sprintf("the last status failed (%s)", code) // status may be asked again at any time
		default:
			return err
		}
		if err := c.pauseFor(min(every, deadline.Sub(c.run.host.Clock.Now())), "wait_for", q.cmd.TaskID); err != nil {
			return err
		}
	}
}

// record is start, wait, stop.
func record(c *Call) error {
	till, err := c.end("duration")
	if err != nil {
		return err
	}
	start := c.request(protocol.Start)
	stop := start
	stop.cmd.Cmd = protocol.Stop
	stopped, err := c.planStop(till, start)
	if err != nil {
		return err
	}
	if err := c.stopped(string(protocol.Start), start.cmd.TaskID); err != nil { // while the stop was planned
		stopped()
		return err
	}
	_, failed := c.exchange(start)
	if failed != nil && !fault.CodeOf(failed).OutcomeUnknown() {
		stopped()
		return failed
	}
	if failed == nil {
		failed = c.pauseFor(till.Sub(c.run.host.Clock.Now()), "record", start.cmd.TaskID)
	}
	var reply protocol.Reply
	var stopFailed error
	c.branch.Shield(func() { reply, stopFailed = c.send(stop) })
	if stopFailed == nil || reply.AppStatus == protocol.Stopped {
		stopped()
	}
	switch {
	case failed != nil && stopFailed != nil:
		c.env().Log.WithField("task_id", start.cmd.TaskID).Errorf("record: %v", stopFailed)
		return failed
	case failed != nil:
		return failed
	case stopFailed != nil:
		return stopFailed
	}
	return c.Return(replyTable(c.L, reply))
}

// planStop has the stop of a recording written down before its start is sent, where
// the host can do that. stopped takes it back.
func (c *Call) planStop(at time.Time, start request) (stopped func(), err error) {
	plan := c.env().Plan
	if plan == nil {
		return func() {}, nil
	}
	if err := c.stopped("record", start.cmd.TaskID); err != nil {
		return nil, err
	}
	task := recorder.Task{Subject: cmp.Or(start.route.Subject, c.scope().Client().Subject()), TaskID: start.cmd.TaskID}
	var done func(context.Context) error
	c.aside(func(ctx context.Context) { done, err = plan(ctx, at, task) })
	if err != nil {
		return nil, &fault.Error{
			Code: fault.NotSent, Cmd: string(protocol.Start), TaskID: task.TaskID, Subject: task.Subject, Err: err,
			Message: fmt.Sprintf("it was not sent, because its stop could not be written down first: %v", err),
			Hint:    "a recording that nothing stops is worse than none; `start` alone plans no stop",
		}
	}
	return func() {
		var failed error
		c.branch.Shield(func() { c.aside(func(ctx context.Context) { failed = done(ctx) }) })
		if failed != nil { // it stays written down, and then finds the task stopped
			c.env().Log.WithField("task_id", task.TaskID).WithError(failed).Warn("record: the planned stop could not be taken back")
		}
	}, nil
}

// aside runs f without the baton. Its context ends when the branch is cancelled.
func (c *Call) aside(f func(ctx context.Context)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	c.branch.Await(func(wake func()) func(error) {
		go func() {
			defer wake()
			f(ctx)
		}()
		return cancel
	})
}
