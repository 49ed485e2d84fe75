package app

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// A run under nohup outlives its terminal.
func TestAHangUpThatWasIgnoredStaysIgnored(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	ch := make(chan os.Signal, 2)
	stop := notify(ch)
	defer stop()
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM} {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case s := <-ch:
		if s != syscall.SIGTERM {
			t.Errorf("got %v", s)
		}
	case <-time.After(patience):
		t.Fatal("no signal came")
	}
}
