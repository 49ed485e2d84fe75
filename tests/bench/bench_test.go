package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary be the processes that it measures.
func TestMain(m *testing.M) {
	if part := os.Getenv(partVariable); part != "" {
		os.Exit(runPart(part))
	}
	os.Exit(m.Run())
}

// Every side does its work, in a process of its own, and all figures are there.
func TestEverySideIsMeasured(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-in-flight", "1,20", "-rounds", "1", "-commands", "60", "-output", "json"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var rows []row
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.Side)
		if want := map[int]int{1: 18, 20: 60}[r.InFlight]; r.Commands != want {
			t.Errorf("%s, %d in flight: %d commands, want %d", r.Side, r.InFlight, r.Commands, want)
		}
		if r.PerSecond <= 0 || r.Ratio <= 0 || r.PeakMB < 0 {
			t.Errorf("%+v", r)
		}
	}
	want := "hand-written Go,Lua branches,Lua commands,Lua sequential,flood limit,hand-written Go,Lua branches,Lua commands,flood limit"
	if strings.Join(got, ",") != want {
		t.Errorf("sides %q", got)
	}
}

func TestTable(t *testing.T) {
	samples := []sample{{Wall: 1e9, CPU: 5e8, PeakKB: 2048, Commands: 1e6}, {Wall: 2e9, CPU: 5e8, PeakKB: 4096, Commands: 1e6}}
	hand := []sample{{Wall: 1e9, PeakKB: 1024, Commands: 1e6}, {Wall: 1e9, PeakKB: 1024, Commands: 1e6}}
	var out bytes.Buffer
	if err := writeTable(&out, []*measured{{side: "x", inFlight: 10_000, samples: samples, hand: hand}}); err != nil {
		t.Fatal(err)
	}
	last := strings.Split(strings.TrimSpace(out.String()), "\n")[2]
	if got := strings.Join(strings.Fields(strings.ReplaceAll(last, "|", "")), " "); got != "10,000 x 750,000 0.75 0.50 … 1.00 0.5 3 3.00" {
		t.Errorf("got %q", got)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range []string{"-in-flight 0", "-in-flight x", "-rounds 0", "-output xml", "more"} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
