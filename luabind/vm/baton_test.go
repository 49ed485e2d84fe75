package vm

import "testing"

// Who has been served is kept nowhere in the queue: with a waiter goes its branch and
// all that it had.
func TestTheBatonForgetsWhomItServed(t *testing.T) {
	var b baton
	b.ask(newWaiter()) // holds it from now on
	asked := 0
	for served := range 5000 {
		for asked < served+1500 { // the queue is never empty
			b.ask(newWaiter())
			asked++
		}
		if b.next() == nil {
			t.Fatal("nobody was in the queue")
		}
		kept := 0
		for i, w := range b.queue[:cap(b.queue)] {
			if w != nil && (i < b.head || i >= len(b.queue)) {
				kept++
			}
		}
		if kept > 0 {
			t.Fatalf("after %d were served, %d of them are kept", served+1, kept)
		}
	}
}
