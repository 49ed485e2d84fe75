package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/joho/godotenv"
	"github.com/xrash/smetrics"
)

const (
	defaultEnvFile = ".env"
	maxEnvFile     = 64 << 10 // bytes; what is larger was not meant
)

// dotenv reads the .env file into a layer; variables that are not Recue's are
// left alone, with a warning where one of Recue's was probably meant, and nothing
// enters the process environment. Where the file is not there the layer is nil, or
// it is an error if the file was asked for by name.
func (s Sources) dotenv(file given, named bool) (l layer, warnings []string, err error) {
	name := s.path(file.value)
	data, err := s.read(name)
	switch {
	// A folder called .env is a Python environment, as often as not.
	case !named && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EISDIR)):
		return nil, nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%s: there is no file %q", file.label, name)
	case err != nil:
		return nil, nil, fmt.Errorf("cannot read file %q: %w", name, err)
	case len(data) > maxEnvFile:
		return nil, nil, fmt.Errorf("file %q is too large for a list of variables: more than %d KiB", name, maxEnvFile>>10)
	}
	variables, lines, err := parseEnv(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	l = layer{}
	for _, set := range settings {
		// The name of the file cannot come from the file.
		if value := variables[set.Env]; value != "" && set.Name != "env-file" {
			where := fmt.Sprintf("%s:%d", name, lines[set.Env])
			l[set.Name] = given{value, where, set.Env + " from " + where}
		}
	}
	return l, slips(name, lines), nil
}

// slips are remarks on variables that Recue does not know and whose name is
// almost one of its own. Their values are not shown: one may be a password.
func slips(file string, lines map[string]int) []string {
	var warnings []string
	for _, name := range slices.SortedFunc(maps.Keys(lines), func(a, b string) int { return lines[a] - lines[b] }) {
		if near := nearVariable(name); near != "" {
			warnings = append(warnings, fmt.Sprintf("%s:%d: %s is no variable of Recue and is left aside (did you mean %s?)", file, lines[name], name, near))
		}
	}
	return warnings
}

// nearVariable is the variable of Recue's that a name was probably meant to be, "" for none
// and for one that is Recue's. Short names are close to many others: they may differ by one letter.
func nearVariable(name string) string {
	best, least := "", 3
	for _, set := range settings {
		if set.Env == name {
			return ""
		}
		if d := smetrics.WagnerFischer(strings.ToUpper(name), set.Env, 1, 1, 1); d <= len(set.Env)/6 && d < least {
			best, least = set.Env, d
		}
	}
	return best
}

// parseEnv gives the variables of a .env file, and the line of each, from 1.
// The library's errors quote the file, passwords included; this one names the line.
func parseEnv(data []byte) (variables map[string]string, lines map[string]int, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as Windows editors begin a file
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	const right = "write NAME=VALUE, and close every quote"
	lines, bad := locate(strings.SplitAfter(string(data), "\n"))
	if bad > 0 {
		return nil, nil, fmt.Errorf("line %d is wrong: %s", bad, right)
	}
	if variables, err = godotenv.UnmarshalBytes(data); err != nil {
		return nil, nil, errors.New("it cannot be read: " + right)
	}
	return variables, lines, nil
}

// locate gives the line on which each variable is set last, and the first line
// that cannot be read, 0 if all can. The library tells neither. So it is fed a
// line at a time, and more lines only where a quoted value goes on.
func locate(text []string) (lines map[string]int, bad int) {
	lines = map[string]int{}
	for start := 0; start < len(text); {
		end := start + 1
		names, err := godotenv.Unmarshal(text[start])
		quoted := strings.ContainsAny(text[start], `"'`)
		for err != nil && quoted && end < len(text) {
			end++
			names, err = godotenv.Unmarshal(strings.Join(text[start:end], ""))
		}
		// A name without "=" at the end of the text is no error to the library.
		if _, nameless := names[""]; err != nil || nameless {
			return lines, start + 1
		}
		for name := range names {
			lines[name] = start + 1
		}
		start = end
	}
	return lines, 0
}
