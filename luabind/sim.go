package luabind

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"recue/runtime/protocol"
	"recue/runtime/simulator"
)

func simFuncs() []*Func {
	which := []Param{
		{Name: "cmd", Type: Text, Optional: true, Check: oneOf(commandNames()...), Default: "any", Doc: "`start`, `stop` or `status`"},
		{Name: "task_id", Type: Text, Optional: true, Check: checkTaskID, Default: "any", Doc: "which recording"},
		{Name: "times", Type: Number, Optional: true, Check: checkCount, Default: "always", Doc: "for so many commands"},
	}
	manners := make([]string, len(simulator.Manners))
	for i, m := range simulator.Manners {
		manners[i] = string(m)
	}
	in := func(body string) string { return "test(\"an example\", function()\n  " + body + "\nend)" }
	const only = " Only in a test or before_each, with --sim, until the test ends."
	return []*Func{
		{
			Name:    "sim.fail",
			Summary: "Makes commands fail in the simulated recorder." + only,
			Doc: "`rejected`, `unexpected_state` and `no_recorder` are not carried out, and neither are `not_sent`, `permission_denied` and `too_large`, which never leave. " +
				"With `timeout` (no reply), `late` (a reply after the usual time limit), `invalid_reply`, `garbage` (no JSON), `wrong_task`, `twice` and `huge` (a valid reply of 900 kB) the recorder does as it is told, and only the answer is wrong.",
			Params: []Param{{Name: "options", Type: Options, Doc: "the options below", Fields: append(which[:len(which):len(which)],
				Param{Name: "as", Type: Text, Optional: true, Check: oneOf(manners...), Default: "rejected", Doc: "in which way"})}},
			Example: in("sim.fail{cmd = \"start\", task_id = \"cam1\", times = 1, as = \"no_recorder\"}\n  expect(function() start \"cam1\" end).fails(\"no_recorder\")\n  expect(start(\"cam1\").ok).is_true()"),
			Run:     simFail,
		},
		{
			Name:    "sim.delay",
			Summary: "Makes the simulated recorder slow to answer." + only,
			Params: []Param{{Name: "options", Type: Options, Doc: "the options below", Fields: append(which[:len(which):len(which)],
				Param{Name: "by", Type: Duration, Check: checkDuration, Doc: "how much later the reply comes; must be given"})}},
			Example: in("sim.delay{cmd = \"status\", by = \"50ms\"}\n  local begun = now()\n  status \"cam1\"\n  expect(now() - begun).above(0.04)"),
			Run:     simDelay,
		},
		{
			Name:    "sim.commands",
			Summary: "Lists the commands that the simulated recorder was sent in this test, in order.",
			Returns: []Return{{"commands", "SimCommand[]", "of each `cmd`, `task_id`, `payload` (a table), `reply` (what was answered, if it was JSON), `at` (seconds since 1970)"}},
			Example: in("start \"cam1\"\n  expect(sim.commands()).has{{cmd = \"start\", task_id = \"cam1\"}}"),
			Run:     simCommands,
		},
		{
			Name:    "sim.reset",
			Summary: "Ends what sim.fail and sim.delay began, and has sim.commands begin anew. Recordings go on.",
			Example: in("sim.fail{as = \"timeout\"}\n  sim.reset()\n  expect(start(\"cam1\").ok).is_true()"),
			Run: func(c *Call) error {
				recorder, err := c.simulated(false)
				if err == nil {
					recorder.Reset()
				}
				return err
			},
		},
	}
}

func commandNames() []string {
	names := make([]string, len(protocol.Cmds))
	for i, cmd := range protocol.Cmds {
		names[i] = string(cmd)
	}
	return names
}

// simulated gives the simulated recorder; faults says whether it is to be made to fail.
func (c *Call) simulated(faults bool) (*simulator.Recorder, error) {
	trial, err := c.trial()
	switch {
	case err != nil:
		return nil, err
	case c.run.host.Simulator == nil:
		return nil, errors.New("needs the simulated recorder: run this with `recue test --sim`")
	case faults && !trial.Faults:
		return nil, errors.New("belongs into a test or a before_each: every test begins with a recorder that does as it is told")
	}
	return c.run.host.Simulator, nil
}

// rule is what the options of sim.fail and sim.delay have in common.
func (c *Call) rule() simulator.Rule {
	rule := simulator.Rule{Cmd: protocol.Cmd(c.Text("cmd", "")), TaskID: c.Text("task_id", "")}
	if n, ok := c.Value("times").(lua.LNumber); ok {
		rule.Times = int(n)
	}
	return rule
}

func simFail(c *Call) error {
	recorder, err := c.simulated(true)
	if err != nil {
		return err
	}
	rule := c.rule()
	rule.As = simulator.Manner(c.Text("as", string(simulator.Rejected)))
	if usual := c.run.host.Recorder.Timeout(); rule.As == simulator.Late {
		rule.Delay = usual + usual/2
	}
	return recorder.AddRule(rule)
}

func simDelay(c *Call) error {
	recorder, err := c.simulated(true)
	if err != nil {
		return err
	}
	rule := c.rule()
	rule.Delay = c.Span("by", 0)
	return recorder.AddRule(rule)
}

func simCommands(c *Call) error {
	recorder, err := c.simulated(false)
	if err != nil {
		return err
	}
	list := c.L.NewTable()
	for _, e := range recorder.Commands() {
		t := c.L.NewTable()
		t.RawSetString("at", lua.LNumber(float64(e.At.UnixNano())/1e9))
		t.RawSetString("task_id", lua.LString(e.Command.TaskID))
		if e.Err == nil {
			t.RawSetString("cmd", lua.LString(e.Command.Cmd))
			t.RawSetString("payload", sentPayload(c.L, e.Command))
		}
		if !e.Dropped {
			if reply, err := decodeJSON(c.L, e.Reply); err == nil {
				t.RawSetString("reply", reply)
			}
		}
		list.Append(t)
	}
	return c.Return(list)
}

// sentPayload is a command's payload as a table, empty where it has none.
func sentPayload(L *lua.LState, command protocol.Command) lua.LValue {
	if v, err := decodeJSON(L, command.AppendJSON(nil)); err == nil {
		if payload, ok := v.(*lua.LTable).RawGetString("payload").(*lua.LTable); ok {
			return payload
		}
	}
	return L.NewTable()
}
