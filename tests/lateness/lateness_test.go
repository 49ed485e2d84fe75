package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestAsManyFiringsAreExpectedAsAreDue(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		jobs, same int
		during     time.Duration
		want       int
	}{
		{1000, 10, 31 * time.Second, 4000},
		{1000, 10, 30 * time.Second, 3000},
		{7, 5, 4 * time.Second, 7},
		{10_000, 0, 10 * time.Minute, 10_000},
		{10_000, 0, 3 * time.Second, 50}, // 16 or 17 of each second
	} {
		p := &plan{jobs: c.jobs, same: c.same, during: c.during}
		if got := p.expected(noon); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestReportsAreCountedOnce(t *testing.T) {
	r := &recorder{}
	r.clear()
	due := time.Unix(1_800_000_000, 0)
	for _, text := range []string{"1_1800000000_5000", "1_1800000000_9000", "2_1800000000_7000", "2_1800000010_1", "cam1"} {
		r.note(text, due.Add(20*time.Millisecond))
	}
	s := r.sample(due, due.Add(10*time.Second))
	if len(s.called) != 2 || s.called[0] != 5*time.Millisecond || s.received[1] != 20*time.Millisecond {
		t.Errorf("%+v", s)
	}
}

func TestTableHasTheRatioToGocron(t *testing.T) {
	ms := time.Millisecond
	var out bytes.Buffer
	results := map[string]*sample{
		besideGocron: {called: []time.Duration{2 * ms}, expected: 1},
		onStore:      {called: []time.Duration{5 * ms, 3 * ms}, received: []time.Duration{6 * ms, 4 * ms}, expected: 3, peakKB: 4096, cpu: ms},
	}
	if err := writeTable(&out, &plan{sides: []string{besideGocron, onStore}}, results); err != nil {
		t.Fatal(err)
	}
	last := strings.Split(strings.TrimSpace(out.String()), "\n")[3]
	if got := strings.Join(strings.Fields(strings.ReplaceAll(last, "|", "")), " "); got != "store 2 of 3 5.0 5.0 5.0 2.5 6.0 6.0 6.0 500 4 0.0" {
		t.Errorf("got %q", got)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range []string{"-jobs 0", "-rounds 0", "-same 60", "-sides x", "-during 1ms", "more"} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
