package luabind

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/fault"
	"recue/runtime/script"
)

// raisedFault is a failed command on its way through Lua: what the error table
// of the manual stands for.
type raisedFault struct {
	fault    *fault.Error
	trace    []vm.Position
	results  *lua.LTable // of parallel
	failures []failure   // of parallel
}

// failure is a branch of parallel that failed.
type failure struct {
	key lua.LValue
	err *vm.Error
}

func (r *raisedFault) Error() string { return r.fault.Error() }
func (r *raisedFault) Unwrap() error { return r.fault }

// secretKey is where an error table's metatable keeps its raisedFault; scripts
// cannot reach it, because the metatable is protected.
const secretKey = "fault"

// raiseFault raises rf as an error table. It does not return.
func (r *run) raiseFault(c *Call, rf *raisedFault) {
	if rf.trace == nil {
		rf.trace = c.branch.Trace()
	}
	c.branch.Rethrow(c.L, &vm.Error{Value: r.errorTable(rf), Trace: rf.trace})
}

// errorTable makes the table that a script sees of a failed command.
func (r *run) errorTable(rf *raisedFault) *lua.LTable {
	L, f := r.vm.State(), rf.fault
	t := L.CreateTable(0, 12)
	status := func(s string) lua.LString {
		if s == "" {
			return "error"
		}
		return lua.LString(s)
	}
	t.RawSetString("ok", lua.LFalse)
	t.RawSetString("code", lua.LString(f.Code))
	t.RawSetString("message", lua.LString(f.Message))
	t.RawSetString("hint", lua.LString(f.Hint))
	t.RawSetString("cmd", lua.LString(f.Cmd))
	t.RawSetString("task_id", lua.LString(f.TaskID))
	t.RawSetString("subject", lua.LString(f.Subject))
	t.RawSetString("msg_status", status(f.MsgStatus))
	t.RawSetString("app_status", status(f.AppStatus))
	t.RawSetString("payload", payloadTable(L, f.Payload))
	if rf.results != nil {
		t.RawSetString("results", rf.results)
		t.RawSetString("failures", r.failureList(rf.failures))
	}
	meta := L.CreateTable(0, 4)
	secret := L.NewUserData()
	secret.Value = rf
	meta.RawSetString(secretKey, secret)
	meta.RawSetString("__tostring", L.NewFunction(errorToString))
	meta.RawSetString("__concat", L.NewFunction(errorConcat))
	meta.RawSetString("__metatable", lua.LString("a failed command"))
	t.Metatable = meta
	return t
}

// failureList is the list of {key, error} that parallel gives.
func (r *run) failureList(failures []failure) *lua.LTable {
	L := r.vm.State()
	list := L.CreateTable(len(failures), 0)
	for _, f := range failures {
		entry := L.CreateTable(0, 2)
		entry.RawSetString("key", f.key)
		entry.RawSetString("error", r.errorValue(f.err))
		list.Append(entry)
	}
	return list
}

// errorValue is a branch's error as its error table: that of the failed command,
// or one of code "error" for a plain Lua error.
func (r *run) errorValue(err *vm.Error) *lua.LTable {
	if rf := faultOf(err.Value); rf != nil {
		return err.Value.(*lua.LTable)
	}
	return r.errorTable(&raisedFault{
		fault: &fault.Error{Code: fault.Script, Message: withLine(err)},
		trace: err.Trace,
	})
}

// withLine is a plain Lua error's text with its line, which the VM leaves out of
// some and error(message, 0) of all.
func withLine(err *vm.Error) string {
	text := valueText(err.Value)
	if len(err.Trace) == 0 || beginning(text) != nil {
		return text
	}
	return err.Trace[0].String() + ": " + text
}

// faultOf gives the failed command behind an error value, or nil.
func faultOf(v lua.LValue) *raisedFault {
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil
	}
	meta, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return nil
	}
	secret, ok := meta.RawGetString(secretKey).(*lua.LUserData)
	if !ok {
		return nil
	}
	rf, _ := secret.Value.(*raisedFault)
	return rf
}

func errorToString(L *lua.LState) int {
	text := "a failed command"
	if rf := faultOf(L.Get(1)); rf != nil {
		text = rf.Error()
	}
	L.Push(lua.LString(text))
	return 1
}

// errorConcat joins an error table to a text: "failed: " .. err.
func errorConcat(L *lua.LState) int {
	var b strings.Builder
	for i := 1; i <= 2; i++ {
		switch v := L.Get(i).(type) {
		case lua.LString:
			b.WriteString(string(v))
		case lua.LNumber:
			b.WriteString(formatNumber(float64(v)))
		default:
			rf := faultOf(v)
			if rf == nil {
				vm.Raise(L, lua.LString(vm.At(L, 1)+"attempt to concatenate a "+v.Type().String()+" value"))
			}
			b.WriteString(rf.Error())
		}
	}
	L.Push(lua.LString(b.String()))
	return 1
}

// valueText is an error object as text, without calling into Lua.
func valueText(v lua.LValue) string {
	if e := unmetOf(v); e != nil {
		return e.Error()
	}
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return formatNumber(float64(v))
	case *lua.LNilType:
		return "error without a message (error(nil))"
	}
	return "the error object is a " + v.Type().String()
}

// failed ends a script: the cause that fail(message) cancels it with.
type failed struct {
	message string
	trace   []vm.Position
}

func (f *failed) Error() string { return f.message }

// explain turns what a branch ended with into what the command line shows. It
// holds the baton, since an error object may have a __tostring.
func (r *run) explain(b *vm.Branch, err *vm.Error) *script.Error {
	if cause := b.Cause(); cause != nil {
		return r.explainCause(cause, err)
	}
	if err.Bug != "" {
		r.host.Log.WithField("stack", err.Bug).Error("internal error")
	}
	return r.explainValue(b, err)
}

// explainValue is explain for an error that the branch goes on after.
func (r *run) explainValue(b *vm.Branch, err *vm.Error) *script.Error {
	if rf := faultOf(err.Value); rf != nil {
		return r.explainFault(rf)
	}
	if e := unmetOf(err.Value); e != nil {
		return e
	}
	text := valueText(err.Value)
	if t, ok := err.Value.(*lua.LTable); ok {
		text = r.tableText(b, t)
	}
	return r.locate(text, err.Trace, nil)
}

// worded is an error whose object is a table of the script's own, with its text instead: b asks it.
func (r *run) worded(b *vm.Branch, err *vm.Error) *vm.Error {
	t, ok := err.Value.(*lua.LTable)
	if !ok || faultOf(t) != nil || unmetOf(t) != nil {
		return err
	}
	return &vm.Error{Value: lua.LString(r.tableText(b, t)), Trace: err.Trace, Bug: err.Bug}
}

// tableText is an error object that is a table: through its __tostring, if that works.
func (r *run) tableText(b *vm.Branch, t *lua.LTable) string {
	meta, ok := t.Metatable.(*lua.LTable)
	if !ok || meta.RawGetString("__tostring") == lua.LNil {
		text := "the error object is a table without a text (give it a __tostring, or raise a text)"
		if fields, err := encodeJSON(r.vm.State(), t, 500); err == nil {
			text += ": " + string(fields)
		}
		return text
	}
	results, failed := b.Call(meta.RawGetString("__tostring"), t)
	if failed != nil {
		return "the error object is a table whose __tostring failed: " + valueText(failed.Value)
	}
	if len(results) == 0 || (results[0].Type() != lua.LTString && results[0].Type() != lua.LTNumber) {
		return "the error object is a table whose __tostring gave no text"
	}
	return valueText(results[0])
}

// explainCause is a run that was cancelled: by fail, a limit, an interrupt, or
// because its output was closed.
func (r *run) explainCause(cause error, err *vm.Error) *script.Error {
	var f *failed
	if errors.As(cause, &f) {
		return r.locate(f.message, f.trace, nil)
	}
	var limit *vm.LimitError
	if errors.As(cause, &limit) {
		e := r.locate(limit.Text, limit.Trace, nil)
		e.Hint = limitHints[limit.Limit]
		return e
	}
	e := r.locate(cause.Error(), err.Trace, cause)
	e.Message = cause.Error()
	if rf := faultOf(err.Value); rf != nil { // parallel: which branches were cut off
		e.Failures = r.explainFault(rf).Failures
	}
	return e
}

func (r *run) explainFault(rf *raisedFault) *script.Error {
	e := r.locate(rf.fault.Error(), rf.trace, rf.fault)
	e.Hint = rf.fault.Hint
	for _, f := range rf.failures {
		var inner *script.Error
		if nested := faultOf(f.err.Value); nested != nil {
			inner = r.explainFault(nested)
		} else if inner = unmetOf(f.err.Value); inner == nil {
			inner = r.locate(valueText(f.err.Value), f.err.Trace, nil)
		}
		e.Failures = append(e.Failures, script.Failure{Key: keyText(f.key), Error: inner})
	}
	return e
}

func keyText(key lua.LValue) string {
	if s, ok := key.(lua.LString); ok {
		return string(s)
	}
	return valueText(key)
}

// position at the beginning of a Lua error's text
var leading = regexp.MustCompile(`^([^\n:]+):(\d+): `)

// beginning gives the position that a text begins with, and its parts; nil for none.
func beginning(text string) []string { return leading.FindStringSubmatch(text[:min(len(text), 1<<10)]) }

// locate finds the place of an error: the position that its text begins with,
// if that is one of this run's files, else the innermost line of the trace.
func (r *run) locate(text string, trace []vm.Position, cause error) *script.Error {
	text = clip(text, 64<<10)
	e := &script.Error{Message: text, Err: cause}
	var at vm.Position
	if len(trace) > 0 {
		at = trace[0]
		trace = trace[1:]
	}
	if m := beginning(text); m != nil && r.chunks[m[1]] != nil {
		line, _ := strconv.Atoi(m[2])
		if at.Source != m[1] || at.Line != line {
			// error("…", 2) names a caller: the calls begin behind it.
			at = vm.Position{Source: m[1], Line: line}
			for i, p := range trace {
				if p.Source == at.Source && p.Line == line {
					trace = trace[i+1:]
					break
				}
			}
		}
		e.Message = text[len(m[0]):]
	}
	e.Hint = hintFor(e.Message)
	if strings.Contains(e.Message, limitString) {
		e.Hint = "a text that only grows? --max-string allows more, as in --max-string 256MiB (a quarter of --max-heap at most)"
	}
	if r.chunks[at.Source] == nil && at.Line > 0 { // code that loadstring made: say where it was called
		if beginning(e.Message) == nil {
			e.Message = at.String() + ": " + e.Message
		}
		known := slices.IndexFunc(trace, func(p vm.Position) bool { return r.chunks[p.Source] != nil })
		if known < 0 {
			return e
		}
		at, trace = trace[known], trace[known+1:]
	}
	chunk := r.chunks[at.Source]
	if chunk == nil {
		return e
	}
	e.At = script.Position{File: at.Source, Line: at.Line}
	e.Source = chunk.Line(at.Line)
	e.At.Column = column(e.Source, at.Func)
	for _, p := range trace {
		e.Calls = append(e.Calls, script.Position{File: p.Source, Line: p.Line})
	}
	return e
}

// column is where the mark goes: under the call that failed, where the line
// shows it, else under the first character that is no blank.
func column(line, called string) int {
	if called != "" {
		word := regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(called) + `\b`)
		if found := word.FindAllStringIndex(line, 2); len(found) == 1 { // twice: which one is not known
			at := found[0][0]
			if !strings.HasPrefix(line[at:], called) {
				at++
			}
			return len([]rune(line[:at])) + 1
		}
	}
	for i, c := range []rune(line) {
		if c != ' ' && c != '\t' {
			return i + 1
		}
	}
	return 1
}

// causeFault is a cancellation as the failure of what waited.
func causeFault(cause error) *fault.Error {
	var f *fault.Error
	if errors.As(cause, &f) {
		own := *f
		return &own
	}
	return &fault.Error{
		Code: fault.Cancelled, Err: cause,
		Message: fmt.Sprintf("cancelled while it waited: %v", cause),
	}
}
