package luabind

import (
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func controlFuncs() []*Func {
	return []*Func{
		{
			Name:    "try",
			Summary: "Calls fn and returns its results, or the error table of a failed command instead of raising it.",
			Doc:     "Bugs (a nil that is indexed, a wrong argument) still raise.",
			Params: []Param{
				{Name: "fn", Type: Function, Doc: "what to call"},
				{Name: "...", Type: Any, Optional: true, Rest: true, Doc: "its arguments"},
			},
			Returns: []Return{{"result", "any", "what fn returned, or an error table, whose ok is false"}},
			Example: "local r = try(stop, \"cam1\")\nif r.ok == false then print(r.code) end",
			Run: func(c *Call) error {
				results, err := c.branch.Call(c.Value("fn"), c.rest...)
				if err == nil {
					return c.Return(results...)
				}
				if faultOf(err.Value) == nil {
					return err
				}
				return c.Return(err.Value)
			},
		},
		{
			Name:    "retry",
			Summary: "Calls fn again while a command in it fails; raises the last failure.",
			Doc:     "Bugs are not retried. After a `timeout` a start or stop may have been carried out: ask the status before sending it again.",
			Params: []Param{
				{Name: "options", Type: Options, Doc: "the options below", Fields: []Param{
					{Name: "times", Type: Number, Optional: true, Check: checkCount, Default: "3", Doc: "how often to try"},
					{Name: "every", Type: Duration, Optional: true, Check: checkDuration, Default: "2s", Doc: "the pause before trying again"},
				}},
				{Name: "fn", Type: Function, Doc: "what to call"},
			},
			Returns: []Return{{"result", "any", "what fn returned"}},
			Example: "local r = retry({times = 3, every = \"100ms\"}, function() return status(\"cam1\") end)\nprint(r.app_status)",
			Run:     retry,
		},
		{
			Name:    "finally",
			Summary: "Runs fn when the script (test, schedule run) ends, however it ends; the last one given runs first.",
			Doc:     "After an interrupt all of them together have 10 s.",
			Params:  []Param{{Name: "fn", Type: Function, Doc: "what to run"}},
			Example: "finally(function() print \"the end\" end)",
			Run: func(c *Call) error {
				env := c.env()
				if env.finally++; env.finally > maxFinals {
					return fmt.Errorf("%d functions were put off already: is it called in a loop?", maxFinals)
				}
				env.finals = append(env.finals, c.Value("fn").(*lua.LFunction))
				return nil
			},
		},
		{
			Name:    "fail",
			Summary: "Ends the script as failed; pcall does not hold it.",
			Params:  []Param{{Name: "message", Type: Text, Doc: "why"}},
			Example: "start \"cam1\"\nif status(\"cam1\").app_status ~= \"started\" then fail \"cam1 does not record\" end",
			Run: func(c *Call) error {
				cause := &failed{clip(c.Text("message", ""), 64<<10), c.branch.Trace()}
				c.branch.Root().Cancel(cause)
				return cause
			},
		},
	}
}

// maxFinals bounds the functions given to finally in one piece. Each may take its
// time at the end, and may give others.
const maxFinals = 10_000

func retry(c *Call) error {
	times := 3
	if n, ok := c.Value("times").(lua.LNumber); ok {
		times = int(n)
	}
	for attempt := 1; ; attempt++ {
		results, err := c.branch.Call(c.Value("fn"))
		if err == nil {
			return c.Return(results...)
		}
		rf := faultOf(err.Value)
		if rf == nil || attempt == times || c.branch.Cancelled() {
			return err
		}
		c.env().Log.WithField("at", c.branch.Position().String()).Infof("attempt %d of %d failed: %v", attempt, times, rf)
		if err := c.pause(c.Span("every", 2*time.Second), "retry"); err != nil {
			return err
		}
	}
}
