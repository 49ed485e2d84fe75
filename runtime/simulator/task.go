package simulator

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"recue/runtime/protocol"
)

// task is the last recording of one task id, running or over. A nil task was
// never started.
type task struct {
	recordings int // so far, the running one included
	running    bool
	last       protocol.Recording
	json       jsontext.Value // of last; made when it changes, as status only reads it
}

func (t *task) state() protocol.AppStatus {
	if t != nil && t.running {
		return protocol.Started
	}
	return protocol.Stopped
}

func (t *task) payload() jsontext.Value {
	if t == nil {
		return nil
	}
	return t.json
}

func (t *task) start(c protocol.Command, now time.Time) {
	t.recordings++
	t.running = true
	t.last = protocol.Recording{
		SegmentTime: c.Payload.SegmentTime,
		FilePath:    filePath(c.TaskID, t.recordings),
		AtStarted:   timestamp(now),
	}
	t.json = t.last.JSON()
}

func (t *task) stop(now time.Time) {
	t.running = false
	// A wall clock that was set back must not let a recording end before it
	// began. Timestamps of this one form compare as text.
	t.last.AtStopped = max(timestamp(now), t.last.AtStarted)
	t.json = t.last.JSON()
}

// timestamp writes whole seconds, as the known recorder does; the fraction is
// cut off, so an earlier instant never gets a later timestamp.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// filePath names the n-th recording of a task. No two recordings share a path.
func filePath(taskID string, n int) string {
	return fmt.Sprintf("/mnt/rec_%s_%03d.wav", fileName(taskID), n)
}

// maxFileName leaves room for "rec_", a number and ".wav" in the 255 bytes that
// file systems give a name.
const maxFileName = 220

// fileName makes a task id fit for a part of a file name: letters and digits of
// any script, "-", "_" and "." stay, other bytes become %XX as in a URL, so
// that different ids keep different names. What is too long is cut and marked
// with a hash of the whole; "~" appears in no other name.
func fileName(id string) string {
	var b strings.Builder
	for _, r := range id {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() <= maxFileName {
		return b.String()
	}
	hash := fnv.New64a()
	hash.Write([]byte(id))
	mark := fmt.Sprintf("~%016x", hash.Sum64())
	return strings.ToValidUTF8(b.String()[:maxFileName-len(mark)], "") + mark
}
