package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	fast "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxLine is longer than any line of ours, in bytes. What is longer is garbage.
const maxLine = 1 << 20

// UnreadableError is a place in a journal that is no line of it: torn by a loss
// of power or a full disk, or written by something else.
type UnreadableError struct {
	Offset int64 // in the file, bytes
	Length int64 // bytes, without the newline
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%d bytes at byte %d are no line of a journal", e.Length, e.Offset)
}

// lenient takes what encoding/json takes too: a payload is the recorder's, and kept as
// it came. Large journals are read in less than half of the time that encoding/json needs.
var lenient = fast.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Read gives the events of a journal in the order of the file. Runs that went on
// at the same time are mixed; each one's own lines are in the order of Seq. A place that
// cannot be read comes as an *UnreadableError, after which reading goes on; any
// other error is the last.
func Read(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for l, err := range lines(r) {
			if err != nil {
				yield(Event{}, err)
				return
			}
			var e Event
			if l.text != nil && fast.Unmarshal(l.text, &e, lenient) != nil {
				l.unreadable, l.text = l.unreadable+int64(len(l.text)), nil
			}
			if l.unreadable > 0 && !yield(Event{}, &UnreadableError{l.offset, l.unreadable}) {
				return
			}
			if l.text != nil && !yield(e, nil) {
				return
			}
		}
	}
}

// line is one line of a file: garbage, an event, or one behind the other.
type line struct {
	offset     int64  // of the line
	unreadable int64  // bytes in front that are no event
	text       []byte // the event, valid until the next; nil: there is none
	torn       bool   // the file ends without a newline
}

// lines cuts a file into lines and finds the event in each. Empty lines are
// passed over. The error is the reader's.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in := bufio.NewReaderSize(r, maxLine)
		var l line
		for next := int64(0); ; l = (line{offset: next}) {
			text, err := in.ReadSlice('\n')
			for errors.Is(err, bufio.ErrBufferFull) {
				l.unreadable += int64(len(text))
				text, err = in.ReadSlice('\n')
			}
			if err != nil && err != io.EOF {
				yield(line{}, err)
				return
			}
			next = l.offset + l.unreadable + int64(len(text))
			l.torn = err == io.EOF
			text = bytes.TrimSuffix(text, []byte("\n"))
			if l.unreadable > 0 { // the end of what was too long
				l.unreadable += int64(len(text))
			} else if from := findEvent(text); from < len(text) {
				l.unreadable, l.text = int64(from), text[from:]
			} else {
				l.unreadable = int64(len(text))
			}
			if (l.unreadable > 0 || l.text != nil) && !yield(l, nil) {
				return
			}
			if err == io.EOF {
				return
			}
		}
	}
}

// mark is how every event begins.
var mark = []byte(`{"time":"`)

// findEvent gives where in a line the event begins, its length for nowhere. It
// is behind other text where an earlier line was torn while another process wrote.
func findEvent(text []byte) int {
	if headed(text) && !bytes.Contains(text[1:], mark) {
		return 0
	}
	for end := len(text); ; {
		i := bytes.LastIndex(text[:end], mark)
		if i < 0 {
			return len(text)
		}
		if headed(text[i:]) && json.Valid(text[i:]) {
			return i
		}
		end = i
	}
}

// Places in a line. Package doc: every line begins alike.
const (
	runAt  = len(`{"time":"`) + len(timeForm) + len(`","run":"`)
	runEnd = runAt + 12
)

// headed says whether text is, by its two ends, one event.
func headed(text []byte) bool {
	return len(text) > runEnd && bytes.HasPrefix(text, mark) && text[len(text)-1] == '}' &&
		bytes.HasPrefix(text[runAt-len(`","run":"`):], []byte(`","run":"`)) && bytes.HasPrefix(text[runEnd:], []byte(`","seq":`))
}

func runOf(text []byte) []byte { return text[runAt:runEnd] }

// textOf gives the string of a member as it is written, without its quotes; nil
// where there is none. name is the member's as it stands in a line. The payload, which may hold anything, is the last member,
// so the first of the name is ours.
func textOf(text, name []byte) []byte {
	i := bytes.Index(text, name)
	if i < 0 {
		return nil
	}
	text = text[i+len(name):]
	for end := 0; end < len(text); end++ {
		switch text[end] {
		case '\\':
			end++
		case '"':
			return text[:end]
		}
	}
	return nil
}
