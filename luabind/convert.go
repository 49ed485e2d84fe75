package luabind

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
	"recue/runtime/protocol"
)

// formatNumber writes a number as Lua does.
func formatNumber(n float64) string { return dialect.FormatNumber(n) }

// toLua makes a Lua value of what a script.Func takes as an argument.
func toLua(L *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
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

// replyTable is a valid reply as scripts see it.
func replyTable(L *lua.LState, r protocol.Reply) *lua.LTable {
	t := L.CreateTable(0, 5+len(r.Extra))
	for _, m := range r.Extra {
		if v, err := decodeJSON(L, m.Value); err == nil {
			t.RawSetString(m.Name, v)
		}
	}
	t.RawSetString("ok", lua.LTrue)
	t.RawSetString("task_id", lua.LString(r.TaskID))
	t.RawSetString("msg_status", luaStatus[r.MsgStatus])
	t.RawSetString("app_status", luaState[r.AppStatus])
	t.RawSetString("payload", payloadTable(L, r.Payload))
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

// plainFields is how many fields a table for a payload has room for: one group of
// Go's map, more than known recorders send.
const plainFields = 8

// plainTable is decodeJSON for a flat object, several times as fast; nil for
// everything else. The table's texts share one string.
func plainTable(L *lua.LState, object []byte) *lua.LTable {
	t := L.CreateTable(0, plainFields)
	t.Metatable = mark(L, objectMark)
	text := string(object)
	at := func(part []byte) string { // part lies within object
		from := cap(object) - cap(part)
		return text[from : from+len(part)]
	}
	if !protocol.Flat(object, func(name []byte, value protocol.Scalar) bool {
		v := lua.LValue(lua.LNil)
		switch value.Kind {
		case '"':
			v = lua.LString(at(value.Text))
		case '0':
			n, err := strconv.ParseFloat(at(value.Text), 64)
			if err != nil {
				return false
			}
			v = lua.LNumber(n)
		case 't', 'f':
			v = lua.LBool(value.Kind == 't')
		}
		t.RawSetString(at(name), v)
		return true
	}) {
		return nil
	}
	return t
}

// The metatables of decoded tables say what they were, so that an empty list
// and an empty object are encoded as they came.
const (
	listMark   = "recue.list"
	objectMark = "recue.object"
)

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

// decodeJSON turns one JSON text into a Lua value. null becomes nil: a field that
// is null is not there. A list keeps its places, so a null in it is a hole.
func decodeJSON(L *lua.LState, data []byte) (lua.LValue, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	v, err := decodeValue(L, d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

func decodeValue(L *lua.LState, d *jsontext.Decoder) (lua.LValue, error) {
	token, err := d.ReadToken()
	if err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("there is no JSON in an empty text")
		}
		return nil, err
	}
	switch token.Kind() {
	case 't', 'f':
		return lua.LBool(token.Bool()), nil
	case '"':
		return lua.LString(token.String()), nil
	case '0':
		n, err := strconv.ParseFloat(token.String(), 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s is out of range", token.String())
		}
		return lua.LNumber(n), nil
	case '[':
		return decodeList(L, d)
	case '{':
		return decodeObject(L, d)
	}
	return lua.LNil, nil
}

func decodeList(L *lua.LState, d *jsontext.Decoder) (lua.LValue, error) {
	t := L.CreateTable(0, 0) // NewTable makes room for 32 and 32
	t.Metatable = mark(L, listMark)
	for i := 1; d.PeekKind() != ']'; i++ {
		v, err := decodeValue(L, d)
		if err != nil {
			return nil, err
		}
		if v != lua.LNil {
			t.RawSetInt(i, v)
		}
	}
	_, err := d.ReadToken()
	return t, err
}

func decodeObject(L *lua.LState, d *jsontext.Decoder) (lua.LValue, error) {
	t := L.CreateTable(0, plainFields)
	t.Metatable = mark(L, objectMark)
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		v, err := decodeValue(L, d)
		if err != nil {
			return nil, err
		}
		t.RawSetString(key, v)
	}
	_, err := d.ReadToken()
	return t, err
}

// maxJSONDepth bounds how deep a value that is encoded may nest; a table that
// contains itself has no end.
const maxJSONDepth = 200

// encodeJSON turns a Lua value into JSON; see isList for which tables are lists.
func encodeJSON(L *lua.LState, v lua.LValue) ([]byte, error) {
	var buffer bytes.Buffer
	e := jsontext.NewEncoder(&buffer)
	if err := encodeValue(L, e, v, 0); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

func encodeValue(L *lua.LState, e *jsontext.Encoder, v lua.LValue, depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("the table is nested deeper than %d, or contains itself", maxJSONDepth)
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return e.WriteToken(jsontext.Null)
	case lua.LBool:
		return e.WriteToken(jsontext.Bool(bool(v)))
	case lua.LNumber:
		return encodeNumber(e, float64(v))
	case lua.LString:
		if err := e.WriteToken(jsontext.String(string(v))); err != nil {
			return fmt.Errorf("the text %q is not valid UTF-8", string(v))
		}
		return nil
	case *lua.LTable:
		if n, ok := isList(L, v); ok {
			return encodeList(L, e, v, n, depth)
		}
		return encodeObject(L, e, v, depth)
	}
	return fmt.Errorf("a %s has no form in JSON", v.Type())
}

// maxExact is 2^53: up to it every whole number is exact.
const maxExact = 1 << 53

func encodeNumber(e *jsontext.Encoder, n float64) error {
	switch {
	case math.IsNaN(n) || math.IsInf(n, 0):
		return fmt.Errorf("the number %s has no form in JSON", formatNumber(n))
	case n == math.Trunc(n) && math.Abs(n) <= maxExact:
		return e.WriteToken(jsontext.Int(int64(n)))
	}
	return e.WriteToken(jsontext.Float(n))
}

// isList says whether a table is written as a list, and how long it is: all its
// keys are whole numbers from 1, with at least half of the places filled; an
// empty table is a list only where it was decoded from one.
func isList(L *lua.LState, t *lua.LTable) (n int, ok bool) {
	count, ok := 0, true
	each(t, func(k, _ lua.LValue) {
		key, isNumber := k.(lua.LNumber)
		if !isNumber || float64(key) != math.Trunc(float64(key)) || key < 1 || key > math.MaxInt32 {
			ok = false
			return
		}
		count++
		n = max(n, int(key))
	})
	if count == 0 {
		return 0, t.Metatable == mark(L, listMark)
	}
	return n, ok && n <= 2*count
}

func encodeList(L *lua.LState, e *jsontext.Encoder, t *lua.LTable, n, depth int) error {
	if err := e.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for i := 1; i <= n; i++ {
		if err := encodeValue(L, e, t.RawGetInt(i), depth+1); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndArray)
}

func encodeObject(L *lua.LState, e *jsontext.Encoder, t *lua.LTable, depth int) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	var failed error
	each(t, func(k, v lua.LValue) {
		if failed != nil {
			return
		}
		name, ok := k.(lua.LString)
		if !ok {
			failed = fmt.Errorf("a table with the key %s and others is neither a list nor an object", show(k))
			return
		}
		if failed = e.WriteToken(jsontext.String(string(name))); failed == nil {
			failed = encodeValue(L, e, v, depth+1)
		}
	})
	if failed != nil {
		return failed
	}
	return e.WriteToken(jsontext.EndObject)
}

// each calls f for every entry, in the order in which a script sees them with
// pairs. (gopher-lua's ForEach goes over a Go map, in another order every time.)
func each(t *lua.LTable, f func(key, value lua.LValue)) {
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		f(k, v)
	}
}
