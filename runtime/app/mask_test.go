package app

import (
	"slices"
	"strings"
	"testing"

	"recue/runtime/config"
)

func TestWhatLooksSecretIsHidden(t *testing.T) {
	m := newMask(&config.Config{Password: config.NewSecret("sesame"), Token: config.NewSecret("t0ken")})
	for given, want := range map[string]string{
		"hall2 2":                          "hall2 2",
		"length=10m --fast":                "length=10m --fast",
		"password=x y":                     "password=*** y",
		"--api-key=x":                      "--api-key=***",
		"--token x y":                      "--token *** y",
		"--auth=x --passphrase y=z":        "--auth=*** --passphrase ***",
		"nats://u:p@h:1 url=tls://k@h":     "nats://***@h:1 url=tls://***@h",
		"nats://u:p@a@h":                   "nats://***@h",
		"opensesame! --to=t0ken me@studio": "open***! --to=*** me@studio",
	} {
		words := strings.Split(given, " ")
		if got := m.words(words); strings.Join(got, " ") != want {
			t.Errorf("%s becomes %s, want %s", given, strings.Join(got, " "), want)
		}
		if slices.Contains(words, masked) {
			t.Errorf("%s: the script's own words were changed", given)
		}
	}
	if got := m.value("Camera_Password", "x") + m.value("place", "sesame") + m.value("place", "hall"); got != "******hall" {
		t.Errorf("variables: %s", got)
	}
}
