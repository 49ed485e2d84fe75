package firing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/fault"
)

// whoServes is the subject on which nodes are asked which jobs they serve. That is asked,
// and not written down: what a node that was killed has written would stay.
const whoServes = "recue.who"

// question asks for one job, or for all.
type question struct {
	Job string `json:"job,omitempty"`
}

// answer is what a node serves. A long list comes in several.
type answer struct {
	Node  string            `json:"node"`
	Jobs  []string          `json:"jobs,omitempty"`
	Notes map[string]string `json:"notes,omitempty"` // by script
	// Copies are its scripts, unless it is to end: another may take its place then.
	Copies []Copy `json:"copies,omitempty"`
	// Ending is there once the node is to end.
	Ending *ending `json:"ending,omitempty"`
}

// ending is what a node says of its end: it begins no run of its scripts any more, and
// those that go on have until then.
type ending struct {
	Until   time.Time `json:"until"`
	Scripts []string  `json:"scripts,omitempty"`
}

// Copy is a script as one node serves it. A script is known by its name: copies of one
// script and two scripts of one name are told apart by this.
type Copy struct {
	Node   string   `json:"-"`
	Script string   `json:"script"`
	Place  string   `json:"place"` // the machine
	Path   string   `json:"path"`  // the file on it, absolute
	SHA256 string   `json:"sha256"`
	Was    []string `json:"was,omitempty"` // the hashes of what the node served from it before
}

// SameScript says whether two copies are of one script, as far as can be seen: they are
// alike, or were while their nodes served them, or are files of one path. Then one of
// them may be newer; else they are two scripts.
func (c Copy) SameScript(o Copy) bool {
	return c.SHA256 == o.SHA256 || c.Path == o.Path || slices.Contains(c.Was, o.SHA256) || slices.Contains(o.Was, c.SHA256)
}

// String names a copy to people.
func (c Copy) String() string { return c.Place + ":" + c.Path + " by " + c.Node }

// maxAnswer is how many bytes of names an answer has, about: a server takes 1 MiB, as a
// rule.
const maxAnswer = 64 << 10

// Answer has the node answer who asks which jobs are served, until end is called.
func (n *Node) Answer() (end func(), err error) {
	nc := n.store.js.Conn()
	sub, err := nc.Subscribe(whoServes, func(m *nats.Msg) {
		var q question
		if json.Unmarshal(m.Data, &q) != nil {
			return // nothing of ours
		}
		for _, a := range n.answers(q) {
			data, err := json.Marshal(a)
			if err == nil {
				err = m.Respond(data)
			}
			if err != nil {
				n.opts.Log.WithError(err).Debug("somebody asked which jobs are served, and the answer could not be sent")
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", whoServes, err)
	}
	_ = nc.FlushTimeout(answerPatience) // where the server is away, it is made up for
	return func() { _ = sub.Unsubscribe() }, nil
}

// answers are what the node says. One that is to end begins nothing more, but has what it
// runs.
func (n *Node) answers(q question) []answer {
	n.mu.Lock()
	var jobs []string
	var end *ending
	switch {
	case n.stopping && q.Job == "":
		end = &ending{Until: n.until.UTC(), Scripts: n.scripts()}
		for key := range n.active {
			token, _, _ := strings.Cut(key, ".")
			if job, err := jobOf(token); err == nil {
				jobs = append(jobs, job)
			}
		}
	case n.stopping, q.Job != "" && n.handlers[q.Job] == nil:
		n.mu.Unlock()
		return nil
	case q.Job != "":
		jobs = []string{q.Job}
	default:
		for job := range n.handlers {
			jobs = append(jobs, job)
		}
	}
	n.mu.Unlock()
	slices.Sort(jobs)
	list := []answer{{Node: n.opts.Name, Ending: end}}
	if n.opts.Notes != nil {
		list[0].Notes = n.opts.Notes()
	}
	if n.opts.Copies != nil && q.Job == "" && !n.isStopping() {
		list[0].Copies = n.opts.Copies()
	}
	size := 0
	for _, job := range jobs {
		if size += len(job) + 3; size > maxAnswer {
			list, size = append(list, answer{Node: n.opts.Name}), 0
		}
		last := &list[len(list)-1]
		last.Jobs = append(last.Jobs, job)
	}
	return list
}

// scripts are the names of those that the node serves, in order. n.mu is held.
func (n *Node) scripts() []string {
	names := map[string]bool{}
	for _, h := range n.handlers {
		if h.Script != "" { // a planned stop has none
			names[h.Script] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Serving is which jobs are served, as the nodes that are alive say.
type Serving struct {
	nodes map[string]bool
	jobs  map[string]string   // a node that serves it, by job
	notes map[string][]string // by script
	// copies are what is served of each script, in the order of their nodes.
	copies map[string][]Copy
	ending map[string]bool // scripts that a node serves which is to end
}

// Serves says whether somebody serves a job. A planned stop is everybody's.
func (s Serving) Serves(j Job) bool {
	if j.Stop != nil {
		return len(s.nodes) > 0
	}
	return s.jobs[j.Name] != ""
}

// Has says whether a node has answered.
func (s Serving) Has(node string) bool { return s.nodes[node] }

// Notes are what nodes have to say about a script that they serve, in order.
func (s Serving) Notes(script string) []string { return s.notes[script] }

// Ends says whether nobody serves a job any more but a node that is to end: no run of it
// begins there.
func (s Serving) Ends(j Job) bool { return !s.Serves(j) && s.ending[j.Script] }

// Copies are the copies of a script that are served.
func (s Serving) Copies(script string) []Copy { return s.copies[script] }

func (s Serving) add(a answer) {
	s.addCopies(a)
	s.nodes[a.Node] = true
	for _, job := range a.Jobs {
		s.jobs[job] = a.Node
	}
	for script, note := range a.Notes {
		s.addNote(script, note+" ("+a.Node+")")
	}
	if a.Ending != nil {
		for _, script := range a.Ending.Scripts {
			s.ending[script] = true
			s.addNote(script, fmt.Sprintf("was served by %s, which is stopping; its runs have until %s", a.Node, stamp(a.Ending.Until.Local())))
		}
	}
}

func (s Serving) addNote(script, note string) {
	if at, known := slices.BinarySearch(s.notes[script], note); !known {
		s.notes[script] = slices.Insert(s.notes[script], at, note)
	}
}

func (s Serving) addCopies(a answer) {
	for _, c := range a.Copies {
		c.Node = a.Node
		known := s.copies[c.Script]
		at, has := slices.BinarySearchFunc(known, c, func(x, y Copy) int { return strings.Compare(x.Node, y.Node) })
		if !has {
			s.copies[c.Script] = slices.Insert(known, at, c)
		}
	}
}

// How long answers are waited for: for the first of a job that somebody should serve; after
// that many it is asked again; and, once all jobs are named, for what others have to say.
const (
	answerPatience = 2 * time.Second
	askAgain       = 500 * time.Millisecond
	quiet          = 150 * time.Millisecond
)

// ErrUnknown is in the chain of Serving's error where it cannot be known who serves.
var ErrUnknown = errors.New("it cannot be found out who serves the jobs")

// Serving asks the nodes that are alive which jobs they serve, and what they have to say.
// It waits until each of the jobs given is named, or nobody is there, or for some seconds.
func (s *Store) Serving(ctx context.Context, jobs []Job) (Serving, error) {
	return s.ask(ctx, question{}, jobs)
}

// Served asks whether somebody serves a job and would run it now.
func (s *Store) Served(ctx context.Context, j Job) (bool, error) {
	found, err := s.ask(ctx, question{Job: j.Name}, []Job{j})
	return found.Serves(j), err
}

// ServedBy asks as Served does, and names a node that serves the job; "" if none does.
func (s *Store) ServedBy(ctx context.Context, j Job) (node string, err error) {
	found, err := s.ask(ctx, question{Job: j.Name}, []Job{j})
	return found.jobs[j.Name], err
}

func (s *Store) ask(ctx context.Context, q question, jobs []Job) (Serving, error) {
	found := Serving{nodes: map[string]bool{}, jobs: map[string]string{}, notes: map[string][]string{}, copies: map[string][]Copy{}, ending: map[string]bool{}}
	data, err := json.Marshal(q)
	if err != nil {
		return found, err
	}
	nc := s.js.Conn()
	sub, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		return found, storeError("ask who serves the jobs", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	for ctx.Err() == nil {
		if err := nc.PublishRequest(whoServes, sub.Subject, data); err != nil {
			return found, storeError("ask who serves the jobs", err)
		}
		if found.hear(ctx, sub, jobs, q.Job != "") {
			return found, nil
		}
		if said := nc.LastError(); errors.Is(said, nats.ErrPermissionViolation) && strings.Contains(said.Error(), whoServes) {
			return found, fault.Connect(fmt.Errorf("%w: %w", ErrUnknown, said), "the NATS user needs the permission to publish to "+whoServes)
		}
	}
	return found, nil
}

// hear takes answers until nothing more is to be expected: true; or it is time to ask again.
func (s Serving) hear(ctx context.Context, sub *nats.Subscription, jobs []Job, first bool) (done bool) {
	ctx, cancel := context.WithTimeout(ctx, askAgain)
	defer cancel()
	for {
		jobs = slices.DeleteFunc(slices.Clone(jobs), func(j Job) bool { return s.Serves(j) || s.Ends(j) })
		if len(jobs) == 0 && first {
			return true
		}
		next, stop := ctx, context.CancelFunc(func() {})
		if len(jobs) == 0 {
			next, stop = context.WithTimeout(ctx, quiet)
		}
		m, err := sub.NextMsgWithContext(next)
		stop()
		switch {
		case errors.Is(err, nats.ErrNoResponders): // nobody listens
			return true
		case err != nil:
			return len(jobs) == 0
		}
		var a answer
		if json.Unmarshal(m.Data, &a) == nil {
			s.add(a)
		}
	}
}
