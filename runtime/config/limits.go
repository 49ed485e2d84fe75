package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"recue/runtime/clock"
)

// Limits are the settings of script.Limits, each within its bounds.
type Limits struct {
	Compute      time.Duration
	Heap         int64
	Threads      int
	String       int
	PatternSteps int
	Source       int
	Nesting      int
	Output       int64
}

// limits are settings of the commands that run scripts. There is no value for "no limit":
// a script without one can end the process, and what still records would not be named.
// The lower bounds are below what any script needs.
var limits = []Setting{
	{Name: "max-compute", Env: "RECUE_MAX_COMPUTE", Default: "5s", Limit: true, set: setCompute,
		Usage: "how long a script may compute without waiting for anything, a `DURATION`"},
	{Name: "max-heap", Env: "RECUE_MAX_HEAP", Default: "2GiB", Limit: true,
		set:   setSize(func(l *Limits) *int64 { return &l.Heap }, 32<<20, 1<<46),
		Usage: "how much memory a script may use, a `SIZE` such as 500MiB or 2GiB"},
	{Name: "max-threads", Env: "RECUE_MAX_THREADS", Default: "200000", Limit: true,
		set:   setCount(func(l *Limits) *int { return &l.Threads }, 1, 10_000_000),
		Usage: "at most `NUMBER` branches and coroutines alive at once"},
	{Name: "max-string", Env: "RECUE_MAX_STRING", Default: "64MiB", Limit: true,
		set:   setSize(func(l *Limits) *int { return &l.String }, 4<<10, 1<<30),
		Usage: "`SIZE` of the longest text that a script may make; at most a quarter of --max-heap"},
	{Name: "max-pattern-steps", Env: "RECUE_MAX_PATTERN_STEPS", Default: "100000000", Limit: true,
		set:   setCount(func(l *Limits) *int { return &l.PatternSteps }, 1000, 1_000_000_000_000),
		Usage: "at most `NUMBER` steps in one find, match or gsub; each byte that is searched allows 32 more"},
	{Name: "max-source", Env: "RECUE_MAX_SOURCE", Default: "1MiB", Limit: true,
		set:   setSize(func(l *Limits) *int { return &l.Source }, 1<<10, 64<<20),
		Usage: "`SIZE` of the largest script, module or text that load takes"},
	{Name: "max-nesting", Env: "RECUE_MAX_NESTING", Default: "200", Limit: true,
		set:   setCount(func(l *Limits) *int { return &l.Nesting }, 10, 1000),
		Usage: "blocks, brackets and functions at most `NUMBER` deep within each other"},
	{Name: "max-output", Env: "RECUE_MAX_OUTPUT", Default: "1GiB", Limit: true,
		set:   setSize(func(l *Limits) *int64 { return &l.Output }, 1<<10, 1<<60),
		Usage: "`SIZE` of all that a script prints and logs; more fills the disk of whoever keeps it"},
}

func setCompute(c *Config, value string) (string, error) {
	d, err := clock.ParseDuration(value)
	if err == nil && d < 50*time.Millisecond {
		err = fmt.Errorf("must be 50ms or more, got %s", value)
	}
	c.Limits.Compute = d
	return d.String(), err
}

func setCount(field func(*Limits) *int, least, most int) setter {
	return func(c *Config, value string) (string, error) {
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < least || n > most {
			return "", fmt.Errorf("must be a whole number from %d to %d, got %q", least, most, value)
		}
		*field(&c.Limits) = n
		return strconv.Itoa(n), nil
	}
}

func setSize[T int | int64](field func(*Limits) *T, least, most uint64) setter {
	return func(c *Config, value string) (string, error) {
		n, err := humanize.ParseBytes(strings.TrimSpace(value))
		if err != nil || n < least || n > most {
			return "", fmt.Errorf("must be a size from %s to %s, such as 64MiB, got %q", size(least), size(most), value)
		}
		*field(&c.Limits) = T(n)
		return size(n), nil
	}
}

// size writes a number of bytes exactly.
func size(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for ; n%1024 == 0 && n > 0 && i < len(units)-1; i++ {
		n /= 1024
	}
	return fmt.Sprintf("%d%s", n, units[i])
}
