package clock

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// MaxDuration is the longest span that a script or a setting may name: 100 years of 365 days.
const MaxDuration = 36500 * 24 * time.Hour

var days = regexp.MustCompile(`^(\d+(?:\.\d+)?)d`)

// ParseDuration reads a time span as scripts and settings write it: "90s",
// "1h30m", "500ms", "7d", "1d12h", or a bare number of seconds ("2", "0.5").
// The units are those of time.ParseDuration and d, a day of 24 hours, which
// comes first. A negative span is an error.
func ParseDuration(text string) (time.Duration, error) {
	bad := func(why string) (time.Duration, error) {
		return 0, fmt.Errorf("%q is no duration: %s", text, why)
	}
	const example = `write seconds (2.5) or a text like "90s", "1h30m", "500ms", "7d"`
	s := strings.TrimSpace(text)
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpP_") {
		d, err := Seconds(seconds)
		if err != nil {
			return bad(err.Error())
		}
		return d, nil
	}
	if strings.HasPrefix(s, "-") {
		return bad("it must not be negative")
	}
	var total time.Duration
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n*24 > MaxDuration.Hours() {
			return bad("it is longer than 100 years")
		}
		total = time.Duration(n * float64(24*time.Hour))
		s = s[len(m[0]):]
		if s == "" {
			return total, nil
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		return bad(example)
	}
	if total+rest > MaxDuration {
		return bad("it is longer than 100 years")
	}
	return total + rest, nil
}

// Seconds turns a number of seconds into a duration, rounded to the nanosecond.
// NaN, infinities, negative numbers and spans over MaxDuration are errors.
func Seconds(s float64) (time.Duration, error) {
	switch {
	case math.IsNaN(s):
		return 0, errors.New("it must be a number, not NaN")
	case s < 0:
		return 0, errors.New("it must not be negative")
	case s > MaxDuration.Seconds():
		return 0, errors.New("it is longer than 100 years")
	}
	return time.Duration(math.Round(s * float64(time.Second))), nil
}
