package journal

import (
	"io"
	"os"
	"strconv"
	"syscall"
)

// A run's process holds a lock on one byte, far behind the end of the file, that
// stands for the run. The system gives it up with the process, however that
// ends, so a run without an end can be told from one that is under way. Nobody
// waits for it. The lock belongs to the open file and not to the process (fcntl(2),
// "Open file description locks"), as closing any other use of the file would free
// it else.
const (
	ofdGetLock = 36
	ofdSetLock = 37
)

func runLock(run string) *syscall.Flock_t {
	place, err := strconv.ParseInt(run, 16, 62)
	if err != nil {
		place = 0 // no name of ours
	}
	return &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: 1<<62 | place, Len: 1}
}

// announce says that the run is under way, as far as the file system can.
func announce(file *os.File, run string) {
	_ = syscall.FcntlFlock(file.Fd(), ofdSetLock, runLock(run))
}

// underWay says whether a run's process is still there.
func underWay(file *os.File, run string) bool {
	lock := runLock(run)
	return syscall.FcntlFlock(file.Fd(), ofdGetLock, lock) == nil && lock.Type != syscall.F_UNLCK
}
