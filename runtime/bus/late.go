package bus

// lates holds whom to tell of an answer that comes after its request has ended without
// one. Most such answers never come, so only the latest are waited for.
type lates struct {
	tell   map[uint64]func(reply []byte) // by token
	tokens []uint64                      // the latest; some have been told
	oldest int                           // among tokens
}

const maxLates = 10_000

// OnLate has late called with the answer if that comes after the call has ended without
// one: the outcome was not known then, and is now. It is called once at most, as done is.
func (call *Call) OnLate(late func(reply []byte)) {
	t := call.conn.calls
	t.mu.Lock()
	defer t.mu.Unlock()
	call.late = late
}

// keep notes a call that ends without an answer.
func (l *lates) keep(call *Call) {
	if call == nil || call.late == nil {
		return
	}
	if l.tell == nil {
		l.tell = map[uint64]func([]byte){}
	}
	l.tell[call.token] = call.late
	if len(l.tokens) < maxLates {
		l.tokens = append(l.tokens, call.token)
		return
	}
	delete(l.tell, l.tokens[l.oldest])
	l.tokens[l.oldest] = call.token
	l.oldest = (l.oldest + 1) % maxLates
}

// takeLate gives whom to tell of the answer to a request that ended without one, or nil.
// A second answer is told to nobody.
func (t *table) takeLate(token uint64) func(reply []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	late := t.lates.tell[token]
	delete(t.lates.tell, token)
	return late
}
