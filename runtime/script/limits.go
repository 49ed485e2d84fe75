package script

import "time"

// Limits are what a script may use. A field that is zero stands for its default.
//
// Source and Nesting are errors when a text is loaded; String, PatternSteps and
// Threads are errors in the script, which pcall can catch; Compute, Heap and Output
// end the piece of the script that exceeds them, and pcall cannot hold that.
type Limits struct {
	Compute      time.Duration // without a wait
	Heap         int64         // bytes, of the whole process: objects and stacks
	Threads      int           // branches and coroutines that are alive
	String       int           // bytes of the longest string; at most a quarter of Heap counts
	PatternSteps int           // of one find, match, gsub or step of gmatch; each byte of the subject adds 32
	Source       int           // bytes of a script, a module or a text that is loaded
	Nesting      int           // of blocks, brackets and functions in a source
	Output       int64         // bytes printed and logged by one piece of a script
}

// DefaultLimits let every reasonable script run and end a mistake before the
// machine suffers. A gibibyte of output is what ten hours of a line every 3 ms
// make: a script that prints more has a loop that was not meant, and fills a disk.
func DefaultLimits() Limits {
	return Limits{
		Compute: 5 * time.Second, Heap: 2 << 30, Threads: 200_000, String: 64 << 20,
		PatternSteps: 100_000_000, Source: 1 << 20, Nesting: 200, Output: 1 << 30,
	}
}

// WithDefaults fills the fields that are zero.
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits()
	fill(&l.Compute, d.Compute)
	fill(&l.Heap, d.Heap)
	fill(&l.Threads, d.Threads)
	fill(&l.String, d.String)
	fill(&l.PatternSteps, d.PatternSteps)
	fill(&l.Source, d.Source)
	fill(&l.Nesting, d.Nesting)
	fill(&l.Output, d.Output)
	l.String = min(l.String, int(l.Heap/4))
	return l
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
