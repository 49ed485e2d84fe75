// Package proxy is a TCP proxy that does to a link what bad networks do: it
// stalls, cuts, slices, refuses, and leads to another server. For tests only.
//
//	p, err := proxy.New(server.Addr().String())
//	defer p.Close()
//	… connect to p.Addr() …
//	p.Stall(proxy.Both); p.Cut(); p.Refuse(); p.Resume()
//
// Every call is in force when it returns. A test that must know what reached
// the proxy waits for it: WaitHeld.
package proxy

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// Way is a direction of a link.
type Way int

// The ways, as they are given to Stall; they may be joined with |.
const (
	ToServer Way = 1 << iota
	ToClient
	Both = ToServer | ToClient
)

// kernelBuffer is what the system may keep for each end of a link, in bytes:
// small, so that a link that takes nothing is soon full.
const kernelBuffer = 256 << 10

// dialTimeout bounds how long a target may take to accept a link.
const dialTimeout = 10 * time.Second

// Proxy hands on what comes over its links. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond // something that a pump or a test may wait for
	target  string
	refuse  bool
	stalled Way
	piece   int // 0: as it comes
	tap     Tap
	links   map[*link]bool
	opened  int // links so far
	closed  bool
}

// link is one connection through the proxy.
type link struct {
	number         int
	opened         time.Time
	client, server net.Conn
	tap            Tap
	gone           bool
	held           map[Way]int // bytes that have arrived and wait for the end of a stall
}

// New begins to listen on a free port and leads all links to target, "host:port".
func New(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &Proxy{listener: l, target: target, links: map[*link]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.running.Go(p.accept)
	return p, nil
}

// Addr is where clients connect to, "host:port".
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close cuts all links and waits for the proxy's goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed, p.refuse = true, true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Cut()
	p.running.Wait()
}

// Target leads the links that follow to another address.
func (p *Proxy) Target(address string) { p.change(func() { p.target = address }) }

// Refuse closes every new link at once; those that are open stay.
func (p *Proxy) Refuse() { p.change(func() { p.refuse = true }) }

// Accept lets new links through again.
func (p *Proxy) Accept() { p.change(func() { p.refuse = false }) }

// Stall hands nothing on that way, on open links and new ones, until Resume:
// what comes waits, and once the system's buffers are full the sender does too.
func (p *Proxy) Stall(way Way) { p.change(func() { p.stalled |= way }) }

// Resume ends every stall.
func (p *Proxy) Resume() { p.change(func() { p.stalled = 0 }) }

// Slice hands on everything in pieces of that many bytes; 0 ends it.
func (p *Proxy) Slice(size int) { p.change(func() { p.piece = size }) }

// Cut breaks every open link, as a cable that is pulled and a router that says
// so: both ends are told, what is on its way is lost.
func (p *Proxy) Cut() {
	p.change(func() {
		for l := range p.links {
			for _, conn := range []net.Conn{l.client, l.server} {
				_ = conn.(*net.TCPConn).SetLinger(0) // tell the other end at once, and send nothing of what waits
			}
			p.drop(l)
		}
	})
}

func (p *Proxy) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.changed.Broadcast()
}

// drop closes both ends of a link; called with the lock held.
func (p *Proxy) drop(l *link) {
	l.gone = true
	delete(p.links, l)
	_ = l.client.Close()
	_ = l.server.Close()
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.open(conn) })
	}
}

// open makes the other half of a link and hands on until it ends.
func (p *Proxy) open(client net.Conn) {
	opened := time.Now()
	p.mu.Lock()
	target, refuse := p.target, p.refuse
	p.mu.Unlock()
	var server net.Conn
	var err error
	if !refuse {
		server, err = net.DialTimeout("tcp", target, dialTimeout)
	}
	p.mu.Lock()
	if refuse || err != nil || p.closed {
		p.mu.Unlock()
		_ = client.(*net.TCPConn).SetLinger(0)
		_ = client.Close()
		if server != nil {
			_ = server.Close()
		}
		return
	}
	p.opened++
	l := &link{number: p.opened, opened: opened, client: client, server: server, tap: p.tap, held: map[Way]int{}}
	p.links[l] = true
	p.changed.Broadcast()
	p.mu.Unlock()
	for _, conn := range []net.Conn{client, server} {
		_ = conn.(*net.TCPConn).SetReadBuffer(kernelBuffer)
		_ = conn.(*net.TCPConn).SetWriteBuffer(kernelBuffer)
	}
	p.running.Go(func() { p.pump(l, ToClient) })
	p.pump(l, ToServer)
}
