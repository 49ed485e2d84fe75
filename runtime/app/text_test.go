package app

import (
	"os/exec"
	"testing"
)

func TestVisibleLeavesNothingForTheTerminalToObey(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, камера 1": "plain text, камера 1",
		"a\x1b[31mred":         `a\x1b[31mred`,
		"a\nb\rc\td":           `a\nb\rc\td`,
		"\u009b2J":             `\u009b2J`,
		"a\u202eb":             `a\u202eb`,
		"a\u00a0b":             `a\u00a0b`,
		"a\xffb":               `a\xffb`,
		"\U000e0041":           `\U000e0041`,
		"\ufffd":               "\ufffd",
		"":                     "",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShellQuoteIsUndoneByAShell(t *testing.T) {
	for _, word := range []string{
		"cam1", "a b", "it's", "$HOME", "`id`", "a;b", "*", "камера", "", "-x", "~", "a\\b", "nats://h:4222,nats://i", "=x", "#a", "!a", "a\u00a0b",
	} {
		out, err := exec.Command("sh", "-c", "printf %s "+shellQuote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q is quoted as %s, which is %q (%v)", word, shellQuote(word), out, err)
		}
	}
	if got := shellQuote("cam1"); got != "cam1" {
		t.Errorf("a plain word is quoted: %s", got)
	}
}

func TestNearestNameIsOfferedOnlyWhenItIsNear(t *testing.T) {
	names := []string{"run", "start", "status", "stop", "sim"}
	for word, want := range map[string]string{"stat": "start", "statu": "status", "stp": "stop", "xyzzy": "", "": "", "si": "sim", "q": ""} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
