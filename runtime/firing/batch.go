package firing

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// A server takes at most maxBatch messages as one batch. It keeps them in files of their
// own until the last has come: fewer than minBatch are stored sooner each by itself.
const (
	maxBatch = 1000
	minBatch = 16
)

// write is one message to be stored, and what came of it.
type write struct {
	subject string
	due     string // of a firing; "" for none
	data    []byte
	// last is the sequence of the subject's last message, which is the condition; 0
	// means that there is none. unchecked leaves the condition out.
	last      uint64
	unchecked bool

	seq uint64 // of the message
	won bool   // false where another was faster
	err error  // it may have been stored all the same
}

func (w *write) message() *nats.Msg {
	msg := nats.NewMsg(w.subject)
	msg.Data = w.data
	if w.due != "" {
		msg.Header.Set(dueHeader, w.due)
	}
	if !w.unchecked {
		msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(w.last, 10))
	}
	return msg
}

// batcher stores messages in one stream. What is stored in a batch is safe on the disk
// after one wait for it, where each message alone waits for its own.
type batcher struct {
	js      jetstream.JetStream
	enabled bool // the stream takes batches; servers do from 2.12 on
	// patience is how long the server may take.
	patience time.Duration
}

// together stores the messages as one batch, at most maxBatch of them: all, or none if
// there is an error.
func (b *batcher) together(ctx context.Context, list []*write) error {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	messages := make([]*nats.Msg, len(list))
	for i, w := range list {
		messages[i] = w.message()
	}
	// What is wrong with the first is told with the last: nothing waits in between.
	ack, err := jetstreamext.PublishMsgBatch(ctx, b.js, messages, jetstreamext.BatchFlowControl{})
	if err != nil {
		return err
	}
	for i, w := range list {
		w.seq, w.won = ack.Sequence-uint64(len(list)-1-i), true // they lie one behind the other
	}
	return nil
}

// singly stores the messages each by itself, none of them waiting for the one before.
func (b *batcher) singly(ctx context.Context, list []*write) {
	acks := make([]jetstream.PubAckFuture, len(list))
	for i, w := range list {
		acks[i], w.err = b.js.PublishMsgAsync(w.message())
	}
	patience := time.NewTimer(b.patience)
	defer patience.Stop()
	for i, w := range list {
		if w.err != nil {
			continue
		}
		select {
		case ack := <-acks[i].Ok():
			w.seq, w.won = ack.Sequence, true
		case err := <-acks[i].Err():
			if !conflict(err) {
				w.err = err
			}
		case <-patience.C:
			w.err = nats.ErrTimeout
			patience.Reset(0) // the others have waited as long
		case <-ctx.Done():
			w.err = context.Cause(ctx)
		}
	}
}

// all stores any number of messages. Where one batch is refused, its messages are stored
// each by itself.
func (b *batcher) all(ctx context.Context, list []*write) {
	for len(list) > 0 {
		batch := list[:min(len(list), maxBatch)]
		list = list[len(batch):]
		if len(batch) < minBatch || !b.enabled {
			b.singly(ctx, batch)
			continue
		}
		err := b.together(ctx, batch)
		if refused(err) {
			b.singly(ctx, batch)
			continue
		}
		for _, w := range batch {
			w.err = err
		}
	}
}

// refused says whether the server has answered that it did not store a batch.
func refused(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api)
}

// committer stores the messages of many callers. While a batch is under way, what is
// handed in waits and makes up the next one; a lone message goes at once, by itself.
type committer struct {
	batcher *batcher

	mu      sync.Mutex
	leading bool // a caller sees to a batch
	queue   []*waiting
}

// waiting is a caller.
type waiting struct {
	write
	turn chan bool // true: it is to see to the next batch, which begins with its own; false: its own is stored
}

// store stores a message and waits for that.
func (c *committer) store(ctx context.Context, w write) write {
	own := &waiting{write: w, turn: make(chan bool, 1)}
	c.mu.Lock()
	c.queue = append(c.queue, own)
	if c.leading {
		c.mu.Unlock()
		if lead := <-own.turn; !lead {
			return own.write
		}
		c.mu.Lock()
	}
	c.leading = true
	n := min(len(c.queue), maxBatch)
	batch := c.queue[:n:n]
	c.queue = c.queue[n:]
	c.mu.Unlock()
	list := make([]*write, n)
	for i, caller := range batch {
		list[i] = &caller.write
	}
	c.commit(context.WithoutCancel(ctx), list) // most of them are of others
	c.mu.Lock()
	c.leading = false
	if len(c.queue) > 0 {
		c.leading = true
		c.queue[0].turn <- true
	}
	c.mu.Unlock()
	for _, caller := range batch[1:] {
		caller.turn <- false
	}
	return own.write
}

// commit stores a batch. Where a condition does not hold nothing of it is stored; its
// halves are then, and so on, until few are left with those that have lost.
func (c *committer) commit(ctx context.Context, list []*write) {
	if len(list) < minBatch || !c.batcher.enabled {
		c.batcher.singly(ctx, list)
		return
	}
	err := c.batcher.together(ctx, list)
	switch {
	case err == nil:
	case conflict(err) && len(list) >= 8*minBatch:
		half := len(list) / 2
		c.commit(ctx, list[:half])
		c.commit(ctx, list[half:])
	case refused(err): // batches are not allowed any more, there are too many of them, …
		c.batcher.singly(ctx, list)
	default:
		for _, w := range list {
			w.err = err
		}
	}
}
