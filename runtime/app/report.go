package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/journal"
	timeline "recue/runtime/report"
	"recue/runtime/schedule"
)

const reportText = `Makes one HTML page of what a run did: a timeline with a row for each task, the recordings from start to
stop, the commands and their failures, and a table of all commands. The page needs nothing beside it and no network.

JOURNAL is a file that --journal wrote, - for standard input. Without it: --journal, RECUE_JOURNAL.
The page goes into the file of -o. Without -o it goes to standard output, for a pipe or >; on a terminal, where nobody
could read it, into a file beside the journal, whose name is said.

Examples:
  recue report recue.jsonl                        the last run
  recue report recue.jsonl -o evening.html
  recue report recue.jsonl --list                 which runs there are
  recue report recue.jsonl --list --output json
  recue report recue.jsonl --run 3 -o third.html  the third
  recue report recue.jsonl --run 5b1c09d2e7fa --tz Europe/Berlin
  recue report recue.jsonl --from "2026-12-24 18:00" --till 2026-12-25   a part of a long run`

func (a *app) reportCommand() *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "make a page with the timeline of a run", ArgsUsage: "[JOURNAL]", Description: reportText,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "run", Usage: "which `RUN`: its name, its number, or last (default last)"},
			&cli.BoolFlag{Name: "list", Usage: "list the runs of the journal instead"},
			&cli.StringFlag{Name: "from", Usage: "show what was from this `TIME` on: 2026-12-24 or \"2026-12-24 18:00\""},
			&cli.StringFlag{Name: "till", Usage: "show what was until this `TIME`; a date counts whole"},
			&cli.StringFlag{Name: "o", Usage: "write the page into this `FILE`; - for standard output"},
			&cli.BoolFlag{Name: "force", Usage: "let -o overwrite a file that is no report"},
			&cli.StringFlag{Name: "tz", Usage: "`ZONE` of the times, of --from and --till too (default the machine's)"},
		},
		Action: a.report,
	}
}

// reportFlags is what is asked of report.
type reportFlags struct {
	journal string // the file, "-" for standard input
	choice  timeline.Choice
	from    time.Time // zero: from the beginning
	till    time.Time // zero: to the end
	list    bool
	json    bool
	out     string // "" where it was not given
	force   bool
	zone    *time.Location
	mask    mask
}

func (a *app) report(c *cli.Context) error {
	f, err := a.reportFlags(c)
	if err != nil {
		return err
	}
	in, err := a.openReported(f.journal)
	if err != nil {
		return fault.Usage(fmt.Errorf("report %s: %w", f.journal, err), a.similarJournal(f.journal, err))
	}
	defer in.Close() // nothing was written
	if f.list {
		list, err := timeline.List(journal.Read(in))
		if err != nil {
			return reportError(f, err)
		}
		return a.printRuns(f, in, list)
	}
	run, err := timeline.Collect(journal.Read(in), f.choice)
	if err != nil {
		return reportError(f, err)
	}
	part, err := run.Cut(f.from, f.till)
	if err != nil {
		return fault.Usage(fmt.Errorf("report %s: %w", f.journal, err), fmt.Sprintf("it went on from %s to %s", run.First.In(f.zone).Format(moment), run.Last.In(f.zone).Format(moment)))
	}
	var page bytes.Buffer
	err = part.Write(&page, timeline.Options{Zone: f.zone, Journal: filepath.Base(f.journal), Life: lifeOf(in, &run.Summary), Clean: f.clean})
	if err != nil {
		return fmt.Errorf("report %s: %w", f.journal, err)
	}
	return a.deliver(f, in, run.ID, page.Bytes())
}

// clean makes text of a journal fit to be shown.
func (f *reportFlags) clean(s string) string { return visible(f.mask.text(s)) }

func (a *app) reportFlags(c *cli.Context) (*reportFlags, error) {
	f := &reportFlags{list: c.Bool("list"), out: c.String("o"), force: c.Bool("force")}
	var err error
	if f.json, err = wantsJSON(c); err != nil {
		return nil, err
	}
	cfg, _, err := a.settings(c)
	if err != nil {
		return nil, err
	}
	f.mask = newMask(cfg)
	if f.zone, err = a.zoneFlag(c); err != nil {
		return nil, err
	}
	if c.IsSet("run") {
		if f.choice, err = timeline.ParseChoice(c.String("run")); err != nil {
			return nil, usage("--run: %w", err)
		}
	}
	if err := f.readSpan(c); err != nil {
		return nil, err
	}
	switch {
	case f.json && !f.list:
		return nil, fault.Usage(errors.New("--output: a page has no form as JSON"), "the journal itself is JSON, a line each; --list prints the runs as JSON")
	case f.list && (c.IsSet("run") || c.IsSet("o") || f.force || c.IsSet("from") || c.IsSet("till")):
		return nil, usage("report: --list is without --run, --from, --till, -o and --force: it lists all runs on standard output")
	case c.IsSet("o") && f.out == "":
		return nil, usage("-o: the file's name is empty")
	case f.force && !c.IsSet("o"):
		return nil, usage("report: --force is about the file of -o, which is not given")
	}
	return f, f.nameJournal(c, cfg)
}

// readSpan reads --from and --till.
func (f *reportFlags) readSpan(c *cli.Context) (err error) {
	if c.IsSet("from") {
		if f.from, err = schedule.ParseFrom(c.String("from"), f.zone); err != nil {
			return usage("--from: %w", err)
		}
	}
	if c.IsSet("till") {
		if f.till, err = schedule.ParseTill(c.String("till"), f.zone); err != nil {
			return usage("--till: %w", err)
		}
		if !f.till.After(f.from) {
			return usage("--till %s is before --from %s", c.String("till"), c.String("from"))
		}
	}
	return nil
}

// nameJournal takes the journal from the argument, else from the settings.
func (f *reportFlags) nameJournal(c *cli.Context, cfg *config.Config) error {
	switch words := c.Args().Slice(); {
	case len(words) > 1:
		return usage("report takes one journal, got %q and %q", words[0], words[1])
	case len(words) == 1 && words[0] != "":
		f.journal = words[0]
	case cfg.Journal != "":
		f.journal = cfg.Journal
	default:
		return fault.Usage(errors.New("report: no journal is given"), "name the file that --journal wrote: recue report recue.jsonl")
	}
	return nil
}

// openReported opens a journal for reading, a pipe too.
func (a *app) openReported(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.machine.Stdin), nil
	}
	file, err := a.machine.Open(name)
	if err != nil {
		return nil, fileError(err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		_ = file.Close() // nothing was written
		return nil, errors.New("it is a folder: name the journal in it")
	}
	return file, nil
}

func (a *app) similarJournal(name string, err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "a run writes it where it is asked to: recue run SCRIPT --journal " + shellQuote(name)
	}
	return ""
}

// reportError is for what stands in the journal, or does not.
func reportError(f *reportFlags, err error) error {
	hint := ""
	var unknown *timeline.UnknownRunError
	switch {
	case errors.As(err, &unknown):
		hint = "recue report " + shellQuote(f.journal) + " --list lists its runs"
	case errors.Is(err, timeline.ErrNoJournal):
		hint = "name the file that --journal wrote"
	case !errors.Is(err, timeline.ErrEmpty):
		err = fileError(err)
	}
	return fault.Usage(fmt.Errorf("report %s: %w", f.journal, err), hint)
}

// lifeOf says whether the process of a run without an end is still there.
func lifeOf(in io.Reader, run *timeline.Summary) timeline.Life {
	file, ok := in.(*os.File)
	if !ok || run.Ended || !run.Died.IsZero() {
		return timeline.NotKnown
	}
	switch is, known := journal.UnderWay(file, run.ID); {
	case !known:
		return timeline.NotKnown
	case is:
		return timeline.UnderWay
	}
	return timeline.Gone
}

// deliver brings the page to where it is wanted.
func (a *app) deliver(f *reportFlags, in io.Reader, run string, page []byte) error {
	name := f.out
	if name == "" && a.machine.OutTerminal {
		base := "recue"
		if f.journal != "-" {
			base = strings.TrimSuffix(f.journal, filepath.Ext(f.journal))
		}
		name = base + "-" + run + ".html"
	}
	if name == "" || name == "-" {
		_, _ = a.out.Write(page) // the output remembers a failed write
		return nil
	}
	if err := a.mayWrite(f, in, name); err != nil {
		return err
	}
	file, err := a.machine.Create(name)
	if err != nil {
		return fault.Usage(fmt.Errorf("write the report %s: %w", name, fileError(err)), "")
	}
	_, err = file.Write(page)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write the report %s: %w", name, fileError(err))
	}
	if f.out == "" {
		a.display.say("the report is in %s", visible(name))
	}
	return nil
}

// mayWrite refuses to overwrite what is no report; the journal, whatever is asked.
func (a *app) mayWrite(f *reportFlags, in io.Reader, name string) error {
	file, err := a.machine.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Usage(fmt.Errorf("write the report %s: %w", name, fileError(err)), "")
	}
	defer file.Close() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return fault.Usage(fmt.Errorf("write the report %s: %w", name, fileError(err)), "")
	}
	if info.IsDir() {
		return fault.Usage(fmt.Errorf("write the report %s: it is a folder", name), "name a file in it: -o "+shellQuote(filepath.Join(name, "report.html")))
	}
	if source, ok := in.(fs.File); ok {
		if journal, err := source.Stat(); err == nil && os.SameFile(journal, info) {
			return usage("write the report %s: it is the journal itself", name)
		}
	}
	if f.force || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	head := make([]byte, 512)
	n, _ := io.ReadFull(file, head) // what cannot be read is no report
	if timeline.IsPage(head[:n]) {
		return nil
	}
	return fault.Usage(fmt.Errorf("write the report %s: this file is there already, and is no report", name), "name another file; --force overwrites it")
}
