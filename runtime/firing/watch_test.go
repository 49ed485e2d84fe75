package firing

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"recue/runtime/natsd"
	"recue/runtime/schedule"
)

// dialled is a server that is reached at its address.
type dialled struct{ address string }

func (d dialled) InProcessConn() (net.Conn, error) { return net.Dial("tcp", d.address) }

// A run that is cancelled right after the server was restarted is cancelled then, and not
// only once the library has found out that it watches nothing any more.
func TestAWatchGoesOnWhenTheServerIsBack(t *testing.T) {
	dir := t.TempDir()
	start := func(listen string) *natsd.Server {
		server, err := natsd.Start(natsd.Options{Store: dir, Listen: listen})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		return server
	}
	h := newHouse(t, Options{})
	h.server = start("127.0.0.1:0")
	h.way = dialled{h.server.Addr().String()}
	cut := make(chan error, 1)
	h.node("n", map[string]schedule.Spec{"show": {Every: "1h"}}, func(ctx context.Context, _ Run) error {
		<-ctx.Done()
		cut <- context.Cause(ctx)
		return nil
	})
	other := h.store()
	id, err := other.Fire(t.Context(), "show", h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	<-h.began

	h.server.Close()
	h.server = start(h.server.Addr().String())
	for err = errors.New("not yet"); err != nil && t.Context().Err() == nil; {
		err = other.Cancel(t.Context(), id)
	}
	select {
	case cause := <-cut:
		if !errors.Is(cause, ErrCancelled) {
			t.Errorf("it ended by %v", cause)
		}
	case <-time.After(8 * time.Second): // the library takes ten at least
		t.Error("the node was not told that the run is cancelled")
	}
}
