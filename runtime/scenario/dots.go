package scenario

import "io"

// dots is a report of one character a test, then what pretty says at its end.
type dots struct {
	pretty
	column int
}

func newDots(w io.Writer, s Style) Reporter {
	s.Live = false
	return &dots{pretty: pretty{page: page{w: w}, Style: s}}
}

// dotsWidth is how many tests there are on a line.
const dotsWidth = 72

func (d *dots) Start(string, int) {}

func (d *dots) Result(r *Result) {
	d.pretty.Result(r)
	mark, colour := ".", green
	switch {
	case r.Status == Failed:
		mark, colour = "F", red
	case r.Status == Skipped:
		mark, colour = "s", yellow
	case r.Status == NotRun:
		mark, colour = "-", yellow
	case r.Flaky():
		mark, colour = "~", yellow
	}
	d.print(d.paint(colour, mark))
	if d.column++; d.column%dotsWidth == 0 {
		d.print("\n")
	}
}

func (d *dots) File(*FileResult) {}

func (d *dots) End(s *Summary) error {
	if d.column%dotsWidth != 0 {
		d.print("\n")
	}
	return d.pretty.End(s)
}
