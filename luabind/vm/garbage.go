package vm

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Where thousands of branches live, almost all of the memory is theirs and stays
// theirs until they end. Go lets the heap grow to twice of what lives before it
// collects, which is as much memory for ten thousand branches as a program takes that
// is written by hand. Half as much garbage costs an eighth of the speed there and saves
// a fifth of the memory. Beyond the crowd each collection has so much to look at that
// it would cost half of the speed.
const (
	crowdSize    = 4_096  // branches, from which on it is a crowd
	crowdEnd     = 32_768 // branches, from which on it is none any more
	crowdPercent = 50     // garbage in per cent of what lives, see debug.SetGCPercent
	usualPercent = 100    // Go's own; where the user has chosen another, it stays
)

// count notes that there are so many branches now. It goes into and out of a crowd
// at different numbers, so that one branch more or less does not change it all
// the time.
func (m *VM) count(live int64) {
	switch live {
	case crowdSize, crowdEnd / 2:
		if m.crowd.CompareAndSwap(false, true) {
			crowded(true)
		}
	case crowdEnd, crowdSize / 2:
		if m.crowd.CompareAndSwap(true, false) {
			crowded(false)
		}
	}
}

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

// floor lets a small heap grow before garbage is collected. The collector takes it for
// living memory, beside which as much garbage may be; nobody touches it, so it takes
// addresses and no memory. A thousand commands at a time leave little that lives:
// without it garbage was collected for each few thousand of them, a fifth of their cost.
var floor struct {
	once sync.Once
	data []byte
	size atomic.Int64 // once it is there
}

const (
	floorSize = 8 << 20
	floorFrom = 64 // branches at once; a script that does one thing after the other has no use of it
)

// layFloor makes the floor, once in a process.
func layFloor() {
	floor.once.Do(func() {
		floor.data = make([]byte, floorSize)
		floor.size.Store(floorSize)
	})
}
