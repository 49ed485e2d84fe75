package chaos

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"recue/runtime/protocol"
	"recue/tests/proxy"
)

// board is where a client puts its results up; those who make trouble watch it.
type board struct {
	mu      sync.Mutex
	changed *sync.Cond
	results []Result
	codes   map[string]int
	wrong   []string // lines that are no result
	over    bool
	ended   chan struct{} // closed when over
}

func newBoard() *board {
	b := &board{codes: map[string]int{}, ended: make(chan struct{})}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *board) add(r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results = append(b.results, r)
	b.codes[r.Code]++
	b.changed.Broadcast()
}

// end says that no more results come.
func (b *board) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	close(b.ended)
	b.changed.Broadcast()
}

// wait returns when there are so many results with that code ("": any); false
// once there will be none.
func (b *board) wait(code string, least int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.over && b.count(code) < least {
		b.changed.Wait()
	}
	return b.count(code) >= least
}

func (b *board) count(code string) int {
	if code == "" {
		return len(b.results)
	}
	return b.codes[code]
}

// has is count for others.
func (b *board) has(code string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count(code)
}

// Write takes the lines of a script: CMD TASK BEGIN END CODE FILE.
func (b *board) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		r, err := parseResult(line)
		if err != nil {
			b.mu.Lock()
			b.wrong = append(b.wrong, line)
			b.mu.Unlock()
			continue
		}
		b.add(r)
	}
	return len(p), nil
}

func parseResult(line string) (Result, error) {
	words := strings.Fields(line)
	if len(words) != 6 {
		return Result{}, fmt.Errorf("not six words: %q", line)
	}
	r := Result{Key: Key{words[0], words[1]}, Code: words[4], File: strings.TrimPrefix(words[5], "-")}
	for i, t := range []*time.Time{&r.Begin, &r.End} {
		seconds, err := strconv.ParseFloat(words[2+i], 64)
		if err != nil {
			return Result{}, err
		}
		*t = time.UnixMicro(int64(seconds * 1e6))
	}
	return r, nil
}

// trace remembers what passes the proxy. meddle, if set, may change it.
type trace struct {
	mu       sync.Mutex
	asked    map[string]Key // by reply subject
	passages []Passage
	meddle   func(m proxy.Message, count int) []byte // count is the message's number on its way
	counts   map[proxy.Way]int
}

func newTrace() *trace { return &trace{asked: map[string]Key{}, counts: map[proxy.Way]int{}} }

func (t *trace) tap(m proxy.Message) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	key, known := t.asked[m.Subject]
	if command, err := protocol.ParseCommand(m.Payload); m.Way == proxy.ToServer && err == nil {
		key, known = Key{string(command.Cmd), command.TaskID}, true
		t.asked[m.Reply] = key
	}
	if !known {
		return m.Raw
	}
	out := m.Raw
	if t.meddle != nil {
		out = t.meddle(m, t.counts[m.Way])
		t.counts[m.Way]++
	}
	if len(out) > 0 {
		t.passages = append(t.passages, Passage{
			Key: key, Reply: m.Way == proxy.ToClient, At: time.Now(), Link: m.Link, Opened: m.Opened,
		})
	}
	return out
}
