package bus

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/natsd"
)

// patience bounds what must happen soon; no test waits so long when it passes.
const patience = 20 * time.Second

// TestMain fails the tests if any of them leaves a goroutine of a connection behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftovers(); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftovers gives the stacks of goroutines of NATS clients once they have had time to end.
func leftovers() string {
	for deadline := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		var left []string
		for _, stack := range strings.Split(string(buf), "\n\n") {
			if strings.Contains(stack, "nats%2eio") || strings.Contains(stack, "nats-io/nats.go") ||
				strings.Contains(stack, "runtime/bus.(*") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		if time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
	}
}

// startServer runs a server on a free port of the loopback address.
func startServer(t testing.TB, configure func(*server.Options)) *natsd.Server {
	t.Helper()
	return startServerAt(t, "127.0.0.1:0", configure)
}

func startServerAt(t testing.TB, address string, configure func(*server.Options)) *natsd.Server {
	t.Helper()
	srv, err := natsd.Start(natsd.Options{Listen: address, Configure: configure})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

func connect(t testing.TB, o Options) *Conn {
	t.Helper()
	c, err := Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeConn(t, c) })
	return c
}

func closeConn(t testing.TB, c *Conn) {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Errorf("close: %v", err)
	}
}

// client connects with the library itself, as a recorder would.
func client(t testing.TB, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	opts = append([]nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(10 * time.Millisecond)}, opts...)
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// listen answers on the subject with handle, and is known to the server when it returns.
func listen(t testing.TB, nc *nats.Conn, subject string, handle func(*nats.Msg)) {
	t.Helper()
	if _, err := nc.Subscribe(subject, handle); err != nil {
		t.Fatal(err)
	}
	flush(t, nc)
}

func flush(t testing.TB, nc *nats.Conn) {
	t.Helper()
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
}

func echo(m *nats.Msg) { _ = m.Respond(m.Data) }

// answer is what a request's done function was given.
type answer struct {
	reply []byte
	err   error
}

// ask makes a request whose answer comes through the channel. A second answer
// would block for ever, and show as a goroutine left behind.
func ask(c *Conn, subject, data string, timeout time.Duration) (*Call, chan answer) {
	came := make(chan answer, 1)
	return c.Request(subject, []byte(data), timeout, func(reply []byte, err error) { came <- answer{reply, err} }), came
}

// wait gives the next value from ch, or fails the test.
func wait[T any](t testing.TB, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("%s: nothing came", what)
		panic("not reached")
	}
}

// wantFault fails unless err is a fault with that code and all these texts in
// its message, names the subject, and gives nothing but the hint away.
func wantFault(t testing.TB, err error, code fault.Code, texts ...string) *fault.Error {
	t.Helper()
	f, ok := err.(*fault.Error)
	if !ok {
		t.Fatalf("error %T %v, want a fault with code %s", err, err, code)
	}
	if f.Code != code {
		t.Errorf("code = %s, want %s: %v", f.Code, code, f)
	}
	if f.Subject == "" && len(texts) > 0 {
		t.Errorf("%v: the subject is missing", f)
	}
	for _, text := range texts {
		if !strings.Contains(f.Message, text) {
			t.Errorf("message %q, want %q in it", f.Message, text)
		}
	}
	return f
}

// handClock is a clock whose timers fire when the test says so.
type handClock struct {
	clock.Real
	mu     sync.Mutex
	timers map[*handTimer]bool
}

type handTimer struct {
	clock *handClock
	f     func()
}

func (h *handClock) AfterFunc(_ time.Duration, f func()) clock.Timer {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timers == nil {
		h.timers = map[*handTimer]bool{}
	}
	timer := &handTimer{h, f}
	h.timers[timer] = true
	return timer
}

func (t *handTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	pending := t.clock.timers[t]
	delete(t.clock.timers, t)
	return pending
}

func (h *handClock) pending() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.timers)
}

// fire runs all timers that are pending.
func (h *handClock) fire() {
	h.mu.Lock()
	timers := h.timers
	h.timers = nil
	h.mu.Unlock()
	for timer := range timers {
		timer.f()
	}
}

// door is a way to a server that a test can shut: connections over it are cut
// and new ones are refused.
type door struct {
	mu      sync.Mutex
	address string // "": shut
	wrap    func(net.Conn) net.Conn
	conns   []net.Conn
}

func (d *door) InProcessConn() (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.address == "" {
		return nil, fmt.Errorf("the door is shut")
	}
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		return nil, err
	}
	d.conns = append(d.conns, conn)
	if d.wrap != nil {
		conn = d.wrap(conn)
	}
	return conn, nil
}

// open lets connections through to that address.
func (d *door) open(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.address = address
}

func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, conn := range d.conns {
		_ = conn.Close()
	}
	d.address, d.conns = "", nil
}

// events is a logger whose lines a test can wait for.
type events struct{ lines chan *logrus.Entry }

func newEvents() (*events, *logrus.Entry) {
	e := &events{make(chan *logrus.Entry, 10_000)}
	logger := logrus.New()
	logger.SetOutput(discard{})
	logger.SetLevel(logrus.DebugLevel)
	logger.AddHook(e)
	return e, logrus.NewEntry(logger)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (e *events) Levels() []logrus.Level { return logrus.AllLevels }

func (e *events) Fire(entry *logrus.Entry) error {
	e.lines <- entry
	return nil
}

// until reads on to the next line with that text.
func (e *events) until(t testing.TB, text string) *logrus.Entry {
	t.Helper()
	for {
		if line := wait(t, e.lines, text); strings.Contains(line.Message, text) {
			return line
		}
	}
}
