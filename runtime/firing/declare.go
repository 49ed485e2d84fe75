package firing

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"recue/runtime/fault"
	"recue/runtime/schedule"
)

// known is a job's record as it was read; revision 0 means that there is none.
type known struct {
	Job
	revision uint64
}

// Declare says which jobs a script declares on this node, and registers them: what
// it declared before and does no longer is retired.
func (n *Node) Declare(ctx context.Context, script string, jobs map[string]*Handler) error {
	records := map[string]known{}
	err := readEntries(ctx, n.store.jobs, jetstream.AllKeys, func(e jetstream.KeyValueEntry) error {
		var j Job
		if err := json.Unmarshal(e.Value(), &j); err != nil {
			return err
		}
		records[j.Name] = known{j, e.Revision()}
		return nil
	})
	if err != nil {
		return storeError("read the jobs", err)
	}
	for name, h := range jobs {
		if other, ok := records[name]; ok && !other.Retired {
			if err := clash(other.Job, script, h.Schedule); err != nil {
				return err
			}
		}
	}
	if err := n.registerAll(ctx, jobs, records); err != nil {
		return err
	}
	for name, record := range records {
		if _, declared := jobs[name]; record.Script != script || declared || record.Stop != nil {
			continue
		}
		n.mu.Lock()
		delete(n.handlers, name)
		n.mu.Unlock()
		n.ticker.post(func() { n.ticker.drop(name) })
		if err := n.store.update(ctx, name, func(j *Job) bool {
			changed := !j.Retired
			j.Retired = true
			return changed
		}); err != nil {
			return storeError(fmt.Sprintf("retire the job %q", name), err)
		}
	}
	return nil
}

// clash says why a job cannot be registered beside the record that there is, or nil.
func clash(record Job, script string, s *schedule.Schedule) error {
	switch zone := s.Zone().String(); {
	case record.Script != script:
		return fault.Usage(fmt.Errorf("the job %q is declared by %s already", record.Name, record.Script),
			fmt.Sprintf("give this one another name; where nobody serves %s any more, `recue jobs remove` forgets its job", record.Script))
	case record.Zone != zone && s.Spec().TZ == "" && record.Spec.TZ == "":
		return fault.Usage(fmt.Errorf("the job %q names no zone, and is served in %s already, where this machine is in %s", record.Name, record.Zone, zone),
			fmt.Sprintf("write tz = %q into its schedule, so that it means the same on every machine", record.Zone))
	}
	return nil
}

// registerAll brings the records of the jobs up to date, those that change together,
// and takes the jobs up.
func (n *Node) registerAll(ctx context.Context, jobs map[string]*Handler, records map[string]known) error {
	now := n.opts.Clock.Now()
	var list []*write
	written := map[string]*write{}
	current := map[string]Job{}
	for name, h := range jobs {
		before := records[name]
		record := before.Job
		if record.declare(name, h, now) {
			data, err := json.Marshal(record)
			if err != nil {
				return fmt.Errorf("register the job %q: %w", name, err)
			}
			w := &write{subject: recordSubject(jobsBucket, token(name)), data: data, last: before.revision}
			list, written[name] = append(list, w), w
		}
		current[name] = record
	}
	n.store.jobWrites.all(ctx, list)
	for name, h := range jobs {
		record := current[name]
		if w := written[name]; w != nil && !w.won { // another node has changed it meanwhile, or nobody knows
			var err error
			if record, err = n.register(ctx, name, h); err != nil {
				return storeError(fmt.Sprintf("register the job %q", name), err)
			}
		}
		own := *h
		own.record = record
		n.mu.Lock()
		n.handlers[name] = &own
		n.mu.Unlock()
		n.ticker.post(func() { n.ticker.put(name, h.Schedule, record) })
	}
	return nil
}

// register brings one job's record up to date, whatever it is by now.
func (n *Node) register(ctx context.Context, name string, h *Handler) (Job, error) {
	now := n.opts.Clock.Now()
	var record Job
	err := n.store.update(ctx, name, func(j *Job) bool {
		changed := j.declare(name, h, now)
		record = *j
		return changed
	})
	return record, err
}

// declare puts into the record what the handler says, and tells whether that changes it.
// Where it is new or its schedule another it fires as it says from when its script was
// saved on; else pauses and all stand.
func (j *Job) declare(name string, h *Handler, now time.Time) (changed bool) {
	same := j.Name != "" && !j.Retired && j.says(h.Schedule)
	changed = !same || j.SHA256 != h.SHA256 || j.Script != h.Script
	if !same {
		j.EffectiveFrom = now.UTC()
		if !h.Since.IsZero() && h.Since.Before(now) {
			j.EffectiveFrom = h.Since.UTC()
		}
	}
	j.Name, j.Spec, j.Zone, j.Script, j.SHA256, j.Retired = name, h.Schedule.Spec(), h.Schedule.Zone().String(), h.Script, h.SHA256, false
	return changed
}

// says tells whether a schedule is what the record says.
func (j *Job) says(s *schedule.Schedule) bool {
	a, b := j.Spec, s.Spec()
	same := slices.Equal(a.Except, b.Except)
	a.Except, b.Except = nil, nil
	return same && reflect.DeepEqual(a, b) && j.Zone == s.Zone().String()
}
