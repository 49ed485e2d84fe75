package vm

import (
	"runtime/debug"
	"sync"
)

// Where very many branches live, almost all of the memory is theirs and stays
// theirs until they end. Go lets the heap grow to twice of what lives before it
// collects; in a crowd that is a hundred MiB of garbage for ten thousand branches.
// Collecting earlier costs a tenth of the speed there and saves a third of the memory.
const (
	crowdSize    = 4_096 // branches
	crowdPercent = 40    // garbage in per cent of what lives, see debug.SetGCPercent
	usualPercent = 100   // Go's own; where the user has chosen another, it stays
)

// crowds counts the VMs in this process with a crowd.
var crowds struct {
	mu sync.Mutex
	n  int
}

// crowded notes that a VM has a crowd, or has none any more.
func crowded(yes bool) {
	crowds.mu.Lock()
	defer crowds.mu.Unlock()
	from, to := usualPercent, crowdPercent
	if yes {
		crowds.n++
	} else {
		crowds.n--
		from, to = to, from
	}
	if yes && crowds.n > 1 || !yes && crowds.n > 0 {
		return
	}
	if before := debug.SetGCPercent(to); before != from {
		debug.SetGCPercent(before)
	}
}
