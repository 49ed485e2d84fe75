//go:build !unix

package app

import "os"

// fileSignals is empty: there are none here.
var fileSignals []os.Signal
