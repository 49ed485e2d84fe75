package luabind

import (
	"maps"
	"math"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
	"recue/luabind/tables"
	"recue/runtime/protocol"
)

// formatNumber writes a number as Lua does.
func formatNumber(n float64) string { return dialect.FormatNumber(n) }

// shownNumber writes a number for a message. Lua writes NaN as C does, which on
// most machines is "-nan".
func shownNumber(n float64) string {
	if math.IsNaN(n) {
		return "NaN"
	}
	return formatNumber(n)
}

// toLua makes a Lua value of what a script.Start takes as an argument.
func toLua(L *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case lua.LValue:
		return v
	case bool:
		return lua.LBool(v)
	case string:
		return lua.LString(v)
	case float64:
		return lua.LNumber(v)
	case []any:
		t := L.CreateTable(len(v), 0)
		for i, item := range v {
			t.RawSetInt(i+1, toLua(L, item))
		}
		return t
	case map[string]any:
		t := L.CreateTable(0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) { // what pairs gives first is the same every time
			t.RawSetString(key, toLua(L, v[key]))
		}
		return t
	}
	return lua.LNil
}

// The texts that every reply has, as Lua values: a constant that becomes one
// anew for each reply is an allocation for each.
var (
	luaStatus = map[protocol.MsgStatus]lua.LValue{
		protocol.Success: lua.LString(protocol.Success), protocol.Failure: lua.LString(protocol.Failure),
	}
	luaState = map[protocol.AppStatus]lua.LValue{
		protocol.Started: lua.LString(protocol.Started), protocol.Stopped: lua.LString(protocol.Stopped),
		protocol.AppError: lua.LString(protocol.AppError),
	}
)

// replyShape is that of a reply without fields that the protocol does not know.
var replyShape = tables.NewShape("ok", "task_id", "msg_status", "app_status", "payload")

// replyTable is a valid reply as scripts see it. It needs no baton: the table is
// nobody else's yet, and of L it only reads the marks, which openMarks has made.
func replyTable(L *lua.LState, r protocol.Reply) *lua.LTable {
	values := [...]lua.LValue{
		lua.LTrue, lua.LString(r.TaskID), luaStatus[r.MsgStatus], luaState[r.AppStatus], payloadTable(L, r.Payload),
	}
	if len(r.Extra) == 0 {
		return replyShape.Table(values[:])
	}
	t := L.CreateTable(0, len(values)+len(r.Extra))
	for _, m := range r.Extra {
		if v, err := decodeJSON(L, m.Value); err == nil {
			t.RawSetString(m.Name, v)
		}
	}
	for i, name := range replyShape.Names() {
		t.RawSetString(name, values[i])
	}
	return t
}

// payloadTable is a reply's payload as a table, empty where there is none.
func payloadTable(L *lua.LState, payload jsontext.Value) *lua.LTable {
	if payload == nil {
		return L.CreateTable(0, 0)
	}
	if t := plainTable(L, payload); t != nil {
		return t
	}
	if v, err := decodeJSON(L, payload); err == nil {
		if t, ok := v.(*lua.LTable); ok {
			return t
		}
	}
	return L.CreateTable(0, 0)
}

// The metatables of decoded tables say what they were, so that an empty list
// and an empty object are encoded as they came.
const (
	listMark   = "recue.list"
	objectMark = "recue.object"
)

// openMarks makes the marks.
func openMarks(L *lua.LState) {
	mark(L, listMark)
	mark(L, objectMark)
}

// mark gives the shared metatable for decoded lists or objects.
func mark(L *lua.LState, name string) *lua.LTable {
	registry := L.G.Registry
	if t, ok := registry.RawGetString(name).(*lua.LTable); ok {
		return t
	}
	t := L.NewTable()
	registry.RawSetString(name, t)
	return t
}
