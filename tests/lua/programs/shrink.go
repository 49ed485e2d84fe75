package programs

import (
	"slices"
	"strings"

	"recue/luabind/syntax"
)

// Shrink takes statements out of a program for as long as bad still says yes to the rest. bad is asked about valid programs only. What all programs
// begin with stays.
func Shrink(program string, bad func(program string) bool) string {
	lines := strings.Split(strings.TrimSuffix(program, "\n"), "\n")
	for size := len(lines) / 2; ; {
		smaller := shrinkOnce(lines, size, bad)
		switch {
		case len(smaller) < len(lines):
			lines = smaller
		case size > 1:
			size /= 2
		default:
			return strings.Join(lines, "\n") + "\n"
		}
	}
}

// shrinkOnce tries to leave out each run of so many lines, each block, and the frame of each block, from the end.
func shrinkOnce(lines []string, size int, bad func(program string) bool) []string {
	for i := len(lines) - 1; i >= strings.Count(prelude, "\n"); i-- {
		if i >= len(lines) {
			continue
		}
		last := blockEnd(lines, i)
		candidates := [][]string{
			slices.Delete(slices.Clone(lines), i, min(i+size, len(lines))),
		}
		if last > i {
			inside := slices.Concat(lines[:i], lines[i+1:last], lines[last+1:])
			candidates = append(candidates, slices.Delete(slices.Clone(lines), i, last+1), inside)
		}
		for _, c := range candidates {
			text := strings.Join(c, "\n") + "\n"
			if _, err := syntax.Parse(Name, []byte(text)); err == nil && bad(text) {
				lines = c
				break
			}
		}
	}
	return lines
}

// blockEnd is the line that ends the block which begins at line i: the next one that stands as far left.
func blockEnd(lines []string, i int) int {
	for j := i + 1; j < len(lines); j++ {
		if indent(lines[j]) <= indent(lines[i]) {
			if j == i+1 {
				return i
			}
			return j
		}
	}
	return i
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
