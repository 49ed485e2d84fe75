package proxy

import "net"

// pump hands on what comes one way of a link, until either end closes.
func (p *Proxy) pump(l *link, way Way) {
	from, to := l.client, l.server
	if way == ToClient {
		from, to = to, from
	}
	defer p.change(func() { p.drop(l) })
	read := l.reader(from)
	for {
		data, err := read()
		if len(data) > 0 && (!p.pass(l, way, len(data)) || !p.write(to, l.tapped(way, data))) {
			return
		}
		if err != nil {
			return
		}
	}
}

// pass waits for the end of a stall; it is false once the link has gone.
func (p *Proxy) pass(l *link, way Way, size int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled&way != 0 {
		l.held[way] += size
		p.changed.Broadcast()
		defer func() { l.held[way] -= size }()
	}
	for p.stalled&way != 0 && !l.gone {
		p.changed.Wait()
	}
	return !l.gone
}

// write hands data on, in pieces if that was asked for.
func (p *Proxy) write(to net.Conn, data []byte) bool {
	for len(data) > 0 {
		p.mu.Lock()
		size := len(data)
		if p.piece > 0 {
			size = min(size, p.piece)
		}
		p.mu.Unlock()
		if _, err := to.Write(data[:size]); err != nil {
			return false
		}
		data = data[size:]
	}
	return true
}

// WaitHeld returns when at least so many bytes wait in a stall that way. It is
// false if give is closed before.
func (p *Proxy) WaitHeld(way Way, least int, give <-chan struct{}) bool {
	return p.wait(give, func() bool {
		held := 0
		for l := range p.links {
			held += l.held[way&ToServer] + l.held[way&ToClient]
		}
		return held >= least
	})
}

// wait returns when ready says so, with the lock held; it is false if give is
// closed before.
func (p *Proxy) wait(give <-chan struct{}, ready func() bool) bool {
	over, done := make(chan struct{}), make(chan struct{})
	defer func() { close(over); <-done }()
	go func() {
		defer close(done)
		select {
		case <-give:
			p.change(func() {})
		case <-over:
		}
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !ready() {
		select {
		case <-give:
			return false
		default:
		}
		p.changed.Wait()
	}
	return true
}
