package luabind

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	lua "github.com/yuin/gopher-lua"
)

// decodeJSON turns one JSON text into a Lua value. null becomes nil: a field that
// is null is not there. A list keeps its places, so a null in it is a hole.
func decodeJSON(L *lua.LState, data []byte) (lua.LValue, error) {
	r := jsonReader{L: L, d: jsontext.NewDecoder(bytes.NewBuffer(data))}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.d.ReadToken(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

// jsonReader decodes one JSON text.
type jsonReader struct {
	L   *lua.LState
	d   *jsontext.Decoder
	due int64 // the place in the text at which to poll again
}

// pollBytes is how much JSON is decoded between two polls.
const pollBytes = 64 << 10

func (r *jsonReader) value() (lua.LValue, error) {
	token, err := r.d.ReadToken()
	if err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("there is no JSON in an empty text")
		}
		return nil, err
	}
	if at := r.d.InputOffset(); at >= r.due+pollBytes {
		r.due = at
		if err := poll(r.L); err != nil {
			return nil, err
		}
	}
	switch token.Kind() {
	case 't', 'f':
		return lua.LBool(token.Bool()), nil
	case '"':
		return lua.LString(token.String()), nil
	case '0':
		n, err := strconv.ParseFloat(token.String(), 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s is out of range", clip(token.String(), 100))
		}
		return lua.LNumber(n), nil
	case '[':
		return r.list()
	case '{':
		return r.object()
	}
	return lua.LNil, nil
}

func (r *jsonReader) list() (lua.LValue, error) {
	t := r.L.CreateTable(0, 0) // NewTable makes room for 32 and 32
	t.Metatable = mark(r.L, listMark)
	for i := 1; r.d.PeekKind() != ']'; i++ {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if v != lua.LNil {
			t.RawSetInt(i, v)
		}
	}
	_, err := r.d.ReadToken()
	return t, err
}

func (r *jsonReader) object() (lua.LValue, error) {
	t := r.L.CreateTable(0, plainFields)
	t.Metatable = mark(r.L, objectMark)
	for r.d.PeekKind() != '}' {
		name, err := r.d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		t.RawSetString(key, v)
	}
	_, err := r.d.ReadToken()
	return t, err
}
