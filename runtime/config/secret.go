package config

import "fmt"

// hidden stands where a secret would be.
const hidden = "***"

// Secret is a password or a token. However it is printed, logged or marshalled
// it comes out as "***", or as "" where there is none.
//
// The text sits behind a pointer because package fmt does not call methods on
// unexported fields: a struct that holds a Secret in one prints an address.
type Secret struct{ text *string }

// NewSecret hides text. NewSecret("") is the zero Secret: none.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal gives the text itself, "" if there is none. It is for logging in to
// NATS and for nothing else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String is "***", or "" if there is no secret.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return hidden
}

// Format prints String under every verb, %x and %d too.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MarshalText is String; JSON and slog use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
