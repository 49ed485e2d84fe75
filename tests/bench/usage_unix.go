//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// cpuTime is the user and system time of this process so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakKB is the most memory that this process ever had, in KiB. Linux says it in
// /proc/self/status; its Maxrss would be that of the parent where that was more.
func peakKB() int {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for lines := bufio.NewScanner(bytes.NewReader(status)); lines.Scan(); {
			if text, found := bytes.CutPrefix(lines.Bytes(), []byte("VmHWM:")); found {
				kb, _ := strconv.Atoi(string(bytes.TrimSpace(bytes.TrimSuffix(text, []byte("kB")))))
				return kb
			}
		}
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int(u.Maxrss / 1024) // bytes there
	}
	return int(u.Maxrss)
}
