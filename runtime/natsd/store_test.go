package natsd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recue/runtime/fault"
)

func TestAStoreKeepsWhatWasAccepted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "for it")
	for round := range 2 {
		srv, err := Start(Options{Store: dir})
		if err != nil {
			t.Fatal(err)
		}
		nc, err := nats.Connect("", nats.InProcessServer(srv), nats.Token(srv.Token()))
		if err != nil {
			t.Fatal(err)
		}
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		kv, err := js.CreateOrUpdateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b", Storage: jetstream.FileStorage})
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			_, err = kv.Put(t.Context(), "k", []byte("kept"))
		} else if entry, e := kv.Get(t.Context(), "k"); e != nil || string(entry.Value()) != "kept" {
			t.Errorf("after a restart: %v, %v", entry, e)
		}
		if err != nil {
			t.Error(err)
		}
		nc.Close()
		srv.Close()
	}
}

func TestOneStoreHasOneServer(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Options{Store: dir})
	if srv, err := Start(Options{Store: dir}); err == nil {
		srv.Close()
		t.Fatal("a second server took the store")
	} else if fault.ExitCode(err) != fault.ExitUsage || !strings.Contains(err.Error(), "another recue serve uses it, process ") {
		t.Errorf("refused with %v (exit %d)", err, fault.ExitCode(err))
	}
	first.Close()
	start(t, Options{Store: dir})
}

func TestAStoreTellsThisUserWhereItsServerIs(t *testing.T) {
	dir := t.TempDir()
	if _, err := StoreAddress(dir); err == nil || !strings.Contains(err.Error(), "no recue serve runs") {
		t.Errorf("an empty folder gave %v", err)
	}
	srv := start(t, Options{Store: dir})
	a, err := StoreAddress(dir)
	if err != nil {
		t.Fatal(err)
	}
	echo(t, a.URL, nats.Token(a.Token))
	if nc, err := nats.Connect(a.URL); err == nil {
		nc.Close()
		t.Error("anybody can connect")
	}
	for _, name := range []string{lockFile, addressFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	srv.Close()
	if _, err := StoreAddress(dir); err == nil {
		t.Error("the address outlives the server")
	}
}

func TestAFolderWithOtherThingsInItIsNoStore(t *testing.T) {
	for name, want := range map[string]bool{"plans.txt": false, ".profile": false, "jetstream": false, belongsToDisk: true, lockFile: true} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		srv, err := Start(Options{Store: dir})
		if err == nil {
			srv.Close()
		}
		if taken := err == nil; taken != want {
			t.Errorf("a folder with %s: taken is %v (%v)", name, taken, err)
		}
		if left, _ := os.ReadDir(dir); !want && len(left) != 1 {
			t.Errorf("%s is not alone any more: %v", name, left)
		}
	}
}

func TestAStoreThatCannotBeIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		srv, err := Start(Options{Store: dir})
		if err == nil {
			srv.Close()
			t.Fatalf("%q was taken", dir)
		}
		if fault.ExitCode(err) != fault.ExitUsage || !strings.Contains(err.Error(), dir) {
			t.Errorf("%q was refused with %v (exit %d)", dir, err, fault.ExitCode(err))
		}
	}
}
