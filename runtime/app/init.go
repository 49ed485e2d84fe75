package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
	"recue/runtime/script"
)

const initText = `Makes a small project that works at once, in the folder DIR (this one, if none is named; it is made where it
is not there): a script, its tests, schedules, an example of settings, and what editors need to complete and
check scripts. Files that are there are never changed: if one has a name that is needed, nothing is made at all.

Examples:
  recue init
  recue init studio`

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "make a project with an example, a test and editor support", ArgsUsage: "[DIR]", Description: initText,
		Action: a.init,
	}
}

// init is the command. What it made goes to stdout.
func (a *app) init(c *cli.Context) error {
	if err := textOnly(c, ""); err != nil {
		return err
	}
	dir := c.Args().First()
	switch {
	case c.NArg() > 1:
		return usage("init takes one folder, got %q and %q", dir, c.Args().Get(1))
	case c.NArg() == 0:
		dir = "."
	case dir == "":
		return usage("init: the name of the folder is empty")
	}
	project := a.engine.Project()
	if err := a.makeProject(dir, project); err != nil {
		return err
	}
	a.print("made in " + visible(dir) + ":")
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, f := range project.Files {
		fmt.Fprintf(table, "  %s\t%s\n", f.Name, f.About)
	}
	_ = table.Flush() // the output remembers a failed write
	a.print("next:")
	if dir != "." {
		a.print("  cd " + visible(shellQuote(dir)))
	}
	a.print("  recue run --sim " + project.Run)
	return nil
}

// makeProject writes the files, all or none of them. Its errors are wrong usage.
func (a *app) makeProject(dir string, project script.Project) error {
	failed := func(err error) error {
		return fault.Usage(fmt.Errorf("init %s: %w", dir, err), "")
	}
	if info, err := a.stat(dir); err == nil && !info.IsDir() {
		return fault.Usage(fmt.Errorf("init %s: it is a file, not a folder", dir), "name a folder; one that is not there is made")
	}
	root, err := a.machine.Folder(dir)
	if err != nil {
		return failed(fmt.Errorf("the folder cannot be made: %w", fileError(err)))
	}
	defer root.Close() // all files are closed by then
	var taken []string
	for _, f := range project.Files {
		if _, err := root.Lstat(f.Name); err == nil {
			taken = append(taken, f.Name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return failed(fmt.Errorf("%s: %w", f.Name, fileError(err)))
		}
	}
	if len(taken) > 0 {
		return fault.Usage(fmt.Errorf("init %s: nothing was made, since there is already: %s", dir, strings.Join(taken, ", ")),
			"move it away, or make the project in a folder of its own: recue init NAME")
	}
	for i, f := range project.Files {
		if err := writeNew(root, f); err != nil {
			for _, made := range project.Files[:i] {
				_ = root.Remove(made.Name) // the first error is the one to tell
			}
			return failed(fmt.Errorf("%s cannot be written, so nothing was made: %w", f.Name, fileError(err)))
		}
	}
	return nil
}

// writeNew makes a file that is not there, and nothing where it cannot be written whole.
func writeNew(root *os.Root, f script.ProjectFile) error {
	file, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(f.Text)
	if err := errors.Join(err, file.Close()); err != nil {
		_ = root.Remove(f.Name) // it was made just now
		return err
	}
	return nil
}
