package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xrash/smetrics"

	"recue/runtime/clock"
)

// Spec is a schedule as people write it: text throughout, so that an error can
// show it and that it can be stored as JSON. Empty means not given. Exactly one
// of Daily, Cron, Every and At is given.
type Spec struct {
	Daily   string   `json:"daily,omitempty"`   // times of day: "08:00", "08:00, 20:30:15"
	Days    string   `json:"days,omitempty"`    // with Daily: "mon-fri", "sat,sun"
	Cron    string   `json:"cron,omitempty"`    // five fields, six with seconds first, or "@hourly" and its kin
	Every   string   `json:"every,omitempty"`   // a duration of whole seconds
	At      string   `json:"at,omitempty"`      // "2026-12-24 18:00": once
	TZ      string   `json:"tz,omitempty"`      // an IANA zone: "Europe/Berlin"
	Except  []string `json:"except,omitempty"`  // dates in the zone: "2026-12-25"
	From    string   `json:"from,omitempty"`    // a date, or date and time: not before
	Till    string   `json:"till,omitempty"`    // a date (that whole day counts), or date and time: not after
	Missed  string   `json:"missed,omitempty"`  // Missed
	Grace   string   `json:"grace,omitempty"`   // a duration; default 10m
	Overlap string   `json:"overlap,omitempty"` // Overlap
	Timeout string   `json:"timeout,omitempty"` // a duration; a run that takes longer is cancelled
}

// Missed says what becomes of firings that came due while nothing ran.
type Missed string

// The policies for missed firings. Grace bounds how late each may start.
const (
	MissedSkip Missed = "skip" // none runs
	MissedOnce Missed = "once" // the newest runs
	MissedAll  Missed = "all"  // each runs, in order
)

// Overlap says what happens when a job is due while its last run still runs.
type Overlap string

// The policies for overlaps.
const (
	OverlapSkip    Overlap = "skip"    // the firing does not run
	OverlapQueue   Overlap = "queue"   // it runs after the last run; one waits at most
	OverlapAllow   Overlap = "allow"   // both run
	OverlapReplace Overlap = "replace" // the last run is cancelled, then it runs
)

// The words that Spec.Missed and Spec.Overlap may hold, the default first.
var (
	MissedPolicies  = []string{string(MissedOnce), string(MissedSkip), string(MissedAll)}
	OverlapPolicies = []string{string(OverlapSkip), string(OverlapQueue), string(OverlapAllow), string(OverlapReplace)}
)

// DefaultGrace is how late a firing may start where the schedule does not say.
const DefaultGrace = 10 * time.Minute

// Policy is what a schedule says about its runs, with the defaults filled in.
type Policy struct {
	Missed  Missed
	Grace   time.Duration // how late a firing may still start
	Overlap Overlap
	Timeout time.Duration // 0: none
}

// Schedule is a Spec that was found right.
type Schedule struct {
	Policy
	spec Spec
	zone *time.Location
	rule rule
	from time.Time // zero: none
	till time.Time // the last instant that counts; zero: none
}

// rule finds the first occurrence after an instant, without regard to from and till.
type rule interface {
	next(after time.Time) (Occurrence, bool)
}

// New reads a Spec. zone is that of a Spec which names none.
//
// An error names the option, what was given and what would be right. A schedule
// that could never fire is an error too.
func New(spec Spec, zone *time.Location) (*Schedule, error) {
	spec.Except = slices.Clone(spec.Except)
	s := &Schedule{spec: spec, zone: zone}
	var err error
	if spec.TZ != "" {
		if s.zone, err = Zone(spec.TZ); err != nil {
			return nil, fmt.Errorf("tz %w", err)
		}
	}
	if err := s.readPolicy(); err != nil {
		return nil, err
	}
	if err := s.readWindow(); err != nil {
		return nil, err
	}
	if err := s.readRule(); err != nil {
		return nil, err
	}
	return s, s.checkFires()
}

// Spec is the schedule as it was written.
func (s *Schedule) Spec() Spec { return s.spec }

// Zone is the zone of its times. Where the Spec names none it is the one that New
// was given: whoever stores a Spec for other machines puts Zone().String() into TZ.
func (s *Schedule) Zone() *time.Location { return s.zone }

// String is when it fires, as it was written: `daily "08:00"`.
func (s *Schedule) String() string {
	kind, text := s.spec.kind()
	if s.spec.Days != "" {
		return fmt.Sprintf("%s %q, days %q", kind, text, s.spec.Days)
	}
	return fmt.Sprintf("%s %q", kind, text)
}

// kind gives the option that says when the schedule fires, and its value.
func (s Spec) kind() (option, text string) {
	for _, o := range s.kinds() {
		if o[1] != "" {
			return o[0], o[1]
		}
	}
	return "", ""
}

func (s Spec) kinds() [][2]string {
	return [][2]string{{"daily", s.Daily}, {"cron", s.Cron}, {"every", s.Every}, {"at", s.At}}
}

// readRule reads which instants are meant.
func (s *Schedule) readRule() error {
	var given []string
	for _, o := range s.spec.kinds() {
		if o[1] != "" {
			given = append(given, o[0])
		}
	}
	switch {
	case len(given) == 0 && s.spec.Days != "":
		return fmt.Errorf(`days %q needs a time of day: daily = "08:00"`, s.spec.Days)
	case len(given) == 0:
		return errors.New(`it does not say when: give daily = "08:00", cron = "0 8 * * 1-5", every = "15m" or at = "2026-12-24 18:00"`)
	case len(given) > 1:
		return fmt.Errorf("%s contradict each other: give one of them, or write two schedules", strings.Join(given, " and "))
	case s.spec.Days != "" && s.spec.Daily == "":
		return fmt.Errorf("days %q goes with daily only, not with %s: a cron names the days in its last field, such as \"*/15 * * * mon-fri\"", s.spec.Days, given[0])
	}
	except, err := readExcept(s.spec.Except)
	if err != nil {
		return err
	}
	switch given[0] {
	case "daily":
		s.rule, err = s.daily(except)
	case "cron":
		s.rule, err = s.cron(except)
	case "every":
		s.rule, err = s.every(except)
	case "at":
		s.rule, err = s.at(except)
	}
	return err
}

// checkFires refuses a schedule without a single firing.
func (s *Schedule) checkFires() error {
	if _, ok := s.Next(time.Time{}); ok {
		return nil
	}
	var limits []string
	for _, o := range [][2]string{{"from", s.spec.From}, {"till", s.spec.Till}, {"except", strings.Join(s.spec.Except, ", ")}} {
		if o[1] != "" {
			limits = append(limits, fmt.Sprintf("%s %q", o[0], o[1]))
		}
	}
	if len(limits) == 0 {
		return fmt.Errorf("%s never comes: there is no such date", s)
	}
	return fmt.Errorf("%s never comes with %s", s, strings.Join(limits, " and "))
}

func (s *Schedule) readPolicy() error {
	missed, err := oneOf("missed", s.spec.Missed, MissedPolicies)
	if err != nil {
		return err
	}
	overlap, err := oneOf("overlap", s.spec.Overlap, OverlapPolicies)
	if err != nil {
		return err
	}
	s.Policy = Policy{Missed: Missed(missed), Overlap: Overlap(overlap), Grace: DefaultGrace}
	for _, o := range []struct {
		name, text string
		to         *time.Duration
	}{{"grace", s.spec.Grace, &s.Grace}, {"timeout", s.spec.Timeout, &s.Timeout}} {
		if o.text == "" {
			continue
		}
		if *o.to, err = clock.ParseDuration(o.text); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		if *o.to <= 0 {
			return fmt.Errorf("%s %q must be greater than 0", o.name, o.text)
		}
	}
	return nil
}

// oneOf reads a text with a fixed set of values; empty means the first.
func oneOf(option, text string, values []string) (string, error) {
	if text == "" {
		return values[0], nil
	}
	if slices.Contains(values, text) {
		return text, nil
	}
	return "", fmt.Errorf("%s %q must be one of %s%s", option, text, strings.Join(values, ", "), didYouMean(text, values))
}

// didYouMean is the question to add to an error, or "".
func didYouMean(word string, known []string) string {
	best, limit := "", max(2, len(word)/4)
	for _, k := range known {
		if d := smetrics.WagnerFischer(strings.ToLower(word), strings.ToLower(k), 1, 1, 1); d <= limit && d < len(k) {
			best, limit = k, d-1 // the next must be nearer
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
