package protocol

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Cmd is what a command asks for.
type Cmd string

// The three commands.
const (
	Start  Cmd = "start"
	Stop   Cmd = "stop"
	Status Cmd = "status"
)

// Cmds lists the commands.
var Cmds = []Cmd{Start, Stop, Status}

// Payload holds the options of a command. start carries all of them, stop
// carries SegmentTime alone, status none.
type Payload struct {
	SegmentTime float64 // seconds
	SndSource   string
	SndByterate uint32
	VidStream   string
	VidByterate uint32
}

// DefaultPayload has the default of every option.
func DefaultPayload() Payload {
	return Payload{SegmentTime: 300, SndSource: "pulsesrc01", SndByterate: 96, VidStream: "main", VidByterate: 2000}
}

// Command is one request to a recorder.
type Command struct {
	TaskID  string
	Cmd     Cmd
	Payload Payload
}

// NewCommand gives the command with every option at its default.
func NewCommand(cmd Cmd, taskID string) Command {
	return Command{TaskID: taskID, Cmd: cmd, Payload: DefaultPayload()}
}

// ValueError says which field of a command is wrong, and how.
type ValueError struct {
	Field string
	Err   error
}

func (e *ValueError) Error() string { return e.Field + " " + e.Err.Error() }

// Unwrap gives the rule that was broken.
func (e *ValueError) Unwrap() error { return e.Err }

// Validate checks the fields that this command carries; the error is a *ValueError.
func (c Command) Validate() error {
	check := func(field string, err error) error {
		if err != nil {
			return &ValueError{field, err}
		}
		return nil
	}
	if err := check("task_id", CheckTaskID(c.TaskID)); err != nil || c.Cmd == Status {
		return err
	}
	if err := check("segment_time", CheckSeconds(c.Payload.SegmentTime)); err != nil || c.Cmd == Stop {
		return err
	}
	for _, err := range []error{
		check("snd_source", CheckText(c.Payload.SndSource)),
		check("snd_byterate", CheckU32(float64(c.Payload.SndByterate))),
		check("vid_stream", CheckText(c.Payload.VidStream)),
		check("vid_byterate", CheckU32(float64(c.Payload.VidByterate))),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// AppendJSON writes the command to b as it goes over the wire. The command must be valid.
func (c Command) AppendJSON(b []byte) []byte {
	b = append(b, `{"task_id":`...)
	b = appendString(b, c.TaskID)
	b = append(b, `,"cmd":"`...)
	b = append(b, c.Cmd...)
	b = append(b, `","payload":`...)
	p := c.Payload
	switch c.Cmd {
	case Start:
		b = append(b, `{"segment_time":`...)
		b = appendSeconds(b, p.SegmentTime)
		b = append(b, `,"snd_source":`...)
		b = appendString(b, p.SndSource)
		b = append(b, `,"snd_byterate":`...)
		b = strconv.AppendUint(b, uint64(p.SndByterate), 10)
		b = append(b, `,"vid_stream":`...)
		b = appendString(b, p.VidStream)
		b = append(b, `,"vid_byterate":`...)
		b = strconv.AppendUint(b, uint64(p.VidByterate), 10)
		b = append(b, '}')
	case Stop:
		b = append(b, `{"segment_time":`...)
		b = appendSeconds(b, p.SegmentTime)
		b = append(b, '}')
	default:
		b = append(b, "null"...)
	}
	return append(b, '}')
}

func appendString(b []byte, s string) []byte {
	if isPlain(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	b, _ = jsontext.AppendQuote(b, s) // the only error is invalid UTF-8, which Validate has refused
	return b
}

// appendSeconds writes an f64 with the decimal point that the recorder expects.
func appendSeconds(b []byte, n float64) []byte {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 && n != 0 { // as most are; it is written as an integer is
		return append(strconv.AppendInt(b, int64(n), 10), ".0"...)
	}
	from := len(b)
	if a := math.Abs(n); a != 0 && (a < 1e-6 || a >= 1e21) {
		b = strconv.AppendFloat(b, n, 'e', -1, 64)
		if i := bytes.IndexByte(b[from:], 'e'); !bytes.ContainsRune(b[from:], '.') {
			b = append(b[:from+i], append([]byte(".0"), b[from+i:]...)...)
		}
		return b
	}
	b = strconv.AppendFloat(b, n, 'f', -1, 64)
	if !bytes.ContainsRune(b[from:], '.') {
		b = append(b, ".0"...)
	}
	return b
}

// ParseCommand reads a command as a recorder does: any order of keys and any
// white space, unknown fields passed over, but every required field there and
// of its type. Where it fails, the command's TaskID is set as far as it could
// be read.
func ParseCommand(data []byte) (Command, error) {
	var c Command
	var payload jsontext.Value
	seen := map[string]bool{}
	err := members(data, func(name string, value jsontext.Value) error {
		seen[name] = true
		switch name {
		case "task_id":
			return text(value, &c.TaskID)
		case "cmd":
			var cmd string
			err := text(value, &cmd)
			c.Cmd = Cmd(cmd)
			return err
		case "payload":
			payload = value.Clone()
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	for _, name := range []string{"task_id", "cmd"} {
		if !seen[name] {
			return c, fmt.Errorf("field %q is missing", name)
		}
	}
	if err := CheckTaskID(c.TaskID); err != nil {
		return c, &ValueError{"task_id", err}
	}
	switch c.Cmd {
	case Status:
		return c, nil
	case Start, Stop:
		return c, c.parsePayload(payload)
	}
	return c, fmt.Errorf("unknown command %q", c.Cmd)
}

func (c *Command) parsePayload(payload jsontext.Value) error {
	seen := map[string]bool{}
	err := members(payload, func(name string, value jsontext.Value) error {
		seen[name] = true
		switch name {
		case "segment_time":
			return number(value, &c.Payload.SegmentTime)
		case "snd_source":
			return text(value, &c.Payload.SndSource)
		case "snd_byterate":
			return u32(value, &c.Payload.SndByterate)
		case "vid_stream":
			return text(value, &c.Payload.VidStream)
		case "vid_byterate":
			return u32(value, &c.Payload.VidByterate)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	for _, f := range FieldsOf(c.Cmd) {
		if !seen[f.Name] {
			return fmt.Errorf("payload: field %q is missing", f.Name)
		}
	}
	return c.Validate()
}

// members calls f for each member of the JSON object that data holds, and
// demands that nothing follows it. The value is valid during f only.
func members(data []byte, f func(name string, value jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	if d.PeekKind() != '{' {
		if _, err := d.ReadValue(); err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		return fmt.Errorf("not a JSON object")
	}
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		if err := f(key, value); err != nil {
			return fmt.Errorf("field %q %w", key, err)
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}

func text(value jsontext.Value, into *string) error {
	if value.Kind() != '"' {
		return fmt.Errorf("must be a string, got %s", kindName(value))
	}
	b, err := jsontext.AppendUnquote(nil, value)
	*into = string(b)
	return err
}

func number(value jsontext.Value, into *float64) error {
	if value.Kind() != '0' {
		return fmt.Errorf("must be a number, got %s", kindName(value))
	}
	n, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return fmt.Errorf("is out of range: %s", value)
	}
	*into = n
	return nil
}

func u32(value jsontext.Value, into *uint32) error {
	if value.Kind() != '0' {
		return fmt.Errorf("must be a number, got %s", kindName(value))
	}
	n, err := strconv.ParseUint(string(value), 10, 32)
	if err != nil {
		return fmt.Errorf("must be a whole number between 0 and %d, got %s", uint32(MaxU32), value)
	}
	*into = uint32(n)
	return nil
}

func kindName(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'n':
		return "null"
	}
	return "a boolean"
}
