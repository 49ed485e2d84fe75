package simulator

import (
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
)

// DefaultKeep is how many of the latest commands a Recorder remembers.
const DefaultKeep = 10_000

// Options say how a simulated recorder behaves. The zero value is one that
// answers everything, at once and correctly.
type Options struct {
	// Delay is the time from a command to its reply. The command itself is
	// carried out when it arrives: only the reply waits.
	Delay time.Duration
	// Jitter is the upper end of a random time that is added to Delay. Replies
	// may then overtake each other.
	Jitter time.Duration

	// Fail is the share of commands, 0 … 1, that are rejected: answered with
	// msg_status "error" and the present state, and not carried out.
	Fail float64
	// Drop is the share of commands, 0 … 1, whose reply is lost. The command
	// is carried out all the same: a script that takes silence for "nothing
	// happened" is to be found out. Fail and Drop are drawn independently, so
	// where both are set a lost reply may have been a rejection.
	Drop float64
	// Seed fixes all chance.
	Seed uint64

	Clock clock.Clock   // nil: the machine's clock
	Log   *logrus.Entry // each command at debug; nil: silent

	// Keep bounds how many of the latest commands Commands gives; 0 means
	// DefaultKeep, less than 0 none.
	Keep int
}

// Validate says which option is out of bounds.
func (o Options) Validate() error {
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"delay", o.Delay}, {"jitter", o.Jitter}} {
		if d.value < 0 {
			return fmt.Errorf("%s must not be negative, got %s", d.name, d.value)
		}
	}
	for _, r := range []struct {
		name  string
		value float64
	}{{"fail", o.Fail}, {"drop", o.Drop}} {
		if !(r.value >= 0 && r.value <= 1) { // written so that NaN is refused too
			return fmt.Errorf("%s must be between 0 and 1, got %v", r.name, r.value)
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.Real{}
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	return o
}
