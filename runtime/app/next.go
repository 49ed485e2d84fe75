package app

import (
	"bytes"
	"container/heap"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
	"recue/runtime/schedule"
	"recue/runtime/script"
)

const nextText = `Lists when the schedules of scripts will fire, in order, each in its own zone. Nights on which
the clocks change are marked, with what that does to a firing.

The scripts are run to learn their schedules, without NATS: a command outside of a schedule's
function is an error. What they print goes to stderr.

Examples:
  recue next nightly.lua
  recue next nightly.lua -n 50
  recue next nightly.lua morning.lua --from 2026-10-24 --till 2026-10-26
  recue next nightly.lua --tz America/New_York    as on a machine there
  recue next nightly.lua --output json            a list of {"job", "due"}`

// firingsShown is how many firings are listed where nothing else is asked for.
const firingsShown = 10

func (a *app) nextCommand() *cli.Command {
	return &cli.Command{
		Name: "next", Usage: "list when the schedules of scripts will fire", ArgsUsage: "SCRIPT...", Description: nextText,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "n", Usage: fmt.Sprintf("list `NUMBER` firings (default %d; with --till all of them)", firingsShown)},
			&cli.StringFlag{Name: "from", Usage: "begin at this `TIME`: 2026-10-24 or \"2026-10-24 18:00\" (default now)"},
			&cli.StringFlag{Name: "till", Usage: "end with this `TIME`; a date counts whole"},
			&cli.StringFlag{Name: "tz", Usage: "`ZONE` of --from, --till and the schedules that name none (default the machine's)"},
			varFlag(),
		}, limitFlags()...),
		Action: a.next,
	}
}

// span is which firings are asked for.
type span struct {
	after, till time.Time // till zero: without end
	most        int       // 0: all
}

func (a *app) next(c *cli.Context) error {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	cfg, log, err := a.settings(c)
	if err != nil {
		return err
	}
	zone, err := a.zoneFlag(c)
	if err != nil {
		return err
	}
	asked, err := spanFlags(c, zone)
	if err != nil {
		return err
	}
	if !c.Args().Present() {
		return fault.Usage(fmt.Errorf("next: no script is given"), "name one or more: recue next nightly.lua")
	}
	scripts, err := a.newCollector(c, cfg, log, zone)
	if err != nil {
		return err
	}
	ctx, stop := a.watch(c.Context, nil, nil)
	defer stop()
	for _, name := range c.Args().Slice() {
		if err := scripts.read(ctx, "next", name); err != nil {
			return err
		}
	}
	jobs := scripts.jobs.All()
	if asJSON {
		a.firingsJSON(asked.firings(jobs))
	} else {
		a.firingsText(asked.firings(jobs))
	}
	for _, j := range jobs {
		if _, ok := j.Schedule.Next(asked.after); !ok {
			a.display.say("%s", overText(j))
		}
	}
	return nil
}

// zoneFlag reads --tz.
func (a *app) zoneFlag(c *cli.Context) (*time.Location, error) {
	if !c.IsSet("tz") {
		return a.machine.Zone, nil
	}
	zone, err := schedule.Zone(c.String("tz"))
	if err != nil {
		return nil, usage("--tz: %w", err)
	}
	return zone, nil
}

// spanFlags reads -n, --from and --till.
func spanFlags(c *cli.Context, zone *time.Location) (s span, err error) {
	s.after, s.most = time.Now(), firingsShown
	begin := "now"
	if c.IsSet("from") {
		from, err := schedule.ParseFrom(c.String("from"), zone)
		if err != nil {
			return s, usage("--from: %w", err)
		}
		s.after, begin = from.Add(-time.Nanosecond), "--from "+c.String("from")
	}
	if c.IsSet("till") {
		if s.till, err = schedule.ParseTill(c.String("till"), zone); err != nil {
			return s, usage("--till: %w", err)
		}
		if s.most = 0; !s.till.After(s.after) {
			return s, usage("--till %s is before %s", c.String("till"), begin)
		}
	}
	if c.IsSet("n") {
		if s.most, err = strconv.Atoi(c.String("n")); err != nil || s.most < 1 {
			return s, usage("-n: must be a whole number, 1 or more, got %q", c.String("n"))
		}
	}
	return s, nil
}

// upcoming is a job's next firing.
type upcoming struct {
	job  script.Job
	rank int // of the job: equal times keep the order of declaration
	schedule.Occurrence
}

// note says what a change of the clocks does to the firing, or that there is one on its day.
func (f upcoming) note() string {
	if f.Note != "" {
		return f.Note
	}
	return schedule.ClockChange(f.Due)
}

// firings gives what is asked for, of all jobs, in order.
func (s span) firings(jobs []script.Job) iter.Seq[upcoming] {
	var queue firingHeap
	add := func(rank int, after time.Time) {
		o, ok := jobs[rank].Schedule.Next(after)
		if ok && (s.till.IsZero() || !o.Due.After(s.till)) {
			heap.Push(&queue, upcoming{jobs[rank], rank, o})
		}
	}
	return func(yield func(upcoming) bool) {
		for rank := range jobs {
			add(rank, s.after)
		}
		for count := 0; len(queue) > 0 && (s.most == 0 || count < s.most); count++ {
			f := heap.Pop(&queue).(upcoming)
			if !yield(f) {
				return
			}
			add(f.rank, f.Due)
		}
	}
}

// firingsText writes a table, without the blanks at the ends of its lines.
func (a *app) firingsText(firings iter.Seq[upcoming]) {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DUE\tZONE\tJOB\tNOTE")
	for f := range firings {
		zone := f.job.Schedule.Zone().String()
		if zone == "Local" { // what Go calls a zone of the machine whose name it does not know
			zone, _ = f.Due.Zone()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Due.Format("Mon 2006-01-02 15:04:05 -07:00"), zone, visible(f.job.Name), f.note())
	}
	_ = table.Flush() // a bytes.Buffer takes everything
	for line := range strings.Lines(text.String()) {
		a.print(strings.TrimRight(line, " \n"))
	}
}

// firingsJSON writes a list.
func (a *app) firingsJSON(firings iter.Seq[upcoming]) {
	var list bytes.Buffer
	for f := range firings {
		var o object
		o.add("job", f.job.Name)
		o.add("due", f.Due.Format(time.RFC3339))
		if note := f.note(); note != "" {
			o.add("note", note)
		}
		if list.Len() > 0 {
			list.WriteByte(',')
		}
		list.Write(o.bytes())
	}
	a.printJSON([]byte("[" + list.String() + "]"))
}

// firingHeap has the next firing first.
type firingHeap []upcoming

func (h firingHeap) Len() int { return len(h) }

func (h firingHeap) Less(i, j int) bool {
	if !h[i].Due.Equal(h[j].Due) {
		return h[i].Due.Before(h[j].Due)
	}
	return h[i].rank < h[j].rank
}

func (h firingHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *firingHeap) Push(f any)   { *h = append(*h, f.(upcoming)) }

func (h *firingHeap) Pop() any {
	last := len(*h) - 1
	f := (*h)[last]
	*h = (*h)[:last]
	return f
}
