package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
)

// The log says that a run has begun before anything that the run says, once, and with the
// time of the beginning.
func TestARunsBeginningComesBeforeItsLines(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(log *logrus.Entry)
		want []string // the lines' seconds after the beginning, and their texts
	}{
		"nothing is logged":   {func(*logrus.Entry) {}, []string{"0.00 the run begins"}},
		"something is logged": {func(log *logrus.Entry) { log.Info("a"); log.Warn("b") }, []string{"0.00 the run begins", "0.00 a", "0.00 b"}},
		"it is logged later": {func(log *logrus.Entry) {
			time.Sleep(showAfter / 2)
			log.Info("a")
			time.Sleep(showAfter)
		}, []string{"0.00 the run begins", "0.05 a"}},
		"it takes long": {func(log *logrus.Entry) {
			time.Sleep(2 * showAfter)
			log.Info("a")
		}, []string{"0.00 the run begins", "0.20 a"}},
		"what is below the level": {func(log *logrus.Entry) { log.Debug("a") }, []string{"0.00 the run begins"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := newBuffer()
				log := logrus.New()
				log.SetOutput(out)
				begins := &announcement{log: log.WithField("job", "j")}
				began := time.Now()
				log.SetFormatter(seconds{began})
				own := begins.before()
				ended := begins.after(showAfter)
				c.run(own)
				ended()
				if got := strings.Split(strings.TrimSpace(out.String()), "\n"); !slices.Equal(got, c.want) {
					t.Errorf("%q", got)
				}
			})
		})
	}
}

// seconds writes log lines with the time since an instant, and holds that the run is named.
type seconds struct{ since time.Time }

func (s seconds) Format(e *logrus.Entry) ([]byte, error) {
	if e.Data["job"] != "j" {
		return nil, fmt.Errorf("of no job: %v", e.Data)
	}
	return fmt.Appendf(nil, "%.2f %s\n", e.Time.Sub(s.since).Seconds(), e.Message), nil
}
