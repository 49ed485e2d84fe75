package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"recue/runtime/firing"
	"recue/runtime/rehearsal"
	"recue/runtime/script"
)

// overText says that a job's last time has passed.
func overText(j script.Job) string {
	return fmt.Sprintf("%s (%v) does not fire any more: %v", visible(strconv.Quote(j.Name)), j.At, j.Schedule)
}

// tellOver warns of jobs whose last time had passed when they were registered: nothing
// would ever come of them, in silence. One that has fired as it says is as it should be.
func (s *service) tellOver(ctx context.Context, jobs []script.Job, plans map[string]firing.Status) {
	for _, j := range jobs {
		st, known := plans[j.Name]
		if !known || !st.Next.IsZero() || ctx.Err() != nil {
			continue
		}
		if _, fires := j.Schedule.Next(st.Job.EffectiveFrom); !fires {
			s.log.WithField("job", j.Name).Warn(overText(j))
		}
	}
}

// tellIdle says which jobs do not fire in the time of a rehearsal, the first ones of many.
func (a *app) tellIdle(result *rehearsal.Result) {
	for i, j := range result.Unfired {
		if i == maxFailures {
			a.display.say("and %d more do not fire in that time", len(result.Unfired)-i)
			return
		}
		next, ok := j.Schedule.Next(result.From.Add(-time.Nanosecond))
		if !ok {
			a.display.say("%s", overText(j))
			continue
		}
		a.display.say("%s (%v) does not fire in that time, but %s", visible(strconv.Quote(j.Name)), j.At, next.Due.Format(moment))
	}
}
