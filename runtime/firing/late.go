package firing

import (
	"time"

	"recue/runtime/schedule"
)

// off says why a firing does not run that has waited for others of its job: that has been
// paused meanwhile, or taken out of its script. "" is that it does.
func (n *Node) off(f Firing) string {
	h, mine := n.lookup(f)
	switch {
	case !mine || f.Kind != Due:
		return ""
	case h.record.Retired:
		return "its script does not declare the job any more"
	case h.record.Paused && (h.record.PausedUntil == nil || n.opts.Clock.Now().Before(*h.record.PausedUntil)):
		return "the job was paused before its turn"
	}
	return ""
}

// late is how long ago a firing was due.
func (n *Node) late(f Firing) time.Duration { return n.opts.Clock.Now().Sub(f.Due) }

// inTime says whether a firing may begin without a look at what missed says: its turn has
// come soon enough, and it is the newest of its job.
func (n *Node) inTime(f Firing, h *Handler) bool {
	late := n.late(f)
	return late <= min(prompt, h.Schedule.Grace) && (late < time.Second || !n.outdated(f, h))
}

// outdated says whether the job has been due again since a firing.
func (n *Node) outdated(f Firing, h *Handler) bool {
	newer, ok := h.Schedule.Next(f.Due)
	return ok && !newer.Due.After(n.opts.Clock.Now())
}

// passedOver says why a firing does not run whose turn did not come in time after it was
// published: everything ended, or was frozen. It is treated as what came due meanwhile,
// see decide.
func (n *Node) passedOver(a *active, f Firing, h *Handler) string {
	if f.Kind != Due || a.run.Attempt > 0 || n.inTime(f, h) {
		return ""
	}
	switch {
	case h.Schedule.Missed == schedule.MissedSkip:
		return missedSkip
	case h.Schedule.Missed == schedule.MissedOnce && n.outdated(f, h):
		return missedOnce
	}
	return ""
}
