package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"recue/runtime/bus"
	"recue/runtime/clock"
	"recue/runtime/fault"
	"recue/runtime/firing"
	"recue/runtime/natsd"
	"recue/runtime/schedule"
)

const jobsText = `Looks into the schedules that recue serve keeps, on the server of --server or in the folder of --store, and steers them.

  recue jobs                      the jobs: when each fires next, what became of the last firing
  recue jobs history JOB          its runs, the newest first: done, failed, cancelled, skipped, missed, interrupted, and why;
                                  of a job that was renamed or taken out, by its old name
  recue jobs pause JOB            it does not fire until it is resumed, or until --until
  recue jobs resume JOB           it fires again, from now on
  recue jobs fire JOB             it runs now, besides its schedule
  recue jobs cancel RUN           ends a run; history and fire show its name
  recue jobs remove JOB           forgets a job that nobody serves any more

All times, those that are shown and that of --until, are in the zone of their job, and are shown with its
distance from UTC. --until takes any other zone as 2026-12-27T06:00:00+01:00.

Examples:
  recue jobs --store /var/lib/recue
  recue jobs history nightly -n 100 --server nats://studio:4222
  recue jobs pause "morning show" --until "2026-12-27 06:00"
  recue jobs --output json`

func (a *app) jobsCommand() *cli.Command {
	return &cli.Command{
		Name: "jobs", Usage: "list the schedules that are served; pause, resume, fire now, history", ArgsUsage: "[list|history|pause|resume|fire|cancel|remove] [JOB|RUN]",
		Description: jobsText,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "store", Usage: "the schedules of the recue serve on this `DIR`"},
			&cli.StringFlag{Name: "until", Usage: "with pause: fire again from this `TIME` on, in the zone of the job: 18:30, 2026-12-27 or \"2026-12-27 06:00\""},
			&cli.StringFlag{Name: "n", Usage: "with history: show `NUMBER` runs (default 20)"},
		},
		Action: a.jobs,
	}
}

// jobsAction is one of the words behind recue jobs.
type jobsAction struct {
	wants string // what it is about: "JOB", "RUN" or ""
	flag  string // that it alone takes
	do    func(j *jobsCall, ctx context.Context) error
}

// jobsCall is one recue jobs.
type jobsCall struct {
	app   *app
	c     *cli.Context
	store *firing.Store
	json  bool
	name  string // JOB or RUN
}

var jobsActions = map[string]jobsAction{
	"list":    {do: (*jobsCall).list},
	"history": {wants: "JOB", flag: "n", do: (*jobsCall).history},
	"pause":   {wants: "JOB", flag: "until", do: (*jobsCall).pause},
	"resume":  {wants: "JOB", do: (*jobsCall).resume},
	"fire":    {wants: "JOB", do: (*jobsCall).fire},
	"cancel":  {wants: "RUN", do: (*jobsCall).cancel},
	"remove":  {wants: "JOB", do: (*jobsCall).remove},
}

// jobs is the command.
func (a *app) jobs(c *cli.Context) error {
	json, err := wantsJSON(c)
	if err != nil {
		return err
	}
	action, name, err := jobsWords(c)
	if err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	options := busOptions(cfg, log)
	if dir := c.String("store"); dir != "" {
		if c.IsSet("server") || c.IsSet("context") {
			return fault.Usage(errors.New("--store and a server are both given"), "a store is found by its folder alone")
		}
		at, err := natsd.StoreAddress(dir)
		if err != nil {
			return err
		}
		options = bus.Options{URL: at.URL, Token: at.Token, Name: options.Name, Log: log}
	}
	ctx, stop := a.watch(c.Context, nil, nil)
	defer stop()
	conn, err := bus.Connect(ctx, options)
	if err != nil {
		return orStore(c, err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // every request has had its answer
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	store, err := firing.Open(ctx, conn.NATS(), firing.Options{Existing: true})
	if errors.Is(err, firing.ErrNoState) {
		return orStore(c, err)
	} else if err != nil {
		return err
	}
	call := &jobsCall{app: a, c: c, store: store, json: json, name: name}
	return call.advised(ctx, action.do(call, ctx))
}

// orStore adds to the error for a server that is away, or has no schedules, that they may
// be in a folder.
func orStore(c *cli.Context, err error) error {
	if c.String("store") != "" || !bus.Temporary(err) && !errors.Is(err, firing.ErrNoState) {
		return err
	}
	hint := fault.HintOf(err) + " (schedules that are served with --store DIR are found by `recue jobs --store DIR`)"
	return &fault.Exit{Code: fault.ExitCode(err), Err: err, Hint: strings.TrimSpace(hint)}
}

// jobsWords reads the words behind recue jobs.
func jobsWords(c *cli.Context) (action jobsAction, name string, err error) {
	words := c.Args().Slice()
	if len(words) == 0 {
		words = []string{"list"}
	}
	var known []string
	for word := range jobsActions {
		known = append(known, word)
	}
	slices.Sort(known)
	action, ok := jobsActions[words[0]]
	switch {
	case !ok:
		return action, "", fault.Usage(fmt.Errorf("jobs %s: there is no such thing to do%s", words[0], didYouMean("", words[0], known)), "recue help jobs lists them")
	case action.wants == "" && len(words) > 1:
		return action, "", usage("jobs %s takes nothing more, got %q", words[0], words[1])
	case action.wants != "" && len(words) == 1:
		return action, "", usage("jobs %s: the %s is missing", words[0], action.wants)
	case len(words) > 2:
		return action, "", fault.Usage(fmt.Errorf("jobs %s takes one %s, got %q and %q", words[0], action.wants, words[1], words[2]), "a name with blanks stands in quotes")
	}
	for _, flag := range []string{"until", "n"} {
		if c.IsSet(flag) && flag != action.flag {
			return action, "", usage("%s is no flag of recue jobs %s", dashed(flag), words[0])
		}
	}
	if action.wants != "" {
		name = words[1]
	}
	return action, name, nil
}

// advised adds to the error for a job that is not there which one may have been meant.
func (j *jobsCall) advised(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, firing.ErrPlanned):
		return fault.Usage(err, "`recue stop TASK` ends the recording now")
	case errors.Is(err, firing.ErrOver):
		return fault.Usage(err, "")
	case !errors.Is(err, firing.ErrNoJob):
		return err
	}
	hint := "`recue jobs` lists the jobs, `recue jobs history JOB` its runs"
	if list, failed := j.store.Jobs(ctx, time.Now()); failed == nil {
		var names []string
		for _, st := range list {
			if !st.Job.Retired {
				names = append(names, st.Job.Name)
			}
			if st.Job.Name == j.name { // where a run was meant: a job is there
				return fault.Usage(err, runsHint(st))
			}
		}
		if name := nearest(j.name, names); name != "" {
			hint = fmt.Sprintf("did you mean %q?", name)
		}
	}
	return fault.Usage(err, hint)
}

// runsNamed is how many runs that go on a hint names.
const runsNamed = 3

// runsHint is for who named a job where a run was to be named.
func runsHint(st firing.Status) string {
	var runs []string
	for _, r := range st.Running[:min(runsNamed, len(st.Running))] {
		runs = append(runs, visible(r.ID()))
	}
	switch {
	case len(runs) == 0:
		return "that is a job, and no run of it goes on"
	case len(st.Running) == 1:
		return "that is a job; its run that goes on is " + runs[0]
	case len(st.Running) > runsNamed:
		return fmt.Sprintf("that is a job; %d of its runs go on, such as %s", len(st.Running), strings.Join(runs, ", "))
	}
	return "that is a job; its runs that go on are " + strings.Join(runs, ", ")
}

func (j *jobsCall) pause(ctx context.Context) error {
	var until *time.Time
	told := pausedUntil(nil)
	if j.c.IsSet("until") {
		job, err := j.store.Job(ctx, j.name)
		if err != nil {
			return err
		}
		at, err := j.untilFlag(job.Location())
		if err != nil {
			return err
		}
		until = &at
		told = fmt.Sprintf("%s (%v, the zone of the job)", pausedUntil(until), at.Location())
	}
	if err := j.store.Pause(ctx, j.name, until); err != nil {
		return err
	}
	return j.tell("paused", "%s is paused %s; what runs goes on", told)
}

// pausedUntil says how long a job is paused; nil: without an end.
func pausedUntil(until *time.Time) string {
	if until == nil {
		return "until it is resumed"
	}
	return "until " + dueText(*until)
}

// untilFlag reads --until, in the job's zone where the time names none.
func (j *jobsCall) untilFlag(zone *time.Location) (time.Time, error) {
	now := time.Now().In(zone)
	text := j.c.String("until")
	at, err := clock.ParseInstant(text, now)
	if err != nil {
		at, err = schedule.ParseFrom(text, zone)
	}
	if err != nil {
		full, failed := time.Parse(time.RFC3339, text)
		if failed != nil {
			return at, usage("--until: %w", err)
		}
		at = full.In(zone)
	}
	if !at.After(now) {
		return at, usage("--until %s has passed: in %v, the zone of the job, it is %s", text, zone, now.Format("2006-01-02 15:04"))
	}
	return at, nil
}

func (j *jobsCall) resume(ctx context.Context) error {
	if err := j.store.Resume(ctx, j.name, time.Now()); err != nil {
		return err
	}
	return j.tell("resumed", "%s fires again, from now on")
}

func (j *jobsCall) remove(ctx context.Context) error {
	job, err := j.store.Job(ctx, j.name)
	if err != nil {
		return err
	}
	if job.Stop == nil { // else it is refused as a planned stop
		switch node, err := j.store.ServedBy(ctx, job); {
		case errors.Is(err, firing.ErrUnknown):
			j.app.display.say("warning: %v", err)
		case err != nil:
			return err
		case node != "":
			return fault.Usage(fmt.Errorf("job %q: it is served by %s; nothing was removed", j.name, node),
				"take it out of its script, or pause it: `recue jobs pause JOB`")
		}
	}
	if err := j.store.Remove(ctx, j.name); err != nil {
		return err
	}
	return j.tell("removed", "%s is forgotten; a recue serve that begins with its script declares it anew")
}

func (j *jobsCall) fire(ctx context.Context) error {
	job, err := j.store.Job(ctx, j.name)
	if err != nil {
		return err
	}
	switch served, err := j.store.Served(ctx, job); {
	case errors.Is(err, firing.ErrUnknown):
		j.app.display.say("warning: %v", err)
	case err != nil:
		return err
	case !served:
		return fault.Usage(fmt.Errorf("job %q: nobody serves it now, so it would not run; nothing was fired", j.name), j.howToServe(job.Script))
	}
	id, err := j.store.Fire(ctx, j.name, time.Now())
	if err != nil {
		return err
	}
	if j.json {
		var o object
		o.add("job", j.name)
		o.add("run", id)
		j.app.printJSON(o.bytes())
		return nil
	}
	j.app.print("fired: " + id)
	return nil
}

func (j *jobsCall) cancel(ctx context.Context) error {
	if err := j.store.Cancel(ctx, j.name); err != nil {
		return err
	}
	job := firing.Job{Name: firing.JobOf(j.name)}
	if serving, err := j.store.Serving(ctx, []firing.Job{job}); err == nil && !serving.Serves(job) {
		return j.tell("cancelled", "%s is to end, but nobody serves its job now: it counts as interrupted once somebody does")
	}
	return j.tell("cancelled", "%s is asked to end; its finally functions have %s", grace.String())
}

// tell prints what was done: for programs the word, for people a line about the name.
func (j *jobsCall) tell(word, format string, more ...any) error {
	if j.json {
		var o object
		o.add("name", j.name)
		o.add("done", word)
		j.app.printJSON(o.bytes())
		return nil
	}
	j.app.print(fmt.Sprintf(format, append([]any{visible(j.name)}, more...)...))
	return nil
}
