package natsd

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"

	"recue/runtime/fault"
)

// Limits of an embedded server's JetStream. The library's own are three quarters
// of the machine's memory and the temporary folder.
const (
	maxStoreMemory = 64 << 20
	maxStoreFiles  = 16 << 30
)

// Names in the folder of a store.
const (
	lockFile    = "recue.lock"    // held while a process uses the store; holds its id
	addressFile = "recue.address" // where that process can be reached
)

// lockPatience outlasts a StoreAddress that looks whether the lock is held.
const lockPatience = 200 * time.Millisecond

// Address is where the process that holds a store can be reached.
type Address struct {
	URL   string `json:"url"`
	Token string `json:"token,omitempty"` // secret; "" where the server asks for none
}

// store is the folder of a server's JetStream, locked: the library takes no lock,
// and two servers on one folder destroy it.
type store struct {
	dir  string
	lock *flock.Flock
}

// belongsToDisk is what the root of a disk has that nobody put there.
const belongsToDisk = "lost+found"

// checkFolder refuses a folder that has something else in it: a store would be spread
// among it, and who tidies up there would take it along. One that has been a store has a file
// of ours; the streams alone may be those of somebody's NATS server.
func checkFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return storeError(dir, err)
	}
	other := ""
	for _, e := range entries {
		switch name := e.Name(); {
		case name == lockFile || name == probeFile:
			return nil
		case name != belongsToDisk && other == "":
			other = name
		}
	}
	if other == "" {
		return nil
	}
	return fault.Usage(fmt.Errorf("open the store %q: the folder is no store of Recue, and has something else in it, such as %q", dir, other),
		"give --store a folder of its own, which may be new or empty: --store "+filepath.Join(dir, "state"))
}

// openStore makes the folder if need be, and locks it. Its errors are wrong usage.
func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, storeError(dir, err)
	}
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	taken, err := lock.TryLockContext(ctx, lockPatience/10)
	if err != nil && ctx.Err() == nil {
		return nil, storeError(dir, err)
	}
	if !taken {
		by := ""
		if pid, err := os.ReadFile(lock.Path()); err == nil && len(pid) > 0 {
			by = ", process " + strings.TrimSpace(string(pid))
		}
		return nil, fault.Usage(fmt.Errorf("open the store %q: another recue serve uses it%s", dir, by),
			"end that one first, or give this one a folder of its own with --store; to look into a running one, use `recue jobs --store "+dir+"`")
	}
	s := &store{dir, lock}
	err = os.WriteFile(lock.Path(), fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600)
	if err == nil {
		err = s.probe() // the library would say less
	}
	if err != nil {
		s.close()
		return nil, storeError(dir, err)
	}
	return s, nil
}

func storeError(dir string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	hint := "--store names a folder that this user can write to"
	if full(err) {
		hint = "make room there, or name another folder with --store"
	}
	return fault.Usage(fmt.Errorf("open the store %q: %w", dir, err), hint)
}

// full says whether a write failed for want of room: of the disk's, or of what this user
// may take or a file may hold.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// configure turns the server's JetStream on.
func (s *store) configure(opts *server.Options) {
	opts.JetStream = true
	opts.StoreDir = s.dir
	opts.SyncAlways = true // what was accepted survives the loss of power
	opts.JetStreamMaxMemory = maxStoreMemory
	opts.JetStreamMaxStore = maxStoreFiles
}

// newToken is what clients of other processes have to know.
func newToken() string { return rand.Text() }

// announce writes where the server can be reached, for this user alone.
func (s *store) announce(a Address) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, addressFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return storeError(s.dir, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return storeError(s.dir, err)
	}
	return nil
}

// close gives the store free.
func (s *store) close() {
	_ = os.Remove(filepath.Join(s.dir, addressFile)) // a stale one is found out by the lock
	_ = s.lock.Unlock()
}

// StoreAddress tells where the process can be reached that holds the store of a
// folder. It is an error if none does; the errors are wrong usage.
func StoreAddress(dir string) (Address, error) {
	none := fault.Usage(fmt.Errorf("no recue serve runs on the store %q", dir),
		"start one with `recue serve --store "+dir+" SCRIPT`")
	if _, err := os.Stat(filepath.Join(dir, lockFile)); err != nil {
		return Address{}, none
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetFlag(os.O_RDWR))
	if free, err := lock.TryLock(); err != nil {
		return Address{}, storeError(dir, err)
	} else if free {
		_ = lock.Unlock()
		return Address{}, none
	}
	text, err := os.ReadFile(filepath.Join(dir, addressFile))
	if err != nil {
		return Address{}, storeError(dir, err)
	}
	var a Address
	if err := json.Unmarshal(text, &a); err != nil {
		return Address{}, storeError(dir, fmt.Errorf("%s is damaged: %w", addressFile, err))
	}
	return a, nil
}
