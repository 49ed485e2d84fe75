package bus

import (
	"sync"
	"time"

	"recue/runtime/clock"
	"recue/runtime/fault"
)

// refusal makes the fault for a request that is not taken.
type refusal func(subject string) *fault.Error

// table holds the requests that wait. Every request has a token, a number that
// counts up and is part of its reply subject. Whoever takes a call out of the
// table ends it; so each ends once.
type table struct {
	mu      sync.Mutex
	last    uint64 // the latest token; 0 is never one
	waiting waiting
	newest  map[string]*Call // by subject; linked to the older ones by Call.older
	answers history
	late    deadlines
	lates   lates
	refuse  refusal // if set, no more requests are taken
	final   bool    // refuse stays
}

func newTable(c clock.Clock) *table {
	t := &table{newest: map[string]*Call{}}
	_, real := c.(clock.Real)
	t.late = deadlines{clock: c, keep: real, expire: t.expire, queues: map[time.Duration]*deadlineQueue{}}
	return t
}

// add takes a call in, gives it its token and has it time out. The result says
// why the call is not taken, or is nil.
func (t *table) add(call *Call) *fault.Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refuse != nil {
		return t.refuse(call.subject)
	}
	t.last++
	call.token = t.last
	t.answers.forget(call.token)
	t.waiting.put(call)
	if older := t.newest[call.subject]; older != nil {
		call.older, older.newer = older, call
	}
	t.newest[call.subject] = call
	t.late.add(call)
	return nil
}

// count is how many calls wait.
func (t *table) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting.count()
}

// take removes the call with that token and gives it to the caller, who ends
// it. It gives nil if the call has ended.
func (t *table) take(token uint64) *Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	call := t.remove(t.waiting.get(token))
	t.lates.keep(call)
	return call
}

// expire ends the calls of q whose time has come; the timer of q has fired. The
// table is unlocked while each is told.
func (t *table) expire(q *deadlineQueue) {
	for {
		t.mu.Lock()
		call := t.remove(t.late.due(q))
		t.lates.keep(call)
		t.mu.Unlock()
		if call == nil {
			return
		}
		call.done(nil, TimedOut(call.subject, call.timeout))
	}
}

// past is what is known of a request that does not wait.
type past int

const (
	unknown    past = iota // there was no such request
	unanswered             // it ended without a reply
	answered
)

// takeAnswered is take for a reply. Without a call it says what became of it.
func (t *table) takeAnswered(token uint64) (*Call, past) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if call := t.remove(t.waiting.get(token)); call != nil {
		t.answers.remember(token, t.last)
		return call, answered
	}
	switch {
	case token == 0 || token > t.last:
		return nil, unknown
	case t.answers.has(token, t.last):
		return nil, answered
	}
	return nil, unanswered
}

// takeNewest is take for the latest request to subject that still waits.
func (t *table) takeNewest(subject string) *Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.remove(t.newest[subject])
}

// stop refuses all further requests, for good if final, and takes out those
// that wait, oldest first. It gives nothing once it was final.
func (t *table) stop(refuse refusal, final bool) []*Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.final {
		return nil
	}
	t.refuse, t.final = refuse, final
	calls := t.waiting.all()
	for _, call := range calls {
		t.remove(call)
		t.lates.keep(call)
	}
	t.late.clear()
	return calls
}

// resume takes requests again, unless the refusal is final.
func (t *table) resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.final {
		t.refuse = nil
	}
}

// remove takes a call out of the table and out of its subject's list, and
// gives it back. It does nothing with nil.
func (t *table) remove(call *Call) *Call {
	if call == nil {
		return nil
	}
	t.waiting.remove(call)
	if call.older != nil {
		call.older.newer = call.newer
	}
	switch {
	case call.newer != nil:
		call.newer.older = call.older
	case call.older != nil:
		t.newest[call.subject] = call.older
	default:
		delete(t.newest, call.subject)
	}
	call.older, call.newer = nil, nil
	t.late.remove(call)
	return call
}

// history knows of the latest requests which were answered, one bit each: it
// tells a second reply from a late one.
type history [historySize / 64]uint64

const historySize = 1 << 20 // requests

func (h *history) remember(token, last uint64) {
	if last-token < historySize {
		h[token%historySize/64] |= 1 << (token % 64)
	}
}

func (h *history) forget(token uint64) {
	h[token%historySize/64] &^= 1 << (token % 64)
}

func (h *history) has(token, last uint64) bool {
	return last-token < historySize && h[token%historySize/64]&(1<<(token%64)) != 0
}
