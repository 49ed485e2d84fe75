package luabind

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
)

// limitHints says what to try when a limit has ended a script.
var limitHints = map[string]string{
	vm.LimitCompute: "a loop without an end? Long work needs a sleep now and then, which lets other branches go on, or more with --max-compute",
	vm.LimitHeap:    "a table or a text that only grows? --max-heap allows more",
	vm.LimitThreads: "branches or coroutines that start ever more of them? --max-threads allows more",
	"max-output":    "a print in a loop without an end? --max-output allows more",
}

// limitString ends the messages about texts that became too long. They are errors
// like others, which a script may catch.
const limitString = "(limit --max-string)"

// spend counts n bytes that are about to be printed or logged. Once it was too
// much, the finally functions may still write overrun bytes.
func (c *Call) spend(n int) error {
	env := c.env()
	env.written += int64(n)
	limit := c.run.limits.Output
	if env.written <= limit+env.overrun {
		return nil
	}
	if env.overrun == 0 {
		env.overrun = overrun
		env.written = limit
	}
	return c.branch.Exceed("max-output", fmt.Sprintf("the script has printed and logged %d KiB", limit>>10))
}

const overrun = 1 << 20

// pollEvery is after how many values a long loop of a library function polls.
const pollEvery = 1 << 12

// poll is the cause of a cancellation, for loops of library functions; see vm.Branch.Poll.
func poll(L *lua.LState) error {
	if b := vm.Of(L); b != nil {
		return b.Poll()
	}
	return nil
}
