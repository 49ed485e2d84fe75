package simulator

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"recue/runtime/clock"
)

// sentLetters makes an outbox on the machine's clock that notes what it sends, and when.
func sentLetters(began time.Time) (*outbox, *[]string) {
	var sent []string
	o := &outbox{clock: clock.Real{}}
	o.send = func(l letter) { sent = append(sent, fmt.Sprintf("%s@%s", l.body, time.Since(began))) }
	return o, &sent
}

func TestRepliesLeaveWhenDueAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, sent := sentLetters(time.Now())
		for _, l := range []struct {
			body  string
			delay time.Duration
		}{{"a", 3}, {"b", 1}, {"now", 0}, {"c", 3}, {"d", 2}, {"e", 1}} {
			o.add(letter{subject: "inbox", body: []byte(l.body)}, l.delay*time.Second)
		}
		time.Sleep(1500 * time.Millisecond) // virtual
		synctest.Wait()
		o.add(letter{subject: "inbox", body: []byte("f")}, 500*time.Millisecond) // due with d, and came after it
		time.Sleep(time.Hour)
		synctest.Wait()
		if want := []string{"now@0s", "b@1s", "e@1s", "d@2s", "f@2s", "a@3s", "c@3s"}; !slices.Equal(*sent, want) {
			t.Errorf("sent %v, want %v", *sent, want)
		}
	})
}

func TestFlushSendsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, sent := sentLetters(time.Now())
		o.add(letter{subject: "inbox", body: []byte("late")}, 2*time.Hour)
		o.add(letter{subject: "inbox", body: []byte("early")}, time.Hour)
		o.flush()
		time.Sleep(3 * time.Hour) // virtual
		synctest.Wait()
		if want := []string{"early@0s", "late@0s"}; !slices.Equal(*sent, want) {
			t.Errorf("sent %v, want %v", *sent, want)
		}
	})
}

func TestAHundredThousandDelayedRepliesNeedNoGoroutineEach(t *testing.T) {
	clk := newManual()
	sent := 0
	o := &outbox{clock: clk, send: func(letter) { sent++ }}
	before := runtime.NumGoroutine()
	for range 100_000 {
		o.add(letter{subject: "inbox", body: nil}, time.Minute)
	}
	if n := runtime.NumGoroutine() - before; n > 10 { // other tests' goroutines may come and go
		t.Errorf("%d goroutines for replies that wait", n)
	}
	if n := len(clk.timers); n != 1 {
		t.Errorf("%d timers for replies that wait, want 1", n)
	}
	clk.set(noon.Add(time.Minute))
	if sent != 100_000 {
		t.Errorf("%d of 100000 were sent", sent)
	}
}
