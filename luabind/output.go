package luabind

import (
	"fmt"
	"strings"

	"github.com/sirupsen/logrus"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
	"recue/luabind/vm"
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
		text := stdlib.ToString(c.L, v)
		if line.Len()+len(text) > c.run.limits.String {
			return fmt.Errorf("the line is too long: more than %s (limit --max-string)", stdlib.Size(c.run.limits.String))
		}
		line.WriteString(text)
	}
	line.WriteByte('\n')
	if err := c.spend(line.Len()); err != nil {
		return err
	}
	return writeOut(c.branch, c.env(), line.String())
}

// writeOut writes to standard output, for a branch; a failed write ends its piece.
func writeOut(b *vm.Branch, env *environment, text string) error {
	var err error
	b.Blocking(func() { _, err = env.Stdout.Write([]byte(text)) })
	if err != nil {
		err = fmt.Errorf("print: %w: %w", script.ErrStdout, err)
		b.Root().Cancel(err)
	}
	return err
}

// Nobody reads more of a log line.
const (
	maxLogged = 64 << 10 // bytes of a message, and of a field
	maxFields = 1000
)

func logLine(c *Call, level logrus.Level) error {
	message := clip(stdlib.ToString(c.L, c.Value("message")), maxLogged)
	size := len(message) + 40 // time, level, line end
	entry := c.env().Log
	if table, ok := c.Value("fields").(*lua.LTable); ok {
		fields := logrus.Fields{}
		for k, v := table.Next(lua.LNil); k != lua.LNil; k, v = table.Next(k) {
			name, value := clip(stdlib.ToString(c.L, k), 100), fieldValue(c.L, v)
			fields[name] = value
			if text, ok := value.(string); ok {
				size += len(text)
			}
			if size += len(name); len(fields) > maxFields {
				return fmt.Errorf("more than %d fields", maxFields)
			}
		}
		entry = entry.WithFields(fields)
	}
	if err := c.spend(size); err != nil {
		return err
	}
	c.branch.Blocking(func() { entry.Log(level, message) })
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
			if text, err := encodeJSON(L, v, maxLogged); err == nil {
				return string(text)
			}
		}
	}
	return clip(stdlib.ToString(L, v), maxLogged)
}
