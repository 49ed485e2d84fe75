package luabind

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
)

// maxJSONDepth bounds how deep a value that is encoded may nest; a table that
// contains itself has no end.
const maxJSONDepth = 200

// jsonWriter encodes one Lua value.
type jsonWriter struct {
	L     *lua.LState
	out   []byte
	limit int // bytes of the whole text
	count int // values, to look now and then whether the branch was cancelled
}

// encodeJSON turns a Lua value into JSON of at most limit bytes; see isList for
// which tables are lists.
func encodeJSON(L *lua.LState, v lua.LValue, limit int) ([]byte, error) {
	w := &jsonWriter{L: L, limit: limit}
	if err := w.value(v, 0); err != nil {
		return nil, err
	}
	return w.out, nil
}

// room says whether n more bytes may be written, and whether to go on at all.
func (w *jsonWriter) room(n int) error {
	if len(w.out)+n > w.limit {
		return fmt.Errorf("the JSON is too large: more than %s (limit --max-string)", stdlib.Size(w.limit))
	}
	if w.count++; w.count%pollEvery == 0 {
		return poll(w.L)
	}
	return nil
}

func (w *jsonWriter) value(v lua.LValue, depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("the table is nested deeper than %d, or contains itself", maxJSONDepth)
	}
	if s, ok := v.(lua.LString); ok {
		return w.text(string(s))
	}
	if err := w.room(1); err != nil {
		return err
	}
	switch v := v.(type) {
	case *lua.LNilType:
		w.out = append(w.out, "null"...)
		return nil
	case lua.LBool:
		w.out = strconv.AppendBool(w.out, bool(v))
		return nil
	case lua.LNumber:
		return w.number(float64(v))
	case *lua.LTable:
		n, ok, err := isList(w.L, v)
		switch {
		case err != nil:
			return err
		case ok:
			return w.list(v, n, depth)
		}
		return w.object(v, depth)
	}
	return fmt.Errorf("a %s has no form in JSON", v.Type())
}

// textPart is how many bytes of a text are written between two polls.
const textPart = 1 << 20

// text writes a text in parts, each of whole letters.
func (w *jsonWriter) text(s string) error {
	if err := w.room(len(s)); err != nil {
		return err
	}
	w.out = append(w.out, '"')
	for rest := s; rest != ""; {
		n := len(rest)
		if n > textPart {
			for n = textPart; n > textPart-utf8.UTFMax && !utf8.RuneStart(rest[n]); {
				n--
			}
			if err := poll(w.L); err != nil {
				return err
			}
		}
		var err error
		at := len(w.out)
		if w.out, err = jsontext.AppendQuote(w.out, rest[:n]); err != nil {
			return fmt.Errorf("the text %q is not valid UTF-8", clip(s, 100))
		}
		w.out = append(w.out[:at], w.out[at+1:len(w.out)-1]...) // the quotes of the part
		rest = rest[n:]
	}
	w.out = append(w.out, '"')
	return nil
}

// maxExact is 2^53: up to it every whole number is exact.
const maxExact = 1 << 53

func (w *jsonWriter) number(n float64) error {
	switch {
	case math.IsNaN(n) || math.IsInf(n, 0):
		return fmt.Errorf("the number %s has no form in JSON", shownNumber(n))
	case n == math.Trunc(n) && math.Abs(n) <= maxExact:
		w.out = strconv.AppendInt(w.out, int64(n), 10)
	default:
		w.out = append(w.out, jsontext.Float(n).String()...)
	}
	return nil
}

// isList says whether a table is written as a list, and how long it is: all its
// keys are whole numbers from 1, with at least half of the places filled; an
// empty table is a list only where it was decoded from one. The error is the
// cause of a cancellation.
func isList(L *lua.LState, t *lua.LTable) (n int, ok bool, err error) {
	count := 0
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		key, isNumber := k.(lua.LNumber)
		if !isNumber || float64(key) != math.Trunc(float64(key)) || key < 1 || key > math.MaxInt32 {
			return 0, false, nil
		}
		count++
		n = max(n, int(key))
		if count%pollEvery == 0 {
			if err := poll(L); err != nil {
				return 0, false, err
			}
		}
	}
	if count == 0 {
		return 0, t.Metatable == mark(L, listMark), nil
	}
	return n, n <= 2*count, nil
}

func (w *jsonWriter) list(t *lua.LTable, n, depth int) error {
	w.out = append(w.out, '[')
	for i := 1; i <= n; i++ {
		if i > 1 {
			w.out = append(w.out, ',')
		}
		if err := w.value(t.RawGetInt(i), depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) object(t *lua.LTable, depth int) error {
	w.out = append(w.out, '{')
	first := true
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		name, ok := k.(lua.LString)
		if !ok {
			return fmt.Errorf("a table with the key %s and others is neither a list nor an object", show(k))
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		if err := w.text(string(name)); err != nil {
			return err
		}
		w.out = append(w.out, ':')
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}
