package clock

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var eve = time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)

func TestVirtualTimersFireInOrderOfTimeThenOfMaking(t *testing.T) {
	v := NewVirtual(eve)
	var fired []string
	at := func(d time.Duration, name string) Timer {
		return v.AfterFunc(d, func() { fired = append(fired, name+" "+v.Now().Sub(eve).String()) })
	}
	at(time.Hour, "late")
	at(time.Minute, "first")
	at(time.Minute, "second")
	gone := at(time.Second, "stopped")
	at(-time.Hour, "past")
	if !gone.Stop() || gone.Stop() {
		t.Error("Stop must tell whether it came in time")
	}
	v.AfterFunc(2*time.Minute, func() { at(0, "within") })
	for v.Step() {
	}
	want := []string{"past 0s", "first 1m0s", "second 1m0s", "within 2m0s", "late 1h0m0s"}
	if !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
	if _, ok := v.Next(); ok {
		t.Error("a timer is left")
	}
}

func TestVirtualTimeStandsWhileItIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVirtual(eve)
		v.AfterFunc(time.Hour, func() {})
		v.Hold()
		v.Hold()
		stepped := false
		go func() { v.Step(); stepped = true }()
		v.Release()
		// A condition variable is a durable wait: here everything else is idle.
		synctest.Wait()
		if stepped || !v.Now().Equal(eve) {
			t.Error("time went on while it was held")
		}
		v.Release()
		synctest.Wait()
		if !stepped || !v.Now().Equal(eve.Add(time.Hour)) {
			t.Error("time did not go on")
		}
	})
}
