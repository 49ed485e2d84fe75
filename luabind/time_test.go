package luabind

import (
	"testing"
	"time"

	"recue/runtime/clock"
)

func TestATimeOfDayThatHasPassedIsTomorrow(t *testing.T) {
	now := time.Date(2026, 12, 24, 18, 1, 0, 0, time.FixedZone("", 3600))
	for text, want := range map[string]bool{"18:00": true, "18:01": true, "18:02": false, "23:59": false, "2026-12-25 18:00": false} {
		at, err := clock.ParseInstant(text, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := isTomorrow(text, now.UTC(), at); got != want {
			t.Errorf("%s at %v: %v, want %v", text, now, got, want)
		}
	}
	if isTomorrow("1798131600", now, now.AddDate(0, 0, 1)) {
		t.Error("an instant is taken for a time of day")
	}
}
