package scenario

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"recue/runtime/script"
)

// diffContext is how many lines around a difference are shown.
const diffContext = 3

// Diff shows in which lines an expectation's two values differ, a line each: "- "
// what was expected, "+ " what came out, "  " what both have. It is nil where
// each value fits on one line: then there is nothing to look for.
func Diff(u *script.Unmet) []string {
	if !strings.Contains(u.Expected, "\n") && !strings.Contains(u.Actual, "\n") {
		return nil
	}
	expected, actual := u.Expected+"\n", u.Actual+"\n"
	changes, err := udiff.ToUnifiedDiff("", "", expected, udiff.Lines(expected, actual), diffContext)
	if err != nil {
		return nil // the changes are those of these two texts
	}
	var lines []string
	end := 1 // the line of expected that the last hunk ended before
	for i, hunk := range changes.Hunks {
		if hunk.FromLine > end || i > 0 {
			lines = append(lines, "  …")
		}
		end = hunk.FromLine
		for _, line := range hunk.Lines {
			mark := map[udiff.OpKind]string{udiff.Delete: "- ", udiff.Insert: "+ ", udiff.Equal: "  "}[line.Kind]
			lines = append(lines, mark+strings.TrimSuffix(line.Content, "\n"))
			if line.Kind != udiff.Insert {
				end++
			}
		}
	}
	if end <= strings.Count(expected, "\n") {
		lines = append(lines, "  …")
	}
	return lines
}
