//go:build unix

package luabench

import (
	"syscall"
	"time"
)

// cpuTime is what this process has computed so far: on a machine that does other things too it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
