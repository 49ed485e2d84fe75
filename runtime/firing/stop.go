package firing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"recue/runtime/schedule"
)

// stopSlack is how long after its time a planned stop is sent: by then the run that
// planned it has usually done it, and taken the plan back.
const stopSlack = 5 * time.Second

// stopGrace is how late a planned stop may come: a recording that goes on is stopped
// whenever a node is alive again.
const stopGrace = "30d"

// PlanStop writes down that a recording is to be stopped at a time, whoever is alive
// then. done takes the plan back, once the recording has been stopped.
func (n *Node) PlanStop(ctx context.Context, at time.Time, s Stop) (done func(context.Context) error, err error) {
	at = at.Add(stopSlack + time.Second - 1).Truncate(time.Second).UTC()
	name := fmt.Sprintf("stop %s on %s at %s for %s", s.TaskID, s.Subject, at.Format(time.RFC3339), s.Run)
	err = n.store.update(ctx, name, func(j *Job) bool {
		*j = Job{
			Name: name, Zone: "UTC", Stop: &s, EffectiveFrom: n.opts.Clock.Now().UTC(),
			Spec: schedule.Spec{At: at.Format("2006-01-02 15:04:05"), TZ: "UTC", Missed: string(schedule.MissedAll), Grace: stopGrace},
		}
		return true
	})
	if err != nil {
		return nil, storeError("write down the planned stop of "+s.TaskID, err)
	}
	return func(ctx context.Context) error { return n.store.jobs.Delete(ctx, token(name)) }, nil
}

// planned takes up a planned stop: every node may carry it out.
func (n *Node) planned(record Job) {
	s, err := schedule.New(record.Spec, time.UTC)
	if err != nil {
		n.opts.Log.WithError(err).WithField("job", record.Name).Error("a planned stop is damaged")
		return
	}
	n.mu.Lock()
	n.handlers[record.Name] = &Handler{Schedule: s, Resume: true, record: record, Run: func(ctx context.Context, _ Run) error {
		superseded, err := n.superseded(ctx, record)
		if err != nil {
			return err
		}
		if !superseded {
			if err := n.opts.Stop(ctx, *record.Stop); err != nil {
				return err // it has tried as long as it may; others go on
			}
		}
		return n.store.jobs.Delete(ctx, token(record.Name))
	}}
	n.mu.Unlock()
	n.ticker.post(func() { n.ticker.put(record.Name, s, record) })
}

// superseded says whether a later recording of the same task has a planned stop of
// its own: what records now is then that one.
func (n *Node) superseded(ctx context.Context, record Job) (bool, error) {
	later := false
	err := readAll(ctx, n.store.jobs, func(_ string, data []byte) error {
		var j Job
		if err := json.Unmarshal(data, &j); err != nil {
			return err
		}
		if s := j.Stop; s != nil && s.TaskID == record.Stop.TaskID && s.Subject == record.Stop.Subject && j.EffectiveFrom.After(record.EffectiveFrom) {
			later = true
		}
		return nil
	})
	return later, err
}
