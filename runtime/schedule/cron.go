package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"recue/runtime/clock"
)

// parser reads all six fields; a cron of five has 0 for its seconds.
var parser = cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// nicknames are the crons that have a name.
var nicknames = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// field describes a place in a cron.
type field struct {
	name      string
	low, high int
	names     []string // for low, low+1 …
}

var (
	days   = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

	places = [6]field{
		{"second", 0, 59, nil}, {"minute", 0, 59, nil}, {"hour", 0, 23, nil},
		{"day of the month", 1, 31, nil}, {"month", 1, 12, months}, {"day of the week", 0, 6, days},
	}
)

// cron reads the cron of the Spec.
func (s *Schedule) cron(except exceptions) (rule, error) {
	text := strings.ToLower(strings.TrimSpace(s.spec.Cron))
	if strings.HasPrefix(text, "@") {
		named, ok := nicknames[text]
		if !ok {
			return nil, nicknameError(text)
		}
		text = named
	}
	if strings.Contains(text, "tz=") {
		return nil, fmt.Errorf(`cron %q: the zone is an option of its own: tz = "Europe/Berlin"`, s.spec.Cron)
	}
	parts := strings.Fields(text)
	if len(parts) == 5 {
		parts = append([]string{"0"}, parts...)
	}
	if len(parts) != 6 {
		return nil, fmt.Errorf("cron %q has %d fields: write five (minute, hour, day of the month, month, day of the week), or six with the second in front", s.spec.Cron, len(parts))
	}
	f, err := readFields(parts)
	if err != nil {
		return nil, fmt.Errorf("cron %q: %w", s.spec.Cron, err)
	}
	if starred(parts[2]) {
		return running{without{f, except}, s.zone}, nil
	}
	return fixed{without{f, except}, s.zone}, nil
}

func nicknameError(text string) error {
	switch {
	case strings.HasPrefix(text, "@every"):
		return fmt.Errorf(`cron %q: write every = %q instead`, text, strings.TrimSpace(strings.TrimPrefix(text, "@every")))
	case text == "@reboot":
		return fmt.Errorf("cron %q: a schedule does not know when a machine starts", text)
	}
	known := []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
	return fmt.Errorf("cron %q: known are %s", text, strings.Join(known, ", "))
}

// starred says that a field begins with a star, for which "?" is another word.
func starred(part string) bool { return strings.HasPrefix(part, "*") || strings.HasPrefix(part, "?") }

// readFields reads the six fields.
func readFields(parts []string) (fields, error) {
	var sets [6]uint64
	for i, part := range parts {
		var err error
		if sets[i], err = readField(i, part); err != nil {
			return fields{}, err
		}
	}
	return fields{
		second: sets[0], minute: sets[1], hour: sets[2], dom: sets[3], month: sets[4], dow: sets[5],
		eitherDay: !starred(parts[3]) && !starred(parts[5]),
	}, nil
}

// item is one of a field's list: what the parser reads right. It takes more
// ("*-5", an empty item), and reads that wrong.
var item = regexp.MustCompile(`^(\*|\?|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]+))?$`)

// readField reads the field at a place.
func readField(place int, part string) (uint64, error) {
	at := places[place]
	var set uint64
	for _, text := range strings.Split(part, ",") {
		m := item.FindStringSubmatch(text)
		if m == nil || (m[1] == "*" || m[1] == "?") && m[2] != "" {
			return 0, at.wrong(text)
		}
		if step, err := strconv.Atoi(m[3]); m[3] != "" && (err != nil || step == 0 || step > at.high) {
			return 0, fmt.Errorf("the %s %q is wrong: a step goes from 1 to %d (every = \"90m\" is for distances that do not fit a field)", at.name, text, at.high)
		}
		for _, text := range at.straighten(m) {
			six := []string{"*", "*", "*", "*", "*", "*"}
			six[place] = text
			parsed, err := parser.Parse(strings.Join(six, " "))
			if err != nil {
				return 0, at.wrong(text)
			}
			spec := parsed.(*cron.SpecSchedule) // what a parser without descriptors gives
			set |= [6]uint64{spec.Second, spec.Minute, spec.Hour, spec.Dom, spec.Month, spec.Dow}[place]
		}
	}
	return set &^ (1 << 63), nil // where the parser notes a star
}

// straighten rewrites weekdays that the parser does not take: 7 for Sunday and
// ranges past the end of the week (sat-sun, 5-7), which people write.
func (f field) straighten(m []string) []string {
	first, ok1 := f.weekday(m[1])
	last, ok2 := f.weekday(m[2])
	if !ok1 || m[2] != "" && !ok2 || m[2] == "" && m[3] != "" || first <= last && last < 7 && m[2] != "" {
		return m[:1]
	}
	if m[2] == "" {
		last = first
	} else if last < first {
		last += 7
	}
	step := 1
	if n, err := strconv.Atoi(m[3]); err == nil {
		step = n
	}
	var list []string
	for day := first; day <= last; day += step {
		list = append(list, strconv.Itoa(day%7))
	}
	return list
}

// weekday reads a day of the week, 0 to 7; false where it is none, or f is
// another field.
func (f field) weekday(text string) (int, bool) {
	if f.high != 6 {
		return 0, false
	}
	for i, name := range f.names {
		if text == name {
			return i, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= 7
}

// wrong is the error for a field's text, with what would be right.
func (f field) wrong(text string) error {
	right := fmt.Sprintf("%d to %d", f.low, f.high)
	question := ""
	if f.names != nil {
		right += fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
		if f.high == 6 {
			right = "0 to 7 or sun to sat"
		}
		if _, err := strconv.Atoi(text); err != nil && text != "" {
			question = didYouMean(text, f.names)
		}
	}
	return fmt.Errorf("the %s %q is wrong%s: it takes %s, lists (1,2), ranges (1-5) and steps (*/2)", f.name, text, question, right)
}

// daily reads daily and days.
func (s *Schedule) daily(except exceptions) (rule, error) {
	week := "*"
	if s.spec.Days != "" {
		week = strings.ToLower(strings.ReplaceAll(s.spec.Days, " ", ""))
	}
	if strings.ContainsAny(week, "0123456789/?") {
		return nil, daysError(s.spec.Days, nil)
	}
	dow, err := readField(5, week)
	if err != nil {
		return nil, daysError(s.spec.Days, err)
	}
	var all clocks
	for _, text := range strings.Split(s.spec.Daily, ",") {
		w, err := parseWall(strings.TrimSpace(text), []string{"15:04", time.TimeOnly})
		if err != nil {
			return nil, dailyError(strings.TrimSpace(text), err)
		}
		all = append(all, fields{
			second: 1 << w.Second(), minute: 1 << w.Minute(), hour: 1 << w.Hour(),
			dom: ^uint64(0), month: ^uint64(0), dow: dow,
		})
	}
	return fixed{without{all, except}, s.zone}, nil
}

func dailyError(text string, err error) error {
	if whyNot(err) != "" {
		return fmt.Errorf(`daily %q is no time of day: the hours go from 00:00 to 23:59, as in "08:00"`, text)
	}
	return fmt.Errorf(`daily %q is no time of day: write "08:00" or "08:00:30"`, text)
}

func daysError(text string, err error) error {
	question := ""
	if _, rest, ok := strings.Cut(fmt.Sprint(err), " (did you mean"); ok {
		question, _, _ = strings.Cut(" (did you mean"+rest, ":")
	}
	return fmt.Errorf(`days %q are no days of the week%s: write "mon-fri", or "sat,sun"`, text, question)
}

// every reads a distance of real time.
func (s *Schedule) every(except exceptions) (rule, error) {
	step, err := clock.ParseDuration(s.spec.Every)
	if err != nil {
		return nil, fmt.Errorf("every: %w", err)
	}
	if step < time.Second || step%time.Second != 0 {
		return nil, fmt.Errorf("every %q must be whole seconds, 1 or more", s.spec.Every)
	}
	day := time.Unix(0, 0).UTC()
	if !s.from.IsZero() {
		day = wallOf(s.from.In(s.zone))
	}
	return every{instant(midnight(day, 0), s.zone), int64(step / time.Second), s.zone, except}, nil
}

// at reads a single instant.
func (s *Schedule) at(except exceptions) (rule, error) {
	w, err := parseWall(s.spec.At, times)
	if err != nil {
		if _, err := parseWall(s.spec.At, []string{"15:04", time.TimeOnly}); err == nil {
			return nil, fmt.Errorf(`at %q has no date: write "2026-12-24 18:00", or daily = %q for every day`, s.spec.At, s.spec.At)
		}
		return nil, fmt.Errorf(`at %q is no date and time%s: write "2026-12-24 18:00"`, s.spec.At, whyNot(err))
	}
	return fixed{without{moment(w), except}, s.zone}, nil
}
