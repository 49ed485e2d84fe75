package protocol

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the type of a payload field.
type Kind int

// The kinds of payload fields.
const (
	Text    Kind = iota // a string, not empty
	Seconds             // an f64, finite and greater than 0
	U32                 // a whole number, 1 … 4294967295
)

// Field describes one payload option of start and stop. It is the only
// description: the Lua binding, the reference, the editor stubs and the
// command-line flags are made from it.
type Field struct {
	Name    string // as on the wire
	Kind    Kind
	Default any // string, float64 or uint32, by Kind
	Doc     string
	Cmds    []Cmd // the commands that carry it
}

// Fields lists the payload options in wire order.
var Fields = []Field{
	{"segment_time", Seconds, 300.0, "length of one file of the recording", []Cmd{Start, Stop}},
	{"snd_source", Text, "pulsesrc01", "name of the sound source", []Cmd{Start}},
	{"snd_byterate", U32, uint32(96), "sound byterate", []Cmd{Start}},
	{"vid_stream", Text, "main", "name of the video stream", []Cmd{Start}},
	{"vid_byterate", U32, uint32(2000), "video byterate", []Cmd{Start}},
}

// FieldsOf lists the payload options that cmd carries, in wire order.
func FieldsOf(cmd Cmd) []Field {
	var fields []Field
	for _, f := range Fields {
		if slices.Contains(f.Cmds, cmd) {
			fields = append(fields, f)
		}
	}
	return fields
}

// Limits of the task id and the values it shares its rules with.
const (
	MaxTaskID = 256            // bytes
	MaxText   = 4096           // bytes of snd_source and vid_stream
	MaxU32    = math.MaxUint32 // byterates
)

// CheckTaskID says what is wrong with a task id, or nil: it must not be empty,
// at most 256 bytes, valid UTF-8 and without control characters.
func CheckTaskID(id string) error {
	switch {
	case id == "":
		return errors.New("must not be empty")
	case len(id) > MaxTaskID:
		return fmt.Errorf("must be at most %d bytes, got %d", MaxTaskID, len(id))
	}
	return checkText(id)
}

// checkText holds what every text on the wire must be.
func checkText(s string) error {
	if isPlain(s) {
		return nil
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("must be valid UTF-8, got %q", s)
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		return fmt.Errorf("must not contain control characters, got %q", s)
	}
	return nil
}

// CheckSubject says what is wrong with a NATS subject for commands, or nil. It
// must be literal: no wildcards (NATS refuses them for subscriptions only, not
// for requests), no white space, no empty token.
func CheckSubject(subject string) error {
	if plainSubject(subject) {
		return nil
	}
	if subject == "" {
		return errors.New("must not be empty")
	}
	if err := checkText(subject); err != nil {
		return err
	}
	if strings.ContainsFunc(subject, unicode.IsSpace) {
		return fmt.Errorf("must not contain white space, got %q", subject)
	}
	for token := range strings.SplitSeq(subject, ".") {
		switch {
		case token == "":
			return fmt.Errorf("must not have empty parts between its dots, got %q", subject)
		case token == "*" || token == ">":
			return fmt.Errorf("must name one subject, without the wildcard %q, got %q", token, subject)
		}
	}
	return nil
}

// plainSubject says whether a subject is right, of those that most are: printable
// ASCII without wildcards. It is asked for every command.
func plainSubject(subject string) bool {
	empty := true // so far, the part since the last dot
	for i := range len(subject) {
		switch c := subject[i]; {
		case c <= ' ' || c > '~' || c == '*' || c == '>' || c == '.' && empty:
			return false
		default:
			empty = c == '.'
		}
	}
	return !empty
}

// CheckSeconds says what is wrong with a segment_time, or nil.
func CheckSeconds(n float64) error {
	switch {
	case math.IsNaN(n), math.IsInf(n, 0):
		return fmt.Errorf("must be a finite number of seconds, got %v", n)
	case n <= 0:
		return fmt.Errorf("must be greater than 0, got %v", n)
	}
	return nil
}

// CheckU32 says what is wrong with a byterate, or nil.
func CheckU32(n float64) error {
	switch {
	case n != math.Trunc(n): // NaN is unequal to itself; ±Inf fails the bounds
		return fmt.Errorf("must be a whole number, got %v", n)
	case n < 1 || n > MaxU32:
		return fmt.Errorf("must be between 1 and %d, got %.15g", uint32(MaxU32), n)
	}
	return nil
}

// CheckText says what is wrong with a snd_source or vid_stream, or nil.
func CheckText(s string) error {
	switch {
	case s == "":
		return errors.New("must not be empty")
	case len(s) > MaxText:
		return fmt.Errorf("must be at most %d bytes, got %d", MaxText, len(s))
	case !utf8.ValidString(s):
		return fmt.Errorf("must be valid UTF-8, got %q", s)
	}
	return nil
}
