package luabind

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xrash/smetrics"
	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
)

// errArgument is a wrong argument; it is raised as text, with the position.
type errArgument struct{ error }

func argumentf(format string, args ...any) error {
	return errArgument{fmt.Errorf(format, args...)}
}

// parse checks the arguments against the parameters. An optional parameter
// whose place is taken by a value that fits a later one is passed over, so that
// start{segment_time = 60} works beside start("cam1", {segment_time = 60}).
func (c *Call) parse() error {
	top := c.L.GetTop()
	i := 1
	for n := range c.fn.Params {
		p := &c.fn.Params[n]
		if p.Rest {
			for ; i <= top; i++ {
				c.rest = append(c.rest, c.L.Get(i))
			}
			return nil
		}
		v := c.L.Get(i) // nil beyond the last
		if v == lua.LNil && i <= top && p.NotNil {
			return argumentf("%s is nil: is a variable misspelled? (leave the argument out for the default)", p.Name)
		}
		if v == lua.LNil && p.Type.Name != Any.Name {
			if !p.Optional {
				return argumentf("%s is missing: expected %s", p.Name, p.Type.Article)
			}
			i++
			continue
		}
		if i > top && !p.Optional {
			return argumentf("%s is missing: expected %s", p.Name, p.Type.Article)
		}
		if !p.Type.fits(v) {
			if p.Optional && c.fitsLater(n+1, v) {
				continue
			}
			return argumentf("%s must be %s, got %s", p.Name, p.Type.Article, show(v))
		}
		if err := c.take(p, v); err != nil {
			return err
		}
		i++
	}
	for ; i <= top; i++ {
		if c.L.Get(i) != lua.LNil {
			return argumentf("takes %s, got %d: %s", atMost(len(c.fn.Params)), top, c.fn.Signature())
		}
	}
	return nil
}

// atMost says how many arguments a function takes.
func atMost(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "one argument"
	}
	return fmt.Sprintf("at most %d arguments", n)
}

func (c *Call) fitsLater(from int, v lua.LValue) bool {
	for _, p := range c.fn.Params[from:] {
		if p.Type.fits(v) {
			return true
		}
		if !p.Optional {
			return false
		}
	}
	return false
}

// take keeps a value of the right type, or the options in it.
func (c *Call) take(p *Param, v lua.LValue) error {
	if p.Fields != nil {
		if table, ok := v.(*lua.LTable); ok {
			return c.takeOptions(p.Fields, p.Elsewhere, table, nil)
		}
	}
	if p.Check != nil {
		if s, ok := v.(lua.LString); ok && len(s) > maxChecked {
			return argumentf("%s is too long: a text of %d bytes", p.Name, len(s))
		}
		if err := p.Check(v); err != nil {
			return argumentf("%s %w", p.Name, err)
		}
	}
	c.args = append(c.args, arg{p.Name, v})
	return nil
}

// maxChecked bounds texts that have a form: names, times, durations. To look for it in
// millions of bytes takes long, and the error would quote them.
const maxChecked = 4 << 10

// clip shortens a text that is quoted in an error.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// takeOptions reads an options table; elsewhere is the Param's, also names options that the caller reads itself.
func (c *Call) takeOptions(fields []Param, elsewhere map[string]string, table *lua.LTable, also []string) error {
	for key, v := range tables.All(table) {
		if err := c.takeOption(fields, elsewhere, key, v, also); err != nil {
			return err
		}
	}
	for i := range fields {
		if p := &fields[i]; !p.Optional && c.Value(p.Name) == nil {
			return argumentf("%s is missing: expected %s", p.Name, p.Type.Article)
		}
	}
	return nil
}

func (c *Call) takeOption(fields []Param, elsewhere map[string]string, key, v lua.LValue, also []string) error {
	name, ok := key.(lua.LString)
	if !ok {
		return argumentf("options are written as name = value, got %s without a name", show(v))
	}
	for _, known := range also {
		if string(name) == known {
			return nil
		}
	}
	for i := range fields {
		p := &fields[i]
		if p.Name != string(name) {
			continue
		}
		if c.Value(p.Name) != nil {
			return argumentf("%s is given twice, in front and among the options", p.Name)
		}
		if !p.Type.fits(v) {
			return argumentf("%s must be %s, got %s", p.Name, p.Type.Article, show(v))
		}
		return c.take(p, v)
	}
	names := append([]string(nil), also...)
	for _, p := range fields {
		names = append(names, p.Name)
	}
	return unknownOption(elsewhere, string(name), names)
}

// unknownOption is the error for an option that is not known; elsewhere are names
// of other places, see Param.
func unknownOption(elsewhere map[string]string, name string, known []string) error {
	if place := elsewhere[name]; place != "" {
		return argumentf("unknown option %q: %s", name, place)
	}
	return unknown("option", name, known)
}

// unknown is the error for a name that is not known, with the nearest right one.
func unknown(what, name string, known []string) error {
	name = clip(name, 100)
	if near := nearest(name, known); near != "" {
		return argumentf("unknown %s %q (did you mean %q?)", what, name, near)
	}
	if len(known) == 0 {
		return argumentf("unknown %s %q: there are none here", what, name)
	}
	return argumentf("unknown %s %q: known are %s", what, name, strings.Join(known, ", "))
}

// nearest gives the known name that name was probably meant to be, or "".
func nearest(name string, known []string) string {
	if len(name) > 100 { // it takes time by the square of the length
		return ""
	}
	best, bestScore := "", 0.8 // Jaro-Winkler, as urfave/cli suggests commands; less is another word
	for _, k := range known {
		if score := smetrics.JaroWinkler(name, k, 0.7, 4); score > bestScore {
			best, bestScore = k, score
		}
	}
	return best
}

// show is a value as an error message shows it.
func show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		text := string(v)
		if len(text) > 60 {
			text = text[:60] + "…"
		}
		return "the text " + strconv.Quote(text)
	case lua.LNumber:
		return "the number " + shownNumber(float64(v))
	case lua.LBool:
		return v.String()
	case *lua.LNilType:
		return "nil"
	}
	return "a " + v.Type().String()
}

// oneOf makes a Check for a text with a fixed set of values.
func oneOf(values ...string) func(lua.LValue) error {
	return func(v lua.LValue) error {
		quoted := make([]string, len(values))
		for i, known := range values {
			if string(v.(lua.LString)) == known {
				return nil
			}
			quoted[i] = strconv.Quote(known)
		}
		problem := "must be one of " + strings.Join(quoted, ", ") + fmt.Sprintf(", got %q", string(v.(lua.LString)))
		if near := nearest(string(v.(lua.LString)), values); near != "" {
			problem += fmt.Sprintf(" (did you mean %q?)", near)
		}
		return errors.New(problem)
	}
}
