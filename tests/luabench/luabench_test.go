package luabench

import (
	"strings"
	"testing"
	"time"
)

// Every script runs on both sides and does the same there. How long that takes is no matter of a test.
func TestScriptsDoTheSameOnBothSides(t *testing.T) {
	for _, group := range Groups {
		for _, s := range group.Scripts {
			want, err := runStock(t.Context(), s.source(), 3)
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			if got, err := runRecue(t.Context(), s.source(), 3); err != nil || !sameNumber(got, want) {
				t.Errorf("%s: Recue prints %q, gopher-lua %q: %v", s.Name, got, want, err)
			}
		}
	}
}

func TestMeasureGivesARowForEachScript(t *testing.T) {
	rows, err := Measure(t.Context(), Options{Rounds: 1, Span: time.Nanosecond, Only: "loops: for"})
	if err != nil || len(rows) != 2 || rows[0].Ratio <= 0 || rows[0].Recue <= 0 {
		t.Fatalf("%v %v", rows, err)
	}
	rows[1].Ratio, rows[1].Target = 3, 2
	var b strings.Builder
	if err := WriteTable(&b, rows); err != nil || !strings.Contains(b.String(), "2.00 missed") || !strings.Contains(b.String(), "| **loops**") {
		t.Errorf("the table is\n%s%v", &b, err)
	}
}

func TestMedian(t *testing.T) {
	for want, all := range map[float64][]float64{1: {1}, 2: {3, 1}, 3: {9, 1, 3}} {
		if got := median(all); got != want {
			t.Errorf("%v: %v", all, got)
		}
	}
}
