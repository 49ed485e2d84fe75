package hostile

import (
	"fmt"
	"os"
	"syscall"
)

// limitMemory lets this process have so many bytes of address space more than it
// has now. The race detector reserves terabytes for itself, so there is no such
// limit under it; the other expectations hold all the same.
func limitMemory(more uint64) error {
	if raceDetector {
		return nil
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(text), &pages); err != nil {
		return err
	}
	all := pages*uint64(os.Getpagesize()) + more
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: all, Max: all})
}

func makePipe(name string) error { return syscall.Mkfifo(name, 0o600) }
