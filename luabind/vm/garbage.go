package vm

import (
	"sync"
	"sync/atomic"
)

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
