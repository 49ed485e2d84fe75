package stdlib

import (
	"fmt"
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Defaults of [Host] limits.
const (
	DefaultMaxString    = 64 << 20
	DefaultPatternSteps = 100_000_000
)

// maxResults is how many values one call may push, as in PUC Lua (LUAI_MAXCSTACK).
const maxResults = 8000

// pollEvery is the number of small steps (a few nanoseconds each) between two looks at Host.Interrupted: some tenths
// of a millisecond.
const pollEvery = 1 << 14

// Host is what the libraries ask of the program around them. Every field may be left zero.
type Host struct {
	// Now is the clock of os.time and os.date. Default: time.Now.
	Now func() time.Time
	// Zone is the local time zone of os.time and os.date for the code that L runs. Default: time.Local.
	Zone func(L *lua.LState) *time.Location
	// CPU is what os.clock answers. Default: the time since Open, by Now.
	CPU func() time.Duration
	// Seed starts math.random: the same seed gives the same numbers.
	Seed uint64
	// MaxString is the longest string in bytes that a library function builds. Default: DefaultMaxString.
	MaxString int
	// PatternSteps is how many steps one call of find, match or gsub, or one step of gmatch, may take before it fails
	// with "pattern too complex". Every byte of the subject adds 32. Default: DefaultPatternSteps, about a second.
	PatternSteps int
	// Interrupted is asked every few hundred microseconds inside long calls. An error ends the call: it is raised with
	// the error's text. The function may also raise by itself. Default: the error of the state's context, if any.
	Interrupted func(L *lua.LState) error
}

// library is what the functions of one state share.
type library struct {
	host     Host
	opened   time.Time
	random   *rand.Rand
	patterns map[patternKey]*pattern
	spare    []*luaMatcher
}

// entry is a function and its name in Lua.
type entry struct {
	name string
	fn   lua.LGFunction
}

// Open puts the standard libraries into the globals of L. It is called once for a state, before any script runs.
func Open(L *lua.LState, h Host) {
	lib := newLibrary(h)
	globals := L.G.Global
	globals.RawSetString("_G", globals)
	globals.RawSetString("_VERSION", lua.LString("Lua 5.1"))
	register(L, globals, lib.baseFuncs())
	lib.openIterators(L, globals)

	text := newTable(L, globals, "string", lib.stringFuncs())
	protectStrings(L, text)
	newTable(L, globals, "table", lib.tableFuncs())
	numbers := newTable(L, globals, "math", lib.mathFuncs())
	setMathConstants(numbers)
	newTable(L, globals, "os", lib.osFuncs())
	openAbsent(L, globals)
}

func newLibrary(h Host) *library {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Zone == nil {
		h.Zone = func(*lua.LState) *time.Location { return time.Local }
	}
	if h.MaxString <= 0 {
		h.MaxString = DefaultMaxString
	}
	if h.PatternSteps <= 0 {
		h.PatternSteps = DefaultPatternSteps
	}
	if h.Interrupted == nil {
		h.Interrupted = contextError
	}
	lib := &library{host: h, opened: h.Now(), random: newRandom(h.Seed), patterns: map[patternKey]*pattern{}}
	if h.CPU == nil {
		lib.host.CPU = func() time.Duration { return h.Now().Sub(lib.opened) }
	}
	return lib
}

func contextError(L *lua.LState) error {
	if ctx := L.Context(); ctx != nil {
		return ctx.Err()
	}
	return nil
}

func register(L *lua.LState, t *lua.LTable, entries []entry) {
	for _, e := range entries {
		t.RawSetString(e.name, L.NewFunction(e.fn))
	}
}

func newTable(L *lua.LState, globals *lua.LTable, name string, entries []entry) *lua.LTable {
	t := L.CreateTable(0, len(entries))
	register(L, t, entries)
	globals.RawSetString(name, t)
	return t
}

// poller counts small steps of a long loop and asks now and then whether the call should end.
type poller struct {
	lib  *library
	L    *lua.LState
	left int
}

func (lib *library) poller(L *lua.LState) poller { return poller{lib: lib, L: L, left: pollEvery} }

// tick counts n steps. It raises when the host wants the call to end.
func (p *poller) tick(n int) {
	p.left -= n
	if p.left < 0 {
		p.left = pollEvery
		p.lib.poll(p.L)
	}
}

func (lib *library) poll(L *lua.LState) {
	if err := lib.host.Interrupted(L); err != nil {
		Errorf(L, "%s", err.Error())
	}
}

// checkSize raises when a function is about to build a string of n bytes and that is more than a string may have.
func (lib *library) checkSize(L *lua.LState, n int) {
	if n > lib.host.MaxString {
		lib.tooLong(L)
	}
}

func (lib *library) tooLong(L *lua.LState) {
	Errorf(L, "%s", TooLong(lib.host.MaxString))
}

// TooLong is the message for a string that would have more than limit bytes.
func TooLong(limit int) string {
	return fmt.Sprintf("resulting string too large: more than %s (limit --max-string)", Size(limit))
}

// Size writes a number of bytes exactly, in the largest unit in which it is whole: 64 MiB.
func Size(n int) string {
	units := []string{"bytes", "KiB", "MiB", "GiB"}
	i := 0
	for ; n > 0 && n%1024 == 0 && i < len(units)-1; i++ {
		n /= 1024
	}
	return fmt.Sprintf("%d %s", n, units[i])
}
