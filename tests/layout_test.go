// Package tests holds what is tested from outside: the command as people run
// it, the layout of the code, examples and faults. See README.md.
package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// layers lists the rooms from the top down. A room may import the rooms of the
// layers below its own, and no others.
var layers = [][]string{
	{"recue"},
	{"recue/runtime/app", "recue/luabind"},
	{"recue/luabind/check", "recue/luabind/dialect", "recue/luabind/vm"},
	{"recue/luabind/syntax"},
	{"recue/luabind/stdlib"},
	{"recue/luabind/tables"},
	{"recue/runtime/firing", "recue/runtime/metrics", "recue/runtime/rehearsal"},
	{"recue/runtime/scenario"},
	{"recue/runtime/script"},
	{"recue/runtime/recorder", "recue/runtime/simulator", "recue/runtime/branch"},
	{"recue/runtime/bus", "recue/runtime/natsd", "recue/runtime/report"},
	{"recue/runtime/config", "recue/runtime/journal", "recue/runtime/schedule"},
	{"recue/runtime/clock", "recue/runtime/protocol"},
	{"recue/runtime/fault"},
	{"recue/runtime"}, // the map of the rooms; no code
}

// only says which rooms may import a library; no other room may.
var only = map[string][]string{
	"github.com/yuin/gopher-lua":         {"recue/luabind", "recue/luabind/dialect", "recue/luabind/stdlib", "recue/luabind/tables", "recue/luabind/vm"},
	"github.com/urfave/cli/v2":           {"recue/runtime/app"},
	"github.com/nats-io/nats.go":         {"recue/runtime/bus", "recue/runtime/simulator", "recue/runtime/firing"},
	"github.com/nats-io/nats-server/v2":  {"recue/runtime/natsd"},
	"github.com/robfig/cron/v3":          {"recue/runtime/schedule"},
	"github.com/joho/godotenv":           {"recue/runtime/config"},
	"github.com/go-json-experiment/json": {"recue/runtime/journal", "recue/runtime/protocol", "recue/runtime/simulator", "recue/luabind"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func layerOf(pkg string) int {
	return slices.IndexFunc(layers, func(rooms []string) bool { return slices.Contains(rooms, pkg) })
}

func TestImportsGoDown(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, "recue/tests") {
			continue
		}
		seen++
		own := layerOf(p.ImportPath)
		if own < 0 {
			t.Errorf("%s is in no layer: add it to the list, and to the map of the rooms in runtime/doc.go", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "recue/") && layerOf(imported) <= own {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, imported)
			}
			for library, rooms := range only {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(rooms, p.ImportPath) {
					t.Errorf("%s imports %s, which is for %v", p.ImportPath, imported, rooms)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	given := []string{"LICENSE", "README.md", "go.mod", "go.sum", "luabind", "main.go", "runtime", "scripts", "tests"}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || e.Name() == "recue" && !e.IsDir() {
			continue // dotfiles, and a binary that somebody built here
		}
		if !slices.Contains(given, e.Name()) {
			t.Errorf("%s is not part of the top level", e.Name())
		}
	}
	for _, name := range given {
		if _, err := os.Stat(path.Join("..", name)); err != nil {
			t.Error(err)
		}
	}
}
