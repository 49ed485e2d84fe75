package app

import (
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// showAfter is how long a run that logs nothing goes on before the log says that it has
// begun; of a shorter one it says so at its end.
const showAfter = 100 * time.Millisecond

// announcement is the line in the log that a run has begun. It is written before the first
// line of the run itself, or a while after the beginning: a thousand runs that are due
// together do not wait for each other's lines.
type announcement struct {
	log  *logrus.Entry
	at   time.Time // of the beginning
	once sync.Once
}

// before gives the log of the run. Whatever is written to it has the announcement before it.
func (a *announcement) before() *logrus.Entry {
	l := a.log.Logger
	own := &logrus.Logger{Out: l.Out, Formatter: l.Formatter, Hooks: logrus.LevelHooks{}, Level: l.GetLevel(), ExitFunc: l.ExitFunc}
	for level, hooks := range l.Hooks {
		own.Hooks[level] = append(own.Hooks[level], hooks...)
	}
	own.AddHook(a)
	return own.WithFields(a.log.Data)
}

// after begins now, and has the announcement written in a while at the latest; ended is to
// be called at the end of the run.
func (a *announcement) after(d time.Duration) (ended func()) {
	a.at = time.Now()
	said := make(chan struct{})
	timer := time.AfterFunc(d, func() {
		defer close(said)
		a.say()
	})
	return func() {
		if !timer.Stop() {
			<-said
		}
		a.say()
	}
}

func (a *announcement) say() {
	a.once.Do(func() {
		if !a.at.IsZero() { // else it is resumed, which is said otherwise
			a.log.WithTime(a.at).Info("the run begins")
		}
	})
}

// Levels implements logrus.Hook.
func (a *announcement) Levels() []logrus.Level { return logrus.AllLevels }

// Fire implements logrus.Hook.
func (a *announcement) Fire(*logrus.Entry) error {
	a.say()
	return nil
}
