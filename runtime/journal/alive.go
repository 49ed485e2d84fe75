package journal

import (
	"os"
	"runtime"
)

// UnderWay says whether the process of a run is still there. Only Linux knows that:
// known is false elsewhere. file is the journal, opened in any way.
func UnderWay(file *os.File, run string) (is, known bool) {
	return underWay(file, run), runtime.GOOS == "linux"
}
