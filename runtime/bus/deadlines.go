package bus

import (
	"time"

	"recue/runtime/clock"
)

// deadlines ends the calls that wait for too long. Most requests of a program
// have the same timeout, and those that do end in the order in which they were
// made: so each timeout has a queue, with one timer for the first in it. A timer
// for each request would be a tenth of its cost. Its methods are called with the
// table locked.
type deadlines struct {
	clock  clock.Clock
	expire func(*deadlineQueue) // called by a timer
	queues map[time.Duration]*deadlineQueue
	// keep leaves the timer of an empty queue as it is, for the next request: one
	// that waits at a time would otherwise make and stop one each. In virtual time
	// it would be a moment at which nothing happens.
	keep bool
}

// deadlineQueue holds the calls with one timeout, linked by Call.sooner and later.
type deadlineQueue struct {
	timeout     time.Duration
	first, last *Call
	timer       clock.Timer
	due         time.Time // when the timer fires; the first call may be due later
}

func (d *deadlines) add(call *Call) {
	q := d.queues[call.timeout]
	now := d.clock.Now()
	call.deadline = now.Add(call.timeout)
	if q == nil {
		q = &deadlineQueue{timeout: call.timeout}
		d.queues[call.timeout] = q
		d.arm(q, call.deadline, now)
	}
	call.queue = q
	if call.sooner = q.last; q.last != nil {
		q.last.later = call
	} else {
		q.first = call
	}
	q.last = call
}

func (d *deadlines) arm(q *deadlineQueue, due, now time.Time) {
	q.due = due
	q.timer = d.clock.AfterFunc(due.Sub(now), func() { d.expire(q) })
}

// remove takes a call out of its queue. The timer stays for those that are left.
func (d *deadlines) remove(call *Call) {
	q := call.queue
	if call.sooner != nil {
		call.sooner.later = call.later
	} else {
		q.first = call.later
	}
	if call.later != nil {
		call.later.sooner = call.sooner
	} else {
		q.last = call.sooner
	}
	call.queue, call.sooner, call.later = nil, nil, nil
	if q.first == nil && !d.keep {
		d.drop(q)
	}
}

func (d *deadlines) drop(q *deadlineQueue) {
	q.timer.Stop()
	delete(d.queues, q.timeout)
}

// clear stops the timers of empty queues.
func (d *deadlines) clear() {
	for _, q := range d.queues {
		if q.first == nil {
			d.drop(q)
		}
	}
}

// due gives the first call of q whose time has come, when q's timer has fired;
// it arms the timer for the next one where there is none any more.
func (d *deadlines) due(q *deadlineQueue) *Call {
	if q.first == nil {
		if d.queues[q.timeout] == q { // else the timer could not be stopped any more
			delete(d.queues, q.timeout)
		}
		return nil
	}
	now := d.clock.Now()
	if !q.first.deadline.After(q.due) || !q.first.deadline.After(now) {
		return q.first
	}
	d.arm(q, q.first.deadline, now)
	return nil
}
