package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long nothing may change before the tests run again: editors write
// a file in several steps.
const settleTime = 50 * time.Millisecond

// watchTests runs the tests, and again whenever a script or a data file in their
// folders changes, until ctx ends. What a run came to is shown, and does not
// count for the exit code, unless it was interrupted itself.
func (a *app) watchTests(ctx context.Context, t *testRun) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the files: %w", err)
	}
	defer watcher.Close() // nothing is lost by a failure
	for {
		if err := a.watchFolders(watcher, t.c.Args().Slice()); err != nil {
			return err
		}
		err := t.once(ctx)
		var signal *interruption
		if errors.As(err, &signal) {
			return err
		}
		if ctx.Err() != nil { // only now, when all had run
			return nil
		}
		var shown *shownError
		if !errors.As(err, &shown) {
			a.display.show(err)
		}
		a.display.say("waiting for a change; Ctrl-C ends it")
		if !changed(ctx, watcher) {
			return nil
		}
	}
}

// watchFolders watches the folders of the paths, and those below them.
func (a *app) watchFolders(watcher *fsnotify.Watcher, paths []string) error {
	for _, path := range paths {
		if m := withLine.FindStringSubmatch(path); m != nil {
			path = m[1]
		}
		if info, err := a.stat(path); err == nil && !info.IsDir() {
			path = filepath.Dir(path)
		}
		err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case !d.IsDir():
				return nil
			case strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 1 && d.Name() != "..":
				return fs.SkipDir
			}
			return watcher.Add(path)
		})
		if err != nil {
			return fmt.Errorf("watch %s: %w", path, fileError(err))
		}
	}
	return nil
}

// changed waits until a file that tests may read has changed and all is quiet; it
// is false when ctx has ended.
func changed(ctx context.Context, watcher *fsnotify.Watcher) bool {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return false
		case <-quiet:
			return true
		case e := <-watcher.Events:
			if slices.Contains([]string{".lua", ".json", ".csv"}, filepath.Ext(e.Name)) && !e.Op.Has(fsnotify.Chmod) || e.Op.Has(fsnotify.Create) {
				quiet = time.After(settleTime)
			}
		case <-watcher.Errors: // too many changes at once: something has changed
			quiet = time.After(settleTime)
		}
	}
}
