package simulator

import (
	"bytes"
	"time"

	"recue/runtime/protocol"
)

// Exchange is one command that the recorder was sent, and what it answered.
type Exchange struct {
	At      time.Time        // when the command arrived
	Raw     []byte           // its bytes, the first 4096 of them; set in Commands only
	Command protocol.Command // what they said; where Err is set, only TaskID, as far as it could be read
	Err     error            // why it is no valid command, else nil

	Reply    []byte        // the reply's bytes
	Delay    time.Duration // from At until the reply is due
	Rejected bool          // turned down by Options.Fail or a rule; the command was not carried out
	Dropped  bool          // the reply is lost by Options.Drop or a rule; the command was dealt with
	As       Manner        // of the rule that was for this command, "" for none
}

// maxRaw bounds the bytes that are kept of each command: one message may be
// 1 MB, and ten thousand of them must not fill the memory.
const maxRaw = 4096

// ring holds the latest exchanges, at most limit of them.
type ring struct {
	limit int // 0 or less: none
	added int // ever
	slots []Exchange
}

// add keeps e with a copy of its raw bytes.
func (k *ring) add(e Exchange, raw []byte) {
	at := k.added
	k.added++
	if k.limit <= 0 {
		return
	}
	e.Raw = bytes.Clone(raw[:min(len(raw), maxRaw)])
	if len(k.slots) < k.limit {
		k.slots = append(k.slots, e)
	} else {
		k.slots[at%k.limit] = e
	}
}

// list copies the exchanges, oldest first.
func (k *ring) list() []Exchange {
	if len(k.slots) == 0 {
		return nil
	}
	oldest := k.added % len(k.slots) // 0 while the ring fills: added is its length then
	return append(append([]Exchange(nil), k.slots[oldest:]...), k.slots[:oldest]...)
}
