package metrics

import (
	"net"
	"strings"
	"testing"

	"recue/runtime/fault"
)

func TestAnAddressThatCannotBeServed(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	for name, c := range map[string]struct{ address, text, hint string }{
		"in use": {other.Addr().String(), "another program listens there", "take another port"},
		"wrong":  {"nine", "nine", "write host:port"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New().Serve(c.address, Probes{})
			if err == nil || !strings.Contains(err.Error(), c.text) || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("got %v (%s)", err, fault.HintOf(err))
			}
		})
	}
}
