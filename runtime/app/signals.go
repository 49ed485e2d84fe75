package app

import (
	"context"
	"os"
	"syscall"
)

// interruption is why a command ended early: a signal asked for it.
type interruption struct{ signal os.Signal }

func (i *interruption) Error() string {
	switch i.signal {
	case syscall.SIGINT:
		return "interrupted (SIGINT)"
	case syscall.SIGTERM:
		return "terminated (SIGTERM)"
	case syscall.SIGHUP:
		return "the terminal was closed (SIGHUP)"
	}
	return "ended by signal " + i.signal.String()
}

// exitCode is what shells expect of a process that a signal ended.
func (i *interruption) exitCode() int {
	if number, ok := i.signal.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return 1
}

// watch turns signals into the end of a context. The first one cancels ctx with
// an *interruption as its cause, after first was called; the second calls last
// and ends the process at once. Either may be nil. stop must be called; no signal
// is acted on, and no goroutine is left, once it has returned.
func (a *app) watch(parent context.Context, first func(*interruption), last func()) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2) // a second one must not be lost while the first is dealt with
	release := a.machine.Notify(signals)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for count := 1; ; count++ {
			select {
			case s := <-signals:
				cause := &interruption{s}
				if count == 1 {
					if first != nil {
						first(cause)
					}
					cancel(cause)
					continue
				}
				if last != nil {
					last()
				}
				a.machine.Exit(cause.exitCode())
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		release()
		close(done)
		<-ended
		cancel(nil)
	}
}
