package scenario

import (
	"bytes"
	"strings"
	"sync"
)

// maxCapture is how much of a test's output is kept, in bytes: a test that prints
// for ever must not fill the memory.
const maxCapture = 256 << 10

// Capture keeps what is written to it, the first part of it if it is long. It is
// safe for concurrent use, and takes everything.
type Capture struct {
	mu   sync.Mutex
	text bytes.Buffer
	cut  bool
}

// Write implements io.Writer.
func (c *Capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := maxCapture - c.text.Len()
	if len(p) > room {
		c.cut = true
	}
	c.text.Write(p[:min(len(p), room)])
	return len(p), nil
}

// String is what was written.
func (c *Capture) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := strings.ToValidUTF8(c.text.String(), "\ufffd")
	if c.cut {
		text = strings.TrimRight(text, "\n") + "\n… (what followed was not kept)\n"
	}
	return text
}
