package luabind

import (
	"fmt"
	"strings"

	"github.com/sirupsen/logrus"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
	"recue/runtime/script"
)

func outputFuncs() []*Func {
	funcs := []*Func{{
		Name:    "print",
		Summary: "Writes its arguments to standard output, with tabs between them.",
		Params:  []Param{{Name: "...", Type: Any, Optional: true, Rest: true, Doc: "what to print"}},
		Example: "print(\"recorded\", 3, \"files\")",
		Run:     printLine,
	}}
	for _, level := range []struct {
		name  string
		level logrus.Level
	}{{"debug", logrus.DebugLevel}, {"info", logrus.InfoLevel}, {"warn", logrus.WarnLevel}, {"error", logrus.ErrorLevel}} {
		funcs = append(funcs, &Func{
			Name:    "log." + level.name,
			Summary: fmt.Sprintf("Writes a line to the log on standard error, at level %s.", strings.ToUpper(level.level.String())),
			Params: []Param{
				{Name: "message", Type: Any, Doc: "what happened"},
				{Name: "fields", Type: Table, Optional: true, Doc: "named values that go with it"},
			},
			Example: fmt.Sprintf("log.%s(\"cameras are ready\", {count = 3})", level.name),
			Run:     func(c *Call) error { return logLine(c, level.level) },
		})
	}
	return funcs
}

func printLine(c *Call) error {
	var line strings.Builder
	for i, v := range c.rest {
		if i > 0 {
			line.WriteByte('\t')
		}
		line.WriteString(stdlib.ToString(c.L, v))
	}
	line.WriteByte('\n')
	if _, err := c.env().Stdout.Write([]byte(line.String())); err != nil {
		cause := fmt.Errorf("print: %w: %w", script.ErrStdout, err)
		c.branch.Root().Cancel(cause)
		return cause
	}
	return nil
}

func logLine(c *Call, level logrus.Level) error {
	entry := c.env().Log
	if table, ok := c.Value("fields").(*lua.LTable); ok {
		fields := logrus.Fields{}
		each(table, func(k, v lua.LValue) {
			fields[stdlib.ToString(c.L, k)] = fieldValue(c.L, v)
		})
		entry = entry.WithFields(fields)
	}
	entry.Log(level, stdlib.ToString(c.L, c.Value("message")))
	return nil
}

// fieldValue is a value as a log field: numbers stay numbers, tables become JSON.
func fieldValue(L *lua.LState, v lua.LValue) any {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v)
	case lua.LBool:
		return bool(v)
	case *lua.LTable:
		if faultOf(v) == nil {
			if text, err := encodeJSON(L, v); err == nil {
				return string(text)
			}
		}
	}
	return stdlib.ToString(L, v)
}
