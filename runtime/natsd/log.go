package natsd

import (
	"fmt"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"
)

// serverLog is the library's logger. It hands lines on, and keeps the first
// fatal error and tells of failed writes, which the library tells nobody else.
type serverLog struct {
	entry  *logrus.Entry // nil: hand nothing on
	failed chan error    // gets the error of a write after which the library writes no more

	mu    sync.Mutex
	first error
}

// fatal is the first fatal error so far, or nil.
func (l *serverLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first
}

// Fatalf must not end the process: Start reports the error.
func (l *serverLog) Fatalf(format string, args ...any) {
	err := cause(format, args)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == nil {
		l.first = err
	}
}

// cause is the error that a line is about. The library formats errors as text only.
func cause(format string, args []any) error {
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			return err
		}
	}
	return fmt.Errorf(format, args...)
}

func (l *serverLog) log(level logrus.Level, format string, args []any) {
	if l.entry != nil {
		l.entry.Logf(level, "nats-server: "+format, args...)
	}
}

// What the server does for its clients is of interest only to who looks for a
// fault; what went wrong with a client is no error of the run.
func (l *serverLog) Noticef(format string, args ...any) { l.log(logrus.DebugLevel, format, args) }
func (l *serverLog) Debugf(format string, args ...any)  { l.log(logrus.DebugLevel, format, args) }
func (l *serverLog) Tracef(format string, args ...any)  { l.log(logrus.TraceLevel, format, args) }
func (l *serverLog) Warnf(format string, args ...any)   { l.log(logrus.WarnLevel, format, args) }
func (l *serverLog) Errorf(format string, args ...any) {
	l.log(logrus.WarnLevel, format, args)
	if strings.Contains(strings.ToLower(format), "critical write error") {
		select {
		case l.failed <- cause(format, args):
		default: // it is being mended
		}
	}
}
