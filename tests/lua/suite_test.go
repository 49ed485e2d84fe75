package lua

import (
	"os"
	"path/filepath"
	"testing"
)

// suiteBranches runs a file in three branches at once.
const suiteBranches = `local results = parallel({1, 2, 3}, function()
  local f = assert(loadstring(vars.source, "@" .. vars.name))
  sleep(0)
  f()
  return "through"
end)
for i = 1, 3 do print(results[i]) end
`

// TestSuite runs the files of the folder suite; see its README.
func TestSuite(t *testing.T) {
	for _, file := range suiteFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := subject(t, filepath.Base(file), string(source), nil); err != nil || out != "ok\n" {
				t.Errorf("as a script: %q, %v", out, err)
			}
			if file == filepath.Join("suite", "locals.lua") {
				return // it sets the metatable of _G, which branches share
			}
			vars := map[string]string{"source": string(source), "name": filepath.Base(file)}
			if out, err := subject(t, "branches.lua", suiteBranches, vars); err != nil || out != "ok\nok\nok\nthrough\nthrough\nthrough\n" {
				t.Errorf("in branches: %q, %v", out, err)
			}
		})
	}
}

func suiteFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("suite/*.lua")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}
