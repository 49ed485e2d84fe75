package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
)

// source is a script that was read.
type source struct {
	name string // as errors call it
	text []byte
	dir  string   // where its modules and data are
	args []string // arg[1] …
}

// source reads the script that the command line names. Its errors are wrong
// usage (exit code 2). It may have limit bytes: scripts are written by hand, and what
// is larger is some other file.
func (a *app) source(c *cli.Context, limit int) (source, error) {
	words := c.Args().Slice()
	if c.IsSet("e") {
		if a.isScript(words) {
			return source{}, fault.Usage(fmt.Errorf("run: both a script (%s) and -e are given", words[0]),
				"give one of them; a word that is meant for the code of -e goes behind --: recue run -e CODE -- "+words[0])
		}
		s := source{name: "-e", text: []byte(c.String("e")), dir: ".", args: words}
		return s, checkSource("run", "-e", s.text)
	}
	if len(words) == 0 {
		return source{}, fault.Usage(errors.New("run: no script is given"),
			"name a file, - for standard input, or give a line with -e: recue run first_recording.lua")
	}
	s, err := a.sourceOf("run", words[0], limit)
	s.args = words[1:]
	return s, err
}

// isScript reports whether the first word names a Lua file that is there. What
// stands behind -- is meant for the code.
func (a *app) isScript(words []string) bool {
	if len(words) == 0 || filepath.Ext(words[0]) != ".lua" {
		return false
	}
	if own := slices.Index(a.machine.Args, "--"); own >= 0 && !slices.Contains(a.machine.Args[:own], words[0]) {
		return false
	}
	file, err := a.machine.Open(words[0])
	if err != nil {
		return false
	}
	_ = file.Close() // it was not even read
	return true
}

// sourceOf reads one script for a command.
func (a *app) sourceOf(command, name string, limit int) (source, error) {
	s := source{name: name, dir: filepath.Dir(name)}
	var err error
	if name == "-" {
		s.name, s.dir = "stdin", "."
		s.text, err = readSource(a.machine.Stdin, limit)
	} else {
		s.text, err = a.readScript(name, limit)
	}
	if err != nil {
		return source{}, fault.Usage(fmt.Errorf("%s %s: %w", command, name, err), a.similar(name, err))
	}
	return s, checkSource(command, name, s.text)
}

func (a *app) readScript(name string, limit int) ([]byte, error) {
	file, err := a.machine.Open(name)
	if err != nil {
		return nil, fileError(err)
	}
	defer file.Close() // it was only read
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a folder, not a script")
	}
	return readSource(file, limit)
}

func readSource(r io.Reader, limit int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", fileError(err))
	}
	if len(text) > limit {
		return nil, fmt.Errorf("it is larger than %d KiB (limit --max-source): is it a script?", limit>>10)
	}
	return text, nil
}

// fileError is the cause of a failed open or read, without the file's name.
func fileError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no such file%w", quietly{err})
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// quietly keeps an error in a chain that need not be read.
type quietly struct{ err error }

func (quietly) Error() string   { return "" }
func (q quietly) Unwrap() error { return q.err }

// checkSource refuses what cannot be meant as a script.
func checkSource(command, name string, text []byte) error {
	switch {
	case bytes.IndexByte(text, 0) >= 0:
		return usage("%s %s: it is a binary file, not a script", command, name)
	case len(bytes.TrimSpace(text)) == 0:
		return usage("%s %s: the script is empty", command, name)
	}
	return nil
}

// similar is a hint for a file that is not there: what the folder has instead.
func (a *app) similar(name string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	entries, err := a.machine.ReadDir(filepath.Dir(name))
	if err != nil {
		return ""
	}
	var scripts []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".lua" && !e.IsDir() {
			scripts = append(scripts, e.Name())
		}
	}
	base := filepath.Base(name)
	found := nearest(base, scripts)
	if found == "" && filepath.Ext(base) == "" {
		found = nearest(base+".lua", scripts)
	}
	if found == "" {
		return ""
	}
	return "did you mean " + filepath.Join(filepath.Dir(name), found) + "?"
}
