package firing

import "sync"

// turnstiles are locks by name. The zero value is ready to use.
type turnstiles struct {
	mu   sync.Mutex
	held map[string]*turnstile
}

type turnstile struct {
	sync.Mutex
	users int // who have it or wait for it
}

// lock waits until nobody else has the name's lock, and takes it.
func (t *turnstiles) lock(name string) (unlock func()) {
	t.mu.Lock()
	if t.held == nil {
		t.held = map[string]*turnstile{}
	}
	own := t.held[name]
	if own == nil {
		own = &turnstile{}
		t.held[name] = own
	}
	own.users++
	t.mu.Unlock()
	own.Lock()
	return func() {
		own.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if own.users--; own.users == 0 {
			delete(t.held, name)
		}
	}
}
