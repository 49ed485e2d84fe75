package clock

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"2":       2 * time.Second,
		"0.5":     500 * time.Millisecond,
		"2s":      2 * time.Second,
		"500ms":   500 * time.Millisecond,
		"1h30m":   90 * time.Minute,
		"7d":      7 * 24 * time.Hour,
		"1.5d":    36 * time.Hour,
		"1d12h":   36 * time.Hour,
		" 90s ":   90 * time.Second,
		"0":       0,
		"1e3":     1000 * time.Second,
		"36500d":  MaxDuration,
		"100us":   100 * time.Microsecond,
		"1d0.25s": 24*time.Hour + 250*time.Millisecond,
	} {
		got, err := ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for text, why := range map[string]string{
		"":                        "write seconds",
		"soon":                    "write seconds",
		"2 s":                     "write seconds",
		"1h2d":                    "write seconds",
		"+5s":                     "write seconds",
		"1d-1h":                   "write seconds",
		"0x10":                    "write seconds",
		"-1":                      "negative",
		"-5s":                     "negative",
		"NaN":                     "NaN",
		"inf":                     "100 years",
		"1e300":                   "100 years",
		"36501d":                  "100 years",
		"36500d1s":                "100 years",
		"99999999999999999999d1h": "100 years",
	} {
		_, err := ParseDuration(text)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("ParseDuration(%q) error = %v, want it to say %q", text, err, why)
		}
	}
}

func TestSecondsRefusesWhatIsNoSpan(t *testing.T) {
	for _, s := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -0.001} {
		if d, err := Seconds(s); err == nil {
			t.Errorf("Seconds(%v) = %v, want an error", s, d)
		}
	}
	if d, err := Seconds(0.1); err != nil || d != 100*time.Millisecond {
		t.Errorf("Seconds(0.1) = %v, %v", d, err)
	}
}
