package luabind

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/branch"
	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// What comes of a call of parallel: its results, its failures, and what is taken back.

// finish gives the results, or raises.
func (s *set) finish() error {
	c := s.call
	var failures []failure
	results := c.L.CreateTable(len(s.tasks), 0)
	for i, t := range s.tasks {
		if i%pollEvery == 0 && s.policy != branch.Rollback && c.branch.Poll() != nil {
			break // it is cancelled, and nobody will see the results
		}
		v := s.results[i]
		switch err := s.outcome(i); {
		case err != nil:
			err = c.run.worded(c.branch, err)
			failures = append(failures, failure{t.key, err})
			v = c.run.errorValue(err)
		}
		results.RawSet(t.key, v)
	}
	if len(failures) > 0 && s.policy == branch.Rollback {
		s.undo()
	}
	if cause := c.branch.Interrupted(); cause != nil {
		f := causeFault(cause)
		f.Cmd = "parallel"
		return &raisedFault{fault: f, failures: s.cutOff()}
	}
	if len(failures) == 0 || s.policy == branch.Collect {
		return c.Return(results, c.run.failureList(failures))
	}
	return s.failed(results, failures)
}

// maxCutOff is how many branches of a cancelled parallel are named.
const maxCutOff = 20

// cutOff lists branches that a cancellation found running, the first ones of many.
func (s *set) cutOff() []failure {
	var cut []failure
	for i, t := range s.tasks {
		if err := s.outcome(i); err != nil && len(cut) < maxCutOff {
			cut = append(cut, failure{t.key, err})
		}
	}
	return cut
}

// outcome is how branch i failed, or nil. Those of commands and of branches that
// were never started are known to the group alone.
func (s *set) outcome(i int) *vm.Error {
	if s.errs[i] != nil || s.group.Errors()[i] == nil {
		return s.errs[i]
	}
	return s.faultError(causeFault(s.group.Errors()[i]))
}

// undo stops every task that this call started, whatever else is cancelled.
func (s *set) undo() {
	c := s.call
	started := s.host.scope.Recording()
	errs, route := make([]error, len(started)), c.route()
	c.branch.Shield(func() {
		c.branch.Await(func(wake func()) func(error) {
			branch.Start(len(started), branch.Options{}, func(g *branch.Group, i int) func(error) {
				way := route
				way.Subject = started[i].Subject
				call := c.scope().Send(protocol.NewCommand(protocol.Stop, started[i].TaskID), way,
					func(_ protocol.Reply, err error) { errs[i] = err; g.Done(i, nil) })
				return call.Cancel
			}, wake)
			return func(error) {}
		})
	})
	var stopped, still []string
	for i, task := range started {
		// A maybe that is refused as "not recording" is as good as stopped.
		if errs[i] != nil && c.scope().Client().Records(task.Task) {
			still = append(still, fmt.Sprintf("%s (%v)", task.TaskID, errs[i]))
			continue
		}
		stopped = append(stopped, task.TaskID)
	}
	switch {
	case len(stopped) > 0:
		s.rollback = "; rolled back: stopped " + strings.Join(stopped, ", ")
	case len(still) == 0:
		s.rollback = "; rolled back: nothing had been started"
	}
	if len(still) > 0 {
		s.rollback += "; the rollback could NOT stop " + strings.Join(still, ", ")
	}
}

// branchName is a branch's key as an error about its definition names it.
func branchName(key lua.LValue) string {
	if s, ok := key.(lua.LString); ok {
		return strconv.Quote(clip(string(s), 100))
	}
	return keyText(key)
}

// maxListed is how many failures the one line of a parallel error names.
const maxListed = 5

// failed is the error that lists every failure.
func (s *set) failed(results *lua.LTable, failures []failure) error {
	var listed []string
	for i, f := range failures {
		if i == maxListed {
			listed = append(listed, fmt.Sprintf("and %d more", len(failures)-i))
			break
		}
		text := withLine(f.err)
		if rf := faultOf(f.err.Value); rf != nil {
			text = rf.Error()
		}
		listed = append(listed, clip(keyText(f.key), 100)+": "+clip(text, 1000))
	}
	return &raisedFault{
		fault: &fault.Error{
			Code: fault.ParallelFailed, Cmd: "parallel",
			Message: fmt.Sprintf("%d of %d branches failed: %s%s", len(failures), len(s.tasks), strings.Join(listed, "; "), s.rollback),
			Hint:    `to go on when a branch fails, use {on_error = "collect"} and look at the second result`,
		},
		results: results, failures: failures,
	}
}
