//go:build unix

package app

import (
	"os"
	"syscall"
)

// fileSignals come where a file would grow beyond what is allowed (ulimit -f).
// Ignored, the write fails instead.
var fileSignals = []os.Signal{syscall.SIGXFSZ}
