package app

import (
	"errors"
	"strings"

	"recue/runtime/scenario"
	"recue/runtime/script"
)

// unmet writes the two values of an expectation that was not met, where the
// message alone does not say it all.
func (r *report) unmet(e *script.Error, indent string) {
	var u *script.Unmet
	if !errors.As(e.Err, &u) || u.Expected == "" || len(e.Failures) > 0 {
		return
	}
	diff := scenario.Diff(u)
	if diff == nil {
		if !strings.Contains(e.Message, u.Actual) || !strings.Contains(e.Message, u.Expected) {
			r.line(indent, "expected  %s", visible(u.Expected))
			r.line(indent, "actual    %s", visible(u.Actual))
		}
		return
	}
	r.line(indent, "- expected, + actual:")
	for i, line := range diff {
		if i == maxDiff {
			r.line(indent, "… and %d more lines", len(diff)-i)
			break
		}
		if line = visible(line); !strings.HasPrefix(line, " ") {
			line = r.paint(line)
		}
		r.line(indent+"  ", "%s", line)
	}
}

// maxDiff is how many lines of a difference are shown.
const maxDiff = 100
