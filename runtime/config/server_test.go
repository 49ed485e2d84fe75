package config

import (
	"strings"
	"testing"
)

func TestParseServer(t *testing.T) {
	for _, test := range []struct{ text, urls, shown string }{
		{"nats://localhost:4222", "nats://localhost:4222", "nats://localhost:4222"},
		{"localhost", "localhost", "localhost"},
		{"[::1]:4222", "[::1]:4222", "[::1]:4222"},
		{"tls://h:443/", "tls://h:443/", "tls://h:443/"},
		{" one:1 , nats://two:2 ,", "one:1 nats://two:2", "one:1,nats://two:2"},
		{"ws://one,wss://two", "ws://one wss://two", "ws://one,wss://two"},
		{"nats://eve:pw@h:1", "nats://eve:pw@h:1", "nats://***@h:1"},
		{"nats://tk@h", "nats://tk@h", "nats://***@h"},
		{"eve:pw@h:1", "eve:pw@h:1", "***@h:1"},
		{"nats://eve:p@w@h:1", "nats://eve:p@w@h:1", "nats://***@h:1"},
		{"nats://a:x@one,nats://b:y@two", "nats://a:x@one nats://b:y@two", "nats://***@one,nats://***@two"},
	} {
		s, err := ParseServer(test.text)
		if err != nil {
			t.Errorf("ParseServer(%q): %v", test.text, err)
			continue
		}
		if got := strings.Join(s.URLs(), " "); got != test.urls {
			t.Errorf("ParseServer(%q) connects to %q, want %q", test.text, got, test.urls)
		}
		if s.String() != test.shown {
			t.Errorf("ParseServer(%q) shows %q, want %q", test.text, s, test.shown)
		}
	}
}

// Each text has "sesame" where a password could be: no error may show it.
func TestParseServerRefuses(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no address"},
		{" , ", "no address"},
		{"http://eve:sesame@h:80", "unknown scheme"},
		{"nats://eve:sesame@", "host is missing"},
		{"nats://eve:sesame@:4222", "host is missing"},
		{"nats://eve:sesame@h:port", "no URL"},
		{"nats://eve:sesame@h:0", "from 1 to 65535"},
		{"nats://eve:sesame@h:65536", "from 1 to 65535"},
		{"nats://eve:%sesame@h", "no URL"},
		{"eve:sesame@@@h:1:1", "the host has a colon in it"},
		{"nats://::1:4222", "in brackets, as in nats://[::1]:4222"},
		{"nats://eve:sesame/x@h", "URL"},
		{"nats://eve:1/sesame@h", "nothing may follow the port"},
		{"nats://eve:1?sesame@h", "nothing may follow the port"},
		{"nats://eve:1#sesame@h", "nothing may follow the port"},
		{"nats://eve:sesame", "no URL"}, // the host was forgotten
		{"nats://eve:sesame,two@h", "address 1 of 2"},
		{"nats://eve:1,sesame@h", "%2C"},
		{"nats://ok:1,nats://eve:sesame@h:x", "address 2 of 2"},
		{"nats://h/sesame", "nothing may follow the port"},
		{"ws://one,nats://eve:sesame@two", "cannot be mixed"},
		{"one,wss://eve:sesame@two", "cannot be mixed"},
		{"nats://h\x00sesame", "no URL"},
		{"nats://a sesame", "no URL"},
	} {
		s, err := ParseServer(test.text)
		switch {
		case err == nil:
			t.Errorf("ParseServer(%q) is %s, want an error", test.text, s)
		case !strings.Contains(err.Error(), test.want):
			t.Errorf("ParseServer(%q): %q does not say %q", test.text, err, test.want)
		case strings.Contains(err.Error(), "sesame"):
			t.Errorf("ParseServer(%q) shows the secret: %v", test.text, err)
		}
	}
}
