package app

import (
	"regexp"
	"strings"

	"recue/runtime/config"
)

// mask hides what looks secret in a script's own words, which nobody has
// declared: the values that Recue itself was given as secrets, the user of a URL,
// and what stands under a name such as password or token.
type mask struct{ secrets []string }

func newMask(cfg *config.Config) mask {
	var m mask
	for _, s := range []config.Secret{cfg.Password, cfg.Token} {
		if text := s.Reveal(); text != "" {
			m.secrets = append(m.secrets, text)
		}
	}
	return m
}

const masked = "***"

var userinfo = regexp.MustCompile(`://[^/\s]*@`)

// text hides secrets and the users of URLs.
func (m mask) text(s string) string {
	for _, secret := range m.secrets {
		s = strings.ReplaceAll(s, secret, masked)
	}
	return userinfo.ReplaceAllString(s, "://"+masked+"@")
}

// value is text for the value of something that has a name.
func (m mask) value(name, value string) string {
	if secretName(name) {
		return masked
	}
	return m.text(value)
}

// words is text for the words of a command line: "password=x", "--token", "x".
func (m mask) words(words []string) []string {
	var out []string
	hide := false // the word before named a secret whose value follows
	for _, word := range words {
		name, value, assigned := strings.Cut(word, "=")
		switch {
		case hide:
			word, hide = masked, false
		case assigned:
			word = name + "=" + m.value(name, value)
		default:
			hide = strings.HasPrefix(word, "-") && secretName(word)
			word = m.text(word)
		}
		out = append(out, word)
	}
	return out
}

func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"pass", "pwd", "token", "secret", "credential", "creds", "apikey", "api_key", "api-key", "seed", "auth"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
