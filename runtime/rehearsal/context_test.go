package rehearsal

import (
	"context"
	"errors"
	"testing"
)

func TestCancelHasActedWhenItReturns(t *testing.T) {
	c := newCancellable()
	var calls []string
	c.AfterFunc(func() { calls = append(calls, "first") })
	stop := c.AfterFunc(func() { calls = append(calls, "stopped") })
	c.AfterFunc(func() { calls = append(calls, "second") })
	if !stop() || stop() {
		t.Error("stop must tell whether it came in time")
	}
	why := errors.New("why")
	c.cancel(why)
	c.cancel(errors.New("too late"))
	c.AfterFunc(func() { calls = append(calls, "at once") })
	if len(calls) != 3 || calls[0] != "first" || calls[1] != "second" || calls[2] != "at once" {
		t.Errorf("called %v", calls)
	}
	if context.Cause(c) != why {
		t.Errorf("the cause is %v", context.Cause(c))
	}
	select {
	case <-c.Done():
	default:
		t.Error("Done is open")
	}
}
