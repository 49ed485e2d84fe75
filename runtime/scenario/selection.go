package scenario

import (
	"slices"
	"strings"

	"recue/runtime/script"
)

// Selection says which tests to run. The zero value chooses all.
type Selection struct {
	// Filters are texts of which a test's name must contain one, in whatever case.
	Filters []string
	// Tags are those of which a test must have one; Exclude those that it must not have.
	Tags, Exclude []string
	// Lines, by a file's path, are lines of which a test must contain one.
	Lines map[string][]int
	// Names, by a file's path, are the tests to run: those that failed the last
	// time. nil chooses all; a file that is not in it has none.
	Names map[string][]string
}

// chooses says whether a test of the file at path is chosen.
func (s Selection) chooses(path string, t *script.Test) bool {
	within := func(line int) bool { return t.At.Line <= line && line <= t.End }
	contains := func(filter string) bool { return strings.Contains(strings.ToLower(t.Name), strings.ToLower(filter)) }
	tagged := func(tag string) bool { return slices.Contains(t.Tags, tag) }
	switch {
	case len(s.Filters) > 0 && !slices.ContainsFunc(s.Filters, contains),
		len(s.Tags) > 0 && !slices.ContainsFunc(s.Tags, tagged),
		slices.ContainsFunc(s.Exclude, tagged),
		len(s.Lines[path]) > 0 && !slices.ContainsFunc(s.Lines[path], within),
		s.Names != nil && !slices.Contains(s.Names[path], t.Name):
		return false
	}
	return true
}

// lineWithout gives a line that was asked for and belongs to no test, or 0.
func (s Selection) lineWithout(path string, tests []script.Test) int {
	for _, line := range s.Lines[path] {
		if !slices.ContainsFunc(tests, func(t script.Test) bool { return t.At.Line <= line && line <= t.End }) {
			return line
		}
	}
	return 0
}

// choose gives the tests to run, in order, and whether the file's own option only
// had a say in it.
func (s Selection) choose(path string, tests []script.Test) (chosen []script.Test, only bool) {
	only = slices.ContainsFunc(tests, func(t script.Test) bool { return t.Only })
	for i := range tests {
		if s.chooses(path, &tests[i]) && (!only || tests[i].Only) {
			chosen = append(chosen, tests[i])
		}
	}
	return chosen, only
}
