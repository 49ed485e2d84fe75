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
	Kinds           []kindRow
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
	maxLeft     = 10_000 // whoever looks for a recording that goes on needs its name
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
	w := newWords(o, r.from, r.till)
	f := r.figures()
	commands := r.choose(w)
	shown := map[*Command]bool{} // true where something leads to its row
	for _, c := range commands {
		shown[c] = false
	}
	v := &view{
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hashOf(pageCSS), hashOf(pageJS)),
		CSS:    template.CSS(pageCSS), JS: template.JS(pageJS),
		Title: r.title(w), Facts: r.facts(w, &f), Kinds: r.kinds(w, &f, shown), Details: r.details(w), Notes: r.notes(w, o),
		Ticks: newAxis(r.from, r.till).ticks(o.Zone), All: r.all(w, shown, f.peak),
		Dates: w.dates(r.from), Table: r.table(w, commands, shown), Commands: len(r.Commands), LeftOut: len(r.Commands) - len(commands),
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
		v.Failures = append(v.Failures, remark{Text: r.line(w, c), UTC: w.utc(c.Sent), Href: link(c, shown)})
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
