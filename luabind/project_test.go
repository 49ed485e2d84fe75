package luabind

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
)

// What lies in the folder is in the list and the other way round; that the scripts run is
// held by tests/testdata/init.
func TestAProjectHasEveryFileOfItsFolder(t *testing.T) {
	files := map[string]string{}
	for _, f := range New().Project().Files {
		files[f.Name] = string(f.Text)
		if f.About == "" || len(f.Text) == 0 || !strings.HasSuffix(string(f.Text), "\n") {
			t.Errorf("%s: about %q, %d bytes", f.Name, f.About, len(f.Text))
		}
	}
	err := fs.WalkDir(projectFiles, "project", func(path string, d fs.DirEntry, err error) error {
		if name := strings.TrimPrefix(path, "project/"); !d.IsDir() && files[name] == "" {
			t.Errorf("%s is not in the list", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	var settings struct {
		Library []string `json:"workspace.library"`
	}
	if err := json.Unmarshal([]byte(files[".luarc.json"]), &settings); err != nil || len(settings.Library) != 1 || files[settings.Library[0]] != Stub() {
		t.Errorf(".luarc.json does not lead to the stub: %v, %v", settings, err)
	}
}
