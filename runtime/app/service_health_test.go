package app

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
)

// The watchdog hears of a process that works three times in its interval, and nothing of
// one whose scheduler hangs.
func TestTheWatchdogIsFedWhileTheSchedulerWorks(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "60000000")
	works := func(context.Context) error { return nil }
	hangs := func(ctx context.Context) error { <-ctx.Done(); return errors.New("it does not answer") }
	for name, c := range map[string]struct {
		alive   func(context.Context) error
		ending  bool
		minutes int
		want    int
	}{
		"it works":                        {works, false, 3, 9},
		"it hangs":                        {hangs, false, 3, 0},
		"it ends, and waits for its runs": {hangs, true, 3, 9},
	} {
		count := make(chan int)
		go func() { count <- told(t, systemd, "WATCHDOG=1") }()
		synctest.Test(t, func(t *testing.T) {
			ctx, end := context.WithCancel(context.Background())
			defer end()
			if c.ending {
				end()
			}
			served, over := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(over)
				petWatchdog(ctx, logrus.NewEntry(logrus.New()), c.alive, served)
			}()
			time.Sleep(time.Duration(c.minutes)*time.Minute + time.Second) // of virtual time
			close(served)
			<-over
		})
		sdNotify(logrus.NewEntry(logrus.New()), "END")
		if got := <-count; got != c.want {
			t.Errorf("%s: the watchdog was fed %d times in %d minutes, want %d", name, got, c.minutes, c.want)
		}
	}
}

// told counts what a socket is told until it is told END: the system holds few messages
// that nobody reads.
func told(t *testing.T, at *net.UnixConn, want string) (n int) {
	for buffer := make([]byte, 100); ; n++ {
		size, err := at.Read(buffer)
		got := string(buffer[:size])
		if err != nil || got == "END" {
			return n
		}
		if got != want {
			t.Errorf("systemd was told %q, want %q", got, want)
		}
	}
}
