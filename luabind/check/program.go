package check

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"recue/luabind/syntax"
	"recue/runtime/script"
)

// file is a script or module.
type file struct {
	name   string // as findings call it
	path   string // cleaned; what tells files apart
	dir    string // where its modules are; "" for none
	text   []byte
	tree   *syntax.File
	err    *syntax.Error // of the parser; tree is nil then
	module bool          // another file requires it

	*resolved
}

// group is what runs together: files that require each other. What one defines, all of them find.
type group struct{ files []*file }

// loader reads files, each once.
type loader struct {
	lib    *Library
	limits syntax.Limits
	files  map[string]*file
	roots  map[string]*os.Root          // by folder; nil for one that cannot be opened
	reads  map[string]func(path string) // by folder: who is told of its modules
	// declared are the schedules of the scripts so far, by their names.
	declared map[string]declaration
}

// Check finds mistakes in scripts and in the modules that they require, each file once. The findings are in the order of
// the files, and of their lines.
func (l *Library) Check(sources []script.Source, limits syntax.Limits) []script.Finding {
	ld := &loader{lib: l, limits: limits, files: map[string]*file{}, roots: map[string]*os.Root{}, reads: map[string]func(string){},
		declared: map[string]declaration{}}
	defer ld.close()
	var given []*file
	for _, s := range sources {
		if s.Reads != nil {
			ld.reads[s.Dir] = s.Reads
		}
		given = append(given, ld.add(s.Name, s.Dir, s.Text))
	}
	var findings []script.Finding
	for _, g := range ld.groups(given) {
		findings = append(findings, ld.checkGroup(g)...)
	}
	return findings
}

func (ld *loader) close() {
	for _, root := range ld.roots {
		if root != nil {
			root.Close()
		}
	}
}

// add parses a file and resolves its names.
func (ld *loader) add(name, dir string, text []byte) *file {
	path := filepath.Clean(name)
	if f := ld.files[path]; f != nil {
		return f
	}
	f := &file{name: name, path: path, dir: dir, text: text}
	ld.files[path] = f
	tree, err := ld.limits.Parse(name, text)
	if err == nil {
		err = ld.lib.Compile(tree)
	}
	if err != nil && !errors.As(err, &f.err) {
		f.err = &syntax.Error{File: name, Message: err.Error()}
	}
	f.tree = tree
	if tree == nil {
		f.tree = &syntax.File{Name: name}
	}
	f.resolved = resolve(f.tree, ld.lib)
	return f
}

// groups follows the modules that files require. A module is looked for in the folder of the script that runs it: so a
// given file that another requires counts as its module, whatever order they were given in.
func (ld *loader) groups(given []*file) []*group {
	edges := map[*file][]*file{}
	for _, f := range given {
		ld.follow(f, f.dir, map[*file]bool{}, func(from, to *file) {
			to.module = to.module || to != f
			edges[from], edges[to] = append(edges[from], to), append(edges[to], from)
		})
	}
	// The folder is that of the script; for modules alone, of the first that was given.
	settled := map[*file]bool{}
	for _, modules := range []bool{false, true} {
		for _, f := range given {
			if f.module == modules && !settled[f] {
				dir := f.dir
				f.dir = dir
				ld.follow(f, dir, settled, func(_, to *file) {
					if !settled[to] {
						to.dir = dir
					}
				})
			}
		}
	}
	var groups []*group
	done := map[*file]bool{}
	for _, f := range given {
		if !done[f] {
			g := &group{}
			ld.connected(f, edges, done, g)
			groups = append(groups, g)
		}
	}
	return groups
}

// follow visits what f requires, and what that requires, in the folder dir.
func (ld *loader) follow(f *file, dir string, seen map[*file]bool, visit func(from, to *file)) {
	if seen[f] {
		return
	}
	seen[f] = true
	for _, q := range f.requires {
		if to, err := ld.module(dir, q.name); err == nil {
			visit(f, to)
			ld.follow(to, dir, seen, visit)
		}
	}
}

func (ld *loader) connected(f *file, edges map[*file][]*file, done map[*file]bool, g *group) {
	if done[f] {
		return
	}
	done[f] = true
	g.files = append(g.files, f)
	for _, other := range edges[f] {
		ld.connected(other, edges, done, g)
	}
}

// module reads the module that lies in a folder. The error is what require would say.
func (ld *loader) module(dir, name string) (*file, error) {
	beside := strings.ReplaceAll(name, ".", "/") + ".lua"
	path := filepath.Join(dir, filepath.FromSlash(beside))
	if f := ld.files[path]; f != nil {
		return f, nil
	}
	if told := ld.reads[dir]; told != nil {
		told(path)
	}
	text, err := ld.read(dir, beside)
	if err != nil {
		return nil, err
	}
	return ld.add(path, dir, text), nil
}

func (ld *loader) read(dir, beside string) ([]byte, error) {
	if dir == "" {
		return nil, errors.New("this script has no folder of its own, so there are no files beside it")
	}
	root, opened := ld.roots[dir]
	if !opened {
		root, _ = os.OpenRoot(dir) // nil: said below
		ld.roots[dir] = root
	}
	if root == nil {
		return nil, fmt.Errorf("the folder %q cannot be opened", dir)
	}
	f, err := root.Open(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %q in the script's folder", beside)
	}
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read: only files beside the script can", beside)
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, int64(max(ld.limits.Source, syntax.MaxSource))+1))
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read", beside)
	}
	return text, nil
}

// checkGroup applies all rules to files that run together.
func (ld *loader) checkGroup(g *group) []script.Finding {
	p := newProgram(ld, g)
	var all []script.Finding
	for _, f := range g.files {
		if f.err != nil {
			all = append(all, syntaxFinding(f))
			continue
		}
		r := &rules{program: p, file: f, fn: f.main}
		r.run()
		all = append(all, r.settled()...)
	}
	return all
}

func syntaxFinding(f *file) script.Finding {
	line, column, source := f.err.Shown(f.text)
	return script.Finding{
		File: f.name, Line: line, Column: column, Code: Syntax, Severity: script.SeverityError,
		Message: f.err.Message, Hint: f.err.Hint, Source: source,
	}
}

// settled are the findings in the order of their places.
func (r *rules) settled() []script.Finding {
	slices.SortStableFunc(r.found, func(a, b found) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	var list []script.Finding
	for _, f := range r.found {
		if f.fn.isCaught() {
			f.Severity = script.SeverityWarning
		}
		list = append(list, f.Finding)
	}
	return list
}
