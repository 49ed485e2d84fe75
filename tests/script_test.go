package tests

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands say now into the testscript files; read the diff")

// TestScripts runs every file of testdata: the real command, as people run it.
func TestScripts(t *testing.T) {
	groups, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range groups {
		t.Run(group.Name(), func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir:   filepath.Join("testdata", group.Name()),
				Setup: setup, Cmds: commands(),
				UpdateScripts:       *update,
				RequireExplicitExec: true, RequireUniqueNames: true,
			})
		})
	}
}
