package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"recue/runtime/protocol"
)

// The page's parts. It must stay well-formed as XML too, which the tests hold.
var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string

	layout = template.Must(template.New("page").Funcs(template.FuncMap{"number": number}).Parse(pageHTML))
)

// Life says whether the process of a run without an end is still there.
type Life int

// What is known of a run's process.
const (
	NotKnown Life = iota
	UnderWay
	Gone
)

// Options say how a page is written. Zone is needed.
type Options struct {
	Zone    *time.Location
	Journal string // the file's name, for the page's foot
	Life    Life
	// Clean makes text from outside fit to be shown: secrets are hidden, characters
	// that cannot be seen come out as something that can. nil: text is shown as it is.
	Clean func(string) string
}

// signature is in the first bytes of every page.
const signature = `<meta name="generator" content="recue report"/>`

// IsPage says whether a file that begins with head is a page of this package.
func IsPage(head []byte) bool { return bytes.Contains(head[:min(len(head), 512)], []byte(signature)) }

// fact is a line of the table at the top.
type fact struct {
	Name, Value, Title string
	Code               bool // for machines: a hash, a name
	Bad                bool
}

// view is what the template gets.
type view struct {
	Policy          string
	CSS             template.CSS
	JS              template.JS
	Title           string
	Which           string
	Hash            string
	How             string
	HowClass        string
	Facts           []fact
	Details         []fact
	Notes           []string
	Failures        []remark
	FailedBy        string // how many of each code
	MoreFailed      int
	Left            []remark
	MoreLeft        int
	Ticks           []tick
	All             *all
	Lanes           []lane
	MoreLanes       int
	Recordings      []recordingRow
	RecordingsTitle string
	FoldRecordings  bool
	MoreRecordings  int
	Dates           string
	Dated           bool // times stand with their dates
	Table           []part
	Commands        int
	LeftOut         int
	Zone            string
	Foot            string
}

// remark is a line above the timeline, with the time that it is about.
type remark struct {
	Text, UTC string
	Href      string // the row of the table that it is about, or ""
}

// Bounds of the lists above the timeline.
const (
	maxFailures = 20
	maxLeft     = 20
)

// Write writes the run as a page. The error is the writer's.
func (r *Run) Write(to io.Writer, o Options) error {
	out := bufio.NewWriterSize(to, 64<<10)
	if err := layout.Execute(out, r.view(o)); err != nil {
		return err
	}
	return out.Flush()
}

func (r *Run) view(o Options) *view {
	w := newWords(o, r.First, r.edge())
	f := r.figures()
	commands := r.choose(w)
	shown := map[*Command]bool{} // true where something leads to its row
	for _, c := range commands {
		shown[c] = false
	}
	v := &view{
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hashOf(pageCSS), hashOf(pageJS)),
		CSS:    template.CSS(pageCSS), JS: template.JS(pageJS),
		Title: r.title(w), Facts: r.facts(w, &f), Details: r.details(w), Notes: r.notes(w, o),
		Ticks: newAxis(r.First, r.edge()).ticks(o.Zone), All: r.all(w, shown, f.peak),
		Dates: w.dates(r.First), Table: r.table(w, commands, shown), Commands: len(r.Commands), LeftOut: len(r.Commands) - len(commands),
		Zone: o.Zone.String(),
	}
	v.Which, v.Hash, v.Dated = fmt.Sprintf("Run %s, %d of %d", w.text(r.ID), r.Number, r.Of), w.text(r.SHA256), !w.brief
	if r.Script != "" {
		v.Which += ", script " + w.text(r.Script)
	}
	v.How, v.HowClass = r.how(o.Life)
	if v.HowClass == "ok" && r.Failures > 0 {
		v.How, v.HowClass = v.How+", but "+count(r.Failures, "command")+" failed on the way", "noted"
	}
	v.Recordings, v.MoreRecordings = r.recordings(w)
	v.RecordingsTitle, v.FoldRecordings = count(f.recordings, "recording"), f.recordings > few
	v.Lanes, v.MoreLanes = r.lanes(w, shown)
	v.failures(r, w, shown)
	v.left(r, w, f.still)
	if o.Journal != "" {
		v.Foot = "Made from " + w.text(o.Journal) + ". "
	}
	return v
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (v *view) failures(r *Run, w *words, shown map[*Command]bool) {
	codes := map[string]int{}
	for _, c := range r.Commands {
		if !c.Failed() {
			continue
		}
		codes[c.Outcome]++
		if len(v.Failures) == maxFailures {
			v.MoreFailed++
			continue
		}
		f := remark{Text: r.line(w, c), UTC: w.utc(c.Sent)}
		if _, ok := shown[c]; ok {
			shown[c] = true
			f.Href = fmt.Sprintf("#c%d", c.ID)
		}
		v.Failures = append(v.Failures, f)
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		parts = append(parts, number(codes[code])+" "+w.text(code))
	}
	v.FailedBy = strings.Join(parts, ", ")
}

func (v *view) left(r *Run, w *words, still []*left) {
	for i, l := range still {
		if i == maxLeft {
			v.MoreLeft = len(still) - i
			return
		}
		text := r.task(w, l.Task)
		switch {
		case r.Simulated:
			text += " was left to the simulated recorder, which ended with the run"
		case l.Till.IsZero():
			text += " " + l.left() + ", as far as the journal knows"
		default:
			text += " recorded on; it was " + strings.TrimPrefix(l.ending(w), "was ") + " at " + w.full(l.Till)
		}
		text += "; it was started at " + w.clock(l.From)
		if l.File != "" {
			text += ", into " + w.text(l.File)
		}
		v.Left = append(v.Left, remark{Text: text, UTC: w.utc(l.From)})
	}
}

// title names what ran.
func (r *Run) title(w *words) string {
	text := "recue"
	if r.Command != "" {
		text += " " + w.text(r.Command)
	}
	if r.Script != "" {
		text += " " + w.text(r.Script)
	}
	return text
}

func (r *Run) facts(w *words, f *figures) []fact {
	commands := []string{}
	for _, cmd := range []protocol.Cmd{protocol.Start, protocol.Stop, protocol.Status} {
		if n := f.byCmd[cmd]; n > 0 {
			commands = append(commands, number(n)+" "+string(cmd))
		}
	}
	list := []fact{
		{Name: "Began", Value: w.full(r.First), Title: w.utc(r.First)},
		{Name: "Took", Value: span(r.edge().Sub(r.First)), Title: "until " + w.full(r.edge())},
		{Name: "Commands", Value: number(len(r.Commands)), Title: strings.Join(commands, ", ")},
		{Name: "Failures", Value: number(r.Failures), Bad: r.Failures > 0},
	}
	if r.Unanswered > 0 {
		list = append(list, fact{Name: "Without an outcome", Value: number(r.Unanswered), Bad: true, Title: "sent, and then the journal ends"})
	}
	if f.answers > 0 {
		list = append(list,
			fact{Name: "Median latency", Value: span(f.median), Title: "of " + count(f.answers, "answer") + " of recorders"},
			fact{Name: "p99 latency", Value: span(f.p99), Title: "the slowest took " + span(f.slowest)})
	}
	if f.recordings > 0 {
		list = append(list,
			fact{Name: "Recordings", Value: number(f.recordings), Title: span(f.recorded) + " together, at most " + number(f.peak) + " at once"},
			fact{Name: "Left recording", Value: number(len(f.still)), Bad: len(f.still) > 0 && !r.Simulated})
	}
	return list
}

// details are for those who want to run it again.
func (r *Run) details(w *words) []fact {
	var vars, args []string
	for _, name := range slices.Sorted(maps.Keys(r.Vars)) {
		vars = append(vars, w.text(name+"="+r.Vars[name]))
	}
	for _, arg := range r.Args {
		args = append(args, w.text(arg))
	}
	server := w.text(r.Server)
	if r.Simulated {
		server = "none: a simulated recorder"
	}
	all := []fact{
		{Name: "Arguments", Value: strings.Join(args, " "), Code: true},
		{Name: "Variables", Value: strings.Join(vars, " "), Code: true},
		{Name: "Server", Value: server},
		{Name: "Subject", Value: w.text(r.Subject)},
		{Name: "Ended", Value: r.endTime(w), Title: w.utc(r.Last)},
		{Name: "Process", Value: r.process(w)},
		{Name: "Recue", Value: w.text(r.Version)},
	}
	list := all[:0]
	for _, f := range all {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

func (r *Run) endTime(w *words) string {
	if !r.Ended {
		return "no end in the journal; its last line is of " + w.full(r.Last)
	}
	return w.full(r.Last)
}

func (r *Run) process(w *words) string {
	switch {
	case r.PID == 0:
		return ""
	case r.Host == "":
		return fmt.Sprint(r.PID)
	}
	return fmt.Sprintf("%d on %s", r.PID, w.text(r.Host))
}

// notes say in what the page is less than the whole truth.
func (r *Run) notes(w *words, o Options) []string {
	var list []string
	if r.Simulated {
		list = append(list, "This was a rehearsal: the recorder was a simulated one (--sim).")
	}
	if r.Command == "" {
		list = append(list, "The beginning of this run is not in the journal, nor what was before it.")
	}
	if !r.Ended && o.Life != UnderWay {
		text := "This run has no end in the journal. What its last commands came to may be missing."
		if !r.Died.IsZero() {
			text += " Its process was gone when the next run began, at " + w.full(r.Died) + "."
		}
		list = append(list, text)
	}
	if !r.Ended && o.Life == UnderWay {
		list = append(list, "The run was under way when this page was made: it shows what was in the journal until then.")
	}
	if r.Missing > 0 {
		list = append(list, fmt.Sprintf("%s of this run could not be written, on a full disk for instance, so outcomes are missing.", count(int(r.Missing), "line")))
	}
	if r.Damage.Places > 0 {
		list = append(list, fmt.Sprintf("%s in the journal (%s) cannot be read; they may have belonged to this run or to another.", count(r.Damage.Places, "place"), count(int(r.Damage.Bytes), "byte")))
	}
	return list
}
