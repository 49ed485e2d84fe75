package simulator

import (
	"sync"
	"testing"
	"time"

	"recue/runtime/clock"
)

// noon is when the clocks of these tests begin; its zone and fraction must not
// show in a timestamp.
var noon = time.Date(2025, 10, 15, 12, 55, 0, 999_999_999, time.FixedZone("UTC+4", 4*3600))

// manual is a clock that moves only when told to.
type manual struct {
	mu     sync.Mutex
	now    time.Time
	timers []*manualTimer
	armed  chan struct{} // gets one for each AfterFunc
}

type manualTimer struct {
	clock *manual
	due   time.Time
	f     func()
}

func newManual() *manual { return &manual{now: noon, armed: make(chan struct{}, 1000)} }

func (m *manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *manual) AfterFunc(d time.Duration, f func()) clock.Timer {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &manualTimer{m, m.now.Add(d), f}
	m.timers = append(m.timers, t)
	select {
	case m.armed <- struct{}{}:
	default: // nobody counts further
	}
	return t
}

func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	for i, other := range t.clock.timers {
		if other == t {
			t.clock.timers = append(t.clock.timers[:i], t.clock.timers[i+1:]...)
			return true
		}
	}
	return false
}

// set moves the clock, back as well, and calls what has become due.
func (m *manual) set(now time.Time) {
	m.mu.Lock()
	m.now = now
	var due, rest []*manualTimer
	for _, t := range m.timers {
		if t.due.After(now) {
			rest = append(rest, t)
		} else {
			due = append(due, t)
		}
	}
	m.timers = rest
	m.mu.Unlock()
	for _, t := range due {
		t.f()
	}
}

func newRecorder(t testing.TB, opts Options) *Recorder {
	t.Helper()
	r, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The three commands as the Python original sends them: pydantic's model_dump_json.
func start(task string) []byte {
	return []byte(`{"task_id":"` + task + `","cmd":"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}`)
}

func stop(task string) []byte {
	return []byte(`{"task_id":"` + task + `","cmd":"stop","payload":{"segment_time":300.0}}`)
}

func status(task string) []byte {
	return []byte(`{"task_id":"` + task + `","cmd":"status","payload":null}`)
}
