package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"recue/runtime/fault"
	"recue/runtime/firing"
)

// copies are the scripts of this process, as others are told of them.
func (s *service) copies() (list []firing.Copy) {
	for _, w := range s.scripts {
		list = append(list, w.copy())
	}
	return list
}

// maxWas is how many earlier versions of a script are told of.
const maxWas = 20

// copy is the script as it is in force.
func (w *served) copy() firing.Copy {
	w.mu.Lock()
	defer w.mu.Unlock()
	path, err := filepath.Abs(w.path)
	if err != nil {
		path = w.path
	}
	return firing.Copy{Script: w.name, Place: hostName(), Path: path, SHA256: w.current.sha, Was: w.was}
}

func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return host
}

// others are the copies of this process's scripts that are served elsewhere and are not
// as they are here, each with the own one.
func (s *service) others(serving firing.Serving) (list [][2]firing.Copy) {
	for _, own := range s.copies() {
		own.Node = s.name
		for _, c := range serving.Copies(own.Script) {
			if c.Node != s.name && c.SHA256 != own.SHA256 {
				list = append(list, [2]firing.Copy{own, c})
			}
		}
	}
	return list
}

// refuseClash refuses to serve a script beside another one of the same name: they would
// take each other's jobs. A newer version of what others serve is no such thing. Where
// it cannot be found out who serves, nothing is refused; tellUnserved says so.
func (s *service) refuseClash(ctx context.Context, store *firing.Store) error {
	plans, err := store.Plans(ctx, time.Now())
	if err != nil {
		return nil // it will be said when the jobs are registered
	}
	// Who serves those of this name is waited for.
	var theirs []firing.Job
	for _, j := range needed(plans) {
		if slices.ContainsFunc(s.scripts, func(w *served) bool { return w.name == j.Script }) {
			theirs = append(theirs, j)
		}
	}
	serving, err := store.Serving(ctx, theirs)
	if err != nil {
		return nil
	}
	for _, pair := range s.others(serving) {
		own, other := pair[0], pair[1]
		if !own.SameScript(other) {
			return fault.Usage(fmt.Errorf("another script of the name %s is served here already: %s; this one is %s:%s", own.Script, other, own.Place, own.Path),
				"two scripts of one name would take each other's jobs: give this file another name. A newer version of the same script is served from the same path, or once the other has ended")
		}
		s.log.WithField("script", own.Script).Warnf("another version of it is served too, %s; until both are the same, each firing runs in one of them", other)
	}
	return nil
}

// tellClash warns of other scripts of the same names that are served by now.
func (s *service) tellClash(serving firing.Serving) {
	for _, pair := range s.others(serving) {
		if own, other := pair[0], pair[1]; !own.SameScript(other) {
			s.log.WithField("script", own.Script).Warnf("another script of this name is served too, %s: they take each other's jobs; give one of them another name", other)
		}
	}
}

// versionsNote says that a script is served in several versions, or is "".
func versionsNote(copies []firing.Copy) string {
	var all []string
	kinds := map[string]bool{}
	for _, c := range copies {
		kinds[c.SHA256] = true
		all = append(all, fmt.Sprintf("%s (%.8s)", c, c.SHA256))
	}
	if len(kinds) < 2 {
		return ""
	}
	return fmt.Sprintf("is served in %s, and each firing runs in one of them: %s", counted(len(kinds), "version"), strings.Join(all, ", "))
}
