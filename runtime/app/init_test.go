package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestInitMakesTheFilesOfTheProject(t *testing.T) {
	b := newBench(t)
	dir := filepath.Join(t.TempDir(), "new")
	if code := b.recue("init", dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, b.stderr)
	}
	wants(t, "stdout", b.stdout, "  first.x       a script\n  .env.example  settings\nnext:\n  cd "+dir+"\n  recue run --sim first.x\n")
	if text, err := os.ReadFile(filepath.Join(dir, "first.x")); err != nil || string(text) != "one\n" {
		t.Errorf("the file holds %q: %v", text, err)
	}
}

func TestInitSaysWhyAFolderIsRefused(t *testing.T) {
	b := newBench(t)
	b.Folder = func(name string) (*os.Root, error) {
		return nil, &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrPermission}
	}
	if code := b.recue("init", "x"); code != 2 {
		t.Errorf("exit code %d", code)
	}
	wants(t, "stderr", b.stderr, "recue: init x: the folder cannot be made: permission denied\n")
}
