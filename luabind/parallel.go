package luabind

import (
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/branch"
	"recue/runtime/fault"
	"recue/runtime/protocol"
)

func parallelFuncs() []*Func {
	policies := make([]string, len(branch.Policies))
	for i, p := range branch.Policies {
		policies[i] = string(p)
	}
	return []*Func{{
		Name:    "parallel",
		Summary: "Runs many branches at once and gives their results under the same keys, in the same order.",
		Doc: "`parallel(branches [, options])`: a branch is a function, or a command written as a table: `{cmd = \"start\", task_id = \"cam1\", segment_time = 60}`. " +
			"`branches` is a list or has named keys. `parallel(items, fn [, options])` runs `fn(item, key)` for every item, and `parallel(cameras, start)` runs `start(camera)`. " +
			"A branch's result is its first return value (`true` if none), or its error table. Only one branch runs Lua at any moment, and it is switched only where it waits: shared variables need no locks.",
		Params: []Param{
			{Name: "branches", Type: Table, Doc: "functions and commands, or items for fn"},
			{Name: "fn", Type: Function, Optional: true, NotNil: true, Doc: "called as fn(item, key), once for each item"},
			{Name: "options", Type: Options, Optional: true, Doc: "the options below", Fields: []Param{
				{Name: "limit", Type: Number, Optional: true, Check: checkCount, Default: "all", Doc: "at most so many branches at once"},
				{Name: "timeout", Type: Duration, Optional: true, Check: checkTimeout, Doc: "for the whole call; branches still running are cancelled and fail with `timeout`"},
				{Name: "on_error", Type: Text, Optional: true, Check: oneOf(policies...), Default: "wait",
					Doc: "`wait`: let all finish, then raise one error that lists every failure. `cancel`: the first failure cancels the rest, then raise. " +
						"`collect`: never raise for a failed branch. `rollback`: let all finish, and on a failure stop every task that this call started, then raise"},
			}},
		},
		Returns: []Return{
			{"results", "table", "what each branch gave, under its key"},
			{"failures", "Failure[]", "a list of {key, error} in the order of the branches; empty when all went well"},
		},
		Example: "local results = parallel({\"cam1\", \"cam2\", \"cam3\"}, start)\nprint(results[1].task_id, #results)",
		Run:     parallel,
	}}
}

// set is one call of parallel.
type set struct {
	call     *Call
	tasks    []task
	errs     []*vm.Error // of the branches that failed
	results  []lua.LValue
	host     *local // of the branches
	policy   branch.Policy
	group    *branch.Group
	rollback string // what became of it, for the error
}

// task is one branch: a function with its arguments, or a command.
type task struct {
	key     lua.LValue
	fn      lua.LValue
	args    []lua.LValue
	command *request
}

func parallel(c *Call) error {
	s := &set{call: c, policy: branch.Policy(c.Text("on_error", string(branch.Wait)))}
	if err := s.collect(); err != nil {
		return err
	}
	if len(s.tasks) == 0 {
		c.env().Log.WithField("at", c.branch.Position().String()).Warn("parallel: there are no branches to run")
	}
	if c.branch.Depth() >= maxNested {
		cause := &failed{fmt.Sprintf("stack overflow: parallel is called within parallel more than %d deep", maxNested), c.branch.Trace()}
		c.branch.Root().Cancel(cause) // else every level would wrap the error of the one within it
		return cause
	}
	if err := c.branch.Admit(s.most()); err != nil {
		return err
	}
	if err := c.stopped("parallel", ""); err != nil {
		return err
	}
	s.run()
	return s.finish()
}

// maxNested is how deep parallel may be called within parallel. More is a function
// that calls itself for ever, and thousands of such levels take long to end.
const maxNested = 200

// most is how many of the branches so far may run at once.
func (s *set) most() int {
	if v := s.call.Value("limit"); v != nil {
		return int(min(v.(lua.LNumber), lua.LNumber(len(s.tasks))))
	}
	return len(s.tasks)
}

// collect reads the branches, and refuses all of them if one is wrong: nothing
// has been started then.
func (s *set) collect() error {
	c := s.call
	items := c.Value("branches").(*lua.LTable)
	fn := c.Value("fn")
	s.tasks = make([]task, 0, items.Len())
	var commands commandTables
	var failed error
	for key, v := items.Next(lua.LNil); key != lua.LNil; key, v = items.Next(key) {
		if key == lua.LNumber(0) && items == c.run.arg {
			continue // parallel(arg, start): arg[0] is the script's own name
		}
		if len(s.tasks)%pollEvery == 0 {
			if err := c.branch.Poll(); err != nil {
				return err
			}
		}
		if s.most() > c.run.limits.Threads {
			return c.branch.Admit(s.most())
		}
		t := task{key: key}
		switch {
		case fn != nil && fn.(*lua.LFunction).IsG: // parallel(cameras, start): the key would be taken for options
			t.fn, t.args = fn, []lua.LValue{v}
		case fn != nil:
			t.fn, t.args = fn, []lua.LValue{v, key}
		case v.Type() == lua.LTFunction:
			t.fn = v
		default:
			t.command, failed = commands.read(c, v)
		}
		if failed != nil {
			return argumentf("branch %s %w", branchName(key), failed)
		}
		s.tasks = append(s.tasks, t)
	}
	n := len(s.tasks)
	s.errs, s.results = make([]*vm.Error, n), make([]lua.LValue, n)
	return s.hole()
}

// hole is the error for a list with a nil in it, which would silently start less
// than was meant.
func (s *set) hole() error {
	if s.inOrder() {
		return nil
	}
	places, last := map[int]bool{}, 0
	for _, t := range s.tasks {
		if n, ok := t.key.(lua.LNumber); ok && float64(n) == math.Trunc(float64(n)) && n > 0 {
			places[int(n)] = true
			last = max(last, int(n))
		}
	}
	for i := 1; len(places) > 0 && i <= last; i++ {
		if !places[i] {
			return argumentf("branches is a list with nothing at %d: is a variable misspelled there?", i)
		}
	}
	return nil
}

// inOrder says whether the keys are 1, 2, 3 and so on, as those of most lists are.
func (s *set) inOrder() bool {
	for i := range s.tasks {
		if n, ok := s.tasks[i].key.(lua.LNumber); !ok || float64(n) != float64(i+1) {
			return false
		}
	}
	return true
}

// cmdAlone is what a command's table has besides the options.
var cmdAlone = []string{"cmd"}

// commandTables reads commands that are written as tables, thousands of them with
// few pieces of memory.
type commandTables struct {
	call     *Call // of the command that is read
	requests []request
}

// chunk is how many requests share a piece of memory.
const chunk = 64

// read reads one.
func (r *commandTables) read(c *Call, v lua.LValue) (*request, error) {
	table, ok := v.(*lua.LTable)
	if !ok {
		return nil, argumentf(`is %s, expected a function or a command such as {cmd = "start", task_id = "cam1"}`, show(v))
	}
	name, ok := table.RawGetString("cmd").(lua.LString)
	switch {
	case !ok && table.RawGetString("msg_status") != lua.LNil && table.RawGetString("task_id") != lua.LNil:
		return nil, argumentf(`is a reply: the command runs before parallel does, not as a branch of it`) // luaHints has the hint
	case !ok:
		return nil, argumentf(`is a table without cmd, expected a function or a command such as {cmd = "start", task_id = "cam1"}`)
	}
	fields, known := commandOptions[protocol.Cmd(name)]
	if !known {
		names := make([]string, len(protocol.Cmds))
		for i, cmd := range protocol.Cmds {
			names[i] = string(cmd)
		}
		return nil, argumentf("is wrong: cmd %w", oneOf(names...)(name))
	}
	if r.call == nil {
		r.call = &Call{L: c.L, fn: c.fn, run: c.run, branch: c.branch}
	}
	r.call.args = r.call.args[:0]
	if err := r.call.takeOptions(fields, nil, table, cmdAlone); err != nil {
		return nil, argumentf("is wrong: %w", err)
	}
	if len(r.requests) == cap(r.requests) {
		r.requests = make([]request, 0, min(chunk, max(2*cap(r.requests), 1)))
	}
	r.requests = append(r.requests, r.call.request(protocol.Cmd(name)))
	return &r.requests[len(r.requests)-1], nil
}

// run starts the branches and waits until all have ended.
func (s *set) run() {
	c := s.call
	s.host = &local{env: c.env(), scope: c.scope(), held: c.branch.Host().(*local).held}
	if s.policy == branch.Rollback {
		s.host.scope = c.scope().Child()
	}
	opts := branch.Options{Policy: s.policy, Cause: s.cancelCause}
	if v := c.Value("limit"); v != nil {
		opts.Limit = int(v.(lua.LNumber))
	}
	stopTimer := func() {}
	c.branch.Await(func(wake func()) func(error) {
		s.group = branch.Start(len(s.tasks), opts, s.start, wake)
		if timeout := c.Span("timeout", 0); timeout > 0 {
			timer := c.run.host.Clock.AfterFunc(timeout, func() {
				s.group.Cancel(&fault.Error{
					Code: fault.Timeout, Cmd: "parallel",
					Message: fmt.Sprintf("not finished within the %v that parallel was given", timeout),
					Hint:    "what was in flight may or may not have been carried out: ask the status",
				})
			})
			stopTimer = func() { timer.Stop() }
		}
		return s.group.Cancel
	})
	stopTimer()
}

// start begins one branch.
func (s *set) start(g *branch.Group, i int) func(error) {
	t := &s.tasks[i]
	if t.command != nil {
		L := s.call.L
		call := s.host.scope.Send(t.command.cmd, t.command.route, func(r protocol.Reply, err error) {
			if err == nil {
				s.results[i] = replyTable(L, r) // here, beside what others do, and not when all have ended
			}
			g.Done(i, err)
		})
		return func(cause error) { call.Cancel(causeFault(cause)) }
	}
	host := *s.host
	b := s.call.run.vm.Start(s.call.branch, &host, t.fn, t.args, func(b *vm.Branch, results []lua.LValue, err *vm.Error) {
		var ended error
		switch {
		case b.Cancelled():
			s.errs[i] = s.cancelledError(b, err)
			ended = s.errs[i]
		case err != nil:
			s.errs[i], ended = err, err
		case len(results) == 0:
			s.results[i] = lua.LTrue
		default:
			s.results[i] = results[0]
		}
		g.Done(i, ended)
	})
	return b.Cancel
}

// cancelledError is how a cancelled branch failed: the command or wait that was
// cancelled, if it was in one, else the cause.
func (s *set) cancelledError(b *vm.Branch, err *vm.Error) *vm.Error {
	if err != nil {
		if rf := faultOf(err.Value); rf != nil {
			return err
		}
	}
	cut := s.faultError(causeFault(b.Cause()))
	if err != nil && len(err.Trace) > 0 { // where it was
		cut.Value = s.call.run.errorTable(&raisedFault{fault: causeFault(b.Cause()), trace: err.Trace})
	}
	return cut
}

func (s *set) faultError(f *fault.Error) *vm.Error {
	rf := &raisedFault{fault: f, trace: s.call.branch.Trace()}
	return &vm.Error{Value: s.call.run.errorTable(rf), Trace: rf.trace}
}

// cancelCause is why the rest is cancelled after a failure, with policy cancel.
func (s *set) cancelCause(i int, err error) error {
	return &fault.Error{
		Code: fault.Cancelled, Cmd: "parallel", Err: err,
		Message: fmt.Sprintf("cancelled, because branch %s failed", keyText(s.tasks[i].key)),
	}
}
