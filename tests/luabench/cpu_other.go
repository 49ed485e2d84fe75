//go:build !unix

package luabench

import "time"

var started = time.Now()

// cpuTime is the time that has passed, where the system does not tell what the process has computed.
func cpuTime() time.Duration { return time.Since(started) }
