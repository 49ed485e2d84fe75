package luabind

import (
	"errors"
	"fmt"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/runtime/clock"
	"recue/runtime/protocol"
)

// Type is what a parameter may be.
type Type struct {
	Name    string // as the manual calls it
	Article string // as an error asks for it: "a text"
	Stub    string // the type in the editor's annotations
	fits    func(lua.LValue) bool
}

// The types of parameters.
var (
	Any      = Type{"any value", "a value", "any", func(lua.LValue) bool { return true }}
	Text     = Type{"text", "a text", "string", isString}
	Number   = Type{"number", "a number", "number", isNumber}
	Boolean  = Type{"boolean", "true or false", "boolean", func(v lua.LValue) bool { return v.Type() == lua.LTBool }}
	Table    = Type{"table", "a table", "table", isTable}
	Options  = Type{"options", "a table of options", "table", isTable}
	Function = Type{"function", "a function", "function", func(v lua.LValue) bool { return v.Type() == lua.LTFunction }}
	// Duration is a time span: seconds, or a text like "1h30m". Its Check is checkDuration.
	Duration = Type{"duration", `a duration (seconds, or a text like "90s")`, "number|string", isNumberOrString}
	// When is an instant: a text like "18:30", or seconds since 1970.
	When = Type{"time", `a time ("18:30", "2026-12-24 18:00" or seconds since 1970)`, "number|string", isNumberOrString}
	// Span is how long record runs: a duration, or {till = time}.
	Span = Type{"duration or {till = time}", `a duration (seconds, or a text like "90s") or {till = "18:30"}`, "number|string|table",
		func(v lua.LValue) bool { return isNumberOrString(v) || isTable(v) }}
)

func isString(v lua.LValue) bool         { return v.Type() == lua.LTString }
func isNumber(v lua.LValue) bool         { return v.Type() == lua.LTNumber }
func isTable(v lua.LValue) bool          { return v.Type() == lua.LTTable }
func isNumberOrString(v lua.LValue) bool { return isString(v) || isNumber(v) }

// duration reads a time span that fits Duration.
func duration(v lua.LValue) (time.Duration, error) {
	switch v := v.(type) {
	case lua.LNumber:
		d, err := clock.Seconds(float64(v))
		if err != nil {
			if math.IsNaN(float64(v)) {
				return 0, err // which says so
			}
			return 0, fmt.Errorf("%w, got %s", err, shownNumber(float64(v)))
		}
		return d, nil
	case lua.LString:
		d, err := clock.ParseDuration(string(v))
		if err != nil {
			return 0, fmt.Errorf("is wrong: %w", err)
		}
		return d, nil
	}
	return 0, errors.New("must be a duration")
}

func checkDuration(v lua.LValue) error {
	_, err := duration(v)
	if err != nil && isNumber(v) {
		return trimIt(err)
	}
	return err
}

// trimIt makes "it must not be negative" follow a parameter's name.
func trimIt(err error) error {
	text := err.Error()
	if len(text) > 3 && text[:3] == "it " {
		text = text[3:]
	}
	return errors.New(text)
}

// checkTimeout is checkDuration for a span that must not be zero.
func checkTimeout(v lua.LValue) error {
	d, err := duration(v)
	if err != nil {
		return checkDuration(v)
	}
	if d <= 0 {
		return fmt.Errorf("must be greater than 0, got %s", plain(v))
	}
	return nil
}

// seconds reads a protocol field of kind Seconds.
func seconds(v lua.LValue) (float64, error) {
	if n, ok := v.(lua.LNumber); ok {
		return float64(n), protocol.CheckSeconds(float64(n))
	}
	d, err := duration(v)
	if err != nil {
		return 0, err
	}
	return d.Seconds(), protocol.CheckSeconds(d.Seconds())
}

func checkTaskID(v lua.LValue) error  { return protocol.CheckTaskID(string(v.(lua.LString))) }
func checkSubject(v lua.LValue) error { return protocol.CheckSubject(string(v.(lua.LString))) }

// checkCount holds a positive whole number.
func checkCount(v lua.LValue) error {
	n := float64(v.(lua.LNumber))
	if n != math.Trunc(n) || n < 1 || n > math.MaxInt32 {
		return fmt.Errorf("must be a whole number, 1 or more, got %s", shownNumber(n))
	}
	return nil
}

// fieldParam describes a payload option of the protocol as a parameter.
func fieldParam(f protocol.Field) Param {
	p := Param{Name: f.Name, Optional: true, Doc: f.Doc, Default: fmt.Sprint(f.Default)}
	switch f.Kind {
	case protocol.Seconds:
		p.Type = Duration
		p.Check = func(v lua.LValue) error { _, err := seconds(v); return err }
	case protocol.U32:
		p.Type = Number
		p.Check = func(v lua.LValue) error { return protocol.CheckU32(float64(v.(lua.LNumber))) }
	default:
		p.Type = Text
		p.Check = func(v lua.LValue) error { return protocol.CheckText(string(v.(lua.LString))) }
	}
	return p
}

// plain is a number or text as it was written.
func plain(v lua.LValue) string {
	if n, ok := v.(lua.LNumber); ok {
		return shownNumber(float64(n))
	}
	return v.String()
}
