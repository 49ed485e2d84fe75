package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
	"recue/runtime/script"
)

const checkText = `Finds mistakes in scripts without running them: no server is needed, nothing is sent. PATH is a script, or a
folder that is searched for files whose names end in .lua. Modules that a script requires are looked at too, and of
several scripts, whether two of them declare a schedule of the same name, which recue serve refuses.

An error can only fail when the script comes there; recue run refuses such a script. All else is a warning.
The exit code is 2 when there is an error, 0 when there are only warnings or nothing.

Examples:
  recue check nightly.lua
  recue check scripts
  recue check . --output json                     a list of file, line, column, code, severity, message, hint`

func (a *app) checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "find mistakes in scripts without running them", ArgsUsage: "PATH...", Description: checkText,
		Action: a.check,
	}
}

// check is the command: findings are its result and go to stdout.
func (a *app) check(c *cli.Context) error {
	json, err := wantsJSON(c)
	if err != nil {
		return err
	}
	sources, err := a.scripts("check", c.Args().Slice())
	if err != nil {
		return err
	}
	findings := a.engine.Check(sources, script.Limits{})
	if json {
		a.printFindings(findings)
	} else {
		fmt.Fprint(a.out, findingsText(findings))
	}
	return a.verdict(findings, len(sources))
}

// verdict says how a check went; its error stands for exit code 2.
func (a *app) verdict(findings []script.Finding, files int) error {
	failed := countErrors(findings)
	result := fmt.Sprintf("%s in %s", counted(failed, "error"), counted(files, "file"))
	if warnings := len(findings) - failed; warnings > 0 {
		result = fmt.Sprintf("%s, %s in %s", counted(failed, "error"), counted(warnings, "warning"), counted(files, "file"))
	}
	if len(findings) == 0 {
		result = "no mistakes found in " + counted(files, "file")
	}
	a.display.say("check: %s", result)
	if failed == 0 {
		return nil
	}
	return &shownError{fault.Usage(errors.New(result), "")}
}

// refuse shows the errors that a check finds in a script that is about to run. Its error, shown already, says that the
// script must not run; it is nil where there are only warnings.
func (a *app) refuse(s source, limits script.Limits) error {
	return a.refuseFound(s, a.findings(s, limits))
}

func (a *app) findings(s source, limits script.Limits) []script.Finding {
	return a.engine.Check([]script.Source{{Name: s.name, Text: s.text, Dir: s.dir}}, limits)
}

// warn shows the few warnings that are worth showing before a run.
func (a *app) warn(findings []script.Finding) {
	for _, f := range findings {
		if f.Notice {
			fmt.Fprint(a.stderr, findingsText([]script.Finding{f}))
		}
	}
}

// refuseFound is refuse for what was found.
func (a *app) refuseFound(s source, findings []script.Finding) error {
	findings = slices.DeleteFunc(slices.Clone(findings), func(f script.Finding) bool { return f.Severity != script.SeverityError })
	if len(findings) == 0 {
		return nil
	}
	fmt.Fprint(a.stderr, findingsText(findings[:min(len(findings), maxFailures)]))
	if more := len(findings) - maxFailures; more > 0 {
		a.display.say("and %d more: recue check lists them all", more)
	}
	a.display.say("%s is not run: %s", visible(s.name), counted(len(findings), "error"))
	first := findings[0]
	what := fmt.Sprintf("%s:%d: %s", first.File, first.Line, first.Message)
	if more := len(findings) - 1; more > 0 {
		what += fmt.Sprintf(", and %s more", counted(more, "error"))
	}
	return &shownError{fault.Usage(errors.New(what), "")}
}

func countErrors(findings []script.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Severity == script.SeverityError {
			n++
		}
	}
	return n
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// findingsText shows findings as the errors of a run are shown: the place, the
// source line with a mark, the hint.
func findingsText(findings []script.Finding) string {
	r := &report{}
	for _, f := range findings {
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
		}
		r.line("", "%s: %s: %s (%s)", visible(place), f.Severity, visible(f.Message), f.Code)
		r.source(&script.Error{At: script.Position{Line: f.Line, Column: f.Column}, Source: f.Source}, "  ")
		r.hint("  ", f.Hint)
	}
	return r.text.String()
}

// scripts reads the scripts that paths name: files, and folders that are searched
// for *.lua. Each is there once, in the order of the paths and of their names.
// The errors are wrong usage.
func (a *app) scripts(command string, paths []string) ([]script.Source, error) {
	if len(paths) == 0 {
		return nil, fault.Usage(fmt.Errorf("%s: no path is given", command), "name a script, or a folder that has some")
	}
	var sources []script.Source
	seen := map[string]bool{}
	for _, path := range paths {
		files, err := a.luaFiles(path)
		if err != nil {
			return nil, fault.Usage(fmt.Errorf("%s %s: %w", command, path, err), a.similar(path, err))
		}
		for _, file := range files {
			if clean := filepath.Clean(file); seen[clean] {
				continue
			} else {
				seen[clean] = true
			}
			text, err := a.readScript(file, script.DefaultLimits().Source)
			if err != nil {
				return nil, fault.Usage(fmt.Errorf("%s %s: %w", command, file, err), "")
			}
			sources = append(sources, script.Source{Name: file, Text: text, Dir: filepath.Dir(file)})
		}
	}
	return sources, nil
}

// luaFiles gives the file itself, or the *.lua files in a folder and its folders.
// Hidden ones, what links lead to, and *.d.lua are left out: those describe functions
// to editors and are no scripts.
func (a *app) luaFiles(path string) ([]string, error) {
	info, err := a.stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	if err := a.search(path, &files); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("there are no .lua files in this folder")
	}
	return files, nil
}

func (a *app) stat(path string) (fs.FileInfo, error) {
	file, err := a.machine.Open(path)
	if err != nil {
		return nil, fileError(err)
	}
	defer file.Close() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, fileError(err)
	}
	return info, nil
}

func (a *app) search(folder string, files *[]string) error {
	entries, err := a.machine.ReadDir(folder)
	if err != nil {
		return fileError(err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), strings.HasSuffix(e.Name(), ".d.lua"):
		case e.IsDir():
			if err := a.search(path, files); err != nil {
				return fmt.Errorf("search %s: %w", path, err)
			}
		case filepath.Ext(e.Name()) == ".lua" && e.Type().IsRegular():
			*files = append(*files, path)
		}
	}
	return nil
}
