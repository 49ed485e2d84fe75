package scenario

import (
	"time"

	"recue/runtime/recorder"
	"recue/runtime/simulator"
)

// Refusing is conn with those faults of the simulated recorder that keep a command
// from being sent at all: no recorder can provoke them.
func Refusing(conn recorder.Conn, sim *simulator.Recorder) recorder.Conn { return refusing{conn, sim} }

type refusing struct {
	recorder.Conn
	sim *simulator.Recorder
}

// Request implements recorder.Conn.
func (r refusing) Request(subject string, data []byte, timeout time.Duration, done func([]byte, error)) recorder.Call {
	if f := r.sim.Refuse(data); f != nil {
		done(nil, f)
		return ended{}
	}
	return r.Conn.Request(subject, data, timeout, done)
}

// ended is a call that has ended.
type ended struct{}

// Cancel implements recorder.Call.
func (ended) Cancel(error) {}
