package firing

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/natsd"
	"recue/runtime/schedule"
)

// silent is a server that once it is silent answers nothing, and counts what it is asked.
type silent struct {
	*natsd.Server
	mute  atomic.Bool
	asked atomic.Int32
}

func (s *silent) InProcessConn() (net.Conn, error) {
	conn, err := s.Server.InProcessConn()
	return &silentConn{conn, s}, err
}

type silentConn struct {
	net.Conn
	server *silent
}

func (c *silentConn) Write(b []byte) (int, error) {
	if !c.server.mute.Load() {
		return c.Conn.Write(b)
	}
	c.server.asked.Add(int32(bytes.Count(b, []byte("PUB $JS.API.STREAM.MSG.GET."))))
	return len(b), nil
}

// A ticker that waited for a silent server once for each of its jobs would stand still for
// hours.
func TestASilentServerIsWaitedForOnce(t *testing.T) {
	h := newHouse(t, Options{})
	server := &silent{Server: h.server}
	nc, err := nats.Connect("", nats.InProcessServer(server), nats.Token(h.server.Token()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	store, err := Open(t.Context(), nc, Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(t.Output())
	virtual := clock.NewVirtual(noon)
	n := NewNode(store, NodeOptions{Name: "a", Clock: virtual, Log: logrus.NewEntry(log)})
	s, err := schedule.New(schedule.Spec{Every: "1s"}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	const jobs = 20
	for i := range jobs {
		n.ticker.put(string(rune('a'+i)), s, Job{EffectiveFrom: noon})
	}
	server.mute.Store(true)
	n.ticker.fireAll(t.Context())
	if asked := server.asked.Load(); asked != 1 {
		t.Errorf("it was asked %d times about %d jobs", asked, jobs)
	}
	for name, j := range n.ticker.jobs {
		if !j.at.Equal(noon.Add(retryAfter)) {
			t.Errorf("%s is tried again at %v", name, j.at)
		}
	}
	if n.Publishing() == nil {
		t.Error("nothing is published, and the node says that all is well")
	}
	server.mute.Store(false)
	virtual.AfterFunc(retryAfter, func() {})
	virtual.Step()
	n.ticker.fireAll(t.Context())
	if err := n.Publishing(); err != nil {
		t.Errorf("once the server answers again: %v", err)
	}
}
