package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "what the chance of the chaos tests begins with; 0: another each time")

func seed() uint64 {
	if *seedFlag != 0 {
		return *seedFlag
	}
	return rand.Uint64N(1_000_000_000) + 1
}

// TestMain lets the runs go on at once: most of their time they wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// TestChaos is the short one, with every kind of trouble in it; see soak_test.go
// for the long one.
func TestChaos(t *testing.T) {
	t.Parallel()
	survive(t, plan{tasks: 200, limit: 60, pause: 500 * time.Millisecond, timeout: 300 * time.Millisecond, restarts: 4, stalls: 8})
}

// survive runs Recue through a plan; the ledger must be without findings, and
// the trouble must have been felt.
func survive(t *testing.T, p plan) Ledger {
	t.Helper()
	l := play(t, p, seed(), &asRecue{})
	t.Logf("results: %v", l.Count())
	for i, f := range Check(l) {
		if i == 20 {
			t.Fatal("and more")
		}
		t.Errorf("%v", f)
	}
	count := l.Count()
	for _, code := range []string{"ok", "not_sent", "timeout"} {
		if count[code] == 0 {
			t.Errorf("no command ended as %s: there was too little trouble", code)
		}
	}
	return l
}
