package firing

import (
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// comeAgain is when a firing that this node cannot see to is delivered again.
const comeAgain = time.Second

// passOn is when a firing that this node does not serve is delivered again, which has been
// delivered so often: soon, since another node may have to be ready for it within a second;
// but not over and over, where nobody serves it. It is never the same: the server gives
// firings to nodes in turn, and what is due every second would have this one come back to
// the same node each time.
func passOn(delivered uint64) time.Duration {
	const quickly = 20
	if delivered <= quickly {
		return rand.N(2 * 25 * time.Millisecond)
	}
	return comeAgain/4 + rand.N(comeAgain)
}

// passesOn gives a firing to other nodes.
func passesOn(msg jetstream.Msg) {
	delivered := uint64(1)
	if meta, err := msg.Metadata(); err == nil {
		delivered = meta.NumDelivered
	}
	_ = msg.NakWithDelay(passOn(delivered)) // else it comes again after AckWait
}
