package scenario

import (
	"fmt"
	"io"
	"strings"
)

// github writes the workflow commands by which GitHub Actions shows failures
// beside the lines of the files.
type github struct {
	page
	Style
}

func newGitHub(w io.Writer, s Style) Reporter {
	s.Colour = false
	return &github{page: page{w: w}, Style: s}
}

func (g *github) Begin(Plan)        {}
func (g *github) Start(string, int) {}

func (g *github) Result(r *Result) {
	if r.Status == Failed {
		line := r.Line
		if at := r.Failures[0].Err.At; at.Line > 0 && at.File == r.File {
			line = at.Line
		}
		g.command("error", r.File, line, r.title(), r.place()+" "+r.title()+"\n"+r.details(g.Style))
	}
	for _, w := range r.Warnings {
		g.command("warning", r.File, r.Line, r.title(), w)
	}
	if r.Flaky() {
		g.command("warning", r.File, r.Line, r.title(), fmt.Sprintf("passed only at attempt %d", len(r.Earlier)+1))
	}
}

func (g *github) File(f *FileResult) {
	for _, w := range f.Warnings {
		g.command("warning", f.Path, 1, f.Path, w)
	}
}

func (g *github) End(s *Summary) error {
	if s.Interrupted != nil {
		g.printf("::error title=recue test::%s\n", escapeData("not complete: "+s.Interrupted.Error()))
	}
	for line := range strings.SplitSeq(strings.TrimSpace(s.closing()), "\n") {
		g.printf("%s\n", strings.ReplaceAll(oneLine(line), "::", ": :"))
	}
	return g.err
}

func (g *github) command(kind, file string, line int, title, text string) {
	g.printf("::%s file=%s,line=%d,title=%s::%s\n", kind, escapeProperty(file), max(line, 1), escapeProperty(oneLine(title)),
		escapeData(strings.TrimSpace(printable(text))))
}

// escapeData and escapeProperty write a text so that it cannot end the command:
// as GitHub's own toolkit does.
func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(text))
}
